// SPDX-License-Identifier: Apache-2.0
/* Whole files in and out; a private work directory that goes away with the process. */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
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

/* Why `path` (in state `info`) is not a file that can be read whole; NULL when it is one. */
static const char *not_readable(const struct stat *info)
{
    return S_ISREG(info->st_mode) ? NULL : S_ISDIR(info->st_mode) ? "it is a directory" : "it is not a regular file";
}

bool file_check(const char *path, struct diag *d)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return errno == ENOENT
                   ? diag_error(d, &FILE_PLACE(path), D_FILE_MISSING, "there is no file '%s'", path)
                   : diag_error(d, &FILE_PLACE(path), D_FILE_UNREADABLE, "cannot open '%s': %s", path, strerror(errno));
    const char *why = not_readable(&info);
    return !why || diag_error(d, &FILE_PLACE(path), D_FILE_UNREADABLE, "cannot read '%s': %s", path, why);
}

bool file_read(struct arena *arena, const char *path, char **bytes, size_t *size, struct diag *d)
{
    struct stat info;
    if (!file_check(path, d))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO that came meanwhile must not block */
    if (fd < 0)
        return diag_error(d, &FILE_PLACE(path), D_FILE_UNREADABLE, "cannot open '%s': %s", path, strerror(errno));
    bool ok = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    if (ok) {
        *size = (size_t)info.st_size;
        *bytes = arena_alloc(arena, *size + 1);
        ok = read_all(fd, *bytes, *size);
    }
    close(fd);
    return ok || diag_error(d, &FILE_PLACE(path), D_FILE_UNREADABLE, "cannot read '%s'", path);
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

/* The number behind /dev/fd/; 1 and 2 for the names of the standard streams; -1 for other paths. */
static int named_stream(const char *path)
{
    static const char *const directories[] = {"/dev/fd/", "/proc/self/fd/"};
    if (strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        size_t length = strlen(directories[i]);
        char *end = NULL;
        long number = strncmp(path, directories[i], length) == 0 ? strtol(path + length, &end, 10) : -1;
        if (number >= 0 && number <= INT_MAX && end != path + length && !*end)
            return (int)number;
    }
    return -1;
}

/* Where `path` leads when its last part is a symbolic link, also one to a file that is not there yet. */
static const char *follow_links(struct arena *arena, const char *path)
{
    char target[PATH_MAX];
    for (int links = 0; links < 40; links++) {
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length <= 0)
            break;
        target[length] = '\0';
        const char *slash = strrchr(path, '/');
        path = *target == '/' || !slash ? arena_strdup(arena, target)
                                        : arena_printf(arena, "%.*s/%s", (int)(slash - path), path, target);
    }
    return path;
}

/* Writes to what is there and stays what it is: a stream, a character device, a FIFO. */
static bool write_in_place(int fd, const char *bytes, size_t size)
{
    bool ok = fd >= 0 && write_all(fd, bytes, size);
    int why = errno;
    if (fd >= 0)
        close(fd);
    errno = why;
    return ok;
}

static bool write_new(struct arena *arena, const char *path, const char *bytes, size_t size)
{
    char *temporary = arena_printf(arena, "%s.XXXXXX", path);
    int fd = mkstemp(temporary);
    if (fd < 0)
        return false;
    mode_t mask = umask(0);
    umask(mask);
    bool ok = write_all(fd, bytes, size) && fchmod(fd, 0666 & ~mask) == 0;
    ok = close(fd) == 0 && ok;
    ok = ok && rename(temporary, path) == 0;
    if (!ok) {
        int why = errno;
        unlink(temporary);
        errno = why;
    }
    return ok;
}

bool file_write(const char *path, const void *bytes, size_t size, struct diag *d)
{
    struct arena arena = {0};
    struct stat info;
    int stream = named_stream(path);
    bool ok;
    if (stream >= 0) {
        fflush(stdout);
        ok = write_in_place(dup(stream), bytes, size);
    } else if (stat(path, &info) != 0 || S_ISREG(info.st_mode)) {
        ok = write_new(&arena, follow_links(&arena, path), bytes, size);
    } else if (S_ISCHR(info.st_mode) || S_ISFIFO(info.st_mode)) {
        ok = write_in_place(open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), bytes, size);
    } else {
        errno = S_ISDIR(info.st_mode) ? EISDIR : EINVAL; /* no disk is overwritten */
        ok = false;
    }
    if (!ok)
        diag_error(d, &FILE_PLACE(path), D_FILE_WRITE, "cannot write '%s': %s", path, strerror(errno));
    arena_free(&arena);
    return ok;
}

void file_remove(const char *path)
{
    struct arena arena = {0};
    if (named_stream(path) < 0 && file_exists(path))
        unlink(follow_links(&arena, path));
    arena_free(&arena);
}

bool file_same(const char *a, const char *b)
{
    struct stat left, right;
    return file_exists(a) && stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

bool file_is_none_of(const char *output, const char *const *inputs, struct diag *d)
{
    for (; inputs && *inputs; inputs++)
        if (file_same(output, *inputs))
            return diag_error(d, &FILE_PLACE(output), D_OPTION, "the output '%s' is one of the inputs", output);
    return true;
}

bool file_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* Removes a flat directory; false when something is left. */
static bool remove_directory(const char *name)
{
    char path[PATH_MAX];
    DIR *dir = opendir(name);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (snprintf(path, sizeof path, "%s/%s", name, entry->d_name) < (int)sizeof path)
            unlink(path);
    }
    if (dir)
        closedir(dir);
    return rmdir(name) == 0 || errno == ENOENT;
}

/* The keeper: waits until its parent has ended, however that came about, and removes the directory. The parent's
 * children, which end with it, may write a last file meanwhile. */
static _Noreturn void keep_directory(const char *name, pid_t parent)
{
    sigset_t signals;
    int number;
    sigfillset(&signals);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    setpgid(0, 0); /* a terminal's Ctrl-C is not for us */
    close_range(0, UINT_MAX, 0);
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    while (getppid() == parent)
        sigwait(&signals, &number);
    for (int attempt = 0; attempt < 100 && !remove_directory(name); attempt++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    _exit(0);
}

/* A work directory and the process that outlives us to remove it. */
struct work {
    pid_t keeper; /* -1: there is none */
    char name[];
};

/* at exit: removes the directory. */
static void remove_work_dir(int status, void *data)
{
    (void)status;
    struct work *work = data;
    remove_directory(work->name);
    if (work->keeper > 0) {
        kill(work->keeper, SIGKILL);
        waitpid(work->keeper, NULL, 0);
    }
    free(work);
}

char *file_work_dir(struct arena *arena, struct diag *d)
{
    const char *base = getenv("TMPDIR");
    char *path = arena_printf(arena, "%s/barebpf-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(path)) {
        diag_error(d, &NO_PLACE, D_FILE_WRITE, "cannot make a work directory '%s': %s", path, strerror(errno));
        return NULL;
    }
    struct work *work = memory_alloc(sizeof *work + strlen(path) + 1);
    memcpy(work->name, path, strlen(path) + 1);
    pid_t parent = getpid();
    work->keeper = fork();
    if (work->keeper == 0)
        keep_directory(path, parent);
    if (on_exit(remove_work_dir, work) != 0)
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
