// SPDX-License-Identifier: Apache-2.0
/* Runs other programs, collecting both output streams under a time limit. They never outlive us. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In the child: its streams, a group of its own (so that a time-out also ends what it started), and an end with its
 * parent; then the program. Sends an errno into `report` when that failed. */
static _Noreturn void become(const char *const argv[], int out, int err, int report, pid_t parent)
{
    union {
        const char *const *in;
        char *const *out;
    } argument = {.in = argv};
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent && in >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(err, STDERR_FILENO) >= 0)
        execvp(argv[0], argument.out);
    int why = errno;
    while (write(report, &why, sizeof why) < 0 && errno == EINTR) {
    }
    _exit(127);
}

/* Starts argv with stdin from /dev/null, stdout and stderr into the write ends; 0 or an errno. */
static int start(pid_t *pid, const char *const argv[], int out, int err)
{
    int report[2], why = 0;
    if (pipe2(report, O_CLOEXEC) != 0)
        return errno;
    pid_t parent = getpid();
    *pid = fork();
    if (*pid == 0)
        become(argv, out, err, report[1], parent);
    if (*pid < 0)
        why = errno;
    close(report[1]);
    ssize_t got;
    do
        got = *pid > 0 ? read(report[0], &why, sizeof why) : 0;
    while (got < 0 && errno == EINTR);
    close(report[0]);
    if (got > 0)
        waitpid(*pid, NULL, 0);
    return why;
}

/* Collects both streams until they close; kills the group at the deadline (ms, 0 = none). True when it had to. */
static bool collect(pid_t pid, struct pollfd streams[2], struct text texts[2], int64_t deadline)
{
    char buffer[65536];
    bool killed = false;
    for (int open_count = 2; open_count;) {
        int64_t left = deadline ? deadline - now_ms() : -1;
        if (deadline && left <= 0) {
            kill(-pid, SIGKILL);
            killed = true;
            deadline = 0;
            continue;
        }
        if (poll(streams, 2, (int)left) < 0 && errno != EINTR)
            break;
        for (int i = 0; i < 2; i++) {
            if (streams[i].fd < 0 || !streams[i].revents)
                continue;
            ssize_t got = read(streams[i].fd, buffer, sizeof buffer);
            if (got > 0) {
                text_append(&texts[i], buffer, (size_t)got);
            } else if (got == 0 || errno != EINTR) {
                close(streams[i].fd);
                streams[i].fd = -1;
                open_count--;
            }
        }
    }
    return killed;
}

/* Waits for the process, at most until the deadline (it may have closed its streams and still run). */
static int wait_for(pid_t pid, int64_t deadline, bool *killed)
{
    int status = 0;
    for (;;) {
        pid_t got = waitpid(pid, &status, deadline ? WNOHANG : 0);
        if (got == pid)
            break;
        if (got < 0 && errno != EINTR)
            return 127;
        if (deadline && now_ms() >= deadline) {
            kill(-pid, SIGKILL);
            *killed = true;
            deadline = 0;
        } else if (deadline) {
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool cannot_run(const char *name, int why, struct diag *d)
{
    diag_error(d, &NO_PLACE, D_TOOL_MISSING, "cannot run '%s': %s", name, strerror(why));
    diag_suggest(d, "barebpf doctor");
    return false;
}

bool process_run(struct arena *arena, const char *const argv[], unsigned timeout_s, struct process_result *result,
                 struct diag *d)
{
    int out[2], err[2];
    if (pipe2(out, O_CLOEXEC) != 0)
        return diag_error(d, &NO_PLACE, D_TOOL_FAILED, "cannot make a pipe for '%s': %s", argv[0], strerror(errno));
    if (pipe2(err, O_CLOEXEC) != 0) {
        close(out[0]);
        close(out[1]);
        return diag_error(d, &NO_PLACE, D_TOOL_FAILED, "cannot make a pipe for '%s': %s", argv[0], strerror(errno));
    }
    pid_t pid = 0;
    int failed = start(&pid, argv, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    if (failed) {
        close(out[0]);
        close(err[0]);
        return cannot_run(argv[0], failed, d);
    }
    int64_t deadline = timeout_s ? now_ms() + (int64_t)timeout_s * 1000 : 0;
    struct pollfd streams[2] = {{.fd = out[0], .events = POLLIN}, {.fd = err[0], .events = POLLIN}};
    struct text texts[2] = {{0}, {0}};
    bool killed = collect(pid, streams, texts, deadline);
    int status = wait_for(pid, killed ? 0 : deadline, &killed);
    result->timed_out = killed;
    result->exit_status = killed ? 124 : status;
    result->output_size = texts[0].length;
    result->output = arena_memdup(arena, text_chars(&texts[0]), texts[0].length + 1);
    result->errors = arena_memdup(arena, text_chars(&texts[1]), texts[1].length + 1);
    text_free(&texts[0]);
    text_free(&texts[1]);
    return true;
}

bool process_start(const char *const argv[], pid_t *pid, struct diag *d)
{
    int failed = start(pid, argv, STDOUT_FILENO, STDERR_FILENO);
    return !failed || cannot_run(argv[0], failed, d);
}

void process_stop(pid_t pid)
{
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

bool process_foreground(const char *const argv[], int *exit_status, struct diag *d)
{
    union {
        const char *const *in;
        char *const *out;
    } argument = {.in = argv};
    void (*before)(int) = signal(SIGINT, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGINT, SIG_DFL);
        execvp(argv[0], argument.out);
        _exit(127);
    }
    int why = errno;
    bool killed = false;
    if (pid > 0)
        *exit_status = wait_for(pid, 0, &killed);
    signal(SIGINT, before);
    return pid > 0 || cannot_run(argv[0], why, d);
}

char *process_find(struct arena *arena, const char *name)
{
    const char *path = getenv("PATH");
    if (strchr(name, '/'))
        return access(name, X_OK) == 0 ? arena_strdup(arena, name) : NULL;
    for (const char *dir = path ? path : ""; *dir;) {
        size_t length = strcspn(dir, ":");
        char *full = arena_printf(arena, "%.*s/%s", (int)length, dir, name);
        if (length && access(full, X_OK) == 0)
            return full;
        dir += length + (dir[length] == ':');
    }
    return NULL;
}
