// SPDX-License-Identifier: Apache-2.0
/* The cache of compiled C: see cache.h. An entry is a file named by its key, which begins with a digest of key and
 * content, so that a damaged one is made again. Entries get their name when they are complete; the least recently used
 * ones are dropped when there are many. */
#include "cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/file.h"

#define FORMAT         "barebpf cache 1" /* changes when the meaning of a key or an entry does */
#define ENTRIES_MOST   4000u
#define ENTRIES_LEFT   2000u
#define PACKAGES       "/var/lib/dpkg/status" /* written anew whenever a package changes; not there: no cache for native */
#define KEY_CHARACTERS (2u * CACHE_DIGEST_BYTES)

_Static_assert(CACHE_DIGEST_BYTES == SHA256_DIGEST_SIZE, "the digest is SHA-256");

/* A string with its end, so that two strings in a row are not another two. */
static void hash_string(struct sha256_ctx *hash, const char *text)
{
    sha256_update(hash, strlen(text) + 1, (const uint8_t *)text);
}

/* A file's name and content; false when it cannot be read. */
static bool hash_file(struct sha256_ctx *hash, const char *path)
{
    struct arena arena = {0};
    struct diag *quiet = diag_new(NULL);
    char *bytes = NULL;
    size_t size = 0;
    bool ok = file_read(&arena, path, &bytes, &size, quiet);
    if (ok) {
        hash_string(hash, path);
        sha256_update(hash, sizeof size, (const uint8_t *)&size);
        sha256_update(hash, size, (const uint8_t *)bytes);
    }
    diag_free(quiet);
    arena_free(&arena);
    return ok;
}

/* Which file it is, and which version of it. */
static bool hash_identity(struct sha256_ctx *hash, const char *path)
{
    struct stat info;
    char real[PATH_MAX];
    if (!realpath(path, real) || stat(real, &info) != 0)
        return false;
    hash_string(hash, real);
    const uint64_t identity[] = {(uint64_t)info.st_dev, (uint64_t)info.st_ino, (uint64_t)info.st_size,
                                 (uint64_t)info.st_mtim.tv_sec, (uint64_t)info.st_mtim.tv_nsec};
    sha256_update(hash, sizeof identity, (const uint8_t *)identity);
    return true;
}

/* Every file below `path`, in the order of their names; false when one cannot be read. */
static bool hash_tree(struct sha256_ctx *hash, struct arena *arena, const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);
    bool ok = count >= 0;
    for (int i = 0; i < count; i++) {
        struct stat info;
        const char *inside = arena_printf(arena, "%s/%s", path, entries[i]->d_name);
        if (ok && entries[i]->d_name[0] != '.' && stat(inside, &info) == 0)
            ok = S_ISDIR(info.st_mode) ? hash_tree(hash, arena, inside) : hash_file(hash, inside);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

/* Variables by which clang reads other files or makes other code. */
static bool is_environment_plain(void)
{
    static const char *const names[] = {"CPATH", "C_INCLUDE_PATH", "CCC_OVERRIDE_OPTIONS", "CLANG_CONFIG_FILE",
                                        "SOURCE_DATE_EPOCH"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (getenv(names[i]))
            return false;
    }
    return true;
}

static const char *wanted_directory(struct arena *arena)
{
    const char *asked = getenv("BAREBPF_CACHE"), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (asked && *asked)
        return strcmp(asked, "off") == 0 ? NULL : arena_strdup(arena, asked);
    bool is_given = cache && *cache == '/';
    if (!is_given && (!home || *home != '/'))
        return NULL;
    const char *parent = is_given ? cache : arena_printf(arena, "%s/.cache", home);
    mkdir(parent, 0700);
    return arena_printf(arena, "%s/barebpf", parent);
}

/* Only we may write there: who else could would choose what goes into our images. */
static bool is_usable(const char *directory)
{
    struct stat info;
    mkdir(directory, 0700);
    return stat(directory, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
           (info.st_mode & 022) == 0;
}

struct cache cache_open(struct arena *arena, const struct board *board)
{
    struct cache cache = {0};
    const char *directory = is_environment_plain() ? wanted_directory(arena) : NULL;
    if (!directory || !is_usable(directory))
        return cache;
    const char *home = board->home;
    struct sha256_ctx hash;
    sha256_init(&hash);
    bool ok = hash_tree(&hash, arena, arena_printf(arena, "%s/helpers-template", home)) &&
              hash_tree(&hash, arena, arena_printf(arena, "%s/boards", home)) &&
              (!board_is_native(board) || hash_identity(&hash, PACKAGES)); /* which has the host's headers */
    sha256_digest(&hash, sizeof cache.inputs, cache.inputs);
    if (ok)
        cache.directory = directory;
    return cache;
}

/* -- keys ---------------------------------------------------------------------------------------------------------- */

/* A word of the command, without the name of the work directory and what follows it: outputs' names, and the source's,
 * whose content is what counts. */
static void hash_word(struct sha256_ctx *hash, const char *word, const struct unit *unit)
{
    const char *found = strstr(word, unit->work_dir);
    if (strcmp(word, unit->output) == 0)
        word = "-";
    else if (found)
        sha256_update(hash, (size_t)(found - word), (const uint8_t *)word), word = found + strlen(unit->work_dir);
    hash_string(hash, word);
}

/* The content of a source, whose path in the work directory plays no part either. */
static bool hash_source(struct sha256_ctx *hash, struct arena *arena, const struct unit *unit)
{
    struct diag *quiet = diag_new(NULL);
    char *bytes = NULL;
    size_t size = 0;
    bool ok = file_read(arena, unit->source, &bytes, &size, quiet);
    if (ok)
        sha256_update(hash, size, (const uint8_t *)bytes);
    diag_free(quiet);
    return ok;
}

/* The name of the entry of a compilation; NULL when it cannot be told. */
static const char *entry_path(const struct cache *cache, struct arena *arena, const struct command *command,
                              const struct unit *unit)
{
    struct sha256_ctx hash;
    uint8_t key[CACHE_DIGEST_BYTES];
    char name[KEY_CHARACTERS + 1];
    if (!cache->directory)
        return NULL;
    sha256_init(&hash);
    hash_string(&hash, FORMAT);
    sha256_update(&hash, sizeof cache->inputs, cache->inputs);
    if (!hash_identity(&hash, command->items[0]))
        return NULL;
    for (uint32_t i = 1; i < command->count; i++)
        hash_word(&hash, command->items[i], unit);
    if (!hash_source(&hash, arena, unit))
        return NULL;
    sha256_digest(&hash, sizeof key, key);
    for (size_t i = 0; i < sizeof key; i++)
        snprintf(name + 2 * i, 3, "%02x", key[i]);
    return arena_printf(arena, "%s/%s", cache->directory, name);
}

/* -- entries ------------------------------------------------------------------------------------------------------- */

/* What an entry begins with. */
static void seal(uint8_t digest[CACHE_DIGEST_BYTES], const char *entry, const char *bytes, size_t size)
{
    struct sha256_ctx hash;
    sha256_init(&hash);
    hash_string(&hash, file_base(entry));
    sha256_update(&hash, size, (const uint8_t *)bytes);
    sha256_digest(&hash, CACHE_DIGEST_BYTES, digest);
}

/* Copies the entry to the output; false when it is not there or damaged. */
static bool entry_take(struct arena *arena, const char *entry, const char *output)
{
    struct diag *quiet = diag_new(NULL);
    uint8_t digest[CACHE_DIGEST_BYTES];
    char *bytes = NULL;
    size_t size = 0;
    bool ok = file_exists(entry) && file_read(arena, entry, &bytes, &size, quiet) && size > sizeof digest;
    if (ok) {
        seal(digest, entry, bytes + sizeof digest, size - sizeof digest);
        ok = memcmp(digest, bytes, sizeof digest) == 0 &&
             file_write(output, bytes + sizeof digest, size - sizeof digest, quiet);
    }
    if (ok)
        utimensat(AT_FDCWD, entry, NULL, 0); /* it was used now */
    diag_free(quiet);
    return ok;
}

/* A file of the cache's directory and when it was last used. */
struct used {
    char *path;
    struct timespec when;
};

static int compare_used(const void *left, const void *right)
{
    const struct timespec *a = &((const struct used *)left)->when, *b = &((const struct used *)right)->when;
    if (a->tv_sec != b->tv_sec)
        return a->tv_sec < b->tv_sec ? -1 : 1;
    return (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

/* Removes the least recently used entries when there are too many. Other files are not ours. */
static void trim(struct arena *arena, const char *directory)
{
    VEC(struct used) all = {0};
    DIR *dir = opendir(directory);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct stat info;
        char *path = arena_printf(arena, "%s/%s", directory, entry->d_name);
        if (strspn(entry->d_name, "0123456789abcdef") == KEY_CHARACTERS && stat(path, &info) == 0)
            vec_push(&all, ((struct used){path, info.st_mtim}));
    }
    if (dir)
        closedir(dir);
    if (all.count > ENTRIES_MOST) {
        qsort(all.items, all.count, sizeof *all.items, compare_used);
        for (uint32_t i = 0; i < all.count - ENTRIES_LEFT; i++)
            unlink(all.items[i].path);
    }
    vec_free(&all);
}

/* Keeps a copy of the output; what cannot be kept is made again the next time. */
static void entry_keep(const struct cache *cache, struct arena *arena, const char *entry, const char *output)
{
    struct diag *quiet = diag_new(NULL);
    char *bytes = NULL;
    size_t size = 0;
    if (file_read(arena, output, &bytes, &size, quiet)) {
        char *sealed = arena_alloc(arena, CACHE_DIGEST_BYTES + size);
        seal((uint8_t *)sealed, entry, bytes, size);
        memcpy(sealed + CACHE_DIGEST_BYTES, bytes, size);
        if (file_write(entry, sealed, CACHE_DIGEST_BYTES + size, quiet))
            trim(arena, cache->directory);
    }
    diag_free(quiet);
}

bool cache_compile(const struct cache *cache, struct arena *arena, struct command *command, const struct unit *unit,
                   struct diag *d)
{
    struct arena mine = {0};
    const char *entry = entry_path(cache, &mine, command, unit);
    bool ok = true;
    if (entry && entry_take(&mine, entry, unit->output)) {
        vec_free(command);
    } else {
        ok = command_run_tool(command, arena, unit->what, NULL, d);
        if (ok && entry)
            entry_keep(cache, &mine, entry, unit->output);
    }
    arena_free(&mine);
    return ok;
}
