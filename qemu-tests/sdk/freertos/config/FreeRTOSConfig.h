// SPDX-License-Identifier: Apache-2.0
#define configTICK_RATE_HZ       1000u
#define configMINIMAL_STACK_SIZE 128u
