// SPDX-License-Identifier: Apache-2.0
/* Format strings: %s makes the firmware read memory through a number, so the string must be known and its pointers
 * proved. Source: kernel documentation of bpf_trace_printk and bpf_trace_vprintk (helpers 6 and 177); the UAPI's bpf.h
 * of bpf_snprintf. */
#include <string.h>

#include "machine.h"

#define FORMAT_BYTES 256 /* longest format string that is looked at */

/* Where a helper's format and its values are: registers; 0 for none. */
struct format_call {
    uint32_t helper;
    unsigned format, format_bytes; /* without a size: to its NUL */
    unsigned first;                /* the register of the first value, up to three; or */
    unsigned data, data_bytes;     /* an array of values */
};

static const struct format_call format_calls[] = {
    {.helper = 6, .format = 1, .format_bytes = 2, .first = 3},
    {.helper = 165, .format = 3, .data = 4, .data_bytes = 5},
    {.helper = 177, .format = 1, .format_bytes = 2, .data = 3, .data_bytes = 4},
};

/* Copies the known format string; false when a byte is not known or no NUL is found in its size. */
static bool read_format(const struct machine *m, const struct state *s, const struct format_call *call,
                        char format[FORMAT_BYTES])
{
    uint64_t size = call->format_bytes ? range_min(state_reg(s, call->format_bytes)->num.all, 64) : FORMAT_BYTES;
    for (uint64_t i = 0; i < size && i < FORMAT_BYTES; i++) {
        uint8_t byte;
        if (!memory_byte(m, s, state_reg(s, call->format), (int64_t)i, &byte))
            return false;
        format[i] = (char)byte;
        if (!byte)
            return true;
    }
    return false;
}

/* Skips flags, width, precision and length after a '%', exactly as the firmware's formatter reads them
 * (helpers-template/); the conversion character, or NULL when it is none that the formatter knows. */
static const char *conversion(const char *at)
{
    at += strspn(at, "-+ #0");
    at += strspn(at, "0123456789");
    if (*at == '.')
        at += 1 + strspn(at + 1, "0123456789");
    if (*at == 'h')
        at += at[1] == 'h' ? 2 : 1;
    else if (*at == 'l')
        at += at[1] == 'l' ? 2 : 1;
    return *at && strchr("diuxXpsc%", *at) ? at : NULL;
}

/* The known value given for conversion number `index`: a register, or 8 bytes of the array. */
static bool format_argument(const struct state *s, const struct format_call *call, unsigned index, struct value *v)
{
    uint64_t start;
    if (call->first) {
        *v = *state_reg(s, call->first + index);
        return true;
    }
    const struct value *data = state_reg(s, call->data);
    if (data->kind != KIND_STACK || !num_is_const(&data->num, &start))
        return false;
    int off = (int)(int64_t)start + (int)index * 8;
    *v = frame_read(s->frames[data->object], off, 8);
    return true;
}

/* True when the call gives a value for conversion number `index`. */
static bool has_argument(const struct state *s, const struct format_call *call, unsigned index)
{
    if (call->first)
        return index < 3 && state_reg(s, call->first + index)->kind != KIND_UNINIT;
    return (index + 1) * 8 <= range_min(state_reg(s, call->data_bytes)->num.all, 64);
}

bool call_is_string(const struct machine *m, const struct state *s, const struct value *v)
{
    uint8_t byte = 1;
    if (v->kind != KIND_MAP_VALUE)
        return false;
    for (int64_t i = 0; byte; i++)
        if (!memory_byte(m, s, v, i, &byte))
            return false;
    return true;
}

/* Linux takes any format and text to print, boards do not; to snprintf both give only constants. */
static enum diag_id format_error(const struct format_call *call)
{
    return call->format_bytes ? D_FEATURE : D_HELPER_ARGUMENT;
}

/* The argument of a %s; reports when it is not a constant string. */
static bool is_known_string(struct machine *m, const struct state *s, const struct format_call *call, unsigned index)
{
    struct value v;
    if (format_argument(s, call, index, &v) && call_is_string(m, s, &v))
        return true;
    need_fail(m, s, format_error(call), "%s needs a constant string",
              "%%s in the format of %s: value %u must be a constant string", helper_find(call->helper)->enum_name,
              index + 1);
    diag_suggest(m->d, "print numbers, or a string literal");
    return false;
}

bool call_check_format(struct machine *m, const struct state *s, const struct helper *helper)
{
    char format[FORMAT_BYTES];
    const struct format_call *call = format_calls, *end = call + sizeof format_calls / sizeof *format_calls;
    while (call < end && call->helper != helper->id)
        call++;
    if (call == end ||
        (call->format_bytes && m->hook && m->hook->start == START_NOWHERE)) /* Linux looks at these when it prints */
        return true;
    if (!read_format(m, s, call, format)) {
        need_fail(m, s, format_error(call), "not a known string",
                  "the format of %s must be a constant string of less than %d characters", helper->enum_name,
                  FORMAT_BYTES);
        diag_suggest(m->d, "use bpf_printk(\"…\", …) with a literal format");
        return false;
    }
    unsigned index = 0;
    for (const char *at = strchr(format, '%'); at; at = strchr(at + 1, '%')) {
        const char *start = at;
        at = conversion(at + 1);
        if (!at)
            return need_fail(m, s, format_error(call), "unknown conversion",
                             "the format of %s has a conversion that is not supported: \"%.8s\"", helper->enum_name,
                             start);
        if (*at != '%' && !has_argument(s, call, index))
            return need_fail(m, s, D_HELPER_ARGUMENT, "too few values",
                             "the format of %s asks for value %u, which is not given", helper->enum_name, index + 1);
        if (*at == 's' && !is_known_string(m, s, call, index))
            return false;
        index += *at != '%';
    }
    if (call->format_bytes) /* it prints */
        fact_format(m, s, format);
    return true;
}
