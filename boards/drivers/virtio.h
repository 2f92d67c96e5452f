// SPDX-License-Identifier: Apache-2.0
/* Between the virtio network driver and what carries it: registers in memory (virtio-mmio.c) or a PCI function
 * (virtio-pci.c). Source: OASIS Virtual I/O Device specification 1.2, §2.7 (split virtqueues). */
#ifndef VIRTIO_H
#define VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

#ifdef VIRTIO_MMIO_BASE
#define VIRTIO_QUEUE_LENGTH 16u
#define VIRTIO_QUEUE_ALIGN  16u
#define VIRTIO_NET_HEADER   12u /* §5.1.6 */
#else                           /* the legacy interface of §2.7.2: the device says the length, and has no num_buffers */
#define VIRTIO_QUEUE_LENGTH 256u
#define VIRTIO_QUEUE_ALIGN  4096u
#define VIRTIO_NET_HEADER   10u
#endif

/* What the driver writes to the device's status, §2.1. */
#define VIRTIO_ACKNOWLEDGE 1u
#define VIRTIO_DRIVER      2u
#define VIRTIO_DRIVER_OK   4u
#define VIRTIO_FEATURES_OK 8u

/* §2.7.5 */
struct virtio_descriptor {
    uint64_t address;
    uint32_t bytes;
    uint16_t flags, next;
};
#define VIRTIO_NEXT  1u
#define VIRTIO_WRITE 2u /* by the device */

/* §2.7.6: what the driver offers. */
struct virtio_available {
    volatile uint16_t flags, index;
    uint16_t ring[VIRTIO_QUEUE_LENGTH];
    uint16_t event;
};
#define VIRTIO_NO_INTERRUPT 1u

/* §2.7.8: what the device has used. */
struct virtio_used {
    volatile uint16_t flags, index;
    struct {
        uint32_t first, bytes;
    } ring[VIRTIO_QUEUE_LENGTH];
    uint16_t event;
};

struct virtio_queue {
    struct virtio_descriptor descriptors[VIRTIO_QUEUE_LENGTH];
    struct virtio_available available;
    struct virtio_used used __attribute__((aligned(VIRTIO_QUEUE_ALIGN)));
} __attribute__((aligned(VIRTIO_QUEUE_ALIGN)));

/* Finds the first network device, resets it and agrees on no feature beyond what the header above means; false: there
 * is none. */
bool virtio_open(void);

/* Tells the device where a queue is, which must stay there; false when it cannot take it. */
bool virtio_set_queue(uint32_t number, const struct virtio_queue *queue);

/* After the queues: the device may begin. */
void virtio_begin(void);

/* Something was offered in this queue. */
void virtio_notify(uint32_t number);

/* Its interrupt; takes the request back. */
uint32_t virtio_interrupt(void);
void virtio_acknowledge(void);

#endif
