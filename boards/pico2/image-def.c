// SPDX-License-Identifier: Apache-2.0
/* Tells the RP2350's boot ROM what the image is: an executable for the Arm cores in Secure state. It must lie in the
 * first 4 KB; the vector table is at the image's start, since it says nothing else. Source: RP2350 datasheet §5.9.5.1
 * (minimum Arm IMAGE_DEF). Not run on hardware. */
#include <stdint.h>

__attribute__((section(".image_def"), used)) static const uint32_t image_def[] = {
    0xffffded3, /* begin of a block */
    0x10210142, /* item: image type; RP2350, Arm, Secure, executable */
    0x000001ff, /* last item; 1 word before it */
    0x00000000, /* the next block is this one */
    0xab123579, /* end of the block */
};
