// SPDX-License-Identifier: Apache-2.0
/* What of task.h the example uses. */
#ifndef TASK_H
#define TASK_H

#include "FreeRTOS.h"

typedef void (*TaskFunction_t)(void *argument);
typedef struct task *TaskHandle_t;

BaseType_t xTaskCreate(TaskFunction_t code, const char *name, uint16_t stack_words, void *argument,
                       UBaseType_t priority, TaskHandle_t *created);
void vTaskStartScheduler(void);
TickType_t xTaskGetTickCount(void);
void vTaskDelayUntil(TickType_t *previous, TickType_t increment);

#define taskENTER_CRITICAL() __asm__ volatile("cpsid i" ::: "memory")
#define taskEXIT_CRITICAL()  __asm__ volatile("cpsie i" ::: "memory")

#endif
