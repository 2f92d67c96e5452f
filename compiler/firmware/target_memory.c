// SPDX-License-Identifier: Apache-2.0
/* Reads a target's memory. gdb's protocol: GDB manual, appendix E "Remote Serial Protocol": $data#sum, answered by '+';
 * "m ADDRESS,LENGTH" is answered by hexadecimal digits or by "E NN", "D" lets the target run on. */
#include "target_memory.h"

#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/text.h"

#define CHUNK_BYTES 256 /* every server takes packets of twice as many digits */
#define PACKET_MAX  (2 * CHUNK_BYTES + 64)
#define WAIT_S      5

bool target_memory_file(struct target_memory *m, const char *path, uint64_t address, struct arena *arena,
                        struct diag *d)
{
    char *bytes = NULL;
    size_t size = 0;
    if (!file_read(arena, path, &bytes, &size, d))
        return false;
    *m = (struct target_memory){path, (const uint8_t *)bytes, address, size, -1};
    return true;
}

static int connect_to(const char *host, const char *port)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    const struct timeval wait = {.tv_sec = WAIT_S};
    struct addrinfo *found = NULL;
    int fd = -1;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return -1;
    for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
        if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return fd;
}

bool target_memory_gdb(struct target_memory *m, const char *server, struct arena *arena, struct diag *d)
{
    const char *colon = strrchr(server, ':');
    if (!colon || !colon[1])
        return diag_error(d, &NO_PLACE, D_OPTION, "--gdb: '%s' is not HOST:PORT", server);
    const char *host = colon == server ? "localhost" : arena_strndup(arena, server, (size_t)(colon - server));
    *m = (struct target_memory){.name = server, .socket = connect_to(host, colon + 1)};
    if (m->socket >= 0)
        return true;
    *m = (struct target_memory){0};
    return diag_error(d, &NO_PLACE, D_TARGET, "no gdb server answers at '%s'", server);
}

/* -- packets ------------------------------------------------------------------------------------------------------- */

static bool send_packet(const struct target_memory *m, const char *data)
{
    char packet[PACKET_MAX];
    unsigned char sum = 0;
    for (const char *c = data; *c; c++)
        sum = (unsigned char)(sum + (unsigned char)*c);
    int length = snprintf(packet, sizeof packet, "$%s#%02x", data, sum);
    return send(m->socket, packet, (size_t)length, MSG_NOSIGNAL) == length;
}

static bool receive_byte(const struct target_memory *m, char *c)
{
    return recv(m->socket, c, 1, 0) == 1;
}

/* The data of the next packet; false when none comes, or a longer one than was asked for. */
static bool receive_packet(const struct target_memory *m, char data[PACKET_MAX])
{
    size_t length = 0;
    char c = 0;
    while (c != '$') /* acknowledgements stand between packets */
        if (!receive_byte(m, &c))
            return false;
    for (;;) {
        if (!receive_byte(m, &c) || length + 1 == PACKET_MAX)
            return false;
        if (c == '#')
            break;
        data[length++] = c;
    }
    data[length] = 0;
    for (int i = 0; i < 2; i++) /* the checksum: the connection is a reliable one */
        if (!receive_byte(m, &c))
            return false;
    return send(m->socket, "+", 1, MSG_NOSIGNAL) == 1;
}

/* The answer's digits as exactly `bytes` bytes. */
static bool decode(const char *digits, uint8_t *to, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        int high = text_hex_digit(digits[2 * i]), low = high < 0 ? -1 : text_hex_digit(digits[2 * i + 1]);
        if (low < 0)
            return false;
        to[i] = (uint8_t)(high << 4 | low);
    }
    return !digits[2 * bytes];
}

/* At most CHUNK_BYTES. What the target says meanwhile (that it stopped, console output) is passed over. */
static bool ask(const struct target_memory *m, uint64_t address, uint8_t *to, size_t bytes)
{
    char packet[PACKET_MAX];
    snprintf(packet, sizeof packet, "m%" PRIx64 ",%zx", address, bytes);
    if (!send_packet(m, packet))
        return false;
    while (receive_packet(m, packet))
        if (!strchr("TSO", packet[0]) || !packet[0])
            return decode(packet, to, bytes);
    return false;
}

bool target_memory_read(struct target_memory *m, uint64_t address, uint8_t *to, size_t bytes, struct diag *d)
{
    if (m->bytes) {
        if (address < m->address || address - m->address > m->size_bytes ||
            bytes > m->size_bytes - (address - m->address))
            return diag_error(d, &FILE_PLACE(m->name), D_TARGET,
                              "'%s' holds %" PRIu64 " bytes from 0x%" PRIx64 " on, not %zu bytes at 0x%" PRIx64,
                              m->name, m->size_bytes, m->address, bytes, address);
        memcpy(to, m->bytes + (address - m->address), bytes);
        return true;
    }
    for (size_t at = 0; at < bytes; at += CHUNK_BYTES) {
        size_t part = bytes - at < CHUNK_BYTES ? bytes - at : CHUNK_BYTES;
        if (!ask(m, address + at, to + at, part))
            return diag_error(d, &NO_PLACE, D_TARGET, "the gdb server at '%s' gives no %zu bytes at 0x%" PRIx64,
                              m->name, part, address + at);
    }
    return true;
}

void target_memory_close(struct target_memory *m)
{
    if (m->name && !m->bytes) {
        send_packet(m, "D");
        close(m->socket);
    }
    *m = (struct target_memory){0};
}
