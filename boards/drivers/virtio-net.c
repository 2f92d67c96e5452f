// SPDX-License-Identifier: Apache-2.0
/* virtio network interface: several buffers to receive into, one to send from. Without features the device takes
 * whole frames, with nothing left to do for the driver, and receives all of them. Sources: OASIS Virtual I/O Device
 * specification 1.2, §2.7 (queues), §5.1 (network device; its legacy interface wants the header by itself). */
#ifdef BAREBPF_EVENT_NIC
#include "board.h"
#include "interrupt.h"
#include "virtio.h"

#define RECEIVE      0u /* queues, §5.1.2 */
#define SEND         1u
#define BUFFERS      8u
#define FRAME_MOST   1536u
#define SEND_NS_MOST 1000000000u
_Static_assert(2 * BUFFERS <= VIRTIO_QUEUE_LENGTH, "a header and a frame each");

static struct virtio_queue receive_queue, send_queue;
static uint8_t receive_headers[BUFFERS][VIRTIO_NET_HEADER], send_header[VIRTIO_NET_HEADER];
static uint8_t receive_frames[BUFFERS][FRAME_MOST], send_frame[FRAME_MOST];
static uint16_t received, sent; /* buffers taken back from the device, and given to it */

static void describe(struct virtio_descriptor *d, void *memory, uint32_t bytes, uint32_t flags)
{
    d->address = (uintptr_t)memory;
    d->bytes = bytes;
    d->flags = (uint16_t)flags;
}

/* Header and frame, one behind the other, from descriptor `first` on. */
static void describe_frame(struct virtio_queue *q, uint32_t first, uint8_t *header, uint8_t *frame, uint32_t flags)
{
    describe(&q->descriptors[first], header, VIRTIO_NET_HEADER, VIRTIO_NEXT | flags);
    q->descriptors[first].next = (uint16_t)(first + 1);
    describe(&q->descriptors[first + 1], frame, FRAME_MOST, flags);
}

/* The device sees the index only after all that it stands for. */
static void offer(struct virtio_queue *q, uint32_t first)
{
    uint16_t index = q->available.index;
    q->available.ring[index % VIRTIO_QUEUE_LENGTH] = (uint16_t)first;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    q->available.index = (uint16_t)(index + 1);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool board_nic_start(void)
{
    if (!virtio_open() || !virtio_set_queue(RECEIVE, &receive_queue) || !virtio_set_queue(SEND, &send_queue))
        return false;
    for (uint32_t i = 0; i < BUFFERS; i++) {
        describe_frame(&receive_queue, 2 * i, receive_headers[i], receive_frames[i], VIRTIO_WRITE);
        offer(&receive_queue, 2 * i);
    }
    describe_frame(&send_queue, 0, send_header, send_frame, 0);
    send_queue.available.flags = VIRTIO_NO_INTERRUPT;
    virtio_begin();
    virtio_notify(RECEIVE);
    interrupt_enable(virtio_interrupt());
    return true;
}

/* Only to end a sleep: the main loop takes what came. */
bool board_nic_interrupt(uint32_t number)
{
    if (number != virtio_interrupt())
        return false;
    virtio_acknowledge();
    receive_queue.available.flags = VIRTIO_NO_INTERRUPT;
    return true;
}

bool board_nic_listen(void)
{
    receive_queue.available.flags = 0;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return receive_queue.used.index == received;
}

size_t board_nic_receive(void *frame, size_t room)
{
    size_t bytes = 0;
    while (!bytes && receive_queue.used.index != received) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        uint32_t slot = received % VIRTIO_QUEUE_LENGTH, first = receive_queue.used.ring[slot].first;
        uint32_t with_header = receive_queue.used.ring[slot].bytes;
        if (with_header > VIRTIO_NET_HEADER && with_header - VIRTIO_NET_HEADER <= room) {
            bytes = with_header - VIRTIO_NET_HEADER;
            __builtin_memcpy(frame, receive_frames[first / 2], bytes);
        }
        received++;
        offer(&receive_queue, first);
        virtio_notify(RECEIVE);
    }
    return bytes;
}

/* Waits until the device has taken the frame before. */
bool board_nic_send(const void *frame, size_t bytes)
{
    uint64_t since = board_time_ns();
    while (send_queue.used.index != sent)
        if (board_time_ns() - since > SEND_NS_MOST)
            return false;
    if (bytes == 0 || bytes > FRAME_MOST)
        return false;
    __builtin_memcpy(send_frame, frame, bytes);
    send_queue.descriptors[1].bytes = (uint32_t)bytes;
    sent++;
    offer(&send_queue, 0);
    virtio_notify(SEND);
    return true;
}
#endif
