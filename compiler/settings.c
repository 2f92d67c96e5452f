// SPDX-License-Identifier: Apache-2.0
/* --set and the board's "kconfig". Values are what Kconfig writes: numbers, y, n, m, or text for arrays of char.
 * Source: libbpf's overview, "extern variables" (types of __kconfig variables). */
#include "settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A value to be written. */
struct setting {
    struct program *program;
    const char *name, *text;
    struct diag *d;
};

static bool refuse(const struct setting *s, const char *why)
{
    return diag_error(s->d, &NO_PLACE, D_OPTION, "--set %s=%s: %s", s->name, s->text, why);
}

/* The bytes of the section in which the variable lies, a copy that may be written. */
static uint8_t *contents_of(const struct setting *s, struct map *section)
{
    uint8_t *contents = arena_alloc(&s->program->arena, section->value_bytes);
    if (section->init)
        memcpy(contents, section->init, section->value_bytes);
    section->init = contents;
    return contents;
}

static bool is_text(const struct program *program, const struct variable *variable)
{
    const struct type *array = type_resolve(program, variable->type);
    const struct type *element = array->kind == TYPE_ARRAY ? type_resolve(program, array->target) : array;
    return array->kind == TYPE_ARRAY && element->kind == TYPE_INT && element->size_bytes == 1;
}

static bool set_text(const struct setting *s, struct map *section, const struct variable *variable)
{
    size_t length = strlen(s->text);
    const char *text = s->text;
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text++;
        length -= 2;
    }
    if (length + 1 > variable->size_bytes)
        return refuse(s, "the text does not fit the variable");
    uint8_t *bytes = contents_of(s, section) + variable->offset_bytes;
    memset(bytes, 0, variable->size_bytes);
    memcpy(bytes, text, length);
    return true;
}

/* y, n and m as the variable's type has them: a bool, a character, or a tristate (0, 1, 2). */
static bool read_letter(const struct setting *s, const struct variable *variable, uint64_t *bits)
{
    const char letter = s->text[0];
    const struct type *type = type_resolve(s->program, variable->type);
    if ((letter != 'y' && letter != 'n' && letter != 'm') || s->text[1])
        return false;
    if (type->kind == TYPE_INT && type->encoding != INT_BOOL && type->size_bytes == 1)
        *bits = (uint64_t)letter;
    else
        *bits = letter == 'y' ? 1 : letter == 'm' ? 2 : 0;
    return type->kind != TYPE_INT || type->encoding != INT_BOOL || letter != 'm';
}

static bool read_number(const char *text, uint64_t *bits)
{
    char *end = NULL;
    errno = 0;
    *bits = text[0] == '-' ? (uint64_t)strtoll(text, &end, 0) : strtoull(text, &end, 0);
    return end != text && !*end && !errno;
}

static bool set_number(const struct setting *s, struct map *section, const struct variable *variable)
{
    uint32_t bytes = variable->size_bytes;
    uint64_t bits = 0;
    if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8)
        return diag_error(s->d, &NO_PLACE, D_OPTION, "--set: '%s' has %u bytes and is no number", variable->name,
                          bytes);
    if (!read_letter(s, variable, &bits) && !read_number(s->text, &bits))
        return refuse(s, "must be VARIABLE=NUMBER (or y, n, m)");
    int64_t sign = bytes == 8 ? 0 : (int64_t)bits >> (8 * bytes - 1); /* 0 or -1: fits signed; 1: fits unsigned */
    if (sign != 0 && sign != -1 && sign != 1)
        return diag_error(s->d, &NO_PLACE, D_OPTION, "--set: the value does not fit '%s', which has %u bytes",
                          variable->name, bytes);
    uint8_t *contents = contents_of(s, section);
    for (uint32_t i = 0; i < bytes; i++)
        contents[variable->offset_bytes + i] = (uint8_t)(bits >> (8 * i));
    return true;
}

/* The variable called like the setting; NULL when there is none. */
static const struct variable *find_variable(const struct setting *s, struct map **section)
{
    for (uint32_t i = 0; i < s->program->map_count; i++) {
        *section = &s->program->maps[i];
        for (uint32_t k = 0; k < (*section)->variable_count; k++)
            if (strcmp((*section)->variables[k].name, s->name) == 0)
                return &(*section)->variables[k];
    }
    return NULL;
}

static void mark_set(const struct setting *s)
{
    for (uint32_t i = 0; i < s->program->extern_count; i++)
        if (s->program->externs[i].is_kconfig && strcmp(s->program->externs[i].name, s->name) == 0)
            s->program->externs[i].is_set = true;
}

static bool apply(const struct setting *s, bool must_exist)
{
    struct map *section = NULL;
    const struct variable *variable = find_variable(s, &section);
    if (!variable)
        return !must_exist || diag_error(s->d, &NO_PLACE, D_OPTION, "--set: the object has no variable '%s'", s->name);
    mark_set(s);
    return is_text(s->program, variable) ? set_text(s, section, variable) : set_number(s, section, variable);
}

static bool apply_list(struct program *program, string_list list, bool must_exist, struct diag *d)
{
    for (; list && *list; list++) {
        const char *equals = strchr(*list, '=');
        if (!equals || equals == *list || !equals[1])
            return diag_error(d, &NO_PLACE, D_OPTION, "--set '%s' must be VARIABLE=NUMBER", *list);
        const char *name = arena_strndup(&program->arena, *list, (size_t)(equals - *list));
        const struct setting setting = {program, name, equals + 1, d};
        if (!apply(&setting, must_exist))
            return false;
    }
    return true;
}

bool settings_apply_board(struct program *program, string_list kconfig, struct diag *d)
{
    /* What libbpf defines by itself: the Linux version whose UAPI the helpers follow (6.12), and that there is no
     * kernel that could offer cookies or wrap system calls. */
    static const char *const fixed[] = {"LINUX_KERNEL_VERSION=0x060c00", "LINUX_HAS_BPF_COOKIE=0",
                                        "LINUX_HAS_SYSCALL_WRAPPER=0", NULL};
    for (uint32_t i = 0; i < program->extern_count; i++) {
        const struct external *external = &program->externs[i];
        for (string_list setting = fixed; external->is_kconfig && *setting; setting++) {
            const char *const one[] = {*setting, NULL};
            size_t length = strlen(external->name);
            if (strncmp(*setting, external->name, length) == 0 && (*setting)[length] == '=' &&
                !apply_list(program, one, false, d))
                return false;
        }
    }
    return apply_list(program, kconfig, false, d);
}

bool settings_apply(struct program *program, string_list sets, struct diag *d)
{
    return apply_list(program, sets, true, d);
}

bool settings_complete(const struct program *program, struct diag *d)
{
    for (uint32_t i = 0; i < program->extern_count; i++) {
        const struct external *external = &program->externs[i];
        if (!external->is_kconfig || external->is_weak || external->is_set)
            continue;
        diag_error(d, &FILE_PLACE(program->path), D_EXTERN, "no value is known for the kconfig variable '%s'",
                   external->name);
        diag_suggest(d, "--set %s=VALUE, \"kconfig\" in the board's board.json, or __weak for 0", external->name);
        return false;
    }
    return true;
}
