// SPDX-License-Identifier: Apache-2.0
/* The messages of deferred printk, formatted as the target would have done it. */
#include "deferred.h"

#include <string.h>

#include "../../helpers-template/include/barebpf/log.h"

/* What the target has in rt.h. */
static uint64_t rt_divide_by_10(uint64_t number, unsigned *digit)
{
    *digit = (unsigned)(number % 10);
    return number / 10;
}

#include "../../helpers-template/include/barebpf/format_text.h"

struct format_sink {
    const struct binary *image;
    struct text *out;
    char last;
};

static void format_put(struct format_sink *sink, char c)
{
    text_append(sink->out, &c, 1);
    sink->last = c;
}

/* Constants lie in the image where they lie in the target. */
static unsigned format_string(const struct format_sink *sink, uint64_t address, const char **text)
{
    for (uint32_t i = 0; i < sink->image->section_count; i++) {
        const struct binary_section *s = &sink->image->sections[i];
        if (!s->contents || address < s->address || address - s->address >= s->size_bytes)
            continue;
        *text = (const char *)s->contents + (address - s->address);
        return (unsigned)strnlen(*text, s->size_bytes - (address - s->address));
    }
    *text = "(fault)";
    return 7;
}

/* A format as the manifest has it: U+00nn is byte n. */
static const char *read_format(const char *text, struct arena *arena)
{
    char *format = arena_alloc(arena, strlen(text) + 1), *to = format;
    for (; *text; text++) {
        unsigned first = (unsigned char)text[0], second = (unsigned char)text[1];
        bool wide = (first & 0xe0) == 0xc0 && second;
        unsigned code = wide ? first << 6 | (second & 0x3f) : first;
        *to++ = (char)(code & 0xff);
        text += wide;
    }
    *to = 0;
    return format;
}

void deferred_open(struct deferred_log *log, const struct binary *image, const json_t *manifest, struct arena *arena)
{
    const json_t *list = json_object_get(manifest, "formats");
    size_t count = json_array_size(list);
    *log = (struct deferred_log){.image = image};
    log->formats = arena_array(arena, count + 1, sizeof *log->formats);
    log->format_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        log->formats[i] = read_format(text ? text : "", arena);
    }
}

/* Numbers that a message with this format has, its own among them. */
static unsigned number_count(const struct deferred_log *log, const char *format)
{
    unsigned count = 1;
    struct format_conversion c;
    while (format && (format = strchr(format, '%')) && count <= DEFERRED_VALUES) {
        if (format[1] == '%') {
            format += 2;
            continue;
        }
        format = format_parse(&c, format + 1, log->image->pointer_bytes);
        count++;
    }
    return count;
}

/* The innermost message is complete: its text. */
static void print_message(struct deferred_log *log, struct text *out)
{
    const struct deferred_message *m = &log->open[--log->depth];
    struct format_sink sink = {log->image, out, 0};
    if (m->numbers[0] >= log->format_count) {
        text_printf(out, "(message %llu of another image)\n", (unsigned long long)m->numbers[0]);
        return;
    }
    format_text(&sink, true, log->formats[m->numbers[0]], m->numbers + 1, DEFERRED_VALUES, log->image->pointer_bytes);
    if (sink.last != '\n')
        text_append(out, "\n", 1);
}

static void take_number(struct deferred_log *log, unsigned char byte, struct text *out)
{
    struct deferred_message *m = &log->open[log->depth - 1];
    if (m->bits < 64)
        m->numbers[m->count] |= (uint64_t)(byte & ((1u << BAREBPF_LOG_BITS) - 1)) << m->bits;
    m->bits += BAREBPF_LOG_BITS;
    if (byte >= BAREBPF_LOG_MORE)
        return;
    m->bits = 0;
    m->count++;
    const char *format = m->numbers[0] < log->format_count ? log->formats[m->numbers[0]] : NULL;
    if (m->count == number_count(log, format))
        print_message(log, out);
}

static void begin_message(struct deferred_log *log)
{
    if (log->depth == DEFERRED_DEPTH) /* the outermost one lost something: no interrupt nests so deep */
        memmove(log->open, log->open + 1, --log->depth * sizeof *log->open);
    log->open[log->depth++] = (struct deferred_message){.count = 0};
}

void deferred_decode(struct deferred_log *log, const char *bytes, size_t count, struct text *out)
{
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (log->format_count && byte == BAREBPF_LOG_BEGIN)
            begin_message(log);
        else if (log->depth && byte >= BAREBPF_LOG_LAST)
            take_number(log, byte, out);
        else
            text_append(out, &bytes[i], 1);
    }
}

void deferred_end(const struct deferred_log *log, struct text *out)
{
    if (log->depth)
        text_printf(out, "(%u messages are incomplete)\n", log->depth);
}
