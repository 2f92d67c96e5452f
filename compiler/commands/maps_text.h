// SPDX-License-Identifier: Apache-2.0
/* map.c: contents of maps as text, for `run --dump-maps` and `map dump`. */
#ifndef BAREBPF_COMMANDS_MAPS_TEXT_H
#define BAREBPF_COMMANDS_MAPS_TEXT_H

#include <jansson.h>

/* Prints an object, map name → array of {"key", "value"}: a line for each entry. */
void print_maps(const json_t *maps);

#endif
