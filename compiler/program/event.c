// SPDX-License-Identifier: Apache-2.0
/* Sections of event hooks, taken apart. */
#include "event.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_NS (UINT64_C(24) * 3600 * 1000000000u) /* a day */
#define PORT_PINS  16u

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

uint64_t event_time_ns(const char *text)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    char *end;
    if (!is_digit(*text) || strlen(text) > 16)
        return 0;
    uint64_t number = strtoull(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].name) == 0)
            return number <= LONGEST_NS / units[i].ns ? number * units[i].ns : 0;
    return 0;
}

/* "PA0", "PB15", "3". */
static bool read_pin(struct event *event, const char *text)
{
    uint32_t port = 0;
    bool has_port = text[0] == 'P';
    if (has_port) {
        if (text[1] < 'A' || text[1] > 'P')
            return false;
        port = (uint32_t)(text[1] - 'A');
        text += 2;
    }
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 3 || text[digits])
        return false;
    uint32_t number = (uint32_t)strtoul(text, NULL, 10);
    event->pin = port * PORT_PINS + number;
    return !has_port || number < PORT_PINS;
}

static bool read_gpio(struct event *event, const char *text)
{
    static const char *const edges[] = {"rising/", "falling/", "both/"};
    for (unsigned i = 0; i < 3; i++) {
        size_t length = strlen(edges[i]);
        if (strncmp(text, edges[i], length) != 0)
            continue;
        event->rising = i != 1;
        event->falling = i != 0;
        return read_pin(event, text + length);
    }
    return false;
}

/* What follows `start` in the section; NULL when it begins differently. */
static const char *behind(const char *section, const char *start)
{
    size_t length = strlen(start);
    return strncmp(section, start, length) == 0 ? section + length : NULL;
}

bool event_read(struct event *event, const char *section)
{
    const char *rest;
    *event = (struct event){.kind = EVENT_BOOT};
    if (strcmp(section, "boot") == 0)
        return true;
    event->kind = EVENT_IDLE;
    if (strcmp(section, "idle") == 0)
        return true;
    event->kind = EVENT_UART;
    if (strcmp(section, "uart/rx") == 0)
        return true;
    if ((rest = behind(section, "timer/"))) {
        event->kind = EVENT_TIMER;
        event->period_ns = event_time_ns(rest);
        return event->period_ns != 0;
    }
    if ((rest = behind(section, "gpio/"))) {
        event->kind = EVENT_GPIO;
        return read_gpio(event, rest);
    }
    event->kind = EVENT_IRQ;
    event->name = behind(section, "irq/");
    return event->name && *event->name && !strchr(event->name, '/');
}
