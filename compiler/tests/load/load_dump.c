// SPDX-License-Identifier: Apache-2.0
/* Prints what load_program() makes of an object: for looking at, and for comparing with other tools' reading. */
#include <inttypes.h>

#include "load/load.h"

static void dump_map(const struct program *p, uint32_t index)
{
    const struct map *map = &p->maps[index];
    printf("map %u %s symbol=%s type=%u role=%u key=%u value=%u entries=%u flags=%u key_type=%u value_type=%u init=",
           index, map->name, map->symbol, (unsigned)map->type, (unsigned)map->role, map->key_bytes, map->value_bytes,
           map->entries, map->flags, map->key_type, map->value_type);
    for (uint32_t i = 0; map->init != NULL && i < map->value_bytes; i++) {
        printf("%02x", map->init[i]);
    }
    printf("\n");
    for (uint32_t i = 0; i < map->variable_count; i++) {
        const struct variable *v = &map->variables[i];
        printf("  variable %s at %u size %u type %u%s\n", v->name, v->offset_bytes, v->size_bytes, v->type,
               v->is_static ? " static" : "");
    }
}

static void dump_func(const struct program *p, uint32_t index)
{
    const struct func *func = &p->funcs[index];
    printf("func %u %s section=%s%s%s proto=%u hook=%s\n", index, func->name, func->section,
           func->is_program ? " program" : "", func->is_global ? " global" : "", func->proto,
           func->hook != NULL ? func->hook->name : "-");
    for (uint32_t i = func->first; i < func->first + func->count; i++) {
        char text[200];
        insn_print(text, sizeof text, p, i);
        const struct line *line = program_line(p, i);
        printf("  %u: %s ; line %u\n", p->insns[i].slot, text, line != NULL ? line->line : 0);
    }
}

static void dump(const struct program *p)
{
    printf("stem %s license %s types %u lines %u insns %u\n", p->stem, p->license, p->type_count, p->line_count,
           p->insn_count);
    for (uint32_t i = 0; i < p->map_count; i++) {
        dump_map(p, i);
    }
    for (uint32_t i = 0; i < p->extern_count; i++) {
        const struct external *e = &p->externs[i];
        printf("extern %u %s type=%u%s%s%s\n", i, e->name, e->type, e->is_func ? " func" : "",
               e->is_weak ? " weak" : "", e->is_kconfig ? " kconfig" : "");
    }
    for (uint32_t i = 0; i < p->func_count; i++) {
        dump_func(p, i);
    }
}

int main(int argc, char **argv)
{
    struct diag *d = diag_new(argc > 1 ? argv[1] : NULL);
    struct program program = {0};
    bool ok = (argc == 2 || argc == 3) &&
              load_program(&program, argv[1], &(struct load_options){.btf = argc == 3 ? argv[2] : NULL}, d);
    if (ok) {
        dump(&program);
    } else {
        diag_print(d, stderr, false);
    }
    int status = ok ? 0 : (int)diag_status(d);
    program_free(&program);
    diag_free(d);
    return status;
}
