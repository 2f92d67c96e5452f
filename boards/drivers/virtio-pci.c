// SPDX-License-Identifier: Apache-2.0
/* virtio on a PC's PCI bus 0, by its legacy I/O ports: firmware before us has given the device its ports and its
 * interrupt line. Sources: OASIS Virtual I/O Device specification 1.2, §4.1.2 (finding it), §4.1.4.10 (legacy
 * registers), §2.7.2 (legacy queues); PCI Local Bus specification 3.0, §3.2.2.3.2 (configuration by ports), §6.1. */
#ifdef BAREBPF_EVENT_NIC
#include "virtio.h"
#include "x86.h"

#define PCI_ADDRESS    0xcf8
#define PCI_DATA       0xcfc
#define PCI_ENABLE     (1u << 31)
#define PCI_DEVICES    32u
#define PCI_COMMAND    0x04u
#define PCI_COMMAND_ON 5u /* I/O ports, bus master */
#define PCI_BAR0       0x10u
#define PCI_INTERRUPT  0x3cu
#define NETWORK_CARD   0x10001af4u /* the transitional device, and its vendor */

/* §4.1.4.10 */
enum port {
    PORT_DRIVER_FEATURES = 4,
    PORT_QUEUE_ADDRESS = 8,
    PORT_QUEUE_LENGTH = 12,
    PORT_QUEUE_SELECT = 14,
    PORT_QUEUE_NOTIFY = 16,
    PORT_STATUS = 18,
    PORT_ISR = 19
};

static uint16_t ports;
static uint32_t line;

static uint32_t config_read(uint32_t device, uint32_t reg)
{
    x86_out32(PCI_ADDRESS, PCI_ENABLE | device << 11 | reg);
    return x86_in32(PCI_DATA);
}

static void config_write(uint32_t device, uint32_t reg, uint32_t value)
{
    x86_out32(PCI_ADDRESS, PCI_ENABLE | device << 11 | reg);
    x86_out32(PCI_DATA, value);
}

bool virtio_open(void)
{
    uint32_t device = 0;
    while (device < PCI_DEVICES && config_read(device, 0) != NETWORK_CARD)
        device++;
    if (device == PCI_DEVICES)
        return false;
    uint32_t bar = config_read(device, PCI_BAR0);
    line = config_read(device, PCI_INTERRUPT) & 255;
    if (!(bar & 1) || line > 15) /* no ports, or no line of the interrupt controllers */
        return false;
    ports = (uint16_t)(bar & 0xfffc);
    config_write(device, PCI_COMMAND, (config_read(device, PCI_COMMAND) & 0xffff) | PCI_COMMAND_ON);
    x86_out8(ports + PORT_STATUS, 0);
    x86_out8(ports + PORT_STATUS, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
    x86_out32(ports + PORT_DRIVER_FEATURES, 0);
    return true;
}

bool virtio_set_queue(uint32_t number, const struct virtio_queue *queue)
{
    x86_out16(ports + PORT_QUEUE_SELECT, (uint16_t)number);
    if (x86_in16(ports + PORT_QUEUE_LENGTH) != VIRTIO_QUEUE_LENGTH)
        return false;
    x86_out32(ports + PORT_QUEUE_ADDRESS, (uint32_t)((uintptr_t)queue / VIRTIO_QUEUE_ALIGN));
    return true;
}

void virtio_begin(void)
{
    x86_out8(ports + PORT_STATUS, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_DRIVER_OK);
}

void virtio_notify(uint32_t number)
{
    x86_out16(ports + PORT_QUEUE_NOTIFY, (uint16_t)number);
}

uint32_t virtio_interrupt(void)
{
    return line;
}

/* Reading takes it back. */
void virtio_acknowledge(void)
{
    (void)x86_in8(ports + PORT_ISR);
}
#endif
