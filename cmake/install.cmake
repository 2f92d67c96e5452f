# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` and the Debian package (`cpack` in the build folder) hold: the tool, and what it reads at run time.
include(GNUInstallDirs)
install(DIRECTORY boards linker-scripts helpers-template DESTINATION ${CMAKE_INSTALL_DATADIR}/barebpf
        PATTERN tests EXCLUDE)
install(FILES cmake/BareBPFConfig.cmake DESTINATION ${CMAKE_INSTALL_DATADIR}/barebpf/cmake)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "barebpf developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "verified eBPF objects as firmware without an operating system")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "llvm-${BAREBPF_LLVM_VERSION}, clang-${BAREBPF_LLVM_VERSION}, lld-${BAREBPF_LLVM_VERSION}")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gcc-arm-none-eabi, gcc-riscv64-unknown-elf, qemu-system-arm, qemu-system-misc, qemu-system-x86, gdb-multiarch")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
include(CPack)
