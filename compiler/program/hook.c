// SPDX-License-Identifier: Apache-2.0
/* The hooks of hooks.def. That file mixes HOOK and FIELD lines; each include below uses what it needs of both. */
#include "hook.h"

#include <stddef.h>
#include <string.h>

/* Row of each hook and field in rows[]. */
enum {
#define HOOK(id, name, pattern, kind, type, bytes, low, high, started_by) ROW_##id,
#define FIELD(hook, name, offset, bytes, kind, writable)                  ROW_##hook##_##name,
#include "hooks.def"
#undef HOOK
#undef FIELD
};

/* Every field; a hook's fields follow an empty row of its own. */
static const struct hook_field rows[] = {
#define HOOK(id, text, pattern, kind, type, bytes, low, high, starter) [ROW_##id] = {.name = NULL},
#define FIELD(hook, text, offset, bytes, field_kind, can_write)                                                        \
    [ROW_##hook##_##text] = {.name = #text,                                                                            \
                             .offset_bytes = (offset),                                                                 \
                             .size_bytes = (bytes),                                                                    \
                             .kind = (field_kind),                                                                     \
                             .writable = (can_write)},
#include "hooks.def"
#undef HOOK
#undef FIELD
};

/* One struct per hook with a byte for itself and one per field: its size counts the fields while compiling. */
// clang-format off
struct count_start { char hook;
#define HOOK(id, name, pattern, kind, type, bytes, low, high, started_by) }; struct count_##id { char hook;
#define FIELD(hook, name, offset, bytes, kind, writable) char field_##name;
#include "hooks.def"
#undef HOOK
#undef FIELD
};
// clang-format on

static const struct hook hooks[] = {
#define HOOK(id, text, section, kind, type, bytes, low, high, starter)                                                 \
    {.name = (text),                                                                                                   \
     .pattern = (section),                                                                                             \
     .context = (kind),                                                                                                \
     .context_type = (type),                                                                                           \
     .context_bytes = (bytes),                                                                                         \
     .fields = &rows[ROW_##id] + 1,                                                                                    \
     .field_count = sizeof(struct count_##id) - 1,                                                                     \
     .return_low = (low),                                                                                              \
     .return_high = (high),                                                                                            \
     .started_by = (starter)},
#define FIELD(hook, name, offset, bytes, kind, writable)
#include "hooks.def"
#undef HOOK
#undef FIELD
};

const struct hook *hook_at(uint32_t index)
{
    return index < sizeof hooks / sizeof hooks[0] ? &hooks[index] : NULL;
}

const struct hook *hook_named(const char *name)
{
    const struct hook *hook;
    for (uint32_t i = 0; (hook = hook_at(i)); i++)
        if (strcmp(hook->name, name) == 0)
            return hook;
    return NULL;
}

/* "xdp" serves "xdp", "xdp/eth0" and libbpf's "xdp.frags"; "hook/" serves "hook/tick", not "hook/". */
static bool pattern_matches(const char *pattern, const char *section)
{
    size_t length = strlen(pattern);
    if (strncmp(section, pattern, length) != 0)
        return false;
    if (pattern[length - 1] == '/')
        return section[length] != '\0';
    return section[length] == '\0' || section[length] == '/' || section[length] == '.';
}

const struct hook *hook_find(const char *section)
{
    const struct hook *hook;
    for (uint32_t i = 0; (hook = hook_at(i)); i++)
        if (pattern_matches(hook->pattern, section))
            return hook;
    return NULL;
}

const struct hook_field *hook_field_at(const struct hook *hook, uint32_t offset)
{
    for (uint32_t i = 0; i < hook->field_count; i++)
        if (hook->fields[i].offset_bytes == offset)
            return &hook->fields[i];
    return NULL;
}

static uint32_t field_target_bytes(const struct hook_field *field, uint32_t pointer_bytes)
{
    return field->kind == FIELD_NUMBER ? field->size_bytes : pointer_bytes;
}

static uint32_t round_up(uint32_t bytes, uint32_t align)
{
    return (bytes + align - 1) / align * align;
}

uint32_t hook_field_target_offset(const struct hook *hook, const struct hook_field *field, uint32_t pointer_bytes)
{
    uint32_t offset = 0;
    for (const struct hook_field *f = hook->fields; f < field; f++) {
        uint32_t bytes = field_target_bytes(f, pointer_bytes);
        offset = round_up(offset, bytes) + bytes;
    }
    return round_up(offset, field_target_bytes(field, pointer_bytes));
}

uint32_t hook_target_bytes(const struct hook *hook, uint32_t pointer_bytes)
{
    uint32_t end = 0, align = 1;
    for (uint32_t i = 0; i < hook->field_count; i++) {
        uint32_t bytes = field_target_bytes(&hook->fields[i], pointer_bytes);
        end = hook_field_target_offset(hook, &hook->fields[i], pointer_bytes) + bytes;
        align = bytes > align ? bytes : align;
    }
    return round_up(end, align);
}
