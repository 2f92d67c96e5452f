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

/* What a child gets as stdin (-1: /dev/null), stdout and stderr. */
struct streams {
    int in, out, err;
};

/* In the child: its streams, a group of its own (so that a time-out also ends what it started), and an end with its
 * parent; then the program. Sends an errno into `report` when that failed. */
static _Noreturn void become(const char *const argv[], const struct streams *given, int report, pid_t parent)
{
    union {
        const char *const *in;
        char *const *out;
    } argument = {.in = argv};
    int in = given->in >= 0 ? given->in : open("/dev/null", O_RDONLY | O_CLOEXEC);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent && in >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(given->out, STDOUT_FILENO) >= 0 &&
        dup2(given->err, STDERR_FILENO) >= 0)
        execvp(argv[0], argument.out);
    int why = errno;
    while (write(report, &why, sizeof why) < 0 && errno == EINTR) {
    }
    _exit(127);
}

/* Starts argv with these streams; 0 or an errno. */
static int start(pid_t *pid, const char *const argv[], const struct streams *given)
{
    int report[2], why = 0;
    if (pipe2(report, O_CLOEXEC) != 0)
        return errno;
    pid_t parent = getpid();
    *pid = fork();
    if (*pid == 0)
        become(argv, given, report[1], parent);
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

/* What a process gets once it has answered, in one piece, so that it fits into the pipe. */
struct feed {
    int fd; /* -1: nothing (any more) */
    const struct process_input *input;
};

static void feed_now(struct feed *feed)
{
    if (feed->fd < 0)
        return;
    ssize_t written = write(feed->fd, feed->input->bytes, feed->input->size);
    (void)written; /* who does not want it does without */
    close(feed->fd);
    feed->fd = -1;
}

/* Collects both streams until they close; kills the group at the deadline (ms, 0 = none). True when it had to. */
static bool collect(pid_t pid, struct pollfd streams[2], struct text texts[2], struct feed *feed, int64_t deadline)
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
                feed_now(feed);
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

static void close_pair(const int pair[2])
{
    if (pair[0] >= 0)
        close(pair[0]);
    if (pair[1] >= 0)
        close(pair[1]);
}

bool process_run(struct arena *arena, const char *const argv[], unsigned timeout_s, struct process_result *result,
                 struct diag *d)
{
    return process_run_fed(arena, argv, NULL, timeout_s, result, d);
}

bool process_run_fed(struct arena *arena, const char *const argv[], const struct process_input *input,
                     unsigned timeout_s, struct process_result *result, struct diag *d)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0 || (input && pipe2(in, O_CLOEXEC) != 0)) {
        diag_error(d, &NO_PLACE, D_TOOL_FAILED, "cannot make a pipe for '%s': %s", argv[0], strerror(errno));
        close_pair(out);
        close_pair(err);
        return false;
    }
    pid_t pid = 0;
    int failed = start(&pid, argv, &(struct streams){in[0], out[1], err[1]});
    close(out[1]);
    close(err[1]);
    if (in[0] >= 0)
        close(in[0]);
    if (failed) {
        close(out[0]);
        close(err[0]);
        close_pair((int[]){in[1], -1});
        return cannot_run(argv[0], failed, d);
    }
    int64_t deadline = timeout_s ? now_ms() + (int64_t)timeout_s * 1000 : 0;
    struct pollfd streams[2] = {{.fd = out[0], .events = POLLIN}, {.fd = err[0], .events = POLLIN}};
    struct text texts[2] = {{0}, {0}};
    struct feed feed = {in[1], input};
    bool killed = collect(pid, streams, texts, &feed, deadline);
    close_pair((int[]){feed.fd, -1});
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
    int failed = start(pid, argv, &(struct streams){-1, STDOUT_FILENO, STDERR_FILENO});
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
