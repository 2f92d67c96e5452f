// SPDX-License-Identifier: Apache-2.0
/* SMSC LAN9118 Ethernet controller, by its FIFOs. board.json defines LAN9118_BASE and BOARD_NIC_IRQ. Source: Microchip
 * LAN9118 data sheet (DS00002266) §3.12 (transmit), §3.13 (receive), §5 (registers). */
#ifdef BAREBPF_EVENT_NIC
#include "board.h"
#include "interrupt.h"

#define LAN(offset)     (*(volatile uint32_t *)(LAN9118_BASE + (offset)))
#define RX_DATA         LAN(0x00)
#define TX_DATA         LAN(0x20)
#define RX_STATUS       LAN(0x40)
#define TX_STATUS       LAN(0x48)
#define IRQ_CFG         LAN(0x54)
#define INT_STS         LAN(0x58)
#define INT_EN          LAN(0x5c)
#define BYTE_TEST       LAN(0x64)
#define FIFO_INT        LAN(0x68)
#define RX_CFG          LAN(0x6c)
#define TX_CFG          LAN(0x70)
#define HW_CFG          LAN(0x74)
#define RX_DP_CTRL      LAN(0x78)
#define RX_FIFO_INF     LAN(0x7c)
#define TX_FIFO_INF     LAN(0x80)
#define MAC_CSR_CMD     LAN(0xa4)
#define MAC_CSR_DATA    LAN(0xa8)
#define ALIVE           0x87654321u
#define HW_CFG_RESET    1u
#define HW_CFG_FIFOS    (1u << 20 | 5u << 16)    /* MBO; 5 KB for transmission */
#define IRQ_CFG_ON      (1u << 8 | 1u << 4 | 1u) /* enabled, active high, push-pull */
#define INT_RX_STATUS   (1u << 3)                /* RSFL: more in the status FIFO than its level, which is 0 */
#define TX_CFG_ON       2u
#define RX_DP_DISCARD   (1u << 31)
#define MAC_BUSY        (1u << 31)
#define MAC_CR          1u
#define MAC_CR_SETTINGS (1u << 20 | 1u << 18 | 8u | 4u) /* full duplex, promiscuous, transmitter, receiver */
#define RX_ERROR        (1u << 15)
#define CRC_BYTES       4u
#define TRIES           100000u

/* Waits for a bit to become 0. */
static bool wait_clear(volatile uint32_t *reg, uint32_t bit)
{
    for (uint32_t i = 0; i < TRIES; i++)
        if (!(*reg & bit))
            return true;
    return false;
}

bool board_nic_start(void)
{
    for (uint32_t i = 0; BYTE_TEST != ALIVE; i++)
        if (i == TRIES)
            return false;
    HW_CFG = HW_CFG_RESET;
    if (!wait_clear(&HW_CFG, HW_CFG_RESET))
        return false;
    HW_CFG = HW_CFG_FIFOS;
    INT_EN = 0;
    INT_STS = UINT32_MAX; /* 1 clears */
    FIFO_INT = 0;
    IRQ_CFG = IRQ_CFG_ON;
    RX_CFG = 0;
    TX_CFG = TX_CFG_ON;
    MAC_CSR_DATA = MAC_CR_SETTINGS;
    MAC_CSR_CMD = MAC_BUSY | MAC_CR;
    interrupt_enable(BOARD_NIC_IRQ);
    return wait_clear(&MAC_CSR_CMD, MAC_BUSY);
}

/* Only to end a sleep: the main loop takes what came. */
bool board_nic_interrupt(uint32_t number)
{
    if (number != BOARD_NIC_IRQ)
        return false;
    INT_EN = 0;
    return true;
}

bool board_nic_listen(void)
{
    INT_STS = INT_RX_STATUS;
    INT_EN = INT_RX_STATUS;
    return !(RX_FIFO_INF >> 16);
}

size_t board_nic_receive(void *frame, size_t room)
{
    while (RX_FIFO_INF >> 16) {
        uint32_t status = RX_STATUS, bytes = status >> 16 & 0x3fff, count = (bytes + 3) / 4;
        bool good = !(status & RX_ERROR) && bytes > CRC_BYTES && (bytes + 3) / 4 * 4 <= room;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t word = RX_DATA;
            if (good)
                __builtin_memcpy((uint8_t *)frame + 4 * i, &word, sizeof word); /* of any alignment */
        }
        if (good)
            return bytes - CRC_BYTES;
    }
    return 0;
}

/* Bytes of any alignment, as the FIFO wants them. */
static uint32_t word_at(const uint8_t *bytes, size_t left)
{
    uint32_t word = 0;
    for (size_t i = 0; i < 4 && i < left; i++)
        word |= (uint32_t)bytes[i] << 8 * i;
    return word;
}

bool board_nic_send(const void *frame, size_t bytes)
{
    const uint8_t *at = frame;
    while (TX_FIFO_INF >> 16 & 0xff) /* statuses that nobody asks for */
        (void)TX_STATUS;
    if (bytes == 0 || bytes > 0x7ff || (TX_FIFO_INF & 0xffff) < bytes + 16)
        return false;
    TX_DATA = 3u << 12 | (uint32_t)bytes; /* command A: first and last segment */
    TX_DATA = (uint32_t)bytes;            /* command B */
    for (size_t i = 0; i < bytes; i += 4)
        TX_DATA = word_at(at + i, bytes - i);
    return true;
}
#endif
