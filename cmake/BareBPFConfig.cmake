# SPDX-License-Identifier: Apache-2.0
# find_package(BareBPF): BPF programs in firmware that CMake builds. Also for include() from Zephyr, pico-sdk and the like.
#
#   barebpf_add_program(NAME SOURCE [BOARD board] [OPTIONS option...])
#
# makes a library NAME of the BPF programs in SOURCE (a .bpf.c or a BPF object): one relocatable object, and the header
# NAME.skel.h. BOARD is any board of barebpf with the firmware's core; by default the one of boards/toolchain.cmake.
# OPTIONS are options of `barebpf build`: --prog a,b, --set, --map, -I, --max-insns, …
find_program(BAREBPF_EXECUTABLE barebpf NO_CMAKE_FIND_ROOT_PATH
             HINTS ${CMAKE_CURRENT_LIST_DIR}/../../../bin ${CMAKE_CURRENT_LIST_DIR}/../build/release)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(BareBPF REQUIRED_VARS BAREBPF_EXECUTABLE)

function(barebpf_add_program name source)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "BOARD" "OPTIONS")
    if(NOT arg_BOARD)
        set(arg_BOARD ${BAREBPF_BOARD})
    endif()
    if(NOT arg_BOARD)
        message(FATAL_ERROR "barebpf_add_program(${name}): which core? BOARD is missing (barebpf boards lists them)")
    endif()
    cmake_path(ABSOLUTE_PATH source)
    set(stem ${CMAKE_CURRENT_BINARY_DIR}/${name})
    add_custom_command(OUTPUT ${stem}.o ${stem}.skel.h DEPENDS ${source} ${BAREBPF_EXECUTABLE} VERBATIM
                       COMMAND ${BAREBPF_EXECUTABLE} build ${source} --board ${arg_BOARD} --emit obj,skel -o ${stem}.o ${arg_OPTIONS})
    add_custom_target(${name}_program DEPENDS ${stem}.o ${stem}.skel.h)
    add_library(${name} INTERFACE)
    add_dependencies(${name} ${name}_program)
    target_link_libraries(${name} INTERFACE ${stem}.o)
    target_include_directories(${name} INTERFACE ${CMAKE_CURRENT_BINARY_DIR}
                               ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../helpers-template/include) # <barebpf/events.h> and the like
endfunction()
