// SPDX-License-Identifier: Apache-2.0
/* Messages to the user: one root error, its place, its cause, what to try; as text and as JSON.
 * The place that knows most reports and returns the result of diag_error(), which is always false; callers
 * pass the false on, adding diag_cause() or diag_suggest(). Ids are in diag.def and are stable. */
#ifndef BAREBPF_BASE_DIAG_H
#define BAREBPF_BASE_DIAG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Exit statuses of the tool. */
enum status {
    STATUS_OK = 0,
    STATUS_REJECTED = 1,    /* the verifier refused the program */
    STATUS_UNSUPPORTED = 2, /* may be fine, but not here: helper, map type, hook, relocation, does not fit */
    STATUS_INPUT = 3,       /* file, option, or tool missing or malformed */
    STATUS_BUG = 70         /* an invariant of ours is broken */
};

/* Every message id: D_NULL_DEREF for "null-deref", and so on. */
enum diag_id {
#define DIAG(id, name, status, title, explanation) D_##id,
#include "diag.def"
#undef DIAG
    D_COUNT
};

/* Where something is. Unknown parts are NULL, 0, or -1 (insn). Strings must outlive the diag or be copied by it
 * (diag_* functions copy all they keep). */
struct place {
    const char *file;     /* source file, or the object or board file when there is no source line */
    uint32_t line;        /* 1-based; 0 = unknown */
    uint32_t column;      /* 1-based; 0 = unknown */
    const char *source;   /* text of that source line */
    const char *label;    /* what to write under the caret, or NULL: the short reason, e.g. "r0 may be NULL" */
    const char *function; /* BPF function */
    int64_t insn;         /* index of the instruction within its function; -1 = none */
    const char *listing;  /* instructions around it, ready to print, lines ending in \n; or NULL */
};

#define NO_PLACE         ((const struct place){.insn = -1})
#define FILE_PLACE(path) ((const struct place){.file = (path), .insn = -1})

struct diag;

/* A new, empty collector; never NULL. `object` names the input in the last line ("x.bpf.o: rejected, 1 error") and may
 * be NULL. */
struct diag *diag_new(const char *object);
void diag_free(struct diag *d);

/* Reports the root error. Only the first one counts: later ones, until diag_clear(), are dropped (no cascades). Returns
 * false. */
bool diag_error(struct diag *d, const struct place *where, enum diag_id id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds a step of the causal path ("line 11: …"), or a way out, to the root error; ignored when there is none. */
void diag_cause(struct diag *d, const struct place *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_suggest(struct diag *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A remark that does not fail anything ("context extended with 4 zero bytes"); printed on stderr at once. */
void diag_note(struct diag *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The exit status of the root error; STATUS_OK when there is none. */
enum status diag_status(const struct diag *d);

/* The root error's parts, for JSON: its id's name, message and place; false when there is none. */
bool diag_root(const struct diag *d, const char **id_name, const char **message, struct place *where);

/* Prints the root error with place, source line and caret, listing, causes and suggestions. Colour only where `colour`.
 */
void diag_print(const struct diag *d, FILE *out, bool colour);

/* Forgets everything reported; for running the next program of an object. */
void diag_clear(struct diag *d);

/* Properties of an id, from diag.def. */
const char *diag_name(enum diag_id id);
enum status diag_id_status(enum diag_id id);
const char *diag_title(enum diag_id id);
const char *diag_explanation(enum diag_id id);
const char *diag_remedy(enum diag_id id); /* from remedy.def; NULL: none */

/* A broken invariant of ours: prints file and line and ends with status 70. */
#define BUG(...) diag_bug(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void diag_bug(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
