// SPDX-License-Identifier: Apache-2.0
/* Objects that others made, where a folder of them is at hand (TEST_STOCK; else skipped): each is loaded, with the
 * programs and maps that libbpf finds in it, or refused with a sentence; none takes more than a second. */
#include <bpf/libbpf.h>
#include <fts.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "load/load.h"

#define MOST_MS 1000.0
#define SKIPPED 77

static double cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static bool has_map(const struct program *p, const char *name)
{
    size_t length = strlen(name);
    for (uint32_t i = 0; i < p->map_count; i++) {
        const char *ours = p->maps[i].name;
        size_t tail = strlen(ours); /* libbpf calls data sections "OBJECT.rodata" */
        if (strcmp(ours, name) == 0 || (ours[0] == '.' && tail <= length && strcmp(name + length - tail, ours) == 0)) {
            return true;
        }
    }
    return false;
}

/* Compares with what libbpf lists; it does not open objects with legacy maps or unknown sections. */
static void compare_lists(const struct program *p, const char *path)
{
    struct bpf_object *object = bpf_object__open_file(path, NULL);
    struct bpf_program *program = NULL;
    struct bpf_map *map = NULL;
    if (object == NULL) {
        return;
    }
    bpf_object__for_each_program(program, object)
    {
        uint32_t func = program_find_func(p, bpf_program__name(program));
        if (func == NONE || !p->funcs[func].is_program) {
            fail_msg("%s: program '%s' is not listed", path, bpf_program__name(program));
        }
    }
    bpf_object__for_each_map(map, object)
    {
        if (!has_map(p, bpf_map__name(map))) {
            fail_msg("%s: map '%s' is not listed", path, bpf_map__name(map));
        }
    }
    bpf_object__close(object);
}

/* True when it was loaded. */
static bool check_object(const char *path)
{
    struct program program = {0};
    struct diag *d = diag_new(path);
    const struct load_options options = {0};
    double start = cpu_ms();
    bool ok = load_program(&program, path, &options, d);
    double ms = cpu_ms() - start;
    const char *id = "";
    const char *message = "";
    struct place place;
    if (ms > MOST_MS) {
        fail_msg("%s: took %.0f ms", path, ms);
    }
    if (ok) {
        compare_lists(&program, path);
    } else if (!diag_root(d, &id, &message, &place) ||
               (diag_status(d) != STATUS_UNSUPPORTED && strstr(path, "/invalid/") == NULL)) {
        fail_msg("%s: status %d: %s", path, (int)diag_status(d), message);
    }
    program_free(&program);
    diag_free(d);
    return ok;
}

static bool is_object(const FTSENT *entry)
{
    size_t length = strlen(entry->fts_name);
    return entry->fts_info == FTS_F && length > 2 && strcmp(entry->fts_name + length - 2, ".o") == 0;
}

static void stock_objects_are_loaded_or_refused(void **state)
{
    uint32_t *seen = *state;
    char folder[] = TEST_STOCK;
    char *const folders[] = {folder, NULL};
    FTS *walk = fts_open(folders, FTS_PHYSICAL, NULL);
    uint32_t loaded = 0;
    uint32_t refused = 0;
    libbpf_set_print(NULL);
    for (FTSENT *entry = NULL; walk != NULL && (entry = fts_read(walk)) != NULL;) {
        if (is_object(entry)) {
            bool ok = check_object(entry->fts_path);
            loaded += ok;
            refused += !ok;
        }
    }
    if (walk != NULL) {
        fts_close(walk);
    }
    *seen = loaded + refused;
    printf("%u stock objects loaded, %u refused\n", loaded, refused);
}

int main(void)
{
    uint32_t seen = 0;
    const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(stock_objects_are_loaded_or_refused, &seen)};
    int failed = cmocka_run_group_tests_name("load stock objects", tests, NULL, NULL);
    if (failed == 0 && seen == 0) {
        puts("SKIPPED: there are no objects in " TEST_STOCK);
        return SKIPPED;
    }
    return failed;
}
