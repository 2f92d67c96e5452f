// SPDX-License-Identifier: Apache-2.0
/* The part of NAME.stubs.c about timers: barebpf_run_timers(), which goes through the maps whose values hold some. */
#include "../program/type.h"
#include "generator.h"
#include "map_bytes.h"

void stubs_timers(struct generator *g)
{
    text_printf(g->out, "/* Calls what is due (barebpf/timers.h). */\nuint64_t barebpf_run_timers(void)\n{\n"
                        "    struct rt_timer_round round;\n    if (!rt_timer_begin(&round))\n"
                        "        return rt_timer_next;\n");
    for (uint32_t i = 0; i < g->program->map_count; i++) {
        const struct map *map = &g->program->maps[i];
        uint32_t offset = map->role == MAP_USER ? map_special_field(g->program, i, "bpf_timer") : NONE;
        enum map_store store = map_store(map->type);
        if (offset == NONE || !map_is_stored(map))
            continue;
        text_printf(g->out, "    round.offset = %uu;\n", offset);
        if (store == STORE_ARRAY)
            text_printf(g->out, "    BAREBPF_ARRAY_EACH(bpf_map_%s, rt_timer_visit, &round, 0);\n", map->symbol);
        else if (store == STORE_HASH || store == STORE_LRU)
            text_printf(g->out, "    rt_map_each__%s(rt_timer_visit, &round, 0);\n", map->symbol);
    }
    text_printf(g->out, "    return rt_timer_next;\n}\n\n");
}
