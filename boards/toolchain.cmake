# SPDX-License-Identifier: Apache-2.0
# A CMake toolchain file for every board: clang and lld, with what boards/NAME/board.json says of its core.
#   cmake -DCMAKE_TOOLCHAIN_FILE=.../boards/toolchain.cmake -DBAREBPF_BOARD=cortex-m4 ...
if(NOT EXISTS ${CMAKE_CURRENT_LIST_DIR}/${BAREBPF_BOARD}/board.json OR NOT BAREBPF_BOARD)
    message(FATAL_ERROR "BAREBPF_BOARD is '${BAREBPF_BOARD}'; it must be the name of a board (barebpf boards lists them)")
endif()
file(READ ${CMAKE_CURRENT_LIST_DIR}/${BAREBPF_BOARD}/board.json description)
string(JSON triple GET "${description}" triple)
string(JSON cpu GET "${description}" cpu)
string(JSON count LENGTH "${description}" clang_flags)
set(flags "")
math(EXPR last "${count} - 1")
foreach(index RANGE ${last})
    string(JSON flag GET "${description}" clang_flags ${index})
    string(APPEND flags " ${flag}")
endforeach()

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR ${cpu})
find_program(BAREBPF_CLANG NAMES clang-19 clang REQUIRED)
find_program(BAREBPF_LLD NAMES ld.lld-19 ld.lld REQUIRED)
set(CMAKE_C_COMPILER ${BAREBPF_CLANG})
set(CMAKE_C_COMPILER_TARGET ${triple})
set(CMAKE_C_FLAGS_INIT "${flags} -ffreestanding -ffunction-sections -fdata-sections")
set(CMAKE_EXE_LINKER_FLAGS_INIT "--ld-path=${BAREBPF_LLD} -nostdlib -Wl,--gc-sections")
# Nothing can be linked before the firmware says where it goes.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES BAREBPF_BOARD)
