// SPDX-License-Identifier: Apache-2.0
// An XDP program in Rust, without std and without a crate: counts IPv4 packets by protocol, and passes those whose time
// to live is not below what the protocol's class asks for. Indexing that goes beyond a table would panic: in the object
// a panic is the end of the program with 0, XDP_ABORTED.
#![no_std]
#![no_main]

use core::mem::transmute;
use core::ptr::addr_of_mut;

const XDP_DROP: u32 = 1;
const XDP_PASS: u32 = 2;
const BPF_MAP_TYPE_ARRAY: u32 = 2;
const HEADERS: usize = 14 + 20;

#[repr(C)]
pub struct XdpMd {
    data: u32,
    data_end: u32,
}

#[repr(C)]
pub struct MapDef {
    kind: u32,
    key_size: u32,
    value_size: u32,
    max_entries: u32,
    flags: u32,
}

#[no_mangle]
#[link_section = "maps"]
pub static mut PROTOCOLS: MapDef =
    MapDef { kind: BPF_MAP_TYPE_ARRAY, key_size: 4, value_size: 8, max_entries: 256, flags: 0 };

// Least time to live, by the upper two bits of the type of service; the packet's lower bits reach beyond the table.
static LEAST_TTL: [u8; 4] = [1, 2, 8, 32];

fn map_lookup(key: &u32) -> Option<&'static mut u64> {
    let lookup: extern "C" fn(*mut MapDef, *const u32) -> *mut u64 = unsafe { transmute(1usize) };
    unsafe { lookup(addr_of_mut!(PROTOCOLS), key).as_mut() }
}

fn headers(ctx: &XdpMd) -> Option<&'static [u8; HEADERS]> {
    let (start, end) = (ctx.data as usize, ctx.data_end as usize);
    if start + HEADERS > end {
        return None;
    }
    Some(unsafe { &*(start as *const [u8; HEADERS]) })
}

fn filter(ctx: &XdpMd) -> Option<u32> {
    let packet = headers(ctx)?;
    if packet[12] != 8 || packet[13] != 0 {
        return None;
    }
    *map_lookup(&(packet[14 + 9] as u32))? += 1;
    let class = packet[14 + 1] >> 4;
    Some(if packet[14 + 8] < LEAST_TTL[class as usize] { XDP_DROP } else { XDP_PASS })
}

#[no_mangle]
#[link_section = "xdp"]
pub extern "C" fn rust_filter(ctx: &XdpMd) -> u32 {
    filter(ctx).unwrap_or(XDP_PASS)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
