// SPDX-License-Identifier: Apache-2.0
/* A forked process shares a page for its answer and a file in memory for its messages. */
#include "isolate.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Statuses of a child whose work came to its end; whatever else there is means that it did not. */
enum { ENDED_WELL = 40, ENDED_BADLY = 41 };

struct job {
    struct isolated *task;
    void *shared; /* the answer */
    int messages; /* file descriptor */
    pid_t parent;
};

static _Noreturn void do_work(const struct job *job)
{
    const struct rlimit no_core = {0, 0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &no_core); /* a crash leaves no file behind */
    bool ok = getppid() == job->parent && dup2(job->messages, STDERR_FILENO) >= 0 &&
              job->task->work(job->task->input, job->shared);
    _exit(ok ? ENDED_WELL : ENDED_BADLY);
}

static int wait_for_child(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* All that the child wrote. */
static const char *read_messages(int file, struct arena *arena)
{
    off_t size = lseek(file, 0, SEEK_END);
    char *text = arena_alloc(arena, size > 0 ? (size_t)size + 1 : 1);
    ssize_t got = size > 0 ? pread(file, text, (size_t)size, 0) : 0;
    text[got > 0 ? got : 0] = '\0';
    return text;
}

static bool run(struct job *job, struct arena *arena)
{
    fflush(NULL); /* what is buffered must not come twice */
    pid_t pid = fork();
    if (pid == 0)
        do_work(job);
    if (pid < 0)
        return false;
    int status = wait_for_child(pid);
    job->task->crashed = status != ENDED_WELL && status != ENDED_BADLY;
    job->task->ok = status == ENDED_WELL;
    job->task->said = read_messages(job->messages, arena);
    return true;
}

bool isolate(struct isolated *task, struct arena *arena, struct diag *d)
{
    struct job job = {task, mmap(NULL, task->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
                      memfd_create("messages", MFD_CLOEXEC), getpid()};
    bool ok = job.shared != MAP_FAILED && job.messages >= 0;
    if (ok) {
        memcpy(job.shared, task->answer, task->size);
        ok = run(&job, arena);
        memcpy(task->answer, job.shared, task->size);
    }
    int why = errno;
    if (job.shared != MAP_FAILED)
        munmap(job.shared, task->size);
    if (job.messages >= 0)
        close(job.messages);
    return ok || diag_error(d, &NO_PLACE, D_TOOL_MISSING, "no process for the work: %s", strerror(why));
}
