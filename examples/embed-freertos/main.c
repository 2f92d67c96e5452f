// SPDX-License-Identifier: Apache-2.0
/* A task of FreeRTOS that calls a BPF program every 100 ms. */
#include "FreeRTOS.h"
#include "task.h"

#include <barebpf/events.h>

#include "beat.skel.h"

/* The program's worst-case stack (barebpf build tells) beside the task's own. */
#define BEAT_STACK_BYTES 512
#define PERIOD_MS        100

static void beat_task(void *unused)
{
    (void)unused;
    TickType_t woken = xTaskGetTickCount();
    struct barebpf_timer event = {.period_ns = PERIOD_MS * 1000000u};
    for (;;) {
        vTaskDelayUntil(&woken, pdMS_TO_TICKS(PERIOD_MS));
        event.count++;
        event.now_ns += event.period_ns;
        bpf_prog_beat(&event, sizeof event);
    }
}

int main(void)
{
    xTaskCreate(beat_task, "beat", configMINIMAL_STACK_SIZE + BEAT_STACK_BYTES / sizeof(StackType_t), NULL, 1, NULL);
    vTaskStartScheduler();
    for (;;)
        ;
}
