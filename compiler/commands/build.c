// SPDX-License-Identifier: Apache-2.0
/* barebpf build: an object becomes a board's image; ends with the report, also when the image does not fit. */
#include "../compile.h"

int command_build(const struct options *o, struct diag *d)
{
    struct compilation c = {0};
    bool ok = compile_firmware(&c, o, d);
    if (c.image.item_count && o->json) {
        image_report_json(&c.image, &c.board, ok, stdout);
    } else if (c.image.item_count) {
        image_report(&c.image, &c.board, stdout);
        if (ok)
            printf("wrote %s\n", c.image.path);
    }
    compilation_free(&c);
    return ok ? STATUS_OK : (int)diag_status(d);
}
