// SPDX-License-Identifier: Apache-2.0
/* See wrap.h. */
#include "wrap.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *public_cases(const char *folder, const char *name)
{
    char path[1024];
    json_error_t error;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    json_t *cases = json_load_file(path, 0, &error);
    if (!cases)
        printf("skipped: the public suite: no cases at %s\n", path);
    return cases;
}

uint8_t *bytes_of_hex(struct arena *arena, const char *hex, uint32_t *count)
{
    uint8_t *bytes = arena_alloc(arena, strlen(hex) / 2 + 1);
    for (*count = 0; *hex;) {
        char digits[3] = {hex[0], hex[1], 0};
        if (hex[0] == ' ') {
            hex++;
            continue;
        }
        bytes[(*count)++] = (uint8_t)strtoul(digits, NULL, 16);
        hex += hex[1] ? 2 : 1;
    }
    return bytes;
}

/* Sections: none, raw, .symtab, .strtab (also of the section names). */
enum { RAW = 1, SYMBOLS, STRINGS, SECTIONS };

uint8_t *wrap_object(struct arena *arena, const uint8_t *code, uint32_t code_bytes, size_t *size)
{
    static const char strings[] = "\0raw\0.symtab\0.strtab\0prog";
    const Elf64_Sym symbols[2] = {
        [1] = {.st_name = 21, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = RAW, .st_size = code_bytes}};
    size_t at_code = sizeof(Elf64_Ehdr), at_symbols = at_code + code_bytes, at_strings = at_symbols + sizeof symbols;
    size_t at_headers = (at_strings + sizeof strings + 7) / 8 * 8;
    const Elf64_Shdr headers[SECTIONS] = {
        [RAW] = {.sh_name = 1,
                 .sh_type = SHT_PROGBITS,
                 .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                 .sh_offset = at_code,
                 .sh_size = code_bytes,
                 .sh_addralign = 8},
        [SYMBOLS] = {.sh_name = 5,
                     .sh_type = SHT_SYMTAB,
                     .sh_offset = at_symbols,
                     .sh_size = sizeof symbols,
                     .sh_link = STRINGS,
                     .sh_info = 1,
                     .sh_addralign = 8,
                     .sh_entsize = sizeof *symbols},
        [STRINGS] = {.sh_name = 13, .sh_type = SHT_STRTAB, .sh_offset = at_strings, .sh_size = sizeof strings}};
    const Elf64_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                               .e_type = ET_REL,
                               .e_machine = EM_BPF,
                               .e_version = EV_CURRENT,
                               .e_shoff = at_headers,
                               .e_ehsize = sizeof header,
                               .e_shentsize = sizeof *headers,
                               .e_shnum = SECTIONS,
                               .e_shstrndx = STRINGS};
    *size = at_headers + sizeof headers;
    uint8_t *object = arena_alloc(arena, *size);
    memcpy(object, &header, sizeof header);
    memcpy(object + at_code, code, code_bytes);
    memcpy(object + at_symbols, symbols, sizeof symbols);
    memcpy(object + at_strings, strings, sizeof strings);
    memcpy(object + at_headers, headers, sizeof headers);
    return object;
}
