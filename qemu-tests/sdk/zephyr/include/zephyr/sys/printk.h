// SPDX-License-Identifier: Apache-2.0
/* What of Zephyr's printk the example uses. */
#ifndef ZEPHYR_PRINTK_H
#define ZEPHYR_PRINTK_H

void printk(const char *format, ...);

#endif
