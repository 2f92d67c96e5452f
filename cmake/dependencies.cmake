# SPDX-License-Identifier: Apache-2.0
# The libraries that barebpf is built on; every one is a Debian package (see cmake/packages.txt).
find_package(PkgConfig REQUIRED)
pkg_check_modules(ELF REQUIRED IMPORTED_TARGET libelf)
pkg_check_modules(BPF REQUIRED IMPORTED_TARGET libbpf)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)

# LLVM through its C API and its shared library only; llvm-config says where they are.
find_program(LLVM_CONFIG NAMES llvm-config-${BAREBPF_LLVM_VERSION} REQUIRED)
execute_process(COMMAND ${LLVM_CONFIG} --includedir OUTPUT_VARIABLE LLVM_INCLUDE OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${LLVM_CONFIG} --libdir OUTPUT_VARIABLE LLVM_LIBDIR OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${LLVM_CONFIG} --bindir OUTPUT_VARIABLE LLVM_BINDIR OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
add_library(llvm INTERFACE)
target_include_directories(llvm SYSTEM INTERFACE ${LLVM_INCLUDE})
find_library(LLVM_SHARED NAMES LLVM-${BAREBPF_LLVM_VERSION} PATHS ${LLVM_LIBDIR} REQUIRED NO_DEFAULT_PATH)
target_link_libraries(llvm INTERFACE ${LLVM_SHARED})
