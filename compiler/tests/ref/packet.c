// SPDX-License-Identifier: Apache-2.0
/* Packets in the reference interpreter: where pointers into them lead, LD_ABS and LD_IND, and helpers. What helpers do
 * is what the UAPI's bpf.h says of them; results and limits are Linux's. */
#include <errno.h>
#include <string.h>

#include "inside.h"
#include "program/hook.h"

#define ENOTSUPP 524 /* Linux's own, not POSIX's */

#define LINK_BYTES 14 /* an Ethernet header: the least that Linux leaves of a packet */

static uint64_t at_position(const struct ref_machine *m, uint32_t position)
{
    return ref_address(REF_SPACE_PACKET, m->packet.age & 0xffff, PACKET_START + position);
}

/* struct __sk_buff's len follows the packet. */
static void tell_length(struct ref_machine *m)
{
    uint32_t length = m->packet.end - m->packet.data;
    if (m->kind == REF_CONTEXT_SKB)
        memcpy(m->context, &length, sizeof length);
}

bool ref_give_packet(struct ref_machine *m, const struct hook *hook, const uint8_t *bytes, uint32_t count)
{
    struct ref_packet *p = &m->packet;
    uint32_t header = count < LINK_BYTES ? count : LINK_BYTES;
    if (!hook_takes_packets(hook) || count > REF_PACKET_LONGEST)
        return false;
    m->kind = hook->start == START_XDP ? REF_CONTEXT_XDP : REF_CONTEXT_SKB;
    memset(p->room, 0, sizeof p->room);
    memcpy(p->room + REF_ROOM_BEFORE, bytes, count);
    p->link = REF_ROOM_BEFORE;
    p->network = p->link + header;
    p->data = p->meta = hook->start == START_NETWORK ? p->network : p->link;
    p->end = p->link + count;
    p->writable = hook->packet == PACKET_WRITE;
    tell_length(m);
    return true;
}

uint8_t *ref_packet_memory(struct ref_machine *m, uint32_t age, uint64_t position, uint64_t size, bool write)
{
    struct ref_packet *p = &m->packet;
    uint32_t start = position < p->data ? p->meta : p->data, end = position < p->data ? p->data : p->end;
    m->access.object = 0;
    m->access.low = (int64_t)position - start;
    m->access.high = m->access.low + (int64_t)size;
    if (age != (p->age & 0xffff) || position < start || position > end || size > end - position ||
        (write && !p->writable))
        return NULL;
    return p->room + position;
}

bool ref_packet_field(const struct ref_machine *m, int64_t offset, unsigned bits, uint64_t *word)
{
    const struct ref_packet *p = &m->packet;
    static const struct {
        enum ref_context kind;
        int64_t data, end, meta, socket;
    } fields[] = {{REF_CONTEXT_XDP, 0, 4, 8, -1}, {REF_CONTEXT_SKB, 76, 80, 140, 168}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (m->kind != fields[i].kind)
            continue;
        bool is_packet = offset == fields[i].data || offset == fields[i].end || offset == fields[i].meta;
        if (bits == 32 && is_packet)
            *word = at_position(m, offset == fields[i].data ? p->data : offset == fields[i].end ? p->end : p->meta);
        else if (offset == fields[i].socket)
            *word = 0; /* no socket */
        else
            continue;
        return true;
    }
    return false;
}

/* -- LD_ABS, LD_IND ------------------------------------------------------------------------------------------------ */

static bool is_context(const struct ref_machine *m, uint64_t where)
{
    return where == ref_address(REF_SPACE_CONTEXT, 0, 0) && m->kind != REF_CONTEXT_MEMORY;
}

/* `count` bytes at a position, inside the packet and what lies before it; NULL where one is missing. */
static uint8_t *bytes_at(struct ref_packet *p, int64_t position, int64_t count)
{
    return position >= p->link && position + count <= p->end ? p->room + position : NULL;
}

bool ref_packet_load(struct ref_machine *m, const struct insn *insn, uint32_t at, bool *there)
{
    struct ref_packet *p = &m->packet;
    int32_t offset = (int32_t)((insn->use_imm ? 0 : (uint32_t)m->regs[insn->src]) + (uint32_t)insn->imm);
    int64_t position = -1;
    if (!is_context(m, m->regs[6]) || m->kind != REF_CONTEXT_SKB)
        return ref_fault(m, at, "packet load without the context in r6");
    if (offset >= 0)
        position = (int64_t)p->data + offset;
    else if (offset >= -0x100000)
        position = (int64_t)p->network + offset + 0x100000;
    else if (offset >= -0x200000)
        position = (int64_t)p->link + offset + 0x200000;
    const uint8_t *bytes = bytes_at(p, position, insn->bits / 8);
    *there = bytes != NULL;
    m->regs[0] = 0;
    for (unsigned i = 0; bytes && i < insn->bits / 8u; i++)
        m->regs[0] = m->regs[0] << 8 | bytes[i];
    return true;
}

/* -- checksums: RFC 1071 ------------------------------------------------------------------------------------------- */

/* The sum in ones' complement. */
static uint32_t plus(uint32_t a, uint32_t b)
{
    uint64_t sum = (uint64_t)a + b;
    return (uint32_t)(sum + (sum >> 32));
}

static uint32_t in_16_bits(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static uint32_t sum_of(const uint8_t *bytes, uint64_t count, uint32_t sum)
{
    for (uint64_t i = 0; i < count; i++)
        sum = plus(sum, (uint32_t)bytes[i] << (i % 2 ? 8 : 0));
    return sum;
}

/* r1, r2: what was; r3, r4: what is; r5: the sum so far. */
static bool csum_diff(struct ref_machine *m, uint32_t at)
{
    uint64_t from_bytes = m->regs[2], to_bytes = m->regs[4];
    uint32_t sum = (uint32_t)m->regs[5];
    const uint8_t *from = from_bytes ? ref_memory(m, m->regs[1], from_bytes, false) : NULL;
    const uint8_t *to = to_bytes ? ref_memory(m, m->regs[3], to_bytes, false) : NULL;
    if ((from_bytes && !from) || (to_bytes && !to))
        return ref_fault(m, at, "bytes to be summed lie outside every object");
    sum = sum_of(to, to_bytes, sum);
    if (from && to)
        sum = plus(sum, ~sum_of(from, from_bytes, 0));
    else if (from)
        sum = ~sum_of(from, from_bytes, ~sum);
    m->regs[0] = in_16_bits(sum);
    return true;
}

/* r2 offset, r3 from, r4 to, r5 flags: their low 4 bits are the size of what changed, 0: r4 is a difference. */
static int64_t replace_checksum(struct ref_machine *m, bool transport)
{
    uint64_t offset = (uint32_t)m->regs[2], flags = m->regs[5], size = flags & 15;
    uint32_t from = (uint32_t)m->regs[3], to = (uint32_t)m->regs[4], sum;
    uint16_t checksum;
    if (flags & ~(transport ? UINT64_C(0xff) : UINT64_C(0x0f)))
        return -EINVAL;
    uint8_t *bytes = bytes_at(&m->packet, (int64_t)(m->packet.data + offset), 2);
    if (offset > 0xffff || offset % 2 || !bytes)
        return -EFAULT;
    memcpy(&checksum, bytes, 2);
    if (transport && (flags & 0x60) == 0x20 && checksum == 0)
        return 0;
    if (size != 0 && size != 2 && size != 4)
        return -EINVAL;
    if (size == 0 && m->regs[3])
        return -EINVAL;
    if (size == 2)
        from &= 0xffff, to &= 0xffff;
    sum = plus(~(uint32_t)checksum, to);
    if (size)
        sum = plus(plus(~(uint32_t)checksum, ~from), to);
    checksum = (uint16_t)~in_16_bits(sum);
    if (transport && (flags & 0x20) && checksum == 0)
        checksum = 0xffff;
    memcpy(bytes, &checksum, 2);
    return 0;
}

/* -- bytes --------------------------------------------------------------------------------------------------------- */

/* The program's memory of a helper that copies: r3, r4. */
static uint8_t *own_bytes(struct ref_machine *m, uint32_t at, bool write)
{
    uint8_t *bytes = ref_memory(m, m->regs[3], m->regs[4], write);
    if (!bytes)
        ref_fault(m, at, "bytes to be copied lie outside every object");
    return bytes;
}

/* The packet's bytes at r2, r4 of them, from `start`. */
static uint8_t *its_bytes(struct ref_machine *m, uint32_t start)
{
    return bytes_at(&m->packet, (int64_t)start + (uint32_t)m->regs[2], (int64_t)m->regs[4]);
}

/* Linux clears what it cannot fill. */
static bool load_bytes(struct ref_machine *m, uint32_t at, const uint8_t *from)
{
    uint8_t *to = own_bytes(m, at, true);
    if (!to)
        return false;
    if (from)
        memmove(to, from, m->regs[4]);
    else
        memset(to, 0, m->regs[4]);
    m->regs[0] = from ? 0 : (uint64_t)-EFAULT;
    return true;
}

static bool store_bytes(struct ref_machine *m, uint32_t at)
{
    const uint8_t *from = own_bytes(m, at, false);
    uint8_t *to = its_bytes(m, m->packet.data);
    if (!from)
        return false;
    bool known = (m->regs[5] & ~UINT64_C(3)) == 0;
    if (known && to)
        memmove(to, from, m->regs[4]);
    m->regs[0] = !known ? (uint64_t)-EINVAL : to ? 0 : (uint64_t)-EFAULT;
    return true;
}

/* bpf_xdp_load_bytes, bpf_xdp_store_bytes */
static bool copy_xdp(struct ref_machine *m, uint32_t at, bool store)
{
    uint8_t *own = own_bytes(m, at, !store), *its = its_bytes(m, m->packet.data);
    bool far = (uint32_t)m->regs[2] > 0xffff || m->regs[4] > 0xffff;
    if (!own)
        return false;
    if (its && !far)
        memmove(store ? its : own, store ? own : its, m->regs[4]);
    m->regs[0] = far ? (uint64_t)-EFAULT : its ? 0 : (uint64_t)-EINVAL;
    return true;
}

/* -- size ---------------------------------------------------------------------------------------------------------- */

/* r2: how far the start goes, with the metadata. */
static int64_t adjust_head(struct ref_packet *p, int64_t by)
{
    uint32_t meta_bytes = p->data - p->meta;
    if (p->data + by < REF_ROOM_RESERVED + meta_bytes || p->data + by > (int64_t)p->end - LINK_BYTES)
        return -EINVAL;
    memmove(p->room + p->meta + by, p->room + p->meta, meta_bytes);
    p->data = (uint32_t)(p->data + by);
    p->meta = p->data - meta_bytes;
    p->link = p->data;
    return 0;
}

static int64_t adjust_meta(struct ref_packet *p, int64_t by)
{
    int64_t meta = p->meta + by, bytes = p->data - meta;
    if (meta < REF_ROOM_RESERVED || meta > p->data)
        return -EINVAL;
    if (bytes % 4 || bytes > 255)
        return -EACCES;
    p->meta = (uint32_t)meta;
    return 0;
}

static int64_t adjust_tail(struct ref_packet *p, int64_t by)
{
    int64_t end = p->end + by;
    if (end > REF_ROOM_BYTES || end < (int64_t)p->data + LINK_BYTES)
        return -EINVAL;
    if (by > 0)
        memset(p->room + p->end, 0, (size_t)by);
    p->end = (uint32_t)end;
    return 0;
}

/* bpf_skb_change_tail: r2 is the length. */
static int64_t change_tail(struct ref_packet *p, uint32_t length, uint64_t flags)
{
    uint32_t now = p->end - p->data;
    if (flags || length > 16384 || length < p->network - p->data)
        return -EINVAL;
    if (length > now && length - now > REF_ROOM_BYTES - p->end)
        return -ENOMEM;
    if (length > now)
        memset(p->room + p->end, 0, length - now);
    p->end = p->data + length;
    return 0;
}

/* bpf_skb_change_head: r2 more bytes before everything. */
static int64_t change_head(struct ref_packet *p, uint32_t by, uint64_t flags)
{
    if (flags || (uint64_t)(p->end - p->data) + by > 16384)
        return -EINVAL;
    if (by > p->link)
        return -ENOMEM;
    p->link -= by;
    p->data -= by;
    p->meta = p->data;
    memset(p->room + p->data, 0, by);
    return 0;
}

/* Helpers that move the packet, or void pointers as if they had; false: another one. */
static bool move_packet(struct ref_machine *m, uint32_t id)
{
    struct ref_packet *p = &m->packet;
    int64_t result, by = (int32_t)m->regs[2];
    switch (id) {
    case 10: result = replace_checksum(m, false); break;
    case 11: result = replace_checksum(m, true); break;
    case 38: result = change_tail(p, (uint32_t)m->regs[2], m->regs[3]); break;
    case 39: result = (uint32_t)m->regs[2] > p->end - p->data ? -ENOMEM : 0; break;
    case 43: result = change_head(p, (uint32_t)m->regs[2], m->regs[3]); break;
    case 44: result = adjust_head(p, by); break;
    case 54: result = adjust_meta(p, by); break;
    case 65: result = adjust_tail(p, by); break;
    default: return false;
    }
    m->regs[0] = (uint64_t)result;
    p->age++;
    tell_length(m);
    return true;
}

/* bpf_skb_load_bytes_relative: r5 = 0 from the link header, 1 from the network header. */
static bool load_relative(struct ref_machine *m, uint32_t at)
{
    uint32_t header = (uint32_t)m->regs[5];
    bool right = header <= 1 && (uint32_t)m->regs[2] <= 0xffff;
    return load_bytes(m, at, right ? its_bytes(m, header ? m->packet.network : m->packet.link) : NULL);
}

bool ref_packet_helper(struct ref_machine *m, uint32_t id, uint32_t at)
{
    if (id == 28)
        return csum_diff(m, at);
    if (!is_context(m, m->regs[1]))
        return false;
    switch (id) {
    case 9: m->packet.age++; return store_bytes(m, at);
    case 26: return load_bytes(m, at, its_bytes(m, m->packet.data));
    case 40: m->regs[0] = (uint64_t)-ENOTSUPP; return true;
    case 68: return load_relative(m, at);
    case 188: m->regs[0] = m->packet.end - m->packet.data; return true;
    case 189: return copy_xdp(m, at, false);
    case 190: return copy_xdp(m, at, true);
    default: return move_packet(m, id);
    }
}
