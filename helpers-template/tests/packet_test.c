// SPDX-License-Identifier: Apache-2.0
/* Packet helpers at the ends of a packet's memory: whatever they are asked, bytes outside the room stay as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "helpers_packet.h"
#include "packet.h"

#define GUARD 0xa5
#define ROOM  64 /* bytes in front of the frame that it may grow by */

const struct barebpf_program barebpf_program = {.context_kind = BAREBPF_CONTEXT_FRAME};
uint32_t barebpf_redirect_ifindex;

long barebpf_transmit(uint32_t ifindex, const void *frame, size_t bytes)
{
    (void)ifindex, (void)frame, (void)bytes;
    return 0;
}

/* A frame of 0x45s and what lies around it; its type is `type`, in network byte order. */
struct packet {
    uint8_t before[64], room[ROOM], frame[128], behind[64];
    uint32_t bytes;
    union packet_context context;
};

static void make_packet(struct packet *p, uint32_t bytes, uint16_t type)
{
    memset(p, GUARD, sizeof *p);
    memset(p->frame, 0x45, bytes);
    if (bytes >= 14)
        memcpy(p->frame + 12, &type, 2);
    p->bytes = bytes;
    packet_prepare(&p->context, BAREBPF_CONTEXT_FRAME, p->frame, bytes, p->room, p->frame + bytes);
}

static void is_guarded(const uint8_t *from, const uint8_t *end)
{
    for (; from < end; from++)
        assert_int_equal(*from, GUARD);
}

/* The packet lies in its room, its headers in the packet, and nothing beside it was written. */
static void check_packet(const struct packet *p)
{
    const struct barebpf_sk_buff *skb = &p->context.skb;
    is_guarded(p->before, p->room);
    is_guarded(p->frame + p->bytes, p->behind + sizeof p->behind);
    assert_true((uint8_t *)skb->data >= p->room && skb->data <= skb->network && skb->network <= skb->data_end);
    assert_true((uint8_t *)skb->data_end <= p->frame + p->bytes);
    assert_int_equal(skb->len, (uint8_t *)skb->data_end - (uint8_t *)skb->data);
}

static void helpers_keep_to_the_room(void **state)
{
    static const uint16_t types[] = {RT_TYPE_IPV4, RT_TYPE_IPV6, RT_TYPE_8021Q, 0};
    struct packet p;
    (void)state;
    for (uint32_t bytes = 0; bytes <= 100; bytes++)
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
            for (int by = -48; by <= 80; by += 4)
                for (uint32_t way = 0; way < 8; way++) {
                    make_packet(&p, bytes, types[i]);
                    void *skb = &p.context.skb;
                    if (way < 2)
                        rt_helper_skb_adjust_room(skb, (uint32_t)by, way, 0);
                    else if (way == 2)
                        rt_helper_skb_vlan_push(skb, RT_TYPE_8021Q, 5), rt_helper_skb_vlan_push(skb, RT_TYPE_8021Q, 6);
                    else if (way == 3)
                        rt_helper_skb_vlan_pop(skb), rt_helper_skb_vlan_pop(skb);
                    else if (way == 4)
                        rt_helper_skb_change_proto(skb, i ? RT_TYPE_IPV4 : RT_TYPE_IPV6, 0);
                    else if (way == 5)
                        rt_helper_skb_change_head(skb, (uint32_t)by, 0);
                    else if (way == 6)
                        rt_helper_skb_change_tail(skb, bytes + (uint32_t)by, 0);
                    else
                        rt_helper_skb_adjust_room(skb, (uint32_t)by, 0, 1u << (7 + i % 2));
                    check_packet(&p);
                }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(helpers_keep_to_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
