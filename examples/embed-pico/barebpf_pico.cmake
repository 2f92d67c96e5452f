# SPDX-License-Identifier: Apache-2.0
# barebpf_pico: a library of the pico-sdk's kind with what programs ask of the firmware; include() it after
# pico_sdk_init(). barebpf_add_program() makes programs for the board's core.
find_package(BareBPF REQUIRED)
if(PICO_PLATFORM MATCHES "riscv")
    set(BAREBPF_BOARD riscv32)
elseif(PICO_PLATFORM MATCHES "rp2350")
    set(BAREBPF_BOARD pico2)
else()
    set(BAREBPF_BOARD pico)
endif()
add_library(barebpf_pico INTERFACE)
target_sources(barebpf_pico INTERFACE ${CMAKE_CURRENT_LIST_DIR}/barebpf_pico.c)
target_link_libraries(barebpf_pico INTERFACE pico_stdlib)
# What a printed pointer may point into: flash as it is mapped, and the SRAM.
target_link_options(barebpf_pico INTERFACE -Wl,--defsym=__flash_start=0x10000000,--defsym=__flash_end=0x11000000
                    -Wl,--defsym=__ram_start=0x20000000,--defsym=__ram_end=0x20042000)
