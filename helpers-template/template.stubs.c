// SPDX-License-Identifier: Apache-2.0
/* Template of the generated NAME.stubs.c: how a BPF program's helper calls and map references become C. barebpf
 * replaces each line "//@ name" by what the object needs and removes what is unused. You may copy a generated file,
 * edit it and pass it with --stubs. Every function here is compiled with the program into one module: where the map is
 * known, and it nearly always is, the chains of comparisons below fold away. */
#include <barebpf/context.h>
#include <barebpf/program.h>
#include <barebpf/run.h>

#include "helpers.h"
#include "map_array.h"
#include "map_hash.h"

/* The calls are inlined; prototypes of the ABI between program and firmware. */
#define STUB __attribute__((always_inline))

//@ maps
//@ program
//@ helpers
//@ references
