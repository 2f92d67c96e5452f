// SPDX-License-Identifier: Apache-2.0
/* The hooks of hooks.def and the layouts of contexts.def. The files mix several kinds of lines; each include below uses
 * what it needs of them. */
#include "hook.h"

#include <stddef.h>
#include <string.h>

#include "event.h"

/* Row of each layout and field in rows[]. */
enum {
#define LAYOUT(id, type, bytes)                                                        ROW_##id,
#define FIELD(layout, name, offset, bytes, unit_bytes, how, kind, can_read, can_write) ROW_##layout##_##name,
#include "contexts.def"
#undef LAYOUT
#undef FIELD
};

/* Every field; a layout's fields follow an empty row of its own. */
static const struct hook_field rows[] = {
#define LAYOUT(id, type, bytes) [ROW_##id] = {.name = NULL},
#define FIELD(layout, text, offset, bytes, unit, how, field_kind, can_read, can_write)                                 \
    [ROW_##layout##_##text] = {.name = #text,                                                                          \
                               .offset_bytes = (offset),                                                               \
                               .size_bytes = (bytes),                                                                  \
                               .unit_bytes = (unit),                                                                   \
                               .width = (how),                                                                         \
                               .kind = (field_kind),                                                                   \
                               .readers = (can_read),                                                                  \
                               .writers = (can_write)},
#include "contexts.def"
#undef LAYOUT
#undef FIELD
};

/* One struct per layout with a byte for itself and one per field: its size counts the fields while compiling. */
// clang-format off
struct count_start { char layout;
#define LAYOUT(id, type, bytes) }; struct count_##id { char layout;
#define FIELD(layout, name, offset, bytes, unit, how, kind, can_read, can_write) char field_##name;
#include "contexts.def"
#undef LAYOUT
#undef FIELD
};
// clang-format on

static const struct context_layout layouts[] = {
#define LAYOUT(id, type_name, size)                                                                                    \
    {.type = (type_name), .bytes = (size), .fields = &rows[ROW_##id] + 1, .field_count = sizeof(struct count_##id) - 1},
#define FIELD(layout, name, offset, bytes, unit, how, kind, can_read, can_write)
#include "contexts.def"
#undef LAYOUT
#undef FIELD
};

enum layout_id {
#define LAYOUT(id, type, bytes) LAYOUT_##id,
#define FIELD(layout, name, offset, bytes, unit, how, kind, can_read, can_write)
#include "contexts.def"
#undef LAYOUT
#undef FIELD
};

static const struct hook hooks[] = {
#define HOOK(id, text, type, attach, context_layout, who, packet_use, starts, low, high, starter)                      \
    {.name = (text),                                                                                                   \
     .program_type = (type),                                                                                           \
     .attach_type = (attach),                                                                                          \
     .layout = &layouts[LAYOUT_##context_layout],                                                                      \
     .reader = (who),                                                                                                  \
     .packet = (packet_use),                                                                                           \
     .start = (starts),                                                                                                \
     .return_low = (low),                                                                                              \
     .return_high = (high),                                                                                            \
     .started_by = (starter)},
#define SECTION(hook, pattern)
#include "hooks.def"
#undef HOOK
#undef SECTION
};

enum hook_id {
#define HOOK(id, name, type, attach, layout, reader, packet, start, low, high, starter) HOOK_##id,
#define SECTION(hook, pattern)
#include "hooks.def"
#undef HOOK
#undef SECTION
};

static const struct section {
    const char *pattern;
    enum hook_id hook;
} sections[] = {
#define HOOK(id, name, type, attach, layout, reader, packet, start, low, high, starter)
#define SECTION(id, text) {(text), HOOK_##id},
#include "hooks.def"
#undef HOOK
#undef SECTION
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

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Characters of the pattern that match the section; 0 when it does not match. hooks.def explains patterns. */
static size_t pattern_matches(const char *pattern, const char *section)
{
    size_t length = strlen(pattern);
    char last = pattern[length - 1];
    if (last == '*')
        length--;
    if (strncmp(section, pattern, length) != 0)
        return 0;
    char next = section[length];
    bool matches = last == '*'   ? !is_letter(next)
                   : last == '/' ? next != '\0'
                                 : next == '\0' || next == '/' || next == '.';
    return matches ? length : 0;
}

const struct hook *hook_find(const char *section)
{
    const struct hook *hook = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        size_t length = pattern_matches(sections[i].pattern, section);
        if (length > longest) {
            longest = length;
            hook = &hooks[sections[i].hook];
        }
    }
    struct event event;
    return hook && hook->start == START_EVENT && !event_read(&event, section) ? NULL : hook;
}

bool hook_takes_packets(const struct hook *hook)
{
    return hook && (hook->start == START_XDP || hook->start == START_FRAME || hook->start == START_NETWORK);
}

bool hook_has_fields(const struct hook *hook)
{
    return hook && hook->layout->field_count > 0;
}

bool hook_loads_packets(const struct hook *hook)
{
    const uint32_t socket = 1, tc = 3, action = 4;
    return hook && (hook->program_type == socket || hook->program_type == tc || hook->program_type == action);
}

const struct hook_field *hook_field_at(const struct hook *hook, uint32_t offset)
{
    for (uint32_t i = 0; i < hook->layout->field_count; i++)
        if (hook->layout->fields[i].offset_bytes == offset)
            return &hook->layout->fields[i];
    return NULL;
}

const struct hook_field *hook_field_of_kind(const struct hook *hook, enum field_kind kind)
{
    for (uint32_t i = 0; i < hook->layout->field_count; i++)
        if (hook->layout->fields[i].kind == kind)
            return &hook->layout->fields[i];
    return NULL;
}

/* May `size` bytes, `at` bytes into the field and aligned, be taken at once? */
static bool width_allows(const struct hook_field *field, uint64_t at, uint64_t size, bool writes)
{
    uint64_t unit = field->unit_bytes;
    bool starts_unit = at % unit == 0;
    switch (field->width) {
    case WIDTH_UNIT: return size == unit;
    case WIDTH_PART: return size == unit || (size < unit && !writes);
    case WIDTH_START: return size == unit || (size < unit && starts_unit && !writes);
    case WIDTH_HALF: return size == unit || (size == unit / 2 && !writes);
    case WIDTH_PAIR: return size == unit || size == 2 * unit || (size < unit && !writes);
    case WIDTH_ANY: return size <= 8;
    }
    return false;
}

static const struct hook_field *layout_access(const struct context_layout *layout, uint32_t reader, int64_t offset,
                                              uint64_t size, bool writes)
{
    if (offset < 0 || size == 0 || (uint64_t)offset % size)
        return NULL;
    for (uint32_t i = 0; i < layout->field_count; i++) {
        const struct hook_field *field = &layout->fields[i];
        uint64_t at = (uint64_t)offset - field->offset_bytes;
        if ((uint64_t)offset >= field->offset_bytes && at + size <= field->size_bytes &&
            ((writes ? field->writers : field->readers) & reader) && width_allows(field, at, size, writes))
            return field;
    }
    return NULL;
}

const struct hook_field *hook_access(const struct hook *hook, int64_t offset, uint64_t size, bool writes)
{
    return layout_access(hook->layout, hook->reader, offset, size, writes);
}

/* The layout of what a field of this kind points to. */
static const struct context_layout *object_layout(enum field_kind kind)
{
    switch (kind) {
    case FIELD_SOCKET:
    case FIELD_SOCKET_OR_NULL:
    case FIELD_SOCK_COMMON_OR_NULL: return &layouts[LAYOUT_SOCK];
    case FIELD_TCP_SOCK: return &layouts[LAYOUT_TCP_SOCK];
    case FIELD_XDP_SOCK: return &layouts[LAYOUT_XDP_SOCK];
    case FIELD_FLOW_KEYS:
    case FIELD_NUMBER:
    case FIELD_PACKET:
    case FIELD_PACKET_END:
    case FIELD_PACKET_META:
    case FIELD_KERNEL: break;
    }
    return &layouts[LAYOUT_FLOW_KEYS];
}

const struct hook_field *hook_object_access(enum field_kind kind, int64_t offset, uint64_t size, bool writes,
                                            const char **type)
{
    bool is_common = kind == FIELD_SOCK_COMMON_OR_NULL;
    const struct context_layout *layout = object_layout(kind);
    if (type)
        *type = kind == FIELD_KERNEL ? "an object of the kernel" : layout->type;
    if (kind == FIELD_KERNEL)
        return NULL;
    return layout_access(layout, is_common ? READER_SOCK_COMMON : READER_FULL_SOCK, offset, size, writes);
}

static bool is_packet_field(const struct hook_field *field)
{
    return field->kind == FIELD_PACKET || field->kind == FIELD_PACKET_END || field->kind == FIELD_PACKET_META;
}

static uint32_t field_target_bytes(const struct hook_field *field, uint32_t pointer_bytes)
{
    return is_packet_field(field) ? pointer_bytes : field->size_bytes;
}

static uint32_t field_target_align(const struct hook_field *field, uint32_t pointer_bytes)
{
    return is_packet_field(field) ? pointer_bytes : field->unit_bytes;
}

static uint32_t round_up(uint32_t bytes, uint32_t align)
{
    return (bytes + align - 1) / align * align;
}

uint32_t hook_field_target_offset(const struct hook *hook, const struct hook_field *field, uint32_t pointer_bytes)
{
    uint32_t offset = 0;
    for (const struct hook_field *f = hook->layout->fields; f < field; f++)
        offset = round_up(offset, field_target_align(f, pointer_bytes)) + field_target_bytes(f, pointer_bytes);
    return round_up(offset, field_target_align(field, pointer_bytes));
}

uint32_t hook_target_bytes(const struct hook *hook, uint32_t pointer_bytes)
{
    uint32_t end = 0, align = 1;
    for (uint32_t i = 0; i < hook->layout->field_count; i++) {
        const struct hook_field *field = &hook->layout->fields[i];
        uint32_t field_align = field_target_align(field, pointer_bytes);
        end = hook_field_target_offset(hook, field, pointer_bytes) + field_target_bytes(field, pointer_bytes);
        align = field_align > align ? field_align : align;
    }
    return round_up(end, align);
}

const char *hook_service(const struct hook *hook)
{
    switch (hook->start) {
    case START_NOWHERE: return NULL;
    case START_EVENT:
    case START_MEMORY: return hook->name;
    case START_XDP: return "xdp";
    case START_FRAME:
    case START_NETWORK: return "skb";
    }
    return NULL;
}
