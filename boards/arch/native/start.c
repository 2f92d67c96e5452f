// SPDX-License-Identifier: Apache-2.0
/* The board is a Linux process: main() is the firmware's, the C library starts it. `IMAGE BLOCK` reads the run block
 * from a file, `IMAGE` alone runs as deployed. Addresses: linker-scripts/sections-native.txt. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <barebpf/run.h>

#include "board.h"
#include "lock.h"
#include "rt.h"

#define START_FAILED 70

/* Where the run block goes, and the free RAM. */
extern char __run_block[], __free_start[], __free_end[];

static char console[4096];
static size_t console_bytes;
static bool has_block;

static void flush(void)
{
    size_t written = 0;
    while (written < console_bytes) {
        ssize_t now = write(STDOUT_FILENO, console + written, console_bytes - written);
        if (now <= 0)
            break;
        written += (size_t)now;
    }
    console_bytes = 0;
}

void board_putchar(char c)
{
    console[console_bytes++] = c;
    if (c == '\n' || console_bytes == sizeof console)
        flush();
}

_Noreturn static void failed(const char *what)
{
    rt_print("cannot start: ");
    rt_print(what);
    rt_print("\n");
    exit(START_FAILED);
}

/* Memory at a fixed address, zeroed. */
static void map(char *address, size_t bytes)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    if (mmap(address, bytes, PROT_READ | PROT_WRITE, flags, -1, 0) != address)
        failed("its memory is taken");
}

static void read_block(const char *path)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0 || (size_t)status.st_size < sizeof(struct barebpf_run_block))
        failed("the run block cannot be read");
    map(__run_block, (size_t)status.st_size);
    for (off_t at = 0; at < status.st_size;) {
        ssize_t now = read(file, __run_block + at, (size_t)(status.st_size - at));
        if (now <= 0)
            failed("the run block cannot be read");
        at += now;
    }
    close(file);
    has_block = ((const struct barebpf_run_block *)(const void *)__run_block)->magic == BAREBPF_RUN_MAGIC;
}

static void on_signal(int number, siginfo_t *info, void *context)
{
    const struct rt_register registers[] = {{"signal", (uintptr_t)number}, {"address", (uintptr_t)info->si_addr}};
    (void)context;
    rt_fault(strsignal(number), registers, 2);
}

/* AddressSanitizer tells of bad addresses itself. */
static void catch_faults(void)
{
    static char stack[16384];
#if __has_feature(address_sanitizer)
    static const int faults[] = {SIGILL, SIGFPE};
#else
    static const int faults[] = {SIGILL, SIGFPE, SIGSEGV, SIGBUS};
#endif
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    const struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND};
    sigaltstack(&alternate, NULL);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigaction(faults[i], &action, NULL);
}

/* A sanitizer's report ends the process as a processor's fault does. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    _Static_assert(BAREBPF_STATUS_FAULT == 61, "in the text below");
    return "exitcode=61:detect_leaks=0";
}

/* Before main(); glibc passes what main() gets. */
__attribute__((constructor)) static void start(int count, char **arguments)
{
    atexit(flush);
    catch_faults();
    map(__free_start, (size_t)(__free_end - __free_start));
    if (count > 1)
        read_block(arguments[1]);
}

bool board_in_emulator(void)
{
    return has_block;
}

_Noreturn void board_exit(int status)
{
    exit(status);
}

/* A deployed image idles for ever: without eating the processor. */
void board_idle(void)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    nanosleep(&pause, NULL);
}

uint64_t board_time_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* There are no interrupts. */
unsigned long board_lock(void)
{
    return RT_LOCK();
}

void board_unlock(unsigned long state)
{
    RT_UNLOCK(state);
}

void board_insns_start(void)
{
}

uint64_t board_insns_stop(void)
{
    return BOARD_INSNS_UNKNOWN;
}

uint64_t board_insns_probe(void *ctx, size_t ctx_size)
{
    (void)ctx;
    return ctx_size;
}
