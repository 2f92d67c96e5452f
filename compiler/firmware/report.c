// SPDX-License-Identifier: Apache-2.0
/* The build report. */
#include <inttypes.h>
#include <string.h>

#include "firmware.h"

void image_report(const struct image *image, const struct board *board, FILE *out)
{
    fprintf(out, "board %s\n", board->name);
    fprintf(out, "  %-10s %-24s %10s %10s %6s\n", "", "", "used", "size", "%");
    for (uint32_t i = 0; i < image->item_count; i++) {
        const struct report_item *item = &image->items[i];
        fprintf(out, "  %-10s %-24s %10" PRIu64, item->kind, item->name, item->used_bytes);
        if (item->size_bytes)
            fprintf(out, " %10" PRIu64 " %5.1f%%", item->size_bytes,
                    100.0 * (double)item->used_bytes / (double)item->size_bytes);
        fprintf(out, "\n");
    }
    fprintf(out, "  %-10s %-24s %10u\n", "stack", "worst case, bytes", image->stack_bytes);
    if (image->max_insns)
        fprintf(out, "  %-10s %-24s %10" PRIu64 "%s\n", "bound", "BPF instructions", image->max_insns,
                image->native ? " of the BPF twin; the image has native code, which nothing proves" : "");
    else
        fprintf(out, "  %-10s %-24s %10s\n", "bound", "BPF instructions", "none");
}
