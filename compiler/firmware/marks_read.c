// SPDX-License-Identifier: Apache-2.0
/* Marks in the image are symbols that take no room, so that labels which are jumped to can have the same address. Which
 * of them a jump passes is told by the assembly text of the same code: it is walked beside the machine code,
 * instruction by instruction. Every mark and every target of a jump must lie where the text says, or there are no marks
 * at all. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "marks.h"

#define BLOCK_PREFIX ".LBB"       /* labels of blocks that are jumped to */
#define END_PREFIX   ".Lfunc_end" /* behind the last instruction of a function */

/* A piece of a line. */
struct word {
    const char *chars;
    size_t length;
};

/* A label of a block, or a mark, in the text. */
struct label {
    struct word name;
    uint64_t address;
    uint32_t order;
};

/* An instruction that names a block. */
struct branch {
    struct word name;
    uint64_t address, target;
};

struct walk {
    struct machine_code *code;
    struct marks *marks;
    VEC(struct label) labels, seen; /* blocks of the present function; marks of all functions */
    VEC(struct branch) branches;    /* of the present function */
    VEC(struct mark_jump) jumps;
    struct machine_line line;
    uint64_t address;
    uint32_t order, behind_insn; /* `seen` behind the last instruction begin there */
    bool inside, agrees;
};

static bool starts(struct word w, const char *prefix)
{
    return w.length >= strlen(prefix) && memcmp(w.chars, prefix, strlen(prefix)) == 0;
}

static bool equal(struct word a, struct word b)
{
    return a.length == b.length && memcmp(a.chars, b.chars, a.length) == 0;
}

static bool is(struct word w, const char *text)
{
    return equal(w, (struct word){text, strlen(text)});
}

/* -- the text ------------------------------------------------------------------------------------------------------ */

/* The function of this name, if it is in the image. */
static void begin_function(struct walk *w, struct word name)
{
    const struct binary *binary = w->code->binary;
    w->inside = false;
    for (uint32_t i = 0; i < binary->symbol_count && !w->inside; i++) {
        const struct binary_symbol *s = &binary->symbols[i];
        w->inside = s->is_func && is(name, s->name);
        w->address = s->address & ~1ull;
    }
    w->line = (struct machine_line){0};
    w->labels.count = w->branches.count = 0;
    w->behind_insn = w->seen.count;
}

/* All labels of the function are known: where do its branches lead? */
static void end_function(struct walk *w)
{
    for (uint32_t i = 0; w->inside && i < w->branches.count; i++) {
        const struct branch *b = &w->branches.items[i];
        uint32_t at = 0;
        while (at < w->labels.count && !equal(w->labels.items[at].name, b->name))
            at++;
        w->agrees = w->agrees && at < w->labels.count && w->labels.items[at].address == b->target;
        if (w->agrees)
            vec_push(&w->jumps, ((struct mark_jump){b->address, w->labels.items[at].order}));
    }
    if (w->inside)
        w->seen.count = w->behind_insn; /* nothing comes behind the last instruction */
    w->inside = false;
}

static void add_label(struct walk *w, struct word name)
{
    const struct label label = {name, w->address, ++w->order};
    if (starts(name, END_PREFIX))
        end_function(w);
    else if (name.chars[0] != '.' && !starts(name, MARK_PREFIX))
        begin_function(w, name);
    else if (w->inside && starts(name, BLOCK_PREFIX))
        vec_push(&w->labels, label);
    else if (w->inside && starts(name, MARK_PREFIX))
        vec_push(&w->seen, label);
}

/* Room that a directive takes in the code. */
static void directive(struct walk *w, struct word name, const char *operand)
{
    static const struct {
        const char *name;
        uint32_t bytes;
    } data[] = {{".long", 4}, {".word", 4}, {".short", 2}, {".hword", 2}, {".half", 2}, {".byte", 1}, {".inst.n", 2}};
    if (is(name, ".p2align")) {
        uint64_t align = 1ull << (strtoul(operand, NULL, 10) & 15);
        w->address = (w->address + align - 1) / align * align;
    } else if (is(name, ".zero") || is(name, ".space")) {
        w->address += strtoul(operand, NULL, 10);
    }
    for (size_t i = 0; i < sizeof data / sizeof *data; i++)
        w->address += is(name, data[i].name) ? data[i].bytes : 0;
}

/* The block that an instruction names; without one its length is 0. */
static struct word block_of(struct word operands)
{
    struct word name = {0};
    for (size_t i = 0; i + strlen(BLOCK_PREFIX) < operands.length; i++) {
        if (!starts((struct word){operands.chars + i, operands.length - i}, BLOCK_PREFIX))
            continue;
        name.chars = operands.chars + i;
        while (i + name.length < operands.length &&
               (isalnum((unsigned char)name.chars[name.length]) || strchr("._", name.chars[name.length])))
            name.length++;
        break;
    }
    return name;
}

static struct machine_insn step(struct walk *w)
{
    struct machine_insn insn = {.address = w->address};
    machine_decode(w->code, &insn, &w->line);
    w->agrees = w->agrees && insn.flow != FLOW_UNKNOWN;
    w->address += insn.bytes;
    return insn;
}

static void instruction(struct walk *w, struct word name, struct word operands)
{
    struct machine_insn insn = step(w);
    struct word block = block_of(operands);
    bool far = is(name, "call") || is(name, "tail"); /* RISC-V: auipc and jalr, unless the linker made jal of it */
    if (far && insn.flow == FLOW_NEXT)
        insn = step(w);
    if (block.length)
        vec_push(&w->branches, ((struct branch){block, insn.address, insn.target}));
    w->behind_insn = w->seen.count;
}

/* One line: labels, then an instruction, a directive, a comment or nothing. */
static void walk_line(struct walk *w, struct word line)
{
    size_t at = 0;
    struct word name;
    for (;; at += name.length + 1) {
        while (at < line.length && isspace((unsigned char)line.chars[at]))
            at++;
        name = (struct word){line.chars + at, 0};
        while (at + name.length < line.length &&
               (isalnum((unsigned char)name.chars[name.length]) || strchr("._$", name.chars[name.length])))
            name.length++;
        if (!name.length || at + name.length >= line.length || name.chars[name.length] != ':')
            break;
        add_label(w, name);
    }
    if (!name.length || !w->inside)
        return;
    struct word rest = {name.chars + name.length, line.length - at - name.length};
    if (name.chars[0] == '.')
        directive(w, name, rest.chars);
    else
        instruction(w, name, rest);
}

/* -- the image's marks --------------------------------------------------------------------------------------------- */

/* "r.ID.UNIQUE" or "e.ID.N.UNIQUE" of the symbol's name. */
static bool read_name(struct mark *mark, const char *name, struct arena *arena)
{
    const char *id = name + strlen(MARK_PREFIX) + 2, *behind = strchr(id, '.');
    mark->is_round = id[-2] == 'r';
    if (!behind || id[-1] != '.')
        return false;
    mark->id = arena_strndup(arena, id, (size_t)(behind - id));
    mark->rounds = mark->is_round ? 0 : strtoull(behind + 1, NULL, 10);
    return true;
}

static int by_address(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

static int by_origin(const void *a, const void *b)
{
    const struct mark_jump *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

static bool take_symbol(struct walk *w, const struct binary_symbol *symbol)
{
    struct mark mark = {.address = symbol->address & ~1ull};
    const struct word name = {symbol->name, strlen(symbol->name)};
    for (uint32_t i = 0; i < w->seen.count; i++) {
        if (!equal(w->seen.items[i].name, name))
            continue;
        mark.order = w->seen.items[i].order;
        w->marks->items[w->marks->count++] = mark;
        return w->seen.items[i].address == mark.address &&
               read_name(&w->marks->items[w->marks->count - 1], symbol->name, w->code->arena);
    }
    return true; /* nothing comes there */
}

bool marks_read(struct marks *marks, struct machine_code *code, const char *assembly)
{
    struct walk w = {.code = code, .marks = marks, .agrees = true};
    const struct binary *binary = code->binary;
    *marks = (struct marks){.items = arena_array(code->arena, binary->symbol_count + 1, sizeof *marks->items)};
    for (const char *line = assembly ? assembly : ""; *line;) {
        size_t length = strcspn(line, "\n");
        walk_line(&w, (struct word){line, length});
        line += length + (line[length] == '\n');
    }
    bool ok = w.agrees;
    for (uint32_t i = 0; ok && i < binary->symbol_count; i++)
        if (strncmp(binary->symbols[i].name, MARK_PREFIX, strlen(MARK_PREFIX)) == 0)
            ok = take_symbol(&w, &binary->symbols[i]);
    qsort(marks->items, marks->count, sizeof *marks->items, by_address);
    marks->jump_count = w.jumps.count;
    marks->jumps = arena_array(code->arena, w.jumps.count + 1, sizeof *marks->jumps);
    if (w.jumps.count) {
        memcpy(marks->jumps, w.jumps.items, w.jumps.count * sizeof *marks->jumps);
        qsort(marks->jumps, w.jumps.count, sizeof *marks->jumps, by_origin);
    }
    vec_free(&w.labels);
    vec_free(&w.seen);
    vec_free(&w.branches);
    vec_free(&w.jumps);
    return ok;
}

uint32_t marks_jump_order(const struct marks *marks, uint64_t address)
{
    const struct mark_jump key = {.address = address};
    const struct mark_jump *found =
        marks->jump_count ? bsearch(&key, marks->jumps, marks->jump_count, sizeof key, by_origin) : NULL;
    return found ? found->order : NONE;
}
