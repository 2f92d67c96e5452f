// SPDX-License-Identifier: Apache-2.0
/* Dumped memory of maps to JSON, by the layouts in the manifest (see manifest.c). */
#ifndef BAREBPF_FIRMWARE_CONTENTS_H
#define BAREBPF_FIRMWARE_CONTENTS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* The value of `layout` in `bytes` (size `size`): numbers, booleans, objects, arrays; text for char arrays; a string
 * of hexadecimal digits where the layout is null or does not fit. A new reference. */
json_t *contents_value(const json_t *layout, const uint8_t *bytes, size_t size);

/* Any bytes as text: byte n is the character U+00nn. */
json_t *contents_bytes(const char *bytes, size_t size);

/* The bytes as hexadecimal digits; a little-endian number of `bits` bits that starts `offset` bits into them. */
json_t *contents_hex(const uint8_t *bytes, size_t size);
uint64_t contents_bits(const uint8_t *bytes, size_t offset, unsigned bits);

/* The entries of a map whose object has the bytes `bytes`: an array of {"key", "value"}. `map` is its object in the
 * manifest. Arrays and hashes by key, hashes in the order of their keys; tries as bpftool, children before their
 * parents; queues from the oldest value, stacks from the top; rings with the records that wait for the firmware, in
 * hexadecimal; of maps of maps the names of the inner maps; nothing of bloom filters. Null for types that we do not
 * know or when `size` is not the map's. */
json_t *contents_map(const json_t *map, const uint8_t *bytes, size_t size);

/* Bytes of the map's object as contents_map() wants them; 0 when it cannot decode this map. */
uint64_t contents_map_bytes(const json_t *map);

#endif
