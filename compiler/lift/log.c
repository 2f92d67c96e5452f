// SPDX-License-Identifier: Apache-2.0
/* Deferred printk: what leaves the target is the number of the format and the values (barebpf/log.h). The verifier
 * knows the format of every call, so each value has its size and nothing of the format is in the image. A %s is the
 * address of constant characters, which the host finds in the image. Calls whose format varies print as usual. */
#include <string.h>

#include "../../helpers-template/include/barebpf/format.h"
#include "lifter.h"

/* Number of the format among the image's; NONE: it is none of them. */
static uint32_t format_number(const struct lifter *l, const char *format)
{
    for (uint32_t i = 0; l->options->formats && l->options->formats[i]; i++)
        if (strcmp(l->options->formats[i], format) == 0)
            return i;
    return NONE;
}

/* The first conversion in `format`, and what follows it; NULL: there is none more, or (letter 0) it is not one of ours.
 */
static const char *next_conversion(const struct lifter *l, struct format_conversion *c, const char *format)
{
    *c = (struct format_conversion){.letter = '%'};
    while ((format = strchr(format, '%')) && format[1] == '%')
        format += 2;
    if (!format)
        return NULL;
    format = format_parse(c, format + 1, l->pointer_bytes);
    if (!format)
        c->letter = 0;
    return format;
}

/* Bytes of the value that the conversion reads. */
static unsigned value_bytes(const struct lifter *l, const struct format_conversion *c)
{
    return c->letter == 's' ? l->pointer_bytes : c->letter == 'c' ? 1 : c->bytes;
}

/* The formatter takes all conversions of it: else the call prints, which gives the error. */
static bool is_possible(const struct lifter *l, const char *format)
{
    struct format_conversion c;
    while ((format = next_conversion(l, &c, format)))
        ;
    return c.letter != 0;
}

/* Value `index` as an integer of `bytes` bytes: of a register, or of the array that r3 points to. */
static LLVMValueRef value(struct lifter *l, const struct insn *insn, unsigned index, unsigned bytes)
{
    LLVMBuilderRef b = l->builder;
    LLVMTypeRef type = LLVMIntTypeInContext(l->context, 8 * bytes);
    if (insn->imm == HELPER_TRACE_PRINTK) {
        const struct reg_fact *fact = &l->fact->args[index + 2];
        if (bytes == 8)
            return reg_number(l, (uint8_t)(index + 3), fact);
        return LLVMBuildTrunc(b, reg_word(l, (uint8_t)(index + 3), fact), type, "");
    }
    LLVMValueRef offset = LLVMConstInt(l->size_type, 8 * (uint64_t)index, false);
    LLVMValueRef address = LLVMBuildGEP2(b, l->i8, reg_pointer(l, 3, &l->fact->args[2]), &offset, 1, "");
    LLVMValueRef loaded = LLVMBuildLoad2(b, type, address, "");
    LLVMSetAlignment(loaded, 1);
    return loaded;
}

static void log_number(struct lifter *l, LLVMValueRef number, unsigned bytes)
{
    LLVMTypeRef type = bytes == 8 ? l->i64 : l->i32;
    const char *name = bytes == 8 ? "barebpf_log_wide" : "barebpf_log_word";
    LLVMValueRef wide = bytes < 4 ? LLVMBuildZExt(l->builder, number, l->i32, "") : number;
    function_call(l, function_external(l, name, l->void_type, &type, 1), &wide, 1);
}

bool lift_log(struct lifter *l, const struct insn *insn)
{
    static const struct reg_fact unknown = {0};
    const struct fact *fact = l->fact;
    bool prints = insn->imm == HELPER_TRACE_PRINTK || insn->imm == HELPER_TRACE_VPRINTK;
    if (!prints || !fact->format || fact->format_varies || !is_possible(l, fact->format))
        return false;
    uint32_t number = format_number(l, fact->format);
    if (number == NONE)
        return false;
    LLVMValueRef id = LLVMConstInt(l->i32, number, false);
    function_call(l, function_external(l, "barebpf_log", l->void_type, &l->i32, 1), &id, 1);
    struct format_conversion c;
    const char *at = fact->format;
    for (unsigned index = 0; (at = next_conversion(l, &c, at)); index++) {
        unsigned bytes = value_bytes(l, &c);
        log_number(l, value(l, insn, index, bytes), bytes);
    }
    reg_set_number(l, 0, LLVMConstNull(l->i64), &unknown);
    return true;
}
