// SPDX-License-Identifier: Apache-2.0
/* How much memory a map's object takes, by the formulas of the target's map_layout.h. */
#ifndef BAREBPF_FIRMWARE_MAP_BYTES_H
#define BAREBPF_FIRMWARE_MAP_BYTES_H

#include "../verify/verify.h"

/* Bytes of the object of map `index` of the program if it had `capacity` entries (rings: bytes); 0 for maps that are
 * not stored, and for maps of maps, which lie in flash. */
uint64_t map_bytes(const struct verified *v, uint32_t index, uint64_t capacity);

/* The same of a map with these keys and values; `extra` as map_extra() says. */
uint64_t map_store_bytes(enum map_store store, uint64_t key, uint64_t value, uint64_t capacity, uint32_t extra);

/* Rings: bytes of the tail; bloom filters: hash functions; else 0. */
uint32_t map_extra(const struct verified *v, uint32_t index);

/* What --map sets: entries; bytes of a ring. */
uint64_t map_capacity_now(const struct map *map);

/* Rings: bytes behind the buffer into which its last record may reach. A multiple of 8. */
uint32_t map_tail_bytes(const struct verified *v, uint32_t index);

/* Hash functions of a bloom filter. */
uint32_t map_hash_count(const struct map *map);

/* Slots of a map of maps, without the empty ones at the end. */
uint32_t map_slot_count(const struct map *map);

/* Is the map a part of the image, and does it lie in RAM? */
bool map_is_stored(const struct map *map);
bool map_is_in_ram(const struct map *map);

#endif
