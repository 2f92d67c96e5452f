// SPDX-License-Identifier: Apache-2.0
/* The collector of messages: one root error with its story. */
#include "diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "memory.h"
#include "text.h"

/* A step of the story ("line 11: …") or a suggestion. */
struct remark {
    uint32_t line;
    const char *text;
};

struct diag {
    struct arena arena;
    const char *object;
    bool has_error;
    enum diag_id id;
    struct place place;
    const char *message;
    VEC(struct remark) causes;
    VEC(struct remark) suggestions;
};

/* One row of diag.def. */
struct diag_info {
    const char *name;
    enum status status;
    const char *title, *explanation;
};

static const struct diag_info infos[D_COUNT] = {
#define DIAG(id, name, status, title, explanation) [D_##id] = {name, status, title, explanation},
#include "diag.def"
#undef DIAG
};

static const char *const remedies[D_COUNT] = {
#define REMEDY(id, text) [D_##id] = (text),
#include "remedy.def"
#undef REMEDY
};

struct diag *diag_new(const char *object)
{
    struct diag *d = memory_alloc(sizeof *d);
    d->object = object ? arena_strdup(&d->arena, object) : NULL;
    return d;
}

void diag_free(struct diag *d)
{
    if (!d)
        return;
    vec_free(&d->causes);
    vec_free(&d->suggestions);
    arena_free(&d->arena);
    free(d);
}

void diag_clear(struct diag *d)
{
    d->has_error = false;
    d->causes.count = d->suggestions.count = 0;
}

static const char *format_text(struct diag *d, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    size_t size = (size_t)(length < 0 ? 0 : length) + 1;
    char *text = arena_alloc(&d->arena, size);
    vsnprintf(text, size, format, args);
    return text;
}

static const char *keep(struct diag *d, const char *text)
{
    return text ? arena_strdup(&d->arena, text) : NULL;
}

bool diag_error(struct diag *d, const struct place *where, enum diag_id id, const char *format, ...)
{
    if (d->has_error)
        return false;
    va_list args;
    va_start(args, format);
    d->message = format_text(d, format, args);
    va_end(args);
    d->has_error = true;
    d->id = id;
    d->place = *where;
    d->place.file = keep(d, where->file);
    d->place.source = keep(d, where->source);
    d->place.label = keep(d, where->label);
    d->place.function = keep(d, where->function);
    d->place.listing = keep(d, where->listing);
    return false;
}

void diag_cause(struct diag *d, const struct place *where, const char *format, ...)
{
    if (!d->has_error)
        return;
    va_list args;
    va_start(args, format);
    struct remark cause = {where->line, format_text(d, format, args)};
    va_end(args);
    vec_push(&d->causes, cause);
}

void diag_suggest(struct diag *d, const char *format, ...)
{
    if (!d->has_error)
        return;
    va_list args;
    va_start(args, format);
    struct remark suggestion = {0, format_text(d, format, args)};
    va_end(args);
    vec_push(&d->suggestions, suggestion);
}

void diag_note(struct diag *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = format_text(d, format, args);
    va_end(args);
    fprintf(stderr, "%s%snote: %s\n", d->object ? d->object : "", d->object ? ": " : "", text);
}

enum status diag_status(const struct diag *d)
{
    return d->has_error ? infos[d->id].status : STATUS_OK;
}

bool diag_root(const struct diag *d, const char **id_name, const char **message, struct place *where)
{
    if (!d->has_error)
        return false;
    *id_name = infos[d->id].name;
    *message = d->message;
    *where = d->place;
    return true;
}

/* The source line with a caret and its label. Tabs before the caret are kept, so that the caret stands where the editor
 * shows it. */
static void print_source(const struct place *place, FILE *out)
{
    if (!place->source || !place->line)
        return;
    fprintf(out, "%5u | %s\n", place->line, place->source);
    if (!place->column || place->column > strlen(place->source) + 1)
        return;
    fputs("      | ", out);
    for (uint32_t i = 0; i + 1 < place->column; i++)
        fputc(place->source[i] == '\t' ? '\t' : ' ', out);
    fprintf(out, "^%s%s\n", place->label ? " " : "", place->label ? place->label : "");
}

static void print_where(const struct place *place, FILE *out)
{
    if (place->function) {
        fprintf(out, "  at     %s()", place->function);
        if (place->insn >= 0)
            fprintf(out, ", instruction %lld", (long long)place->insn);
        fputc('\n', out);
    }
    for (const char *line = place->listing; line && *line;) {
        size_t length = strcspn(line, "\n");
        fprintf(out, "         %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static const char *verdict_word(enum status status)
{
    switch (status) {
    case STATUS_REJECTED: return "rejected";
    case STATUS_UNSUPPORTED: return "not supported";
    case STATUS_OK:
    case STATUS_INPUT:
    case STATUS_BUG: break;
    }
    return "failed";
}

void diag_print(const struct diag *d, FILE *out, bool colour)
{
    if (!d->has_error)
        return;
    const struct place *place = &d->place;
    const char *file = place->file ? place->file : d->object ? d->object : "barebpf";
    const char *red = colour ? "\033[1;31m" : "", *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
    fprintf(out, "%s%s:", bold, file);
    if (place->line)
        fprintf(out, "%u:%u:", place->line, place->column ? place->column : 1);
    fprintf(out, "%s %serror:%s %s [%s]\n", plain, red, plain, d->message, infos[d->id].name);
    print_source(place, out);
    print_where(place, out);
    for (uint32_t i = 0; i < d->causes.count; i++) {
        const struct remark *cause = &d->causes.items[i];
        fputs(i == 0 ? "  cause  " : "         ", out);
        if (cause->line)
            fprintf(out, "line %u: ", cause->line);
        fprintf(out, "%s\n", cause->text);
    }
    for (uint32_t i = 0; i < d->suggestions.count; i++)
        fprintf(out, "%s%s\n", i == 0 ? "  try    " : "         ", d->suggestions.items[i].text);
    if (!d->suggestions.count && remedies[d->id])
        fprintf(out, "  try    %s\n", remedies[d->id]);
    if (d->object)
        fprintf(out, "%s: %s, 1 error\n", d->object, verdict_word(infos[d->id].status));
}

const char *diag_name(enum diag_id id)
{
    return infos[id].name;
}

enum status diag_id_status(enum diag_id id)
{
    return infos[id].status;
}

const char *diag_title(enum diag_id id)
{
    return infos[id].title;
}

const char *diag_explanation(enum diag_id id)
{
    return infos[id].explanation;
}

const char *diag_remedy(enum diag_id id)
{
    return remedies[id];
}

_Noreturn void diag_bug(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "barebpf: bug: %s:%d: ", file, line);
    vfprintf(stderr, format, args);
    va_end(args);
    fputs("\nThis is a fault of barebpf, not of your program; please report it with the input.\n", stderr);
    exit(STATUS_BUG);
}
