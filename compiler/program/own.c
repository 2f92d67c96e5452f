// SPDX-License-Identifier: Apache-2.0
/* Reads contracts: HELPER(number, cost, result, name, arguments…), KFUNC(cost, result, name, arguments…) and COST(cost,
 * name). Whatever else a C header holds is passed over. */
#include "own.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MOST 9999u /* four digits: _bpf_helper_ext_NNNN */
#define COST_MOST   1000000u
#define WORD_MOST   64

/* Where reading stands. */
struct reader {
    const char *path, *at;
    uint32_t line;
    char word[WORD_MOST]; /* the last one read: a name, a number, one character, or "" at the end */
    struct diag *d;
};

/* A kind by its name. The kinds that are missing here are about maps, timers and what else is the runtime's own. */
static const struct {
    const char *name;
    enum arg_kind kind;
} arg_names[] = {
    {"ARG_NONE", ARG_NONE},
    {"ARG_U32", ARG_U32},
    {"ARG_U64", ARG_U64},
    {"ARG_MEM", ARG_MEM},
    {"ARG_MEM_OR_NULL", ARG_MEM_OR_NULL},
    {"ARG_MEM_OUT", ARG_MEM_OUT},
    {"ARG_SIZE", ARG_SIZE},
    {"ARG_SIZE_OR_ZERO", ARG_SIZE_OR_ZERO},
    {"ARG_STRING", ARG_STRING},
    {"ARG_LONG_OUT", ARG_LONG_OUT},
    {"ARG_CONTEXT", ARG_CONTEXT},
};

static const struct {
    const char *name;
    enum ret_kind kind;
} ret_names[] = {
    {"RET_VOID", RET_VOID},
    {"RET_U32", RET_U32},
    {"RET_U64", RET_U64},
    {"RET_LONG", RET_LONG},
};

static bool refuse(const struct reader *r, const char *format, const char *what)
{
    const struct place place = {.file = r->path, .line = r->line};
    diag_error(r->d, &place, D_CONTRACT, format, what);
    diag_suggest(r->d, "HELPER(number, cost, RET_…, name, ARG_…), KFUNC(cost, RET_…, name, ARG_…) or COST(cost, name); "
                       "see <barebpf/own.h>");
    return false;
}

/* Goes past white space, comments and lines of the preprocessor. */
static void skip_space(struct reader *r)
{
    for (;;) {
        const char *start = r->at;
        if (r->at[0] == '/' && r->at[1] == '*') {
            const char *end = strstr(r->at + 2, "*/");
            r->at = end ? end + 2 : r->at + strlen(r->at);
        } else if (r->at[0] == '#' || (r->at[0] == '/' && r->at[1] == '/')) {
            while (*r->at && (*r->at != '\n' || r->at[-1] == '\\'))
                r->at++;
        } else if (isspace((unsigned char)*r->at)) {
            r->at++;
        } else {
            return;
        }
        for (; start < r->at; start++)
            r->line += *start == '\n';
    }
}

static const char *next_word(struct reader *r)
{
    size_t length = 0;
    skip_space(r);
    while (isalnum((unsigned char)r->at[length]) || r->at[length] == '_')
        length++;
    if (!length && *r->at)
        length = 1;
    size_t kept = length < WORD_MOST ? length : WORD_MOST - 1;
    memcpy(r->word, r->at, kept);
    r->word[kept] = 0;
    r->at += length;
    return r->word;
}

/* The word that was read last cannot stand there. */
static bool refuse_word(const struct reader *r)
{
    return refuse(r, *r->word ? "'%s' does not belong here" : "the file ends within a line", r->word);
}

static bool take(struct reader *r, const char *word)
{
    return strcmp(next_word(r), word) == 0 || refuse_word(r);
}

/* A number from `least` to `most` and the comma behind it. */
static bool take_number(struct reader *r, uint32_t least, uint32_t most, uint32_t *number)
{
    char *end;
    const char *word = next_word(r);
    unsigned long value = strtoul(word, &end, 0);
    *number = (uint32_t)value;
    if (!isdigit((unsigned char)*word) || *end || value < least || value > most)
        return refuse(r, "'%s' is not a number that can stand here", word);
    return take(r, ",");
}

static bool take_result(struct reader *r, enum ret_kind *kind)
{
    const char *word = next_word(r);
    for (size_t i = 0; i < sizeof ret_names / sizeof *ret_names; i++)
        if (strcmp(ret_names[i].name, word) == 0) {
            *kind = ret_names[i].kind;
            return take(r, ",");
        }
    return refuse(r, "'%s' is no kind of result that a firmware's function can have", word);
}

static bool take_name(struct reader *r, struct helper *h, struct arena *arena)
{
    const char *word = next_word(r);
    if (!isalpha((unsigned char)*word) && *word != '_')
        return refuse(r, "'%s' is no name of a function", word);
    h->name = h->enum_name = arena_strdup(arena, word);
    return true;
}

/* Memory is followed by its size, and nothing else is. */
static bool sizes_fit(const struct helper *h)
{
    bool open = false;
    for (unsigned i = 0; i < h->arg_count; i++) {
        enum arg_kind kind = h->args[i];
        bool is_size = kind == ARG_SIZE || kind == ARG_SIZE_OR_ZERO;
        if (is_size != open)
            return false;
        open = kind == ARG_MEM || kind == ARG_MEM_OR_NULL || kind == ARG_MEM_OUT;
    }
    return !open;
}

static bool take_argument(struct reader *r, struct helper *h)
{
    const char *word = next_word(r);
    size_t i = 0, count = sizeof arg_names / sizeof *arg_names;
    while (i < count && strcmp(arg_names[i].name, word) != 0)
        i++;
    if (i == count)
        return refuse(r, "'%s' is no kind of argument that a firmware's function can have", word);
    if (arg_names[i].kind == ARG_NONE)
        return h->arg_count == 0 || refuse(r, "'%s' stands alone, for a function without arguments", word);
    if (h->arg_count == 5)
        return refuse(r, "'%s' has more than five arguments", h->name);
    h->args[h->arg_count++] = arg_names[i].kind;
    return true;
}

/* ", ARG_U32 channel, ARG_MEM_OUT, ARG_SIZE)" */
static bool take_arguments(struct reader *r, struct helper *h)
{
    const char *word = next_word(r);
    while (strcmp(word, ",") == 0) {
        if (!take_argument(r, h))
            return false;
        word = next_word(r);
        if (isalpha((unsigned char)*word) || *word == '_') /* the argument's name, for people */
            word = next_word(r);
    }
    if (strcmp(word, ")") != 0)
        return refuse_word(r);
    return sizes_fit(h) ||
           refuse(r, "'%s': memory must be followed by its size, ARG_SIZE or ARG_SIZE_OR_ZERO", h->name);
}

static bool check(const struct reader *r, const struct owns *owns, const struct own *own)
{
    if (own_function(owns, own->contract.name))
        return refuse(r, "'%s' is declared twice", own->contract.name);
    if (own->kind != OWN_HELPER)
        return true;
    const struct helper *taken = helper_find(own->contract.id);
    taken = taken ? taken : own_helper(owns, own->contract.id);
    return !taken || refuse(r, "the number is that of %s", taken->enum_name);
}

/* One line, behind its first word. */
static bool take_line(struct reader *r, struct own *own, struct arena *arena)
{
    struct helper *h = &own->contract;
    if (!take(r, "("))
        return false;
    if (own->kind == OWN_HELPER && !take_number(r, 1, NUMBER_MOST, &h->id))
        return false;
    if (!take_number(r, 0, COST_MOST, &h->cost_insns))
        return false;
    if (own->kind == OWN_COST)
        return take_name(r, h, arena) && take(r, ")");
    return take_result(r, &h->ret) && take_name(r, h, arena) && take_arguments(r, h);
}

static void append(struct owns *owns, const struct own *own, struct arena *arena)
{
    struct own *longer = arena_array(arena, owns->count + 1, sizeof *longer);
    if (owns->count)
        memcpy(longer, owns->items, owns->count * sizeof *longer);
    longer[owns->count++] = *own;
    owns->items = longer;
}

bool own_read(struct owns *owns, const char *path, const char *text, struct arena *arena, struct diag *d)
{
    static const char *const words[] = {[OWN_HELPER] = "HELPER", [OWN_KFUNC] = "KFUNC", [OWN_COST] = "COST"};
    struct reader r = {.path = path, .at = text, .line = 1, .d = d};
    while (*next_word(&r)) {
        for (int kind = 0; kind <= OWN_COST; kind++) {
            struct own own = {.kind = (enum own_kind)kind};
            if (strcmp(r.word, words[kind]) != 0)
                continue;
            if (!take_line(&r, &own, arena) || !check(&r, owns, &own))
                return false;
            append(owns, &own, arena);
            break;
        }
    }
    return true;
}

const struct helper *own_helper(const struct owns *owns, uint32_t id)
{
    for (uint32_t i = 0; i < owns->count; i++)
        if (owns->items[i].kind == OWN_HELPER && owns->items[i].contract.id == id)
            return &owns->items[i].contract;
    return NULL;
}

const struct own *own_function(const struct owns *owns, const char *name)
{
    for (uint32_t i = 0; i < owns->count; i++)
        if (strcmp(owns->items[i].contract.name, name) == 0)
            return &owns->items[i];
    return NULL;
}
