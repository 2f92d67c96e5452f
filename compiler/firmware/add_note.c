// SPDX-License-Identifier: Apache-2.0
/* Puts a note beside an image's sections by libelf: the file is written anew with every section where it was; the note,
 * a longer table of section names, and the table of section headers follow at its end. (llvm-objcopy does the same, but
 * to start it costs a fifth of a build. libelf's way of adding a section in place leaves the new header unwritten.) */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "binary.h"

struct copy {
    Elf *from, *to;
    uint64_t end; /* of what has a place in the copy, bytes */
};

/* Where a piece of `size` bytes begins at the end of the file, at a multiple of 8. */
static uint64_t append(struct copy *c, uint64_t size)
{
    uint64_t offset = (c->end + 7) / 8 * 8;
    c->end = offset + size;
    return offset;
}

/* The end of what keeps its place: headers, and contents of sections. */
static uint64_t contents_end(Elf *file, const GElf_Ehdr *header)
{
    uint64_t end = header->e_phoff + (uint64_t)header->e_phnum * header->e_phentsize;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(file, section));) {
        GElf_Shdr s;
        if (gelf_getshdr(section, &s) && s.sh_type != SHT_NOBITS && s.sh_offset + s.sh_size > end)
            end = s.sh_offset + s.sh_size;
    }
    return end;
}

static bool copy_headers(struct copy *c, GElf_Ehdr *header)
{
    size_t count = 0;
    if (!gelf_getehdr(c->from, header) || elf_getphdrnum(c->from, &count) != 0 ||
        !gelf_newehdr(c->to, gelf_getclass(c->from)) || !gelf_update_ehdr(c->to, header) ||
        (count && !gelf_newphdr(c->to, count)))
        return false;
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr segment;
        if (!gelf_getphdr(c->from, (int)i, &segment) || !gelf_update_phdr(c->to, (int)i, &segment))
            return false;
    }
    return true;
}

/* A section of the copy: this header, and these bytes of it or none. */
static bool add_section(struct copy *c, GElf_Shdr *header, const void *bytes)
{
    Elf_Scn *section = elf_newscn(c->to);
    Elf_Data *data = section ? elf_newdata(section) : NULL;
    if (!data)
        return false;
    *data = (Elf_Data){
        .d_buf = (void *)bytes, /* libelf only reads it */
        .d_size = header->sh_size,
        .d_align = header->sh_addralign ? header->sh_addralign : 1,
        .d_type = ELF_T_BYTE, /* as it is in the file, in the target's byte order */
        .d_version = EV_CURRENT,
    };
    return gelf_update_shdr(section, header);
}

/* The table of symbols without marks, which nothing needs any longer; `symbols` holds it until the file is written. */
static const void *drop_marks(struct copy *c, GElf_Shdr *header, const Elf_Data *data, struct text *symbols)
{
    size_t size = header->sh_entsize;
    for (size_t at = 0; size && at + size <= data->d_size; at += size) {
        const uint8_t *bytes = (const uint8_t *)data->d_buf + at;
        size_t offset = bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 24;
        const char *name = elf_strptr(c->from, header->sh_link, offset);
        if (name && strncmp(name, MARK_PREFIX, strlen(MARK_PREFIX)) == 0)
            header->sh_info--; /* they are local */
        else
            text_append(symbols, (const char *)bytes, size);
    }
    header->sh_size = symbols->length;
    return symbols->chars;
}

/* Copies the sections; the table of names gets `name` at its end, which `names` holds until the file is written. */
static bool copy_sections(struct copy *c, const char *name, struct text *names, struct text *symbols)
{
    size_t table = 0;
    if (elf_getshdrstrndx(c->from, &table) != 0)
        return false;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(c->from, section));) {
        GElf_Shdr header;
        Elf_Data *data = elf_rawdata(section, NULL);
        if (!data || !gelf_getshdr(section, &header))
            return false;
        const void *bytes = header.sh_type == SHT_SYMTAB ? drop_marks(c, &header, data, symbols) : data->d_buf;
        if (elf_ndxscn(section) == table) {
            text_append(names, data->d_buf, data->d_size);
            text_append(names, name, strlen(name) + 1);
            bytes = names->chars;
            header.sh_size = names->length;
            header.sh_offset = append(c, names->length);
        }
        if (!add_section(c, &header, bytes))
            return false;
    }
    return true;
}

static bool copy_with_note(struct copy *c, const char *name, const struct text *note, struct text *names,
                           struct text *symbols)
{
    GElf_Ehdr header;
    elf_flagelf(c->to, ELF_C_SET, ELF_F_LAYOUT);
    if (!copy_headers(c, &header))
        return false;
    c->end = contents_end(c->from, &header);
    if (!copy_sections(c, name, names, symbols))
        return false;
    GElf_Shdr section = {
        .sh_name = (GElf_Word)(names->length - strlen(name) - 1),
        .sh_type = SHT_NOTE,
        .sh_addralign = 4,
        .sh_offset = append(c, note->length),
        .sh_size = note->length,
    };
    if (!add_section(c, &section, note->chars))
        return false;
    header.e_shoff = append(c, 0);
    header.e_shnum++;
    return gelf_update_ehdr(c->to, &header) && elf_update(c->to, ELF_C_WRITE) >= 0;
}

bool binary_add_note(const char *path, const char *name, const struct text *note, struct arena *arena, struct diag *d)
{
    char *bytes = NULL;
    size_t size = 0;
    if (!file_read(arena, path, &bytes, &size, d))
        return false;
    elf_version(EV_CURRENT);
    struct text names = {0}, symbols = {0};
    int descriptor = open(path, O_RDWR | O_TRUNC | O_CLOEXEC);
    struct copy c = {.from = elf_memory(bytes, size)};
    c.to = descriptor >= 0 ? elf_begin(descriptor, ELF_C_WRITE, NULL) : NULL;
    bool ok = c.from && c.to && elf_kind(c.from) == ELF_K_ELF && copy_with_note(&c, name, note, &names, &symbols);
    if (!ok)
        diag_error(d, &FILE_PLACE(path), D_FILE_WRITE, "'%s' does not take the section '%s': %s", path, name,
                   descriptor >= 0 ? elf_errmsg(-1) : strerror(errno));
    if (c.to)
        elf_end(c.to);
    if (c.from)
        elf_end(c.from);
    if (descriptor >= 0)
        close(descriptor);
    text_free(&names);
    text_free(&symbols);
    return ok;
}
