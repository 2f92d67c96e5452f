// SPDX-License-Identifier: Apache-2.0
/* Whole files in and out; a private work directory that goes away at exit. */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

static bool read_all(int fd, char *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

bool file_read(struct arena *arena, const char *path, char **bytes, size_t *size, struct diag *d)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return diag_error(d, &FILE_PLACE(path), errno == ENOENT ? D_FILE_MISSING : D_FILE_UNREADABLE,
                          "cannot open '%s': %s", path, strerror(errno));
    bool ok = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    if (ok) {
        *size = (size_t)info.st_size;
        *bytes = arena_alloc(arena, *size + 1);
        ok = read_all(fd, *bytes, *size);
    }
    close(fd);
    return ok || diag_error(d, &FILE_PLACE(path), D_FILE_UNREADABLE,
                            "cannot read '%s': it must be a readable regular file", path);
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t put = write(fd, bytes, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes += put;
        size -= (size_t)put;
    }
    return true;
}

bool file_write(const char *path, const void *bytes, size_t size, struct diag *d)
{
    struct arena arena = {0};
    char *temporary = arena_printf(&arena, "%s.XXXXXX", path);
    int fd = mkstemp(temporary);
    bool ok = fd >= 0;
    if (ok) {
        mode_t mask = umask(0);
        umask(mask);
        ok = write_all(fd, bytes, size) && fchmod(fd, 0666 & ~mask) == 0;
        ok = close(fd) == 0 && ok;
        ok = ok && rename(temporary, path) == 0;
        if (!ok) {
            int why = errno;
            unlink(temporary);
            errno = why;
        }
    }
    if (!ok)
        diag_error(d, &FILE_PLACE(path), D_FILE_WRITE, "cannot write '%s': %s", path, strerror(errno));
    arena_free(&arena);
    return ok;
}

bool file_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* at exit: removes a flat directory and frees its name. */
static void remove_work_dir(int status, void *name)
{
    (void)status;
    char path[PATH_MAX];
    DIR *dir = opendir(name);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (snprintf(path, sizeof path, "%s/%s", (char *)name, entry->d_name) < (int)sizeof path)
            unlink(path);
    }
    if (dir)
        closedir(dir);
    rmdir(name);
    free(name);
}

char *file_work_dir(struct arena *arena, struct diag *d)
{
    const char *base = getenv("TMPDIR");
    char *path = arena_printf(arena, "%s/barebpf-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(path)) {
        diag_error(d, &NO_PLACE, D_FILE_WRITE, "cannot make a work directory '%s': %s", path, strerror(errno));
        return NULL;
    }
    char *name = memory_alloc(strlen(path) + 1);
    memcpy(name, path, strlen(path) + 1);
    if (on_exit(remove_work_dir, name) != 0)
        BUG("on_exit refused the work directory");
    return path;
}

const char *file_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *file_stem(struct arena *arena, const char *path)
{
    static const char *const endings[] = {".bpf.o", ".bpf.c", ".o", ".elf", ".c"};
    char *stem = arena_strdup(arena, file_base(path));
    size_t length = strlen(stem);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && strcmp(stem + length - ending, endings[i]) == 0) {
            stem[length - ending] = '\0';
            break;
        }
    }
    return stem;
}
