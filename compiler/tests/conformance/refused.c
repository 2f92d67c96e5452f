// SPDX-License-Identifier: Apache-2.0
/* Encodings that must be refused, as objects through the loader: `refused FOLDER`. Our own table: valid instructions
 * of each form with one unused field set, undefined opcodes and operations, control flow that leaves the function; and
 * the public suite's negative.json of FOLDER. Each must be refused with status 1 or 3 and a message. */
#include <stdio.h>
#include <string.h>

#include "load/load.h"
#include "verify/verify.h"
#include "wrap.h"

struct tally {
    uint32_t passed, failed;
};

/* Loads and, when that works, verifies; the status. */
static enum status judge(const uint8_t *code, uint32_t bytes, struct arena *arena, struct diag *d)
{
    struct program program = {0};
    const struct limits limits = {.context_bytes = 64};
    size_t size;
    uint8_t *object = wrap_object(arena, code, bytes, &size);
    struct verified *v = NULL;
    if (load_bytes(&program, "case.bpf.o", object, size, d))
        v = verify_program(&program, 0, &limits, NULL, d);
    verified_free(v);
    program_free(&program);
    return diag_status(d);
}

static void check(struct tally *tally, const char *name, const char *hex, bool refused)
{
    struct arena arena = {0};
    struct diag *d = diag_new(name);
    uint32_t bytes;
    const char *id, *message = "";
    struct place where;
    uint8_t *code = bytes_of_hex(&arena, hex, &bytes);
    enum status status = judge(code, bytes, &arena, d);
    bool said = diag_root(d, &id, &message, &where) && message[0];
    bool ok = refused ? (status == STATUS_REJECTED || status == STATUS_INPUT) && said : status == STATUS_OK;
    if (!ok)
        printf("FAIL %s: %s; status %d %s\n", name, hex, (int)status, said ? message : "without a message");
    tally->passed += ok;
    tally->failed += !ok;
    diag_free(d);
    arena_free(&arena);
}

/* A form of instruction as a program that is accepted, and the place of one instruction in it whose fields `unused`
 * names (d dst, s src, o offset, i immediate) must be zero. */
struct form {
    const char *name, *before, *insn, *unused;
};

#define EXIT "9500000000000000"
#define MOV  "b700000000000000" /* r0 = 0 */

static const struct form forms[] = {
    {"add64 imm", MOV, "0700000005000000", "so"},
    {"add64 reg", MOV, "0f00000000000000", "oi"},
    {"add32 imm", MOV, "0400000005000000", "so"},
    {"add32 reg", MOV, "0c00000000000000", "oi"},
    {"sub64 imm", MOV, "1700000005000000", "so"},
    {"sub64 reg", MOV, "1f00000000000000", "oi"},
    {"mul64 imm", MOV, "2700000005000000", "so"},
    {"mul64 reg", MOV, "2f00000000000000", "oi"},
    {"div64 imm", MOV, "3700000005000000", "s"},
    {"div64 reg", MOV, "3f00000000000000", "i"},
    {"div32 imm", MOV, "3400000005000000", "s"},
    {"mod64 imm", MOV, "9700000005000000", "s"},
    {"mod64 reg", MOV, "9f00000000000000", "i"},
    {"mod32 reg", MOV, "9c00000000000000", "i"},
    {"or64 imm", MOV, "4700000005000000", "so"},
    {"or32 reg", MOV, "4c00000000000000", "oi"},
    {"and64 imm", MOV, "5700000005000000", "so"},
    {"and32 reg", MOV, "5c00000000000000", "oi"},
    {"lsh64 imm", MOV, "6700000005000000", "so"},
    {"lsh32 reg", MOV, "6c00000000000000", "oi"},
    {"rsh64 imm", MOV, "7700000005000000", "so"},
    {"rsh32 reg", MOV, "7c00000000000000", "oi"},
    {"arsh64 imm", MOV, "c700000005000000", "so"},
    {"arsh32 reg", MOV, "cc00000000000000", "oi"},
    {"xor64 imm", MOV, "a700000005000000", "so"},
    {"xor32 reg", MOV, "ac00000000000000", "oi"},
    {"neg64", MOV, "8700000000000000", "soi"},
    {"neg32", MOV, "8400000000000000", "soi"},
    {"mov64 imm", MOV, "b700000005000000", "so"},
    {"mov64 reg", MOV, "bf00000000000000", "oi"},
    {"mov32 imm", MOV, "b400000005000000", "so"},
    {"mov32 reg", MOV, "bc00000000000000", "oi"},
    {"le16", MOV, "d400000010000000", "so"},
    {"be32", MOV, "dc00000020000000", "o"},
    {"bswap64", MOV, "d700000040000000", "so"},
    {"ldxdw", MOV, "7910000000000000", "i"},
    {"ldxb", MOV, "7110000000000000", "i"},
    {"ldxsw", MOV, "8110000000000000", "i"},
    {"stxdw", MOV, "7b0af8ff00000000", "i"},
    {"stdw", MOV, "7a0af8ff07000000", "s"},
    {"jeq64 imm", MOV, "1500000005000000", "s"},
    {"jeq64 reg", MOV, "1d00000000000000", "i"},
    {"jeq32 imm", MOV, "1600000005000000", "s"},
    {"jeq32 reg", MOV, "1e00000000000000", "i"},
    {"jset64 imm", MOV, "4500000005000000", "s"},
    {"jsle32 reg", MOV, "de00000000000000", "i"},
    {"ja", MOV, "0500000000000000", "dsi"},
    {"gotol", MOV, "0600000000000000", "dso"},
    {"exit", MOV, "9500000000000000", "dsoi"},
    {"call", MOV, "8500000008000000", "do"},
    {"atomic", MOV "7b0af8ff00000000", "db0af8ff00000000", ""},
};

/* Sets one unused field of eight bytes in hexadecimal. */
static void set_field(char *insn, char field)
{
    if (field == 'd')
        insn[3] = insn[3] == '0' ? '1' : '0';
    else if (field == 's')
        insn[2] = insn[2] == '0' ? '1' : '0';
    else
        insn[field == 'o' ? 5 : 9] = '9';
}

static void check_forms(struct tally *tally)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char hex[128], name[64];
        snprintf(hex, sizeof hex, "%s%s" EXIT, forms[i].before, forms[i].insn);
        if (strncmp(forms[i].name, "exit", 4) == 0)
            snprintf(hex, sizeof hex, "%s%s", forms[i].before, forms[i].insn);
        snprintf(name, sizeof name, "%s as it is", forms[i].name);
        check(tally, name, hex, false);
        for (const char *field = forms[i].unused; *field; field++) {
            char wrong[128];
            strcpy(wrong, hex);
            set_field(wrong + strlen(forms[i].before), *field);
            snprintf(name, sizeof name, "%s with unused field %c", forms[i].name, *field);
            check(tally, name, wrong, true);
        }
    }
}

static const struct {
    const char *name, *hex;
} broken[] = {
    {"nothing", ""},
    {"half an instruction", "b7000000"},
    {"no exit", MOV},
    {"jump over the end", MOV "0500010000000000" EXIT},
    {"jump before the start", MOV "0500f0ff00000000" EXIT},
    {"jump into lddw", "0500010000000000"
                       "1800000001000000"
                       "0000000000000000" EXIT},
    {"half lddw", MOV "1800000001000000"},
    {"lddw, second half not zero", "1800000001000000"
                                   "b700000000000000" EXIT},
    {"lddw, second half with a register", "1800000001000000"
                                          "0001000000000000" EXIT},
    {"lddw, kind 7", "1870000001000000"
                     "0000000000000000" EXIT},
    {"lddw with an offset", "1800010001000000"
                            "0000000000000000" EXIT},
    {"register 11", "b70b000000000000" EXIT},
    {"source register 12", MOV "bfc0000000000000" EXIT},
    {"write to r10", "b70a000000000000" MOV EXIT},
    {"opcode 0x00", MOV "0000000000000000" EXIT},
    {"opcode 0xff", MOV "ff00000000000000" EXIT},
    {"alu operation 0xe", MOV "e700000000000000" EXIT},
    {"alu operation 0xf", MOV "f700000000000000" EXIT},
    {"jump operation 0xf", MOV "f500000000000000" EXIT},
    {"le8", MOV "d400000008000000" EXIT},
    {"be128", MOV "dc00000080000000" EXIT},
    {"bswap with immediate 24", MOV "d700000018000000" EXIT},
    {"bswap as register form", MOV "df00000010000000" EXIT},
    {"movsx from 24 bits", MOV "bf00180000000000" EXIT},
    {"movsx32 from 32 bits", MOV "bc00200000000000" EXIT},
    {"div with offset 2", MOV "3f00020000000000" EXIT},
    {"sign-extending load of 8 bytes", MOV "9910000000000000" EXIT},
    {"atomic of 1 byte", MOV "7b0af8ff00000000"
                             "d30af8ff00000000" EXIT},
    {"atomic of 2 bytes", MOV "7b0af8ff00000000"
                              "cb0af8ff00000000" EXIT},
    {"atomic operation 0x10", MOV "7b0af8ff00000000"
                                  "db0af8ff10000000" EXIT},
    {"exchange without fetch", MOV "7b0af8ff00000000"
                                   "db0af8ffe0000000" EXIT},
    {"compare-exchange without fetch", MOV "7b0af8ff00000000"
                                           "db0af8fff0000000" EXIT},
    {"call with source 3", MOV "8530000008000000" EXIT},
    {"local call out of the section", MOV "8510000064000000" EXIT},
    {"division by constant 0", MOV "3700000000000000" EXIT},
    {"remainder by constant 0", MOV "9400000000000000" EXIT},
    {"neg as register form", MOV "8f00000000000000" EXIT},
    {"exit in class JMP32", MOV "9600000000000000" EXIT},
    {"call in class JMP32", MOV "8600000008000000" EXIT},
};

int main(int argc, char **argv)
{
    struct tally tally = {0};
    size_t i;
    json_t *test, *cases = argc > 1 ? public_cases(argv[1], "negative.json") : NULL;
    check_forms(&tally);
    for (i = 0; i < sizeof broken / sizeof *broken; i++)
        check(&tally, broken[i].name, broken[i].hex, true);
    printf("own table: %u passed, %u failed\n", tally.passed, tally.failed);
    json_array_foreach(cases, i, test) check(&tally, json_string_value(json_object_get(test, "name")),
                                             json_string_value(json_object_get(test, "bytecode_hex")), true);
    json_decref(cases);
    printf("%u passed, %u failed\n", tally.passed, tally.failed);
    return tally.failed != 0;
}
