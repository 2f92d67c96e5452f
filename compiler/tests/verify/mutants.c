// SPDX-License-Identifier: Apache-2.0
/* Mutants of the suite's programs, judged by Linux and by us: a random program of a random object, some of whose
 * instructions get another register, number, offset or opcode, or are dropped, swapped or doubled. The bytes of the
 * object are changed, so that libbpf and our loader read the same file. A mutant that we accept and Linux rejects is
 * told, unless the reason is one of those on which we differ on purpose, or Linux followed a branch that we proved
 * impossible; it also runs in the reference interpreter, where facts and bounds must hold.
 *
 *     mutants FIRST_SEED COUNT OBJ...     exit 1: a mutant to look at; 77: no bpf() here */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gelf.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../fuzz/kernel_answers.h"
#include "../ref/generate.h"
#include "../ref/listing.h"
#include "../ref/ref.h"
#include "../ref/watch.h"
#include "load/load.h"

#define LOG_BYTES     (4 << 20)
#define CONTEXT_BYTES 64
#define RUNS          30
#define LONGEST_RUN   100000 /* instructions; mutants whose bound is above are not run */

/* A program in an object's file. */
struct place_in_file {
    char name[128];
    size_t offset, size; /* of its instructions */
};

struct object {
    const char *path;
    uint8_t *bytes;
    size_t size;
    struct place_in_file *programs;
    uint32_t count;
};

struct counts {
    uint64_t both, neither, only_linux, listed, impossible, told, violations;
};

/* -- reading objects */

static void add_program(struct object *o, const char *name, size_t offset, size_t size)
{
    o->programs = realloc(o->programs, (o->count + 1) * sizeof *o->programs);
    struct place_in_file *p = &o->programs[o->count++];
    *p = (struct place_in_file){.offset = offset, .size = size};
    snprintf(p->name, sizeof p->name, "%s", name);
}

/* Functions of sections that hold programs. */
static void find_programs(struct object *o, Elf *elf, Elf_Scn *symbols, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(symbols, NULL);
    size_t strings;
    GElf_Sym symbol;
    elf_getshdrstrndx(elf, &strings);
    for (int i = 0; gelf_getsym(data, i, &symbol); i++) {
        GElf_Shdr section;
        if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || !gelf_getshdr(elf_getscn(elf, symbol.st_shndx), &section))
            continue;
        if (strcmp(elf_strptr(elf, strings, section.sh_name), ".text") != 0)
            add_program(o, elf_strptr(elf, header->sh_link, symbol.st_name), section.sh_offset + symbol.st_value,
                        symbol.st_size);
    }
}

static bool read_object(struct object *o, const char *path)
{
    FILE *file = fopen(path, "rb");
    *o = (struct object){.path = path, .bytes = malloc(1 << 22)};
    if (!file || !o->bytes)
        return false;
    o->size = fread(o->bytes, 1, 1 << 22, file);
    fclose(file);
    Elf *elf = elf_memory((char *)o->bytes, o->size);
    for (Elf_Scn *section = NULL; elf && (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
            find_programs(o, elf, section, &header);
    }
    elf_end(elf);
    return o->count > 0;
}

/* -- mutating */

static int32_t some_number(int32_t old, uint64_t r)
{
    static const int32_t numbers[] = {0,  1,  -1, 2,   7,   8,   9,  16,  31,      32,
                                      63, 64, 65, 255, 511, 512, -8, -16, INT_MIN, INT_MAX};
    switch (r % 4) {
    case 0: return old + 1;
    case 1: return old - 1;
    case 2: return old ^ (int32_t)(1u << (r >> 8) % 32);
    }
    return numbers[(r >> 8) % (sizeof numbers / sizeof *numbers)];
}

/* Another opcode of the same class, or any of the classes of arithmetic, jumps, loads and stores. */
static uint8_t some_opcode(uint8_t old, uint64_t r)
{
    static const uint8_t classes[] = {0x61, 0x62, 0x63, 0x04, 0x05, 0x06, 0x07};
    if (r % 3 == 0)
        return old ^ 8; /* register or immediate */
    if (r % 3 == 1)
        return (uint8_t)((old & 0x0f) | (r >> 8 & 0xf0));
    return (uint8_t)(classes[(r >> 8) % sizeof classes] | (r >> 16 & 0x18));
}

/* Changes the instruction at `at`; `next` is the one behind it. RFC 9669 §3. */
static void mutate_insn(struct bpf_insn *at, struct bpf_insn *next, uint64_t r)
{
    struct bpf_insn old = *at;
    uint8_t *registers = (uint8_t *)at + 1; /* destination in the low half */
    switch (r % 9) {
    case 0: *registers = (uint8_t)((*registers & 0xf0) | (r >> 8) % 11); break;
    case 1: *registers = (uint8_t)((*registers & 0x0f) | (r >> 8) % 11 << 4); break;
    case 2:
    case 3: at->imm = some_number(at->imm, r >> 8); break;
    case 4: at->off = (int16_t)some_number(at->off, r >> 8); break;
    case 5: at->off = (int16_t)(at->off + (r & 256 ? 8 : -8)); break;
    case 6: at->code = some_opcode(at->code, r >> 8); break;
    case 7: *at = (struct bpf_insn){.code = 0x05}; break; /* goto +0 */
    case 8: *at = *next, *next = old; break;
    }
}

static void mutate(uint8_t *bytes, const struct place_in_file *p, uint64_t *seed)
{
    size_t insns = p->size / sizeof(struct bpf_insn);
    uint64_t changes = 1 + (generate_random(seed) >> 20) % 2;
    for (uint64_t i = 0; insns > 1 && i < changes; i++) {
        struct bpf_insn two[2];
        uint8_t *at = bytes + p->offset + (generate_random(seed) >> 20) % (insns - 1) * sizeof *two;
        memcpy(two, at, sizeof two);
        mutate_insn(&two[0], &two[1], generate_random(seed) >> 8);
        memcpy(at, two, sizeof two);
    }
}

/* -- judging */

#define NOT_JUDGED "libbpf refuses it" /* in the log: a relocation that it does not take, and the like */

static bool linux_accepts(const struct object *o, const char *name, char *log)
{
    LIBBPF_OPTS(bpf_object_open_opts, options, .kernel_log_buf = log, .kernel_log_size = LOG_BYTES,
                .kernel_log_level = 1);
    struct bpf_object *object = bpf_object__open_mem(o->bytes, o->size, &options);
    struct bpf_program *program;
    snprintf(log, LOG_BYTES, NOT_JUDGED);
    if (!object)
        return false;
    bpf_object__for_each_program(program, object)
    {
        bool plain = strcmp(bpf_program__section_name(program), "raw") == 0;
        bpf_program__set_autoload(program, strcmp(bpf_program__name(program), name) == 0);
        if (plain)
            bpf_program__set_type(program, BPF_PROG_TYPE_SYSCALL);
        if (plain)
            bpf_program__set_flags(program, BPF_F_SLEEPABLE);
    }
    log[0] = '\0';
    bool accepted = bpf_object__load(object) == 0;
    bpf_object__close(object);
    if (!accepted && !strstr(log, "processed ")) /* what the verifier says in the end, whatever it found */
        snprintf(log, LOG_BYTES, NOT_JUDGED);
    return accepted;
}

/* Reasons of Linux's on which we differ on purpose (kernel-differences.txt, docs/VERIFIER.md), or which only say that
 * it knows less of a number; such mutants run in the interpreter all the same. */
static bool is_listed(const char *log, bool plain_context)
{
    static const char *const reasons[] = {
        "invalid shift",
        "variable ctx access",
        "dereference of modified ctx",
        "invalid bpf_context access",
        "misaligned context access",
        "subtraction from stack pointer",
        "different pointers",
        "cannot return stack",
        "BPF program is too large",
        "The sequence of",
        "infinite loop detected",
        "unbounded memory access",
        "unbounded min value",
        "max value is outside",
        "min value is negative",
        "invalid variable-offset",
        "offset is outside of the packet",
        "invalid size of register spill",
        "attempt to corrupt spilled",
        "value is outside of the",
        "invalid access to map value",
        "unreachable insn",
        "invalid size of register fill",
        "cannot call GPL-restricted function", /* on boards no license counts */
        "verifier bug",                        /* of Linux's */
        NOT_JUDGED,
        "Sleepable programs can only use", /* there are none */
        "direct value offset",             /* only accesses must lie inside the value */
        "R2 is not a scalar",              /* as the next one: */
        "R2 !read_ok",                     /* plain contexts come with their size in r2 */
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strstr(log, reasons[i]))
            return true;
    return plain_context && strstr(log, "type=ctx expected="); /* which helpers may read here, as memory */
}

static const struct insn *insn_in_slot(const struct program *p, const struct func *f, unsigned long slot)
{
    for (uint32_t i = f->first; i < f->first + f->count; i++)
        if (p->insns[i].slot == slot)
            return &p->insns[i];
    return NULL;
}

/* Did we prove that control does not go from `from` (NULL: unknown) to `to`? */
static bool is_impossible(const struct program *p, const struct verified *v, const struct insn *from,
                          const struct insn *to)
{
    uint32_t at = (uint32_t)(to - p->insns);
    if (!verified_fact(v, at)->reachable)
        return true;
    if (!from || !insn_is_branch(from) || from->target == (uint32_t)(from - p->insns) + 1)
        return false;
    const struct fact *fact = verified_fact(v, (uint32_t)(from - p->insns));
    return at == from->target ? !fact->can_jump : at == (uint32_t)(from - p->insns) + 1 && !fact->can_fall;
}

/* True when Linux's path goes over a side of a branch of the program itself that we proved impossible. Slots of the
 * program count from its start in both. */
static bool went_where_we_do_not(const struct program *p, uint32_t entry, const struct verified *v, const char *log)
{
    const struct func *f = &p->funcs[entry];
    const struct insn *last = NULL;
    for (const char *line = log; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        char *end;
        unsigned long from, slot = strtoul(line, &end, 10);
        bool jump = sscanf(line, "from %lu to %lu", &from, &slot) == 2;
        if (!jump && (end == line || strncmp(end, ": (", 3) != 0))
            continue;
        const struct insn *insn = insn_in_slot(p, f, slot);
        if (insn && is_impossible(p, v, jump ? insn_in_slot(p, f, from) : last, insn))
            return true;
        last = insn;
    }
    return false;
}

/* The first violation in the interpreter, or NULL. */
static const char *violation(const struct program *p, const struct verified *v, uint32_t entry, uint64_t seed)
{
    const char *fault = NULL;
    for (int run = 0; run < RUNS && !fault; run++) {
        uint32_t bytes = verified_context_bytes(v);
        uint8_t *context = calloc(1, bytes + 1u), packet[64];
        struct watch watch = {.v = v, .program = p};
        struct ref_machine *m = calloc(1, sizeof *m);
        for (size_t i = 0; i < bytes; i++)
            context[i] = run == 0 ? 0 : (uint8_t)(generate_random(&seed) >> 30) & (i % 8 && run % 2 ? 0 : 255);
        memset(packet, run, sizeof packet);
        m->context = context;
        m->context_bytes = bytes;
        if (hook_takes_packets(p->funcs[entry].hook))
            ref_give_packet(m, p->funcs[entry].hook, packet, (uint32_t)(generate_random(&seed) >> 40) % sizeof packet);
        m->budget = verified_bounds(v)->max_insns;
        m->random_state = m->whims = seed | 1;
        m->observe = watch_observe;
        m->owner = &watch;
        ref_init(m, p);
        if (!(ref_run(m, entry) && ref_run_timers(m, verified_bounds(v)->timer_insns, 2)) &&
            !strstr(m->fault, "helper"))
            fault = m->fault;
        ref_free(m);
        watch_end(&watch);
        free(m);
        free(context);
    }
    return fault;
}

static const char *last_line(char *log)
{
    const char *reason = "";
    for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
        if (strncmp(line, "processed ", 10) != 0)
            reason = line;
    return reason;
}

static void tell(struct counts *c, const char *what, const struct object *o, const char *name, uint64_t seed,
                 const char *why)
{
    printf("seed %" PRIu64 ": %s: %s of %s: %s\n", seed, what, name, o->path, why);
    fflush(stdout);
    c->told++;
}

/* The mutant, an instruction a line. */
static void judge(struct counts *c, const struct object *o, const char *name, uint64_t seed, char *log)
{
    const struct limits limits = {.context_bytes = CONTEXT_BYTES, .explored_insns = 100000};
    struct program p = {0};
    struct diag *d = diag_new(o->path);
    struct verified *v = NULL;
    uint32_t entry = 0;
    const uint64_t told = c->told;
    if (load_bytes(&p, o->path, o->bytes, o->size, d)) {
        while (strcmp(p.funcs[entry].name, name) != 0)
            entry++;
        v = verify_program(&p, entry, &limits, NULL, d);
    }
    bool theirs = linux_accepts(o, name, log);
    c->both += v && theirs;
    c->neither += !v && !theirs;
    c->only_linux += !v && theirs;
    if (v && !theirs && is_listed(log, !hook_has_fields(p.funcs[entry].hook)))
        c->listed++;
    else if (v && !theirs && went_where_we_do_not(&p, entry, v, log))
        c->impossible++;
    else if (v && !theirs)
        tell(c, "we accept, Linux rejects", o, name, seed, last_line(log));
    bool runs = v && verified_bounds(v)->max_insns <= LONGEST_RUN &&
                (!hook_has_fields(p.funcs[entry].hook) || p.funcs[entry].hook->start != START_NOWHERE);
    const char *fault = runs ? violation(&p, v, entry, seed) : NULL;
    c->violations += fault != NULL;
    if (fault)
        tell(c, "violation", o, name, seed, fault);
    if (c->told > told)
        listing_print(&p, p.funcs[entry].first, p.funcs[entry].count);
    verified_free(v);
    program_free(&p);
    diag_free(d);
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 0) : 100;
    uint32_t objects = argc > 3 ? (uint32_t)argc - 3 : 0;
    struct object *object = calloc(objects + 1, sizeof *object);
    struct counts c = {0};
    char *log = malloc(LOG_BYTES);
    libbpf_set_print(NULL);
    elf_version(EV_CURRENT);
    if (!kernel_answers()) {
        puts("skipped: this kernel does not take BPF programs from us");
        return 77;
    }
    for (uint32_t i = 0; i < objects; i++)
        if (!read_object(&object[i], argv[i + 3]))
            return 1;
    for (uint64_t seed = first; objects && seed < first + count; seed++) {
        uint64_t state = seed * 0x9e3779b97f4a7c15u | 1;
        const struct object *o = &object[(generate_random(&state) >> 20) % objects];
        const struct place_in_file *p = &o->programs[(generate_random(&state) >> 20) % o->count];
        struct object mutant = *o;
        mutant.bytes = memcpy(malloc(o->size), o->bytes, o->size);
        mutate(mutant.bytes, p, &state);
        judge(&c, &mutant, p->name, seed, log);
        free(mutant.bytes);
    }
    printf("%" PRIu64 " mutants: both accept %" PRIu64 ", both reject %" PRIu64 ", only Linux accepts %" PRIu64
           ", only we accept %" PRIu64 " for listed reasons and %" PRIu64
           " behind branches proved impossible; to look at %" PRIu64 ", violations %" PRIu64 "\n",
           count, c.both, c.neither, c.only_linux, c.listed, c.impossible, c.told, c.violations);
    for (uint32_t i = 0; i < objects; i++) {
        free(object[i].bytes);
        free(object[i].programs);
    }
    free(object);
    free(log);
    return c.told || c.both == 0;
}
