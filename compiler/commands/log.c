// SPDX-License-Identifier: Apache-2.0
/* barebpf log: the text of what a target wrote, from a file or from standard input as it comes. */
#include "../firmware/deferred.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../firmware/map_dump.h"
#include "commands.h"

/* Decodes to the end of `input`; what came is written at once. */
static bool follow(struct deferred_log *log, int input, const char *name, struct diag *d)
{
    char bytes[4096];
    struct text out = {0};
    ssize_t count;
    do {
        count = read(input, bytes, sizeof bytes);
        if (count > 0)
            deferred_decode(log, bytes, (size_t)count, &out);
        else if (count == 0)
            deferred_end(log, &out);
        fwrite(text_chars(&out), 1, out.length, stdout);
        fflush(stdout);
        text_free(&out);
    } while (count > 0 || (count < 0 && errno == EINTR));
    return count == 0 || diag_error(d, &FILE_PLACE(name), D_FILE_UNREADABLE, "'%s': %s", name, strerror(errno));
}

int command_log(const struct options *o, struct diag *d)
{
    struct arena arena = {0};
    struct binary image = {0};
    struct deferred_log log = {0};
    const char *path = o->inputs[0], *name = o->input_count > 1 ? o->inputs[1] : "-";
    json_t *manifest = binary_read(&image, path, &arena, d) ? image_manifest(&image, path, d) : NULL;
    int input = manifest && strcmp(name, "-") != 0 ? open(name, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (manifest && !json_object_get(manifest, "formats"))
        diag_error(d, &FILE_PLACE(path), D_OPTION, "'%s' was built without --deferred-printk: what it writes is text",
                   path);
    else if (manifest && input < 0)
        diag_error(d, &FILE_PLACE(name), D_FILE_MISSING, "cannot open '%s': %s", name, strerror(errno));
    else if (manifest) {
        deferred_open(&log, &image, manifest, &arena);
        follow(&log, input, name, d);
    }
    if (input > STDIN_FILENO)
        close(input);
    json_decref(manifest);
    arena_free(&arena);
    return (int)diag_status(d);
}
