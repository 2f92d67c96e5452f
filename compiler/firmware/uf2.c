// SPDX-License-Identifier: Apache-2.0
/* Blocks of 512 bytes, each with 256 of the image and the address where they go. Source: Microsoft's USB Flashing
 * Format (UF2), file format. */
#include "uf2.h"

#include <string.h>

#include "../base/file.h"
#include "../base/memory.h"
#include "binary.h"
#include "target.h"

#define BLOCK_BYTES   512u
#define PAYLOAD_BYTES 256u

/* Offsets in a block. */
enum {
    MAGIC0 = 0,
    MAGIC1 = 4,
    FLAGS = 8,
    ADDRESS = 12,
    BYTES = 16,
    NUMBER = 20,
    COUNT = 24,
    FAMILY = 28,
    DATA = 32,
    MAGIC2 = 508
};

#define UF2_MAGIC0     0x0a324655u
#define UF2_MAGIC1     0x9e5d5157u
#define UF2_MAGIC2     0x0ab16f30u
#define UF2_HAS_FAMILY 0x00002000u

static void put32(unsigned char *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

/* Where the first byte of the image goes. */
static uint64_t first_address(const struct binary *binary)
{
    uint64_t first = UINT64_MAX;
    for (uint32_t i = 0; i < binary->section_count; i++) {
        const struct binary_section *s = &binary->sections[i];
        if (s->has_contents && s->load_address < first)
            first = s->load_address;
    }
    return first;
}

/* The image's bytes as they lie in flash. */
static bool flash_bytes(const char *elf, const char *work_dir, struct arena *arena, char **bytes, size_t *size,
                        struct diag *d)
{
    const char *path = arena_printf(arena, "%s/uf2.bin", work_dir);
    return image_convert(elf, "binary", path, arena, d) && file_read(arena, path, bytes, size, d);
}

static void fill_block(unsigned char *block, uint32_t number, uint32_t count, uint32_t address, uint32_t family)
{
    put32(block + MAGIC0, UF2_MAGIC0);
    put32(block + MAGIC1, UF2_MAGIC1);
    put32(block + FLAGS, UF2_HAS_FAMILY);
    put32(block + ADDRESS, address);
    put32(block + BYTES, PAYLOAD_BYTES);
    put32(block + NUMBER, number);
    put32(block + COUNT, count);
    put32(block + FAMILY, family);
    put32(block + MAGIC2, UF2_MAGIC2);
}

bool uf2_served(const struct board *board, struct diag *d)
{
    return board->uf2_family || diag_error(d, &NO_PLACE, D_FEATURE, "board '%s' takes no UF2 files", board->name);
}

bool uf2_write(const char *elf, const char *path, const char *work_dir, const struct board *board, struct diag *d)
{
    struct arena arena = {0};
    struct binary binary;
    char *bytes = NULL;
    size_t size = 0;
    bool ok = binary_read(&binary, elf, &arena, d) && flash_bytes(elf, work_dir, &arena, &bytes, &size, d);
    if (ok) {
        uint32_t count = (uint32_t)((size + PAYLOAD_BYTES - 1) / PAYLOAD_BYTES);
        uint32_t address = (uint32_t)first_address(&binary);
        unsigned char *blocks = memory_alloc((size_t)count * BLOCK_BYTES);
        for (uint32_t i = 0; i < count; i++) {
            unsigned char *block = blocks + (size_t)i * BLOCK_BYTES;
            size_t done = (size_t)i * PAYLOAD_BYTES, left = size - done;
            fill_block(block, i, count, address + i * PAYLOAD_BYTES, board->uf2_family);
            memcpy(block + DATA, bytes + done, left < PAYLOAD_BYTES ? left : PAYLOAD_BYTES);
        }
        ok = file_write(path, blocks, (size_t)count * BLOCK_BYTES, d);
        free(blocks);
    }
    arena_free(&arena);
    return ok;
}
