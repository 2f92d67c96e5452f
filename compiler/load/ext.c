// SPDX-License-Identifier: Apache-2.0
/* .BTF.ext: three tables (functions, source lines, CO-RE) of one form. Records may be longer than we know (their size
 * is in the file). Source: kernel documentation, bpf/btf.rst §4.2. */
#include <string.h>

#include "loader.h"

#define HEADER_BYTES 24 /* up to and with line_info_len */
#define BLOCK_BYTES  8  /* sec_name_off, num_info */

static bool malformed(struct loader *l, const char *table, const char *why)
{
    return diag_error(l->d, &l->here, D_BTF_MALFORMED, ".BTF.ext: %s: %s", table, why);
}

/* The code section called `name`, or 0. */
static uint32_t code_section(const struct loader *l, const char *name)
{
    for (uint32_t i = 1; name != NULL && i < l->section_count; i++) {
        if (section_is_code(&l->sections[i]) && strcmp(l->sections[i].name, name) == 0) {
            return i;
        }
    }
    return 0;
}

/* The blocks in bytes [at, end). */
static bool read_blocks(struct loader *l, const struct ext_table *table, const uint8_t *at, const uint8_t *end)
{
    uint32_t record_bytes = read_u32(at);
    if (record_bytes < table->least_bytes || record_bytes % 4 != 0) {
        return malformed(l, table->name, "records are too short");
    }
    at += 4;
    while (at < end) {
        if (end - at < BLOCK_BYTES) {
            return malformed(l, table->name, "ends within a block");
        }
        uint32_t section = code_section(l, types_string(l, read_u32(at)));
        uint32_t count = read_u32(at + 4);
        at += BLOCK_BYTES;
        if (count == 0 || count > (uint64_t)(end - at) / record_bytes) {
            return malformed(l, table->name, "a block is empty or has more records than bytes");
        }
        if (section == 0) { /* a section that the linker or objcopy has dropped */
            at += (size_t)count * record_bytes;
            continue;
        }
        for (uint32_t i = 0; i < count; i++, at += record_bytes) {
            if (!table->record(l, section, at)) {
                return false;
            }
        }
    }
    return true;
}

bool ext_read(struct loader *l, const struct ext_table *table)
{
    const struct section *section = object_section(l, ".BTF.ext");
    if (section == NULL || l->btf == NULL || section->bytes == NULL) {
        return true;
    }
    uint64_t size = section->size_bytes;
    const uint8_t *bytes = section->bytes;
    if (size < HEADER_BYTES || read_u16(bytes) != BTF_MAGIC || read_u32(bytes + 4) < HEADER_BYTES ||
        read_u32(bytes + 4) > size) {
        return malformed(l, "header", "is missing or too short");
    }
    uint64_t header = read_u32(bytes + 4);
    if (header < table->header_offset + 8u) {
        return true; /* an older format without this table */
    }
    uint64_t start = header + read_u32(bytes + table->header_offset);
    uint64_t length = read_u32(bytes + table->header_offset + 4);
    if (length == 0) {
        return true;
    }
    if (length < 4 || start > size || length > size - start) {
        return malformed(l, table->name, "lies beyond the section's end");
    }
    return read_blocks(l, table, bytes + start, bytes + start + length);
}

bool ext_locate(const struct loader *l, uint32_t section, uint32_t offset, uint32_t *func, uint32_t *insn)
{
    *func = offset % SLOT_BYTES == 0 ? funcs_covering(l, section, offset / SLOT_BYTES) : NONE;
    if (*func == NONE) {
        return false;
    }
    const struct span *span = &l->spans[*func];
    uint32_t within = span->slot_insn[offset / SLOT_BYTES - span->first_slot];
    *insn = within == NONE ? NONE : l->program->funcs[*func].first + within;
    return within != NONE;
}
