// SPDX-License-Identifier: Apache-2.0
/* What a firmware may tell its programs of itself. Each function has a weak default; define those that you want. */
#ifndef BAREBPF_TASK_H
#define BAREBPF_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who runs: bpf_get_current_pid_tgid (process << 32 | thread), bpf_get_current_uid_gid (group << 32 | user), both 0 by
 * default, and bpf_get_current_comm ("barebpf"). */
uint64_t barebpf_task_id(void);
uint64_t barebpf_task_owner(void);
const char *barebpf_task_name(void);

/* May programs read these bytes through bpf_probe_read* although nothing proves that they are theirs? By default none.
 */
bool barebpf_readable(uintptr_t address, size_t bytes);

#endif
