// SPDX-License-Identifier: Apache-2.0
/* One task, which is all there is. */
#include "board.h"
#include "task.h"

static TaskFunction_t task;
static void *task_argument;
static TickType_t ticks;

BaseType_t xTaskCreate(TaskFunction_t code, const char *name, uint16_t stack_words, void *argument,
                       UBaseType_t priority, TaskHandle_t *created)
{
    (void)name;
    (void)priority;
    (void)created;
    task = code;
    task_argument = argument;
    return stack_words > configMINIMAL_STACK_SIZE;
}

void vTaskStartScheduler(void)
{
    task(task_argument);
}

TickType_t xTaskGetTickCount(void)
{
    return ticks;
}

void vTaskDelayUntil(TickType_t *previous, TickType_t increment)
{
    static uint32_t waits;
    if (waits++ == WAITS)
        leave(0);
    ticks = *previous + increment + (waits % LATE_WAITS == 0 ? increment / 2 : 0);
    *previous = ticks;
}
