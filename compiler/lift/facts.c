// SPDX-License-Identifier: Apache-2.0
/* Questions that lifting asks of proven facts. Ranges count only where the register is a number in every execution;
 * facts of unverified code (no kinds, or all of them) therefore prove nothing. */
#include "lifter.h"

bool fact_is_pointer(const struct reg_fact *fact)
{
    return fact->kinds != 0 && (fact->kinds & ~KIND_POINTERS) == 0;
}

bool fact_is_number(const struct reg_fact *fact)
{
    return fact->kinds == KIND_NUMBER;
}

bool fact_fits_unsigned(const struct reg_fact *fact)
{
    return fact_is_number(fact) && fact->high <= UINT32_MAX;
}

bool fact_fits_signed(const struct reg_fact *fact)
{
    return fact_is_number(fact) && fact->signed_low >= INT32_MIN && fact->signed_high <= INT32_MAX;
}

bool fact_is_zero(const struct reg_fact *fact)
{
    return fact_is_number(fact) && fact->high == 0;
}

bool fact_never_zero(const struct reg_fact *fact, uint8_t bits)
{
    if (!fact_is_number(fact))
        return false;
    uint64_t ones = fact->known_mask & fact->known_bits;
    if (bits == 32)
        return fact->low32 > 0 || (ones & UINT32_MAX) != 0;
    return fact->low > 0 || ones != 0 || fact->signed_low > 0 || fact->signed_high < 0;
}

bool fact_never_minus_one(const struct reg_fact *fact, uint8_t bits)
{
    if (!fact_is_number(fact))
        return false;
    uint64_t zeros = fact->known_mask & ~fact->known_bits;
    if (bits == 32)
        return fact->high32 < UINT32_MAX || (zeros & UINT32_MAX) != 0;
    return fact->high < UINT64_MAX || zeros != 0 || fact->signed_low > -1 || fact->signed_high < -1;
}

bool fact_is_below(const struct reg_fact *fact, uint64_t bound)
{
    return fact_is_number(fact) && fact->high < bound;
}

struct reg_fact fact_operand(const struct insn *insn, const struct fact *fact)
{
    if (!insn->use_imm)
        return fact->src;
    uint64_t value = (uint64_t)insn->imm;
    return (struct reg_fact){.kinds = KIND_NUMBER,
                             .low = value,
                             .high = value,
                             .signed_low = insn->imm,
                             .signed_high = insn->imm,
                             .low32 = (uint32_t)value,
                             .high32 = (uint32_t)value,
                             .known_mask = UINT64_MAX,
                             .known_bits = value};
}
