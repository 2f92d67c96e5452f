// SPDX-License-Identifier: Apache-2.0
/* The part of NAME.stubs.c about maps: their types and objects, each with the macro of its type (helpers-template/),
 * and the helpers that work on them. */
#include <stdio.h>
#include <string.h>

#include "ctype.h"
#include "generator.h"
#include "map_bytes.h"
#include "skel.h"

/* -- objects ------------------------------------------------------------------------------------------------------- */

/* Defines the types bpf_key__SYMBOL or bpf_value__SYMBOL. No map's object can have such a name. */
static void define_type(struct generator *g, const struct map *map, const char *part, uint32_t type, uint32_t bytes)
{
    struct text name = {0};
    if (!bytes)
        return;
    text_printf(&name, "bpf_%s__%s", part, map->symbol);
    text_printf(g->out, "typedef ");
    ctype_declare(g->out, g->program, type, text_chars(&name), bytes, 0);
    text_printf(g->out, ";\n_Static_assert(sizeof(%s) == %u, \"as the program sees it\");\n", text_chars(&name), bytes);
    text_free(&name);
}

/* The header of helpers-template/ that has the map types of a store. */
static const char *store_header(enum map_store store)
{
    switch (store) {
    case STORE_ARRAY: return "map_array.h";
    case STORE_HASH: return "map_hash.h";
    case STORE_LRU: return "map_lru.h";
    case STORE_TRIE: return "map_trie.h";
    case STORE_QUEUE: return "map_queue.h";
    case STORE_BLOOM: return "map_bloom.h";
    case STORE_RING:
    case STORE_STREAM: return "map_ring.h";
    case STORE_MAPS: return "map_maps.h";
    case STORE_NONE: break;
    }
    return NULL;
}

/* The slots of a map of maps. */
static void define_slots(struct generator *g, const struct map *map)
{
    uint32_t count = map_slot_count(map);
    text_printf(g->out, "BAREBPF_MAPS_MAP(%s, %uu, %uu", map->symbol, map->entries, count ? count : 1);
    for (uint32_t i = 0; i < count; i++) {
        if (map->values[i] == NONE)
            text_printf(g->out, ", NULL");
        else
            text_printf(g->out, ", &bpf_map_%s", g->program->maps[map->values[i]].symbol);
    }
    text_printf(g->out, "%s);\n\n", count ? "" : ", NULL");
}

/* "BAREBPF_HASH_MAP(flows, bpf_key__flows, bpf_value__flows, 64u);" */
static void define_object(struct generator *g, uint32_t index)
{
    const struct map *map = &g->program->maps[index];
    const char *name = map->symbol;
    struct text *out = g->out;
    switch (map_store(map->type)) {
    case STORE_NONE: BUG("map '%s' is not stored", map->name);
    case STORE_ARRAY:
        text_printf(out, "BAREBPF_ARRAY_MAP(%s, bpf_value__%s, %uu);\n\n", name, name, map->entries);
        break;
    case STORE_HASH:
    case STORE_LRU:
    case STORE_TRIE: {
        enum map_store store = map_store(map->type);
        const char *kind = store == STORE_HASH ? "HASH" : store == STORE_LRU ? "LRU" : "TRIE";
        text_printf(out, "BAREBPF_%s_MAP(%s, bpf_key__%s, bpf_value__%s, %uu);\n\n", kind, name, name, name,
                    map->entries);
        break;
    }
    case STORE_QUEUE:
        text_printf(out, "BAREBPF_QUEUE_MAP(%s, bpf_value__%s, %uu, %d);\n\n", name, name, map->entries,
                    map->type == MAP_STACK);
        break;
    case STORE_BLOOM:
        text_printf(out, "BAREBPF_BLOOM_MAP(%s, bpf_value__%s, %uu, %uu);\n\n", name, name, map->entries,
                    map_hash_count(map));
        break;
    case STORE_RING:
        text_printf(out, "BAREBPF_RINGBUF_MAP(%s, %uu, %uu);\n\n", name, map->entries,
                    map_tail_bytes(g->verified, index));
        break;
    case STORE_STREAM:
        text_printf(out, "BAREBPF_PERF_MAP(%s, %uu, %uu, %uu);\n\n", name, map->entries,
                    (uint32_t)map_capacity_now(map), map_tail_bytes(g->verified, index));
        break;
    case STORE_MAPS: define_slots(g, map); break;
    }
}

/* "RT_PARTS(4u, RT_NO_PART)": where the values of the map hold a lock and a timer; false when they hold neither. */
static bool value_parts(struct text *out, const struct program *program, uint32_t index)
{
    uint32_t lock = map_special_field(program, index, "bpf_spin_lock");
    uint32_t timer = map_special_field(program, index, "bpf_timer");
    if (lock == NONE && timer == NONE)
        return false;
    char texts[2][16] = {"RT_NO_PART", "RT_NO_PART"};
    if (lock != NONE)
        snprintf(texts[0], sizeof texts[0], "%uu", lock);
    if (timer != NONE)
        snprintf(texts[1], sizeof texts[1], "%uu", timer);
    text_printf(out, "RT_PARTS(%s, %s)", texts[0], texts[1]);
    return true;
}

static void define_map(struct generator *g, uint32_t index)
{
    const struct map *map = &g->program->maps[index];
    text_printf(g->out, "/* Map %s (%s): %u entries, keys of %u bytes, values of %u bytes. */\n", map->name,
                map_type_name(map->type), map->entries, map->key_bytes, map->value_bytes);
    bool typed = map_store(map->type) != STORE_STREAM && map_store(map->type) != STORE_MAPS;
    if (typed)
        define_type(g, map, "value", map->value_type, map->value_bytes);
    if (typed && map_store(map->type) != STORE_ARRAY)
        define_type(g, map, "key", map->key_type, map->key_bytes);
    struct text parts = {0};
    if (value_parts(&parts, g->program, index))
        text_printf(g->out, "#undef BAREBPF_PARTS\n#define BAREBPF_PARTS %s\n", text_chars(&parts));
    define_object(g, index);
    if (parts.length)
        text_printf(g->out, "#undef BAREBPF_PARTS\n#define BAREBPF_PARTS RT_PARTS(RT_NO_PART, RT_NO_PART)\n\n");
    text_free(&parts);
}

static bool all_zero(const struct map *map)
{
    for (uint32_t i = 0; map->init && i < map->value_bytes; i++) {
        if (map->init[i])
            return false;
    }
    return true;
}

/* A data section: its bytes and, for people and debuggers, its variables. */
static void define_section(struct generator *g, const struct map *map)
{
    struct text *out = g->out;
    struct text tag = {0};
    const char *read_only = map->role == MAP_SECTION_RODATA ? "const " : "";
    text_printf(&tag, "bpf_section__%s", map->symbol);
    text_printf(out, "/* Section %s, %u bytes%s. */\n", map->name, map->value_bytes, *read_only ? ", in flash" : "");
    section_struct(out, g->program, map, text_chars(&tag));
    text_printf(out, "_Static_assert(sizeof(struct %s) == %u, \"as the program sees it\");\n", text_chars(&tag),
                (map->value_bytes + 7) / 8 * 8);
    text_printf(out, "%sunion {\n    uint8_t bytes[%u];\n    struct %s variables;\n} bpf_map_%s", read_only,
                map->value_bytes, text_chars(&tag), map->symbol);
    if (!all_zero(map) || *read_only) {
        text_printf(out, " = {{");
        for (uint32_t i = 0; i < map->value_bytes; i++)
            text_printf(out, "%s0x%02x,", i % 16 ? " " : "\n    ", map->init ? map->init[i] : 0);
        text_printf(out, "\n}}");
    }
    text_printf(out, ";\n\n");
    text_free(&tag);
}

static void include_headers(struct generator *g)
{
    bool included[STORE_MAPS + 1] = {false};
    for (uint32_t i = 0; i < g->program->map_count; i++) {
        const struct map *map = &g->program->maps[i];
        enum map_store store = map_store(map->type);
        if (map->role != MAP_USER || !map_is_stored(map) || included[store])
            continue;
        text_printf(g->out, "#include \"%s\"\n", store_header(store));
        included[store] = true;
    }
    text_printf(g->out, "\n");
}

/* Maps of maps come last, since they name the others. */
static void define_maps(struct generator *g, bool maps_of_maps)
{
    for (uint32_t i = 0; i < g->program->map_count; i++) {
        const struct map *map = &g->program->maps[i];
        bool last = map->role == MAP_USER && map_store(map->type) == STORE_MAPS;
        if (!map_is_stored(map) || last != maps_of_maps)
            continue;
        if (map->role == MAP_USER)
            define_map(g, i);
        else if (map->value_bytes)
            define_section(g, map);
    }
}

bool stubs_maps(struct generator *g)
{
    for (uint32_t i = 0; i < g->program->map_count; i++) {
        const struct map *map = &g->program->maps[i];
        uint32_t user = stubs_reference(g, i, REF_MAP, REF_MAP_VALUE);
        const char *type = map_type_name(map->type);
        if (map->role != MAP_USER || map_store(map->type) != STORE_NONE || user == NONE || !map_is_object(map))
            continue;
        struct text what = {0};
        text_printf(&what, "map '%%s' is of type %s, which has no counterpart on bare metal", type ? type : "unknown");
        stubs_refuse(g, user, D_MAP_TYPE, text_chars(&what), map->name);
        text_free(&what);
        return false;
    }
    include_headers(g);
    map_types(g->out, g->program);
    define_maps(g, false);
    define_maps(g, true);
    return true;
}

/* -- helpers ------------------------------------------------------------------------------------------------------- */

/* What a helper calls: the operation of a map, and its arguments. */
static const struct {
    uint32_t helper;
    const char *operation, *arguments;
} calls[] = {
    {1, "lookup", "(a1)"},
    {2, "update", "(a1, a2, a3)"},
    {3, "delete", "(a1)"},
    {25, "perf", "(a2, a3, a4, packet)"},
    {87, "push", "(a1, a2)"},
    {88, "pop", "(a1)"},
    {89, "peek", "(a1)"},
    {130, "output", "(a1, a2, a3)"},
    {131, "reserve", "(a1, a2)"},
    {134, "query", "(a1)"},
    {164, "each", "((rt_callback *)a1, a2, a3)"},
    {195, "lookup", "(a1)"},
    {198, "reserve", "(a1, a2)"},
};

/* Arrays are so simple that a macro on their object is enough. */
static void array_call(struct generator *g, uint32_t index, uint32_t helper)
{
    const char *name = g->program->maps[index].symbol;
    struct text parts = {0};
    if (helper == 2 && value_parts(&parts, g->program, index))
        text_printf(g->out, "        return BAREBPF_ARRAY_UPDATE_PARTS(bpf_map_%s, a1, a2, a3, %s);\n", name,
                    text_chars(&parts));
    else if (helper == 2)
        text_printf(g->out, "        return BAREBPF_ARRAY_UPDATE(bpf_map_%s, a1, a2, a3);\n", name);
    else if (helper == HELPER_FOR_EACH_MAP_ELEM)
        text_printf(g->out, "        return BAREBPF_ARRAY_EACH(bpf_map_%s, (rt_callback *)a1, a2, a3);\n", name);
    else
        text_printf(g->out, "        return BAREBPF_ARRAY_%s(bpf_map_%s, a1);\n", helper == 3 ? "DELETE" : "LOOKUP",
                    name);
    text_free(&parts);
}

static void map_call(struct generator *g, uint32_t index, uint32_t helper)
{
    const struct map *map = &g->program->maps[index];
    if (map_store(map->type) == STORE_ARRAY) {
        array_call(g, index, helper);
        return;
    }
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i].helper == helper && helper == HELPER_RINGBUF_RESERVE_DYNPTR)
            text_printf(g->out, "        return rt_dynptr_reserved(a3, rt_map_reserve__%s(a1, a2), a1, a2);\n",
                        map->symbol);
        else if (calls[i].helper == helper)
            text_printf(g->out, "        return rt_map_%s__%s%s;\n", calls[i].operation, map->symbol,
                        calls[i].arguments);
}

/* The field of the entry's context that is a packet pointer of this kind; NULL when there is none. */
static const struct hook_field *packet_field(const struct hook *hook, enum field_kind kind)
{
    for (uint32_t i = 0; hook && i < hook->layout->field_count; i++)
        if (hook->layout->fields[i].kind == kind)
            return &hook->layout->fields[i];
    return NULL;
}

/* The packet, parts of which a perf event can hold. */
static void define_packet(struct generator *g)
{
    const struct hook *hook = g->program->funcs[verified_entry(g->verified)].hook;
    const struct hook_field *data = packet_field(hook, FIELD_PACKET), *end = packet_field(hook, FIELD_PACKET_END);
    text_printf(g->out, "    struct rt_span packet = {NULL, 0};\n");
    if (!data || !end)
        return;
    uint32_t pointer = g->board->pointer_bytes;
    text_printf(
        g->out,
        "    const char *context = a0;\n    packet.from = *(void *const *)(const void *)(context + %u);\n"
        "    packet.bytes = (uint32_t)(*(char *const *)(const void *)(context + %u) - (const char *)packet.from);\n",
        hook_field_target_offset(hook, data, pointer), hook_field_target_offset(hook, end, pointer));
}

/* Picks the map. Its address is a constant at nearly every call, so that one branch is left. */
void stubs_map_helper(struct generator *g, const struct helper *helper)
{
    unsigned map_arg = helper_map_arg(helper);
    for (uint8_t i = 0; i < helper->arg_count; i++)
        text_printf(g->out, "    (void)a%u;\n", i);
    if (helper->id == 25)
        define_packet(g);
    if (helper->id == 195)
        text_printf(g->out, "    if (a2) /* there is one processor */\n        return NULL;\n");
    for (uint32_t i = 0; i < g->program->map_count; i++) {
        const struct map *map = &g->program->maps[i];
        if (map->role != MAP_USER || !map_is_stored(map) || !helper_serves_map(helper->id, map->type))
            continue;
        text_printf(g->out, "    if (a%u == (const void *)&bpf_map_%s)\n", map_arg, map->symbol);
        map_call(g, i, helper->id);
    }
    bool pointer = helper->ret == RET_MAP_VALUE_OR_NULL || helper->ret == RET_RINGBUF_MEM_OR_NULL;
    text_printf(g->out, "    return %s;\n", pointer ? "NULL" : helper->ret == RET_U64 ? "0" : "-RT_EINVAL");
}
