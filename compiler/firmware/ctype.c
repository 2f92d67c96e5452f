// SPDX-License-Identifier: Apache-2.0
/* Prints BTF types as C of the same layout on every target. A struct is printed naturally where every C ABI we serve
 * lays it out as BTF does (64-bit members aligned to 8), else packed with explicit padding. */
#include "ctype.h"

#include <ctype.h>
#include <string.h>

#include "../base/memory.h"

/* Deeper nesting than this is printed as plain bytes. */
#define DEPTH_MAX 32

/* Where a declaration is printed to. */
struct printer {
    struct text *out;
    const struct program *program;
    int indent, depth;
};

static void declare(struct printer *p, uint32_t type, const char *declarator, uint32_t bytes);

/* What a name must not be in C: its keywords (C23 §6.4.1, GNU's too), and macros of headers that a user of the skeleton
 * may include. */
static bool is_reserved(const char *name, size_t length)
{
    static const char *const words[] = {
        "NULL",          "EOF",        "_Alignas",  "_Alignof",       "_Atomic",       "_Bool",    "_Complex",
        "_Generic",      "_Imaginary", "_Noreturn", "_Static_assert", "_Thread_local", "alignas",  "alignof",
        "asm",           "assert",     "auto",      "bool",           "break",         "case",     "char",
        "complex",       "const",      "constexpr", "continue",       "default",       "do",       "double",
        "else",          "enum",       "errno",     "extern",         "false",         "float",    "for",
        "goto",          "i386",       "if",        "inline",         "int",           "linux",    "long",
        "noreturn",      "nullptr",    "offsetof",  "register",       "restrict",      "return",   "setjmp",
        "short",         "signed",     "sizeof",    "static",         "static_assert", "stderr",   "stdin",
        "stdout",        "struct",     "switch",    "thread_local",   "true",          "typedef",  "typeof",
        "typeof_unqual", "union",      "unix",      "unsigned",       "void",          "volatile", "while",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == length && memcmp(words[i], name, length) == 0)
            return true;
    }
    return false;
}

void ctype_identifier(struct text *out, const char *name)
{
    size_t length = strlen(name);
    const char *start = name;
    if (!*name || isdigit((unsigned char)*name))
        text_append(out, "_", 1);
    for (; *name; name++)
        text_append(out, isalnum((unsigned char)*name) || *name == '_' ? name : "_", 1);
    /* "int" becomes "int_", "int_" becomes "int__": two names stay two. */
    while (length && start[length - 1] == '_')
        length--;
    if (is_reserved(start, length))
        text_append(out, "_", 1);
}

/* Index of the type behind typedefs and qualifiers. */
static uint32_t strip(const struct program *program, uint32_t type)
{
    for (uint32_t steps = 0; steps < program->type_count && type < program->type_count; steps++) {
        const struct type *t = &program->types[type];
        if (t->kind != TYPE_TYPEDEF && t->kind != TYPE_QUALIFIER)
            return type;
        type = t->target;
    }
    return 0;
}

static bool is_aggregate(const struct type *type)
{
    return type->kind == TYPE_STRUCT || type->kind == TYPE_UNION;
}

/* The tag of a named struct or union; a second type of the same name gets its number behind it. */
static void print_tag(struct text *out, const struct program *program, uint32_t type)
{
    const struct type *t = &program->types[type];
    text_printf(out, "%s ", t->kind == TYPE_STRUCT ? "struct" : "union");
    ctype_identifier(out, t->name);
    for (uint32_t i = 1; i < type; i++) {
        if (is_aggregate(&program->types[i]) && strcmp(program->types[i].name, t->name) == 0) {
            text_printf(out, "___%u", type);
            return;
        }
    }
}

static bool is_packed(const struct program *program, uint32_t type, int depth);

/* Alignment of a type in the C that we print; 1 for packed structs and what is printed as bytes. */
static uint32_t alignment(const struct program *program, uint32_t type, int depth)
{
    type = strip(program, type);
    const struct type *t = type_resolve(program, type);
    if (!type || !t || depth > DEPTH_MAX)
        return 1;
    if (t->kind == TYPE_ARRAY)
        return alignment(program, t->target, depth + 1);
    if (!is_aggregate(t))
        return t->size_bytes == 16 ? 8 : t->size_bytes && t->size_bytes <= 8 ? t->size_bytes : 1;
    if (is_packed(program, type, depth))
        return 1;
    uint32_t most = 1;
    for (uint32_t i = 0; i < t->member_count; i++) {
        uint32_t one = alignment(program, t->members[i].type, depth + 1);
        most = one > most ? one : most;
    }
    return most;
}

static uint32_t align_up(uint32_t offset, uint32_t align)
{
    return (offset + align - 1) / align * align;
}

/* True when C's own rules do not give BTF's offsets and size. */
static bool is_packed(const struct program *program, uint32_t type, int depth)
{
    const struct type *t = &program->types[type];
    uint32_t end = 0, most = 1;
    for (uint32_t i = 0; i < t->member_count; i++) {
        const struct member *m = &t->members[i];
        uint32_t align = alignment(program, m->type, depth + 1);
        uint32_t offset = t->kind == TYPE_UNION ? 0 : align_up(end, align);
        if (m->bitfield_bits || m->offset_bits != offset * 8)
            return true;
        most = align > most ? align : most;
        uint32_t stop = offset + type_size(program, m->type);
        end = stop > end ? stop : end;
    }
    return align_up(end, most) != t->size_bytes;
}

static void indent(const struct printer *p)
{
    text_printf(p->out, "%*s", p->indent, "");
}

/* Fills the bits from `from` to `to` of a packed struct. */
static void print_padding(const struct printer *p, uint32_t from, uint32_t to)
{
    if (from < to && from % 8) {
        uint32_t stop = align_up(from, 8) < to ? align_up(from, 8) : to;
        indent(p);
        text_printf(p->out, "uint8_t : %u;\n", stop - from);
        from = stop;
    }
    if (to - from >= 8) {
        indent(p);
        text_printf(p->out, "uint8_t _pad%u[%u];\n", from / 8, (to - from) / 8);
        from += (to - from) / 8 * 8;
    }
    if (from < to) {
        indent(p);
        text_printf(p->out, "uint8_t : %u;\n", to - from);
    }
}

static void print_member(struct printer *p, const struct member *m)
{
    struct text name = {0};
    if (*m->name)
        ctype_identifier(&name, m->name);
    if (m->bitfield_bits)
        text_printf(&name, " : %u", m->bitfield_bits);
    indent(p);
    declare(p, m->type, text_chars(&name), 0);
    text_printf(p->out, ";\n");
    text_free(&name);
}

/* The members of a struct or union between braces. */
static void print_body(struct printer *p, uint32_t type)
{
    const struct type *t = &p->program->types[type];
    bool packed = is_packed(p->program, type, p->depth);
    uint32_t bits = 0;
    text_printf(p->out, "{\n");
    p->indent += 4;
    for (uint32_t i = 0; i < t->member_count; i++) {
        const struct member *m = &t->members[i];
        if (packed && t->kind == TYPE_STRUCT && m->offset_bits > bits)
            print_padding(p, bits, m->offset_bits);
        print_member(p, m);
        bits = m->offset_bits + (m->bitfield_bits ? m->bitfield_bits : type_size(p->program, m->type) * 8);
    }
    if (packed && t->kind == TYPE_STRUCT && bits < t->size_bytes * 8)
        print_padding(p, bits, t->size_bytes * 8);
    if (packed && t->kind == TYPE_UNION) {
        indent(p);
        text_printf(p->out, "uint8_t _all[%u];\n", t->size_bytes);
    }
    p->indent -= 4;
    indent(p);
    text_printf(p->out, "}%s", packed ? " __attribute__((packed))" : "");
}

static void declare_bytes(struct printer *p, const char *declarator, uint32_t bytes)
{
    text_printf(p->out, "uint8_t %s[%u]", declarator, bytes);
}

static void declare_number(struct printer *p, const struct type *t, const char *declarator)
{
    const char *separator = *declarator ? " " : "";
    bool is_int = t->kind == TYPE_INT || t->kind == TYPE_ENUM;
    uint32_t bytes = t->size_bytes;
    if (t->kind == TYPE_FLOAT && (bytes == 4 || bytes == 8))
        text_printf(p->out, "%s%s%s", bytes == 4 ? "float" : "double", separator, declarator);
    else if (t->kind == TYPE_INT && t->encoding == INT_BOOL && bytes == 1)
        text_printf(p->out, "_Bool%s%s", separator, declarator);
    else if (t->kind == TYPE_INT && bytes == 1 && (t->encoding == INT_CHAR || strcmp(t->name, "char") == 0))
        text_printf(p->out, "char%s%s", separator, declarator);
    else if (is_int && (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8))
        text_printf(p->out, "%sint%u_t%s%s", t->encoding == INT_SIGNED ? "" : "u", bytes * 8, separator, declarator);
    else if (bytes == 16)
        text_printf(p->out, "uint64_t %s[2]", declarator);
    else
        declare_bytes(p, declarator, bytes);
}

static void declare_array(struct printer *p, const struct type *t, const char *declarator)
{
    struct text inner = {0};
    text_printf(&inner, "%s[%u]", declarator, t->count);
    declare(p, t->target, text_chars(&inner), 0);
    text_free(&inner);
}

static void declare(struct printer *p, uint32_t type, const char *declarator, uint32_t bytes)
{
    type = strip(p->program, type);
    const struct type *t = type ? type_resolve(p->program, type) : NULL;
    if (!t || ++p->depth > DEPTH_MAX) {
        declare_bytes(p, declarator, bytes);
        return;
    }
    switch (t->kind) {
    case TYPE_INT:
    case TYPE_ENUM:
    case TYPE_FLOAT: declare_number(p, t, declarator); break;
    case TYPE_POINTER: text_printf(p->out, "uint64_t%s%s", *declarator ? " " : "", declarator); break;
    case TYPE_ARRAY: declare_array(p, t, declarator); break;
    case TYPE_STRUCT:
    case TYPE_UNION:
        if (*t->name) {
            print_tag(p->out, p->program, type);
        } else {
            text_printf(p->out, "%s ", t->kind == TYPE_STRUCT ? "struct" : "union");
            print_body(p, type);
        }
        text_printf(p->out, "%s%s", *declarator ? " " : "", declarator);
        break;
    case TYPE_VOID:
    case TYPE_FUNC:
    case TYPE_FORWARD:
    case TYPE_TYPEDEF:
    case TYPE_QUALIFIER: declare_bytes(p, declarator, bytes); break;
    }
    p->depth--;
}

void ctype_declare(struct text *out, const struct program *program, uint32_t type, const char *declarator,
                   uint32_t bytes, int indent_spaces)
{
    struct printer p = {.out = out, .program = program, .indent = indent_spaces};
    bool usable = type && type < program->type_count && type_size(program, type) == bytes;
    declare(&p, usable ? type : 0, declarator, bytes);
}

static void define(struct text *out, const struct program *program, uint32_t type, struct ctype_set *set, int depth)
{
    type = strip(program, type);
    const struct type *t = type ? type_resolve(program, type) : NULL;
    if (!t || depth > DEPTH_MAX)
        return;
    if (t->kind == TYPE_ARRAY)
        define(out, program, t->target, set, depth + 1);
    if (!is_aggregate(t) || set->defined[type])
        return;
    set->defined[type] = true;
    for (uint32_t i = 0; i < t->member_count; i++)
        define(out, program, t->members[i].type, set, depth + 1);
    if (!*t->name)
        return;
    struct printer p = {.out = out, .program = program};
    print_tag(out, program, type);
    text_printf(out, " ");
    print_body(&p, type);
    text_printf(out, ";\n_Static_assert(sizeof(");
    print_tag(out, program, type);
    text_printf(out, ") == %u, \"layout of %s\");\n\n", t->size_bytes, t->name);
}

void ctype_define(struct text *out, const struct program *program, uint32_t type, struct ctype_set *set)
{
    if (!set->defined)
        set->defined = arena_array(&set->arena, program->type_count + 1, sizeof *set->defined);
    define(out, program, type, set, 0);
}

void ctype_set_free(struct ctype_set *set)
{
    arena_free(&set->arena);
    *set = (struct ctype_set){0};
}
