// SPDX-License-Identifier: Apache-2.0
/* A board as its boards/NAME/board.json describes it. */
#ifndef BAREBPF_FIRMWARE_BOARD_H
#define BAREBPF_FIRMWARE_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/arena.h"
#include "../base/diag.h"

enum region_use { REGION_FLASH, REGION_RAM };

/* A range of memory that the linker may fill. */
struct memory_region {
    const char *name; /* "FLASH", "RAM" */
    enum region_use use;
    uint64_t origin, length_bytes;
};

/* A NULL-terminated list of strings. */
typedef const char *const *string_list;

/* An interrupt that programs may name: SEC("irq/NAME"). */
struct board_interrupt {
    const char *name;
    uint32_t number;
};

struct board {
    struct arena arena;
    const char *name, *title, *vendor, *url;
    const char *notes;                   /* what a user must know of it, one or two sentences */
    const char *directory;               /* boards/NAME, or that of an own board */
    const char *home;                    /* barebpf_home() */
    bool is_own;                         /* not of boards/ */
    const char *family;                  /* boards/arch/FAMILY: start-up code; linker-scripts/sections-FAMILY.ld */
    const char *triple, *cpu, *features; /* LLVM's words; features may be "" */
    const char *abi;                     /* "aapcs", "ilp32"; float ABI follows from it and from features */
    string_list clang_flags;             /* what clang needs for this core */
    string_list sources;                 /* shared drivers, relative to boards/, besides the board's own C file */
    string_list defines;                 /* "NAME=VALUE": what start-up code and drivers must know */
    const char *libgcc, *libc;           /* multilib directories ("thumb/v7e-m+fp/hard"); NULL when none */
    bool strict_alignment;               /* the core faults on unaligned accesses */
    bool hardware_divide;                /* 32-bit division is an instruction, else a function of the runtime */
    uint32_t atomic_bytes; /* widest atomic read-modify-write of the core: 0, 4, 8; wider ones mask interrupts */
    uint32_t pointer_bytes;
    struct memory_region *regions;
    uint32_t region_count;
    uint32_t clock_hz;
    const char *console;
    string_list hooks;                        /* names of hooks.def it can serve */
    string_list qemu;                         /* command without the image; NULL: no emulator */
    string_list flash_command, debug_command; /* see commands/tool.c for {elf} and the like; NULL: none */
    string_list formats;                      /* extra outputs: "bin", "hex", "uf2" */
    uint32_t uf2_family;                      /* its number in UF2 files; 0: takes none */
    bool tested_on_hardware;
    /* What board.json may leave out: */
    struct board_interrupt *interrupts; /* "interrupts": {"NAME": number} */
    uint32_t interrupt_count;
    uint32_t gpio_pins;   /* pins 0 to gpio_pins - 1 tell of edges; 0: none */
    uint32_t gpio_lines;  /* pins of equal remainder share what detects edges; 0: none share */
    const char *nic;      /* QEMU's model of the network interface that there is a driver for; NULL: none */
    const char *sections; /* linker-scripts/sections-SECTIONS.ld; NULL: the family's */
    string_list kconfig;  /* "CONFIG_NAME=VALUE", as --set takes them; may be empty, never NULL after read_board() */
};

/* Reads boards/NAME/board.json, or of an own board DIRECTORY/board.json when `name` has a slash, into the zeroed
 * `board`. Reports board-unknown (with the known ones and the nearest name) or board-malformed (with the line), both
 * status 3. */
bool read_board(struct board *board, const char *name, struct diag *d);
void board_free(struct board *board);

/* True for the family "native": a Linux executable, linked with the host's C library and run without an emulator. */
bool board_is_native(const struct board *board);

/* True when the board's clang flags ask for AddressSanitizer; the program is instrumented too. */
bool board_is_sanitized(const struct board *board);

/* True when the list (NULL: empty) is empty or holds `name`: lists of names choose, and without one all are meant. */
bool names_choose(string_list names, const char *name);

/* Names of all boards, sorted, NULL-terminated, in the arena. */
string_list board_names(struct arena *arena, struct diag *d);

/* Directory with boards/, linker-scripts/, helpers-template/: $BAREBPF_HOME, or beside the executable (installed:
 * ../share/barebpf), or the source tree it was built from. NULL, with the reason reported, when none has them. */
const char *barebpf_home(struct arena *arena, struct diag *d);

#endif
