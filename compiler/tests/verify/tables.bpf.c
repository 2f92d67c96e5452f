// SPDX-License-Identifier: Apache-2.0
/* Jump tables and gotox, in the form that clang 22 gives them: tables in ".jumptables", whose entries count bytes from
 * the start of the section of code, and in .rodata with relocations. Families differ in what is added to the address of
 * a table of four entries, and in what is jumped through. A wrong table is refused with its object: load_tables_test.
 */
// flags: -mcpu=v4
// verify: --ctx-size 64
// kernel: gotox is not in Linux 6.18, nor are jump tables in its libbpf
#include "suite.h"

#define DATA(section, flags) ".pushsection " section ",\"" flags "\",@progbits; .p2align 3; "
#define END(name)            ".size " name ", . - " name "; .global " name "; .popsection"
/* A table called `name` with entries of TO(). */
#define TABLE(name, entries) DATA(".jumptables", "") name ": " entries END(name)
#define TO(label)            ".quad " label " - raw; "
/* The same in .rodata, as of `goto *table[i]`. */
#define CONST_TABLE(name, entries) DATA(".rodata", "a") ".type " name ", @object; " name ": " entries END(name)
#define LABEL(label)               ".quad " label "; "
#define GOTOX(reg)                 ".8byte 0x0" #reg "0d"

/* Four entries; those of PLACES lead to code that returns their number. */
#define PLACES     "80: r0 = 0; exit; 81: r0 = 1; exit; 82: r0 = 2; exit; 83: r0 = 3; exit"
#define FOUR(name) TABLE(name, TO("80f") TO("81f") TO("82f") TO("83f"))

/* Any number in r1, a small one in r2, the table in r3; `code` adds to r3 and more; then the jump. */
#define SWITCH(name, code)                                                                                             \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I(FOUR("table_" #name));                                                                                       \
        I("r6 = r1; r1 = *(u64 *)(r6 + 0); r2 = *(u8 *)(r6 + 8); r3 = table_" #name " ll; " code                       \
          "; r3 = *(u64 *)(r3 + 0); " GOTOX(3) "; " PLACES);                                                           \
    }

SWITCH(index_is_masked, "r2 &= 3; r2 <<= 3; r3 += r2")
SWITCH(index_is_compared, "if r2 < 4 goto 1f; r0 = 9; exit; 1: r2 <<= 3; r3 += r2")
SWITCH(index_is_compared_signed, "if r1 s< 0 goto 2f; if r1 s< 4 goto 1f; 2: r0 = 9; exit; 1: r1 <<= 3; r3 += r1")
SWITCH(index_of_32_bits, "w2 &= 3; w2 <<= 3; r3 += r2")
SWITCH(index_from_the_end, "r2 &= 3; r2 <<= 3; r3 += 24; r3 -= r2")
SWITCH(address_leaves_and_comes_back, "r3 -= 24; r3 += 32")
SWITCH(offset_is_masked, "r1 &= 24; r3 += r1")
SWITCH(address_on_the_stack, "*(u64 *)(r10 - 8) = r3; r3 = 0; r3 = *(u64 *)(r10 - 8); r2 &= 3; r2 <<= 3; r3 += r2")
SWITCH(address_is_never_null, "if r3 != 0 goto 1f; r0 = r9; 1: r3 += 8")
SWITCH(distance_is_a_number, "r4 = r3; r4 += 8; r4 -= r3; r4 &= 3; r4 <<= 3; r3 += r4")

SWITCH(no_bound, "r2 <<= 3; r3 += r2")                                                  /* error[out-of-bounds] */
SWITCH(bound_is_one_too_high, "r2 %= 5; r2 <<= 3; r3 += r2")                            /* error[out-of-bounds] */
SWITCH(bound_is_signed_only, "if r1 s< 4 goto 1f; r0 = 9; exit; 1: r1 <<= 3; r3 += r1") /* error[pointer-arithmetic] */
SWITCH(behind_the_end, "r3 += 32")                                                      /* error[out-of-bounds] */
SWITCH(half_behind_the_end, "r3 += 28")                                                 /* error[out-of-bounds] */
SWITCH(before_the_start, "r3 -= 8")                                                     /* error[out-of-bounds] */
SWITCH(index_is_not_scaled, "r2 &= 3; r3 += r2")                                        /* error[unaligned] */
SWITCH(index_is_scaled_by_four, "r2 &= 3; r2 <<= 2; r3 += r2")                          /* error[unaligned] */
SWITCH(one_byte_off, "r3 += 1")                                                         /* error[unaligned] */
SWITCH(table_is_read_as_words, "r4 = *(u32 *)(r3 + 0)")                                 /* error[bad-pointer] */
SWITCH(table_is_read_as_bytes, "r4 = *(u8 *)(r3 + 8)")                                  /* error[bad-pointer] */
SWITCH(table_is_read_signed, "r4 = *(s32 *)(r3 + 8)")                                   /* error[bad-pointer] */
SWITCH(table_is_written, "*(u64 *)(r3 + 0) = r2")                                       /* error[read-only] */
SWITCH(table_is_written_a_constant, "*(u8 *)(r3 + 0) = 1")                              /* error[read-only] */
SWITCH(table_is_counted_up, "lock *(u64 *)(r3 + 0) += r2")                              /* error[read-only] */
SWITCH(table_is_multiplied, "r3 *= 8")                                                  /* error[pointer-arithmetic] */
SWITCH(table_is_cut, "w3 += 8")                                                         /* error[pointer-arithmetic] */

/* A label in r3, its first entry; `code` makes something of it that goes into r3. */
#define THROUGH(name, code)                                                                                            \
    PROGRAM(name)                                                                                                      \
    {                                                                                                                  \
        I(FOUR("table_" #name));                                                                                       \
        I("r6 = r1; r1 = *(u64 *)(r6 + 0); r3 = table_" #name " ll; r4 = r3; r3 = *(u64 *)(r3 + 8); " code             \
          "; " GOTOX(3) "; " PLACES);                                                                                  \
    }

THROUGH(label_is_copied, "r5 = r3; r3 = r5")
THROUGH(label_is_spilled, "*(u64 *)(r10 - 16) = r3; r3 = 0; r3 = *(u64 *)(r10 - 16)")
THROUGH(label_is_never_null, "if r3 != 0 goto 1f; r0 = r9; 1: r0 = 0")
THROUGH(label_outlives_a_call, "r7 = r3; call 7; r3 = r7")
THROUGH(one_of_two_labels, "if r1 == 0 goto 1f; r3 = *(u64 *)(r4 + 16); 1: r0 = 0")
THROUGH(label_is_stored_for_all_to_see, "*(u64 *)(r6 + 0) = r3")

THROUGH(label_is_increased, "r3 += 8")                                              /* error[pointer-arithmetic] */
THROUGH(label_is_decreased, "r3 -= r1")                                             /* error[pointer-arithmetic] */
THROUGH(label_is_cut, "w3 = w3")                                                    /* error[bad-pointer] */
THROUGH(label_is_masked, "r3 &= -1")                                                /* error[pointer-arithmetic] */
THROUGH(label_is_compared, "if r3 == r1 goto 1f; 1: r0 = 0")                        /* error[feature] */
THROUGH(label_is_ordered, "if r3 > 8 goto 1f; 1: r0 = 0")                           /* error[feature] */
THROUGH(label_is_read, "r3 = *(u64 *)(r3 + 0)")                                     /* error[bad-pointer] */
THROUGH(label_is_written, "*(u64 *)(r3 + 0) = r1")                                  /* error[bad-pointer] */
THROUGH(label_from_a_number, "r3 = 8")                                              /* error[bad-pointer] */
THROUGH(label_from_the_context, "r3 = *(u64 *)(r6 + 0)")                            /* error[bad-pointer] */
THROUGH(label_stored_and_read_back, "*(u64 *)(r6 + 0) = r3; r3 = *(u64 *)(r6 + 0)") /* error[bad-pointer] */
THROUGH(label_is_half_overwritten,
        "*(u64 *)(r10 - 8) = r3; *(u32 *)(r10 - 8) = r1; r3 = *(u64 *)(r10 - 8)")  /* error[bad-pointer] */
THROUGH(label_is_read_in_halves, "*(u64 *)(r10 - 8) = r3; r3 = *(u32 *)(r10 - 8)") /* error[bad-pointer] */
THROUGH(the_table_itself, "r3 = r4")                                               /* error[bad-pointer] */
THROUGH(the_context, "r3 = r6")                                                    /* error[bad-pointer] */
THROUGH(the_stack, "r3 = r10")                                                     /* error[bad-pointer] */
THROUGH(nothing, "call 7")                                                         /* error[uninit-register] */
THROUGH(label_or_number, "if r1 == 0 goto 1f; r3 = 8; 1: r0 = 0")                  /* error[bad-pointer] */
THROUGH(label_is_an_operand_of_an_atomic,
        "*(u64 *)(r10 - 8) = r1; lock *(u64 *)(r10 - 8) += r3") /* error[bad-pointer] */

/* Only the entries that the offset allows are followed: the others would be refused. */
PROGRAM(other_entries_are_not_followed)
{
    I(TABLE("table_others", TO("8f") TO("1f") TO("2f") TO("8f")));
    I("r2 = *(u8 *)(r1 + 0); r2 &= 1; r2 += 1; r2 <<= 3; r3 = table_others ll; r3 += r2; r3 = *(u64 *)(r3 + 0)");
    I(GOTOX(3) "; 1: r0 = 1; exit; 2: r0 = 2; exit; 8: r0 = r9; exit");
}

PROGRAM(even_entries_only)
{
    I(TABLE("table_even", TO("1f") TO("8f") TO("2f") TO("8f")));
    I("r2 = *(u8 *)(r1 + 0); r2 &= 16; r3 = table_even ll; r3 += r2; r3 = *(u64 *)(r3 + 0)");
    I(GOTOX(3) "; 1: r0 = 1; exit; 2: r0 = 2; exit; 8: r0 = r9; exit");
}

PROGRAM(every_entry_is_followed)
{
    I(TABLE("table_every", TO("1f") TO("2f") TO("8f") TO("2f")));
    I("r2 = *(u8 *)(r1 + 0); r2 &= 3; r2 <<= 3; r3 = table_every ll; r3 += r2; r3 = *(u64 *)(r3 + 0)");
    I(GOTOX(3) "; 1: r0 = 1; exit; 2: r0 = 2; exit");
    I("8: r0 = r9; exit"); /* error[uninit-register] */
}

PROGRAM(the_last_entry_is_followed)
{
    I(TABLE("table_last", TO("1f") TO("1f") TO("2f") TO("8f")));
    I("r2 = *(u8 *)(r1 + 0); r2 &= 3; r2 <<= 3; r3 = table_last ll; r3 += r2; r3 = *(u64 *)(r3 + 0)");
    I(GOTOX(3) "; 1: r0 = 1; exit; 2: r0 = 2; exit");
    I("8: r0 = r9; exit"); /* error[uninit-register] */
}

PROGRAM(registers_reach_every_entry)
{
    I(TABLE("table_registers", TO("1f") TO("2f") TO("1f")));
    I("r7 = 5; r2 = *(u8 *)(r1 + 0); r2 %= 3; r2 <<= 3; r3 = table_registers ll; r3 += r2; r3 = *(u64 *)(r3 + 0)");
    I(GOTOX(3) "; 1: r0 = r7; if r0 == 5 goto 3f; r0 = r9; 3: exit; 2: r0 = r7; r0 -= 5; exit");
}

PROGRAM(two_tables_meet)
{
    I(TABLE("table_one", TO("1f") TO("2f")) "; " TABLE("table_two", TO("2f") TO("3f")));
    I("r2 = *(u8 *)(r1 + 0); r3 = table_one ll; if r2 > 7 goto 4f; r3 = table_two ll; 4: r2 &= 1; r2 <<= 3");
    I("r3 += r2; r3 = *(u64 *)(r3 + 0); " GOTOX(3) "; 1: r0 = 1; exit; 2: r0 = 2; exit; 3: r0 = 3; exit");
}

/* The labels that arrive at 5 are the first entries of two tables, and not alike. */
PROGRAM(labels_of_two_tables_are_not_alike)
{
    I(TABLE("table_good", TO("1f") TO("1f")) "; " TABLE("table_bad", TO("8f") TO("1f")));
    I("r2 = *(u8 *)(r1 + 0); r3 = table_bad ll; if r2 > 7 goto 4f; r3 = table_good ll; 4: r3 = *(u64 *)(r3 + 0); r2 = "
      "0");
    I("if r2 != 0 goto 5f; 5: " GOTOX(3) "; 1: r0 = 1; exit");
    I("8: r0 = r9; exit"); /* error[uninit-register] */
}

PROGRAM(entries_of_one_table_are_not_alike)
{
    I(TABLE("table_not_alike", TO("1f") TO("8f")));
    I("r2 = *(u8 *)(r1 + 0); r3 = table_not_alike ll; r4 = *(u64 *)(r3 + 8); if r2 > 7 goto 5f; r4 = *(u64 *)(r3 + 0)");
    I("5: " GOTOX(4) "; 1: r0 = 1; exit");
    I("8: r0 = r9; exit"); /* error[uninit-register] */
}

PROGRAM(two_switches)
{
    I(TABLE("table_first", TO("1f") TO("2f")) "; " TABLE("table_second", TO("3f") TO("4f")));
    I("r6 = *(u8 *)(r1 + 0); r6 &= 1; r6 <<= 3; r7 = *(u8 *)(r1 + 1); r7 &= 1; r7 <<= 3; r3 = table_first ll");
    I("r3 += r6; r3 = *(u64 *)(r3 + 0); " GOTOX(3) "; 1: r0 = 1; goto 5f; 2: r0 = 2; 5: r3 = table_second ll");
    I("r3 += r7; r3 = *(u64 *)(r3 + 0); " GOTOX(3) "; 3: r0 += 10; exit; 4: r0 += 20; exit");
}

/* A machine with states, one a round: what it jumps to next stands in a register. */
PROGRAM(states_with_a_counter)
{
    I(TABLE("table_states", TO("1f") TO("2f") TO("3f")));
    I("r6 = r1; r0 = 0; r8 = 0; r7 = table_states ll; r3 = *(u64 *)(r7 + 0); " GOTOX(3));
    I("1: r0 += 1; r3 = *(u64 *)(r7 + 8); goto 4f; 2: r0 += 2; r2 = *(u8 *)(r6 + 0); r2 &= 1; r2 += 1; r2 <<= 3");
    I("r3 = r7; r3 += r2; r3 = *(u64 *)(r3 + 0); goto 4f; 3: r0 += 3; r3 = *(u64 *)(r7 + 0)");
    I("4: r8 += 1; if r8 > 20 goto 5f; " GOTOX(3) "; 5: exit");
}

PROGRAM(states_without_a_counter)
{
    I(TABLE("table_endless", TO("1f") TO("2f")));
    I("r7 = table_endless ll; r0 = 0");
    I("1: r3 = *(u64 *)(r7 + 8); " GOTOX(3)); /* error[endless-loop] */
    I("2: r3 = *(u64 *)(r7 + 0); " GOTOX(3));
}

PROGRAM(states_that_may_go_on_for_ever)
{
    I(TABLE("table_ever", TO("1f") TO("2f")));
    I("r6 = r1; r7 = table_ever ll; r0 = 0");
    I("1: r2 = *(u8 *)(r6 + 0)"); /* error[endless-loop] */
    I("r2 &= 1; r2 <<= 3; r3 = r7; r3 += r2; r3 = *(u64 *)(r3 + 0); " GOTOX(3) "; 2: exit");
}

PROGRAM(table_in_constant_data)
{
    I(CONST_TABLE("places_of_data", LABEL("1f") LABEL("2f") LABEL("1f")));
    I("r2 = *(u8 *)(r1 + 0); r2 %= 3; r2 <<= 3; r3 = places_of_data ll; r3 += r2; r3 = *(u64 *)(r3 + 0)");
    I(GOTOX(3) "; 1: r0 = 1; exit; 2: r0 = 2; exit");
}

PROGRAM(table_in_constant_data_has_an_end)
{
    I(CONST_TABLE("places_with_end", LABEL("1f") LABEL("2f") LABEL("1f")));
    I("r2 = *(u8 *)(r1 + 0); r2 &= 3; r2 <<= 3; r3 = places_with_end ll; r3 += r2");
    I("r3 = *(u64 *)(r3 + 0)"); /* error[out-of-bounds] */
    I(GOTOX(3) "; 1: r0 = 1; exit; 2: r0 = 2; exit");
}

/* Labels are of one function, wherever they are carried to. */
PROGRAM(label_is_carried_through_a_function)
{
    I(TABLE("table_carried", TO("1f") TO("2f")));
    I("r6 = *(u8 *)(r1 + 0); r6 &= 1; r6 <<= 3; r1 = table_carried ll; r1 += r6; call loads_an_entry; " GOTOX(0));
    I("1: r0 = 1; exit; 2: r0 = 2; exit");
}

FUNCTION(loads_an_entry)
{
    I("r0 = *(u64 *)(r1 + 0); exit");
}

PROGRAM(label_of_the_caller)
{
    I(TABLE("table_of_caller", TO("1f") TO("2f")));
    I("r1 = table_of_caller ll; r1 = *(u64 *)(r1 + 8); call jumps_to_its_argument; exit; 1: r0 = 1; exit; 2: r0 = 2; "
      "exit");
}

FUNCTION(jumps_to_its_argument)
{
    I(TABLE("table_of_callee", ".quad 1f - .text; "));
    I("r2 = table_of_callee ll; r0 = *(u64 *)(r2 + 0)");
    I(GOTOX(1)); /* error[bad-jump] */
    I("1: r0 = 1; exit");
}

PROGRAM(table_as_memory_of_a_helper)
{
    I(FOUR("table_of_helper"));
    I("r1 = table_of_helper ll; r2 = 8");
    I("call 6"); /* error[helper-argument] */
    I("r3 = table_of_helper ll; r3 = *(u64 *)(r3 + 0); " GOTOX(3) "; " PLACES);
}

PROGRAM(table_or_context)
{
    I(FOUR("table_or_other"));
    I("r3 = table_or_other ll; r2 = *(u8 *)(r1 + 8); if r2 == 0 goto 1f; r3 = r1");
    I("1: r3 = *(u64 *)(r3 + 0)"); /* error[context-field] */
    I("r0 = 0; if r2 != 0 goto 2f; " GOTOX(3) "; 2: exit; " PLACES);
}

PROGRAM(no_table)
{
    I("r3 = r1");
    I(GOTOX(3)); /* error[bad-pointer] */
}
