// SPDX-License-Identifier: Apache-2.0
/* x86, 32 and 64 bits: boot by PVH (QEMU's -kernel), long mode, exceptions, the time-stamp counter, and the end.
 * Sources: Xen's PVH start-of-day interface (docs/misc/pvh.pandoc); Intel SDM volume 3 §3.4 (segments), §4.5 (4-level
 * paging), §6.12 (exceptions), §10.8.5 (long mode), §18.17 (TSC). */
#include "start.h"
#include "board.h"
#include "lock.h"
#include "rt.h"
#include "x86.h"

#define SELECTOR_CODE32 0x08
#define SELECTOR_DATA   0x10
#define SELECTOR_CODE64 0x18
#define ISA_DEBUG_EXIT  0xf4 /* QEMU ends with status (value << 1) | 1 */
#define EXCEPTIONS      X86_FIRST_INTERRUPT
#ifdef BAREBPF_EVENTS
#define INTERRUPTS 16 /* lines of the controllers, at the vectors behind the exceptions */
#else
#define INTERRUPTS 0
#endif
#define GATES          (EXCEPTIONS + INTERRUPTS)
#define CALL_BYTES     5           /* of a near call, between two exception stubs */
#define HAS_ERROR_CODE 0x60227d00u /* bit n: exception n pushes an error code */

#define TEXT(x)  #x
#define VALUE(x) TEXT(x)

_Noreturn void start_c(void);
void reset_handler(void);
void exception_stubs(void);
void interrupt_stubs(void);
_Noreturn void exception_report(uintptr_t stub_end, const uintptr_t *frame);

/* XEN_ELFNOTE_PHYS32_ENTRY: QEMU jumps there in 32-bit protected mode, paging off, interrupts off. */
__asm__(".pushsection .note.Xen, \"a\", @note\n"
        ".balign 4\n"
        ".long 4, 8, 18\n"
        ".asciz \"Xen\"\n"
        ".long reset_handler, 0\n"
        ".popsection\n");

/* Segments of our own, .bss and .data. */
__asm__(
    ".pushsection .init, \"ax\", @progbits\n"
    ".code32\n"
    ".globl reset_handler\n"
    ".type reset_handler, @function\n"
    "reset_handler:\n"
    "cli\n"
    "cld\n"
    "lgdt segments_pointer\n"
    "ljmp $" VALUE(SELECTOR_CODE32) ", $1f\n"
                                    "1: movl $" VALUE(
                                        SELECTOR_DATA) ", %eax\n"
                                                       "movl %eax, %ds\n"
                                                       "movl %eax, %es\n"
                                                       "movl %eax, %ss\n"
                                                       "movl $__stack_top, %esp\n"
                                                       "xorl %eax, %eax\n"
                                                       "movl $__bss_start, %edi\n"
                                                       "movl $__bss_end, %ecx\n"
                                                       "subl %edi, %ecx\n"
                                                       "rep stosb\n"
                                                       "movl $__data_load, %esi\n"
                                                       "movl $__data_start, %edi\n"
                                                       "movl $__data_end, %ecx\n"
                                                       "subl %edi, %ecx\n"
                                                       "rep movsb\n"
#ifdef __x86_64__
                                                       /* the first GiB, mapped as it is: one entry each in two tables,
                                                          2 MiB pages in the third */
                                                       "movl $(page_tables + 0x1003), page_tables\n"
                                                       "movl $(page_tables + 0x2003), page_tables + 0x1000\n"
                                                       "movl $(page_tables + 0x2000), %edi\n"
                                                       "movl $0x83, %eax\n"
                                                       "2: movl %eax, (%edi)\n"
                                                       "addl $8, %edi\n"
                                                       "addl $0x200000, %eax\n"
                                                       "cmpl $0x40000000, %eax\n"
                                                       "jb 2b\n"
                                                       "movl $page_tables, %eax\n"
                                                       "movl %eax, %cr3\n"
                                                       "movl %cr4, %eax\n"
                                                       "orl $0x620, %eax\n" /* PAE, OSFXSR, OSXMMEXCPT */
                                                       "movl %eax, %cr4\n"
                                                       "movl $0xc0000080, %ecx\n" /* EFER.LME */
                                                       "rdmsr\n"
                                                       "orl $0x100, %eax\n"
                                                       "wrmsr\n"
                                                       "movl %cr0, %eax\n"
                                                       "andl $0xfffffff3, %eax\n" /* no EM, no TS */
                                                       "orl $0x80000002, %eax\n"  /* PG, MP */
                                                       "movl %eax, %cr0\n"
                                                       "ljmp $" VALUE(
                                                           SELECTOR_CODE64) ", $3f\n"
                                                                            ".code64\n"
                                                                            "3: movl $__stack_top, %esp\n"
                                                                            "call start_c\n"
#else
                                                       "call start_c\n"
#endif
                                                                            ".balign 8\n"
                                                                            "segments: .quad 0, 0x00cf9a000000ffff, "
                                                                            "0x00cf92000000ffff, 0x00af9a000000ffff\n"
                                                                            "segments_pointer: .word . - segments - 1\n"
                                                                            ".long segments\n"
                                                                            ".popsection\n");

#ifdef __x86_64__
#define SELECTOR_CODE SELECTOR_CODE64
__attribute__((used, aligned(4096))) char page_tables[3 * 4096];
#else
#define SELECTOR_CODE SELECTOR_CODE32
#endif

/* Each stub is a call, so that its return address tells the exception's number. */
__asm__(".pushsection .text.exceptions, \"ax\", @progbits\n"
        ".globl exception_stubs\n"
        ".type exception_stubs, @function\n"
        "exception_stubs:\n"
        ".rept " VALUE(EXCEPTIONS) "\n"
                                   "call exception_entry\n"
                                   ".endr\n"
                                   "exception_entry:\n"
#ifdef __x86_64__
                                   "popq %rdi\n"
                                   "movq %rsp, %rsi\n"
                                   "andq $-16, %rsp\n"
#else
                                   "popl %eax\n"
                                   "movl %esp, %edx\n"
                                   "andl $-16, %esp\n"
                                   "subl $8, %esp\n"
                                   "pushl %edx\n"
                                   "pushl %eax\n"
#endif
                                   "call exception_report\n"
                                   ".popsection\n");

/* An interrupt gate. */
struct gate {
    uint16_t offset_low, selector, type, offset_middle;
#ifdef __x86_64__
    uint32_t offset_high, reserved;
#endif
};
#define GATE_INTERRUPT 0x8e00u /* present, privilege 0 */

#ifdef BAREBPF_EVENTS
/* Interrupts save what C functions may change; on 64 bits the SSE registers among it, which compilers use for anything.
 * On 32 bits the x87 stack is left as it was found, whoever loads and stores 64 bits with it. */
__asm__(".pushsection .text.interrupts, \"ax\", @progbits\n"
        ".globl interrupt_stubs\n"
        ".type interrupt_stubs, @function\n"
        "interrupt_stubs:\n"
        ".rept 16\n"
        "call interrupt_entry\n"
        ".endr\n"
        "interrupt_entry:\n"
#ifdef __x86_64__
        "xchgq %rdi, (%rsp)\n" /* the stub's end for rdi */
        "pushq %rax\n pushq %rcx\n pushq %rdx\n pushq %rsi\n"
        "pushq %r8\n pushq %r9\n pushq %r10\n pushq %r11\n pushq %rbp\n"
        "movq %rsp, %rbp\n"
        "subq $512, %rsp\n"
        "andq $-16, %rsp\n"
        "fxsave64 (%rsp)\n"
        "call interrupt_of_stub\n"
        "fxrstor64 (%rsp)\n"
        "movq %rbp, %rsp\n"
        "popq %rbp\n popq %r11\n popq %r10\n popq %r9\n popq %r8\n"
        "popq %rsi\n popq %rdx\n popq %rcx\n popq %rax\n popq %rdi\n"
        "iretq\n"
#else
        "xchgl %eax, (%esp)\n" /* the stub's end for eax */
        "pushl %ecx\n pushl %edx\n pushl %ebp\n"
        "movl %esp, %ebp\n"
        "subl $12, %esp\n"
        "andl $-16, %esp\n"
        "movl %eax, (%esp)\n"
        "call interrupt_of_stub\n"
        "movl %ebp, %esp\n"
        "popl %ebp\n popl %edx\n popl %ecx\n popl %eax\n"
        "iretl\n"
#endif
        ".popsection\n");

void interrupt_of_stub(uintptr_t stub_end);
void x86_interrupt(uint32_t line);

void interrupt_of_stub(uintptr_t stub_end)
{
    x86_interrupt((uint32_t)((stub_end - (uintptr_t)interrupt_stubs) / CALL_BYTES - 1));
}
#endif

static struct gate gates[GATES];

static uintptr_t stub_of(unsigned vector)
{
#ifdef BAREBPF_EVENTS
    if (vector >= EXCEPTIONS)
        return (uintptr_t)interrupt_stubs + (vector - EXCEPTIONS) * CALL_BYTES;
#endif
    return (uintptr_t)exception_stubs + vector * CALL_BYTES;
}

static void catch_exceptions(void)
{
    const struct __attribute__((packed)) {
        uint16_t limit;
        uintptr_t base;
    } pointer = {sizeof gates - 1, (uintptr_t)gates};
    for (unsigned i = 0; i < GATES; i++) {
        uintptr_t stub = stub_of(i);
        gates[i].offset_low = (uint16_t)stub;
        gates[i].selector = SELECTOR_CODE;
        gates[i].type = GATE_INTERRUPT;
        gates[i].offset_middle = (uint16_t)(stub >> 16);
    }
    __asm__ volatile("lidt %0" ::"m"(pointer));
}

_Noreturn void start_c(void)
{
    catch_exceptions();
    board_clocks();
    board_init();
    board_exit(main());
}

_Noreturn void exception_report(uintptr_t stub_end, const uintptr_t *frame)
{
    uintptr_t number = (stub_end - (uintptr_t)exception_stubs) / CALL_BYTES - 1, address;
    uintptr_t has_code = HAS_ERROR_CODE >> number & 1;
    __asm__ volatile("mov %%cr2, %0" : "=r"(address));
    const struct rt_register registers[] = {
        {"number", number}, {"code", has_code ? frame[0] : 0}, {"pc", frame[has_code]}, {"cr2", address}};
    const char *kind = number == 0 ? "divide error" : number == 6 ? "invalid opcode" : "exception";
    if (number == 13)
        kind = "general protection";
    if (number == 14)
        kind = "page fault";
    rt_fault(kind, registers, sizeof registers / sizeof registers[0]);
}

bool board_in_emulator(void)
{
    return start_run_block();
}

_Noreturn void board_exit(int status)
{
    if (board_in_emulator())
        x86_out32(ISA_DEBUG_EXIT, (uint32_t)status);
    for (;;)
        board_idle();
}

/* An interrupt ends the sleep only when it is let through: its handler runs here. STI lets HLT begin before. Without
 * events there are no interrupts, so HLT would never return. */
void board_idle(void)
{
#ifdef BAREBPF_EVENTS
    __asm__ volatile("sti\n hlt\n cli" ::: "memory");
#else
    __asm__ volatile("pause" ::: "memory");
#endif
}

unsigned long board_lock(void)
{
    return RT_LOCK();
}

void board_unlock(unsigned long state)
{
    RT_UNLOCK(state);
}

/* The time-stamp counter, which runs at the board's clock; under QEMU's -icount virtual time, 1 GHz. */
static uint64_t ticks(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high)::"memory");
    return (uint64_t)high << 32 | low;
}

#include "ticks.h"

__attribute__((naked)) uint64_t board_insns_probe(void *ctx, size_t ctx_size)
{
    __asm__("ret");
}
