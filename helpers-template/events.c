// SPDX-License-Identifier: Apache-2.0
/* Which program runs when: see events.h. */
#include "events.h"

#include "board.h"
#include "lock.h"
#include "net.h"

#ifdef BAREBPF_TIMERS
#include <barebpf/timers.h>
#else
#define barebpf_run_timers() ((void)0)
#endif

/* Programs started, without idle ones. */
static volatile uint32_t started;

/* The context of any event. */
union context {
    struct barebpf_timer timer;
    struct barebpf_uart uart;
    struct barebpf_gpio gpio;
    struct barebpf_irq irq;
};

/* How many events may wait; the one that a program runs for is among them. */
static inline uint32_t queue_length(const struct rt_hook *hook)
{
    return hook->kind == RT_EVENT_UART ? RT_EVENT_QUEUE : 1;
}

/* -- events -------------------------------------------------------------------------------------------------------- */

static void post(uint32_t index, uint32_t value)
{
    struct rt_hook_state *s = &rt_hook_states[index];
    uint32_t length = queue_length(&rt_hooks[index]);
    if (s->waiting == length) {
        s->missed++;
        return;
    }
    s->values[(s->first + s->waiting) % length] = value;
    s->waiting++;
    board_pend(rt_hooks[index].level);
}

static inline void post_all(enum rt_event_kind kind, uint32_t number, uint32_t value)
{
    for (uint32_t i = 0; i < rt_hook_count; i++)
        if (rt_hooks[i].kind == kind && rt_hooks[i].number == number)
            post(i, value);
}

void rt_tick(void)
{
    for (uint32_t i = 0; i < rt_hook_count; i++)
        if (rt_hooks[i].kind == RT_EVENT_TIMER && --rt_hook_states[i].ticks_left == 0) {
            rt_hook_states[i].ticks_left = rt_hooks[i].ticks;
            post(i, 0);
        }
}

void rt_uart_received(uint32_t byte, uint32_t errors)
{
    post_all(RT_EVENT_UART, 0, byte | errors << 8);
}

/* Programs on one pin may wait for different edges. */
void rt_gpio_edge(uint32_t pin, uint32_t level)
{
    for (uint32_t i = 0; i < rt_hook_count; i++) {
        const struct rt_hook *hook = &rt_hooks[i];
        if (hook->kind == RT_EVENT_GPIO && hook->number == pin && (level ? hook->rising : hook->falling))
            post(i, level);
    }
}

void rt_irq_raised(uint32_t number)
{
    post_all(RT_EVENT_IRQ, number, 0);
}

/* -- programs ------------------------------------------------------------------------------------------------------ */

static void fill(union context *context, const struct rt_hook *hook, const struct rt_hook_state *s)
{
    uint32_t value = s->values[s->first];
    context->timer = (struct barebpf_timer){.now_ns = board_time_ns(), .count = s->count, .missed = s->missed};
    switch ((enum rt_event_kind)hook->kind) {
    case RT_EVENT_TIMER: context->timer.period_ns = hook->period_ns; break;
    case RT_EVENT_UART:
        context->uart.byte = value & 255;
        context->uart.errors = value >> 8;
        break;
    case RT_EVENT_GPIO:
        context->gpio.pin = hook->number;
        context->gpio.level = value;
        break;
    case RT_EVENT_IRQ: context->irq.number = hook->number; break;
    case RT_EVENT_BOOT:
    case RT_EVENT_IDLE: break;
    }
}

/* Calls the program for its first waiting event, which waits until then: so what comes meanwhile is not lost silently.
 */
static void call(uint32_t index)
{
    const struct rt_hook *hook = &rt_hooks[index];
    struct rt_hook_state *s = &rt_hook_states[index];
    union context context;
    unsigned long lock = RT_LOCK();
    s->count++;
    fill(&context, hook, s);
    RT_UNLOCK(lock);
    if (hook->level)
        board_events_open();
    s->r0 = hook->run(&context, sizeof context);
    if (hook->level)
        board_events_close();
    lock = RT_LOCK();
#ifdef BAREBPF_EVENT_IRQ
    if (hook->kind == RT_EVENT_IRQ)
        board_irq_listen(hook->number); /* which masked itself, so that a device that holds its request stops nobody */
#endif
    started += hook->kind != RT_EVENT_IDLE;
    if (s->waiting) {
        s->first = (s->first + 1) % queue_length(hook);
        s->waiting--;
    }
    RT_UNLOCK(lock);
}

void rt_events_run(unsigned level)
{
    for (bool again = true; again;) {
        again = false;
        for (uint32_t i = 0; i < rt_hook_count; i++)
            if (rt_hooks[i].level == level && rt_hook_states[i].waiting) {
                call(i);
                again = true;
            }
    }
}

void rt_events_dispatch(void)
{
    static unsigned running; /* level of the program that is running */
    unsigned before = running;
    for (unsigned level = RT_EVENT_LEVELS; level > before; level--) {
        running = level;
        rt_events_run(level);
    }
    running = before;
}

/* -- the main loop ------------------------------------------------------------------------------------------------- */

/* Calls the programs of a kind that main itself starts; true when one of them returned other than 0. */
static bool call_kind(enum rt_event_kind kind)
{
    bool any = false;
    for (uint32_t i = 0; i < rt_hook_count; i++)
        if (rt_hooks[i].kind == kind) {
            call(i);
            any |= rt_hook_states[i].r0 != 0;
        }
    return any;
}

/* Lets the board tell of what the programs wait for. Several programs on one pin: the union of their edges. */
static void listen(void)
{
    bool uart = false, tick = false;
    for (uint32_t i = 0; i < rt_hook_count; i++) {
        const struct rt_hook *hook = &rt_hooks[i];
        rt_hook_states[i].ticks_left = hook->ticks;
        uart |= hook->kind == RT_EVENT_UART;
        tick |= hook->kind == RT_EVENT_TIMER;
#ifdef BAREBPF_EVENT_GPIO
        if (hook->kind == RT_EVENT_GPIO)
            board_gpio_listen(hook->number, hook->rising, hook->falling);
#endif
#ifdef BAREBPF_EVENT_IRQ
        if (hook->kind == RT_EVENT_IRQ)
            board_irq_listen(hook->number);
#endif
    }
#ifdef BAREBPF_EVENT_UART
    if (uart)
        board_uart_listen();
#endif
#ifdef BAREBPF_TICK_NS
    if (tick)
        board_tick_start();
#endif
    (void)uart;
    (void)tick;
}

/* May the processor sleep until an interrupt? Not when nothing would end the sleep in time. */
static inline bool may_sleep(uint64_t for_ns)
{
#if defined BAREBPF_TIMERS
    (void)for_ns;
    return false;
#elif defined BAREBPF_TICK_NS
    (void)for_ns;
    return true;
#else
    return for_ns == 0;
#endif
}

static bool is_over(uint64_t since, uint64_t for_ns, uint32_t for_events)
{
    return (for_events && started + rt_net_received() >= for_events) || (for_ns && board_time_ns() - since >= for_ns);
}

void rt_events_loop(uint64_t for_ns, uint32_t for_events)
{
    call_kind(RT_EVENT_BOOT);
    uint64_t since = board_time_ns();
    unsigned long lock = board_lock();
    board_events_start();
    listen();
    rt_net_start();
    board_unlock(lock);
    board_events_open();
    while (!is_over(since, for_ns, for_events)) {
        barebpf_run_timers();
        bool more = call_kind(RT_EVENT_IDLE);
        more |= rt_net_poll();
        if (more || !may_sleep(for_ns))
            continue;
        /* An event that comes now ends the sleep, though its interrupt is masked. */
        lock = board_lock();
        if (!is_over(since, for_ns, for_events) && rt_net_may_sleep())
            board_idle();
        board_unlock(lock);
    }
    board_lock();
}
