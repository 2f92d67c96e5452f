// SPDX-License-Identifier: Apache-2.0
/* virtio by registers in memory. board.json defines VIRTIO_MMIO_BASE, _STEP and _COUNT, the places where a device may
 * be, and VIRTIO_MMIO_IRQ, the interrupt of the first place. Source: OASIS Virtual I/O Device specification 1.2,
 * §4.2.2 (registers), §3.1.1 (initialization); version 1, the legacy interface, is not taken. */
#ifdef BAREBPF_EVENT_NIC
#include "virtio.h"

#define MAGIC          0x74726976u
#define VERSION        2u
#define DEVICE_NETWORK 1u

/* §4.2.2 */
enum reg {
    REG_MAGIC = 0x00,
    REG_VERSION = 0x04,
    REG_DEVICE = 0x08,
    REG_DRIVER_FEATURES = 0x20,
    REG_DRIVER_FEATURES_SELECT = 0x24,
    REG_QUEUE_SELECT = 0x30,
    REG_QUEUE_LENGTH_MOST = 0x34,
    REG_QUEUE_LENGTH = 0x38,
    REG_QUEUE_READY = 0x44,
    REG_QUEUE_NOTIFY = 0x50,
    REG_INTERRUPT_STATUS = 0x60,
    REG_INTERRUPT_ACKNOWLEDGE = 0x64,
    REG_STATUS = 0x70,
    REG_DESCRIPTORS = 0x80,
    REG_AVAILABLE = 0x90,
    REG_USED = 0xa0
};

static uint32_t place;

static volatile uint32_t *at(enum reg reg)
{
    return (volatile uint32_t *)(VIRTIO_MMIO_BASE + place * VIRTIO_MMIO_STEP + (uintptr_t)reg);
}

static bool find(void)
{
    for (place = 0; place < VIRTIO_MMIO_COUNT; place++)
        if (*at(REG_MAGIC) == MAGIC && *at(REG_VERSION) == VERSION && *at(REG_DEVICE) == DEVICE_NETWORK)
            return true;
    return false;
}

bool virtio_open(void)
{
    if (!find())
        return false;
    *at(REG_STATUS) = 0;
    while (*at(REG_STATUS))
        ;
    *at(REG_STATUS) = VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER;
    *at(REG_DRIVER_FEATURES_SELECT) = 0;
    *at(REG_DRIVER_FEATURES) = 0;
    *at(REG_DRIVER_FEATURES_SELECT) = 1;
    *at(REG_DRIVER_FEATURES) = 1; /* VIRTIO_F_VERSION_1, bit 32 */
    *at(REG_STATUS) = VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK;
    return *at(REG_STATUS) & VIRTIO_FEATURES_OK;
}

static void set_address(enum reg reg, const volatile void *address)
{
    uint64_t value = (uintptr_t)address;
    at(reg)[0] = (uint32_t)value;
    at(reg)[1] = (uint32_t)(value >> 32);
}

bool virtio_set_queue(uint32_t number, const struct virtio_queue *queue)
{
    *at(REG_QUEUE_SELECT) = number;
    if (*at(REG_QUEUE_READY) || *at(REG_QUEUE_LENGTH_MOST) < VIRTIO_QUEUE_LENGTH)
        return false;
    *at(REG_QUEUE_LENGTH) = VIRTIO_QUEUE_LENGTH;
    set_address(REG_DESCRIPTORS, queue->descriptors);
    set_address(REG_AVAILABLE, &queue->available);
    set_address(REG_USED, &queue->used);
    *at(REG_QUEUE_READY) = 1;
    return true;
}

void virtio_begin(void)
{
    *at(REG_STATUS) |= VIRTIO_DRIVER_OK;
}

void virtio_notify(uint32_t number)
{
    *at(REG_QUEUE_NOTIFY) = number;
}

uint32_t virtio_interrupt(void)
{
    return VIRTIO_MMIO_IRQ + place;
}

void virtio_acknowledge(void)
{
    *at(REG_INTERRUPT_ACKNOWLEDGE) = *at(REG_INTERRUPT_STATUS);
}
#endif
