// SPDX-License-Identifier: Apache-2.0
/* barebpf stat: a line a program, in the words and columns of the kernel's veristat (verdict, duration, instructions
 * and states explored), with what it costs on a device behind them; and the comparison of two such tables. Source:
 * tools/testing/selftests/bpf/veristat (its output's columns). */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../base/file.h"
#include "../base/memory.h"
#include "../compile.h"

/* The columns behind file, program and verdict; the first `COMPARED` ones are not times and so are compared. */
enum column { TOTAL_INSNS, TOTAL_STATES, PROG_SIZE, MAX_INSNS, STACK, FLASH, RAM, DURATION, COLUMNS };
enum { COMPARED = DURATION };

static const struct {
    const char *key, *title;
} columns[COLUMNS] = {
    [TOTAL_INSNS] = {"total_insns", "Insns"},
    [TOTAL_STATES] = {"total_states", "States"},
    [PROG_SIZE] = {"prog_size", "Program size"},
    [MAX_INSNS] = {"max_insns", "Max insns"},
    [STACK] = {"stack_bytes", "Stack"},
    [FLASH] = {"flash_bytes", "Flash"},
    [RAM] = {"ram_bytes", "RAM"},
    [DURATION] = {"duration", "Duration (us)"},
};

/* A line of the table. Strings are owned by the table's arena. */
struct row {
    const char *file, *prog, *verdict;
    int64_t cells[COLUMNS]; /* -1: not known */
};

struct table {
    struct arena arena;
    VEC(struct row) lines;
};

static void table_free(struct table *t)
{
    vec_free(&t->lines);
    arena_free(&t->arena);
}

/* Flash and RAM of the program's image for --board. */
static void fill_image(struct row *line, const char *input, const struct options *o)
{
    const char *inputs[] = {input, NULL};
    struct options one = *o;
    struct compilation c = {0};
    struct diag *d = diag_new(input);
    const char *directory = file_work_dir(&c.arena, d);
    one.inputs = inputs;
    one.input_count = 1;
    one.prog = line->prog;
    one.output = directory ? arena_printf(&c.arena, "%s/image.elf", directory) : NULL;
    if (directory && compile_firmware(&c, &one, d)) {
        for (uint32_t i = 0; i < c.image.item_count; i++) {
            const struct report_item *item = &c.image.items[i];
            if (strcmp(item->kind, "region") == 0 && strcasecmp(item->name, "flash") == 0)
                line->cells[FLASH] = (int64_t)item->used_bytes;
            if (strcmp(item->kind, "region") == 0 && strcasecmp(item->name, "ram") == 0)
                line->cells[RAM] = (int64_t)item->used_bytes;
        }
    } else {
        diag_print(d, stderr, o->colour);
    }
    compilation_free(&c);
    diag_free(d);
}

static void add_program(struct table *t, const char *input, const struct options *o, const struct program *program,
                        uint32_t entry)
{
    struct verify_stats stats = {0};
    struct limits limits = compile_limits(o, program, entry);
    struct diag *d = diag_new(input);
    struct verified *v = verify_program(program, entry, &limits, &stats, d);
    struct row line = {arena_printf(&t->arena, "%s", file_base(input)),
                       arena_printf(&t->arena, "%s", program->funcs[entry].name),
                       "success",
                       {0}};
    if (!v)
        line.verdict = diag_status(d) == STATUS_REJECTED ? "failure" : "unsupported";
    line.cells[TOTAL_INSNS] = (int64_t)stats.explored;
    line.cells[TOTAL_STATES] = (int64_t)stats.states;
    line.cells[PROG_SIZE] = stats.insns;
    line.cells[MAX_INSNS] = v ? (int64_t)verified_bounds(v)->max_insns : -1;
    line.cells[STACK] = v ? (int64_t)verified_bounds(v)->stack_bytes : -1;
    line.cells[FLASH] = line.cells[RAM] = -1;
    line.cells[DURATION] = (int64_t)stats.time_us;
    if (v && o->board)
        fill_image(&line, input, o);
    vec_push(&t->lines, line);
    verified_free(v);
    diag_free(d);
}

/* Every program of an object; false: it cannot be loaded, reported on stderr. */
static bool add_object(struct table *t, const char *input, const struct options *o, int *status)
{
    const char *inputs[] = {input, NULL};
    struct compilation c = {0};
    struct diag *d = diag_new(input);
    bool loaded = compile_program(&c, inputs, o, d);
    loaded = loaded && program_entries(&c.program, o->prog ? o->prog : "*", &c.entries, &c.arena, d);
    for (uint32_t i = 0; loaded && i < c.entries.count; i++)
        add_program(t, input, o, &c.program, c.entries.funcs[i]);
    if (!loaded) {
        *status = *status ? *status : (int)diag_status(d);
        diag_print(d, stderr, o->colour);
    }
    compilation_free(&c);
    diag_free(d);
    return loaded;
}

static void print_cell(int64_t n, int width)
{
    if (n < 0)
        printf("  %*s", width, "-");
    else
        printf("  %*" PRId64, width, n);
}

static void print_table(const struct table *t)
{
    printf("%-28s  %-24s  %-11s", "File", "Program", "Verdict");
    for (int i = 0; i < COLUMNS; i++)
        printf("  %*s", (int)strlen(columns[i].title) > 9 ? (int)strlen(columns[i].title) : 9, columns[i].title);
    printf("\n");
    for (uint32_t k = 0; k < t->lines.count; k++) {
        const struct row *line = &t->lines.items[k];
        printf("%-28s  %-24s  %-11s", line->file, line->prog, line->verdict);
        for (int i = 0; i < COLUMNS; i++)
            print_cell(line->cells[i], (int)strlen(columns[i].title) > 9 ? (int)strlen(columns[i].title) : 9);
        printf("\n");
    }
}

static void print_csv(const struct table *t)
{
    printf("file_name,prog_name,verdict");
    for (int i = 0; i < COLUMNS; i++)
        printf(",%s", columns[i].key);
    printf("\n");
    for (uint32_t k = 0; k < t->lines.count; k++) {
        const struct row *line = &t->lines.items[k];
        printf("%s,%s,%s", line->file, line->prog, line->verdict);
        for (int i = 0; i < COLUMNS; i++)
            line->cells[i] < 0 ? printf(",") : printf(",%" PRId64, line->cells[i]);
        printf("\n");
    }
}

static void print_json(const struct table *t)
{
    json_t *all = json_array();
    for (uint32_t k = 0; k < t->lines.count; k++) {
        const struct row *line = &t->lines.items[k];
        json_t *one =
            json_pack("{s:s, s:s, s:s}", "file_name", line->file, "prog_name", line->prog, "verdict", line->verdict);
        for (int i = 0; i < COLUMNS; i++)
            json_object_set_new(one, columns[i].key, line->cells[i] < 0 ? json_null() : json_integer(line->cells[i]));
        json_array_append_new(all, one);
    }
    json_dumpf(all, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(all);
}

/* The next field of a CSV line, cut off at its comma. */
static char *next_field(char **at)
{
    char *field = *at, *end = strchr(field, ',');
    *at = end ? end + 1 : field + strlen(field);
    if (end)
        *end = '\0';
    return field;
}

/* Which column each field of the head line is: 0.. = columns, -1 file, -2 program, -3 verdict, -4 something else. */
static int column_of(const char *name)
{
    static const char *const texts[] = {"file_name", "prog_name", "verdict"};
    for (int i = 0; i < 3; i++)
        if (strcmp(name, texts[i]) == 0)
            return -1 - i;
    for (int i = 0; i < COLUMNS; i++)
        if (strcmp(name, columns[i].key) == 0)
            return i;
    return -4;
}

static void read_line(struct table *t, char *text, const int *kinds, unsigned fields)
{
    struct row line = {"", "", "", {0}};
    for (int i = 0; i < COLUMNS; i++)
        line.cells[i] = -1;
    for (unsigned i = 0; i < fields; i++) {
        char *field = next_field(&text);
        if (kinds[i] >= 0)
            line.cells[kinds[i]] = *field ? strtoll(field, NULL, 10) : -1;
        else if (kinds[i] == -1)
            line.file = field;
        else if (kinds[i] == -2)
            line.prog = field;
        else if (kinds[i] == -3)
            line.verdict = field;
    }
    vec_push(&t->lines, line);
}

/* Reads what -o csv or veristat wrote. */
static bool read_csv(struct table *t, const char *path, struct diag *d)
{
    enum { FIELDS = 32 };
    char *text, *save = NULL;
    size_t size;
    int kinds[FIELDS];
    unsigned fields = 0;
    bool found = false;
    if (!file_read(&t->arena, path, &text, &size, d))
        return false;
    char *head = strtok_r(text, "\r\n", &save);
    while (head && *head && fields < FIELDS) {
        kinds[fields] = column_of(next_field(&head));
        found = found || kinds[fields] == -2;
        fields++;
    }
    if (!found)
        return diag_error(d, &NO_PLACE, D_OPTION, "'%s' is no table that `barebpf stat -o csv` wrote", path);
    for (char *line = strtok_r(NULL, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save))
        read_line(t, line, kinds, fields);
    return true;
}

static const struct row *find_line(const struct table *t, const struct row *like)
{
    for (uint32_t i = 0; i < t->lines.count; i++)
        if (strcmp(t->lines.items[i].file, like->file) == 0 && strcmp(t->lines.items[i].prog, like->prog) == 0)
            return &t->lines.items[i];
    return NULL;
}

static void compare_cells(const struct row *a, const struct row *b)
{
    for (int i = 0; i < COMPARED; i++) {
        if (a->cells[i] == b->cells[i])
            continue;
        printf("  %-14s %12" PRId64 " -> %12" PRId64, columns[i].key, a->cells[i], b->cells[i]);
        if (a->cells[i] > 0 && b->cells[i] >= 0)
            printf("  (%+.2f%%)", 100.0 * (double)(b->cells[i] - a->cells[i]) / (double)a->cells[i]);
        printf("\n");
    }
}

static bool differs(const struct row *a, const struct row *b)
{
    for (int i = 0; i < COMPARED; i++)
        if (a->cells[i] != b->cells[i])
            return true;
    return strcmp(a->verdict, b->verdict) != 0;
}

/* Prints what changed from one table to the other. */
static void compare(const struct table *base, const struct table *now)
{
    uint32_t changed = 0;
    for (uint32_t i = 0; i < now->lines.count; i++) {
        const struct row *b = &now->lines.items[i], *a = find_line(base, b);
        if (a && !differs(a, b))
            continue;
        changed++;
        printf("%s %s: %s -> %s\n", b->file, b->prog, a ? a->verdict : "MISSING", b->verdict);
        if (a)
            compare_cells(a, b);
    }
    for (uint32_t i = 0; i < base->lines.count; i++)
        if (!find_line(now, &base->lines.items[i]))
            changed++, printf("%s %s: %s -> MISSING\n", base->lines.items[i].file, base->lines.items[i].prog,
                              base->lines.items[i].verdict);
    printf("%u programs, %u changed\n", now->lines.count, changed);
}

static int compare_files(const struct options *o, struct diag *d)
{
    struct table base = {0}, now = {0};
    bool ok = o->input_count == 2 || diag_error(d, &NO_PLACE, D_OPTION, "-C compares two files: BASE.csv NEW.csv");
    ok = ok && read_csv(&base, o->inputs[0], d) && read_csv(&now, o->inputs[1], d);
    if (ok)
        compare(&base, &now);
    table_free(&base);
    table_free(&now);
    return ok ? STATUS_OK : (int)diag_status(d);
}

int command_stat(const struct options *o, struct diag *d)
{
    struct table t = {0};
    int status = STATUS_OK;
    if (o->compare)
        return compare_files(o, d);
    const char *format = o->json ? "json" : o->format ? o->format : "table";
    bool known = strcmp(format, "table") == 0 || strcmp(format, "csv") == 0 || strcmp(format, "json") == 0;
    if (!known) {
        diag_error(d, &NO_PLACE, D_OPTION, "-o %s: must be table, csv or json", format);
        return (int)diag_status(d);
    }
    for (uint32_t i = 0; i < o->input_count; i++)
        add_object(&t, o->inputs[i], o, &status);
    if (format[0] == 't')
        print_table(&t);
    else if (format[0] == 'c')
        print_csv(&t);
    else
        print_json(&t);
    table_free(&t);
    return status;
}
