// SPDX-License-Identifier: Apache-2.0
/* Sockets that helpers give: acquired and released, cast, looked up in maps; what programs of a control group ask for.
 */
#include "suite.h"

MAP(sockets, 15, 4, __u32, __u32); /* BPF_MAP_TYPE_SOCKMAP */

/* Asks for the TCP socket of a connection that stands in the stack; the result in r0. */
#define LOOKS_UP                                                                                                       \
    "r6 = r1; r0 = 0; *(u64 *)(r10 - 8) = r0; *(u64 *)(r10 - 16) = r0;"                                                \
    "r1 = r6; r2 = r10; r2 += -16; r3 = 12; r4 = -1; r5 = 0; call 84;"
#define RELEASES "r1 = r7; call 86;"

#define TC(name) SEC("tc") __attribute__((naked)) int name(void)

TC(releases)
{
    I(LOOKS_UP "if r0 == 0 goto 9f; r7 = r0; r8 = *(u32 *)(r7 + 24);" RELEASES "9: r0 = 0; exit");
}

TC(forgets_to_release)
{
    I(LOOKS_UP "r0 = 0");
    I("exit"); /* error[leak] */
}

TC(releases_without_a_test)
{
    I(LOOKS_UP "r7 = r0; r1 = r7");
    I("call 86"); /* error[helper-argument] */
    I("r0 = 0; exit");
}

TC(reads_without_a_test)
{
    I(LOOKS_UP);
    I("r0 = *(u32 *)(r0 + 4)"); /* error[null-deref] */
    I("exit");
}

TC(reads_after_the_release)
{
    I(LOOKS_UP "if r0 == 0 goto 9f; r7 = r0;" RELEASES);
    I("r0 = *(u32 *)(r7 + 4)"); /* error[not-pointer] */
    I("9: r0 = 0; exit");
}

TC(releases_twice)
{
    I(LOOKS_UP "if r0 == 0 goto 9f; r7 = r0;" RELEASES);
    I("r1 = r7");
    I("call 86"); /* error[helper-argument] */
    I("9: r0 = 0; exit");
}

TC(what_was_cast_goes_with_it)
{
    I(LOOKS_UP "if r0 == 0 goto 9f; r7 = r0; r1 = r0; call 96; r8 = r0;" RELEASES);
    I("r0 = *(u32 *)(r8 + 0)"); /* error[not-pointer] */
    I("9: r0 = 0; exit");
}

TC(casts_and_reads)
{
    I(LOOKS_UP "if r0 == 0 goto 9f; r7 = r0; r1 = r0; call 96; if r0 == 0 goto 8f; r0 = *(u64 *)(r0 + 80);"
               "8:" RELEASES "9: r0 = 0; exit");
}

TC(a_cast_that_failed_releases_nothing)
{
    I(LOOKS_UP "if r0 == 0 goto 9f; r7 = r0; r1 = r0; call 96; if r0 == 0 goto 9f;" RELEASES);
    I("9: r0 = 0; exit"); /* error[leak] */
}

TC(writes_a_socket)
{
    I(LOOKS_UP "if r0 == 0 goto 9f; r7 = r0");
    I("*(u32 *)(r7 + 16) = 1"); /* error[read-only] */
    I(RELEASES "9: r0 = 0; exit");
}

TC(a_context_field_is_not_acquired)
{
    I("r1 = *(u64 *)(r1 + 168); if r1 == 0 goto 9f");
    I("call 86"); /* error[helper-argument] */
    I("9: r0 = 0; exit");
}

TC(finds_one_in_a_map)
{
    I("r1 = 0; *(u32 *)(r10 - 4) = r1; r2 = r10; r2 += -4; r1 = %0 ll; call 1; if r0 == 0 goto 9f; r7 = r0;" RELEASES
      "9: r0 = 0; exit" ::"i"(&sockets));
}

TC(keeps_one_of_a_map)
{
    I("r1 = 0; *(u32 *)(r10 - 4) = r1; r2 = r10; r2 += -4; r1 = %0 ll; call 1; r0 = 0" ::"i"(&sockets));
    I("exit"); /* error[leak] */
}

TC(assigns_nothing)
{
    I("r2 = 0; r3 = 0");
    I("call 124"); /* error[helper-argument] */
    I("r0 = 0; exit");
}

SEC("sk_lookup") __attribute__((naked)) int assigns_none(void)
{
    I("r2 = 0; r3 = 0; call 124; r0 = 1; exit");
}

SEC("sk_msg") __attribute__((naked)) int cannot_change_the_map(void)
{
    I("r1 = 0; *(u32 *)(r10 - 4) = r1; r2 = r10; r2 += -4; r1 = %0 ll" ::"i"(&sockets));
    I("call 3"); /* error[helper-program] */
    I("r0 = 1; exit");
}

SEC("cgroup/connect4") __attribute__((naked)) int sets_an_option(void)
{
    I("r2 = 1; *(u32 *)(r10 - 4) = r2; r3 = 2; r4 = r10; r4 += -4; r5 = 4; call 49; r0 = 1; exit");
}

SEC("tc") __attribute__((naked)) int asks_for_the_mtu(void)
{
    I("r2 = 0; *(u32 *)(r10 - 4) = r2; r3 = r10; r3 += -4; r4 = 0; r5 = 0; call 163; r0 = 0; exit");
}

SEC("tc") __attribute__((naked)) int asks_for_the_mtu_unaligned(void)
{
    I("r2 = 0; *(u64 *)(r10 - 8) = r2; r3 = r10; r3 += -6; r4 = 0; r5 = 0");
    I("call 163"); /* error[helper-argument] */
    I("r0 = 0; exit");
}
