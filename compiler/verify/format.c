// SPDX-License-Identifier: Apache-2.0
/* Format strings: %s makes the firmware read memory through a number, so the string must be known and its pointers
 * proved. Source: kernel documentation of bpf_trace_printk and bpf_trace_vprintk (helpers 6 and 177). */
#include <string.h>

#include "machine.h"

#define FORMAT_BYTES   256 /* longest format string that is looked at */
#define HELPER_PRINTK  6
#define HELPER_VPRINTK 177

/* Copies the known format string; false when a byte is not known or no NUL is found in its size. */
static bool read_format(const struct machine *m, const struct state *s, char format[FORMAT_BYTES])
{
    uint64_t size = range_min(state_reg(s, 2)->num.all, 64);
    for (uint64_t i = 0; i < size && i < FORMAT_BYTES; i++) {
        uint8_t byte;
        if (!memory_byte(m, s, state_reg(s, 1), (int64_t)i, &byte))
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

/* The known value given for conversion number `index`: a register, or 8 bytes of the array that bpf_trace_vprintk
 * reads. */
static bool format_argument(const struct state *s, const struct helper *helper, unsigned index, struct value *v)
{
    uint64_t start;
    if (helper->id == HELPER_PRINTK) {
        *v = *state_reg(s, 3 + index);
        return true;
    }
    const struct value *data = state_reg(s, 3);
    if (data->kind != KIND_STACK || !num_is_const(&data->num, &start))
        return false;
    int off = (int)(int64_t)start + (int)index * 8;
    *v = frame_read(s->frames[data->object], off, 8);
    return true;
}

/* True when the call gives a value for conversion number `index`. */
static bool has_argument(const struct state *s, const struct helper *helper, unsigned index)
{
    if (helper->id == HELPER_PRINTK)
        return index < 3 && state_reg(s, 3 + index)->kind != KIND_UNINIT;
    return (index + 1) * 8 <= range_min(state_reg(s, 4)->num.all, 64);
}

/* True for a pointer to known characters that end in NUL. */
static bool is_string(const struct machine *m, const struct state *s, const struct value *v)
{
    uint8_t byte = 1;
    if (v->kind != KIND_MAP_VALUE)
        return false;
    for (int64_t i = 0; byte; i++)
        if (!memory_byte(m, s, v, i, &byte))
            return false;
    return true;
}

/* The argument of a %s; reports when it is not a constant string. */
static bool is_known_string(struct machine *m, const struct state *s, const struct helper *helper, unsigned index)
{
    struct value v;
    if (format_argument(s, helper, index, &v) && is_string(m, s, &v))
        return true;
    need_fail(m, s, D_HELPER_ARGUMENT, "%s needs a constant string",
              "%%s in the format of %s: value %u must be a constant string", helper->enum_name, index + 1);
    diag_suggest(m->d, "print numbers, or a string literal");
    return false;
}

bool call_check_format(struct machine *m, const struct state *s, const struct helper *helper)
{
    char format[FORMAT_BYTES];
    if (helper->id != HELPER_PRINTK && helper->id != HELPER_VPRINTK)
        return true;
    if (!read_format(m, s, format)) {
        need_fail(m, s, D_HELPER_ARGUMENT, "not a known string",
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
            return need_fail(m, s, D_HELPER_ARGUMENT, "unknown conversion",
                             "the format of %s has a conversion that is not supported: \"%.8s\"", helper->enum_name,
                             start);
        if (*at != '%' && !has_argument(s, helper, index))
            return need_fail(m, s, D_HELPER_ARGUMENT, "too few values",
                             "the format of %s asks for value %u, which is not given", helper->enum_name, index + 1);
        if (*at == 's' && !is_known_string(m, s, helper, index))
            return false;
        index += *at != '%';
    }
    return true;
}
