# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` and the Debian package (`cpack` in the build folder) hold: the tool, what it reads at run time,
# the package of CMake, the manual page, completions, documentation, examples.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
install(DIRECTORY boards linker-scripts helpers-template DESTINATION ${CMAKE_INSTALL_DATADIR}/barebpf PATTERN tests EXCLUDE)
# For programs and firmware: <barebpf/bpf.h>, <barebpf/context.h>, …
install(DIRECTORY helpers-template/include/barebpf DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/BareBPFConfigVersion.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES cmake/BareBPFConfig.cmake ${CMAKE_BINARY_DIR}/BareBPFConfigVersion.cmake DESTINATION ${CMAKE_INSTALL_DATADIR}/barebpf/cmake)
install(FILES README.md LICENSE cmake/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES cmake/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME barebpf)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN out EXCLUDE PATTERN build EXCLUDE PATTERN *.bpf.o EXCLUDE)

# Written by the tool itself, from its table of options, whenever it is built: compiler/CMakeLists.txt.
set(pages ${CMAKE_BINARY_DIR}/pages)
install(FILES ${pages}/barebpf.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${pages}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${pages}/barebpf DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${pages}/barebpf.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
foreach(folder site-functions vendor-completions) # of zsh, and of Debian's
    install(FILES ${pages}/_barebpf DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${folder})
endforeach()

# The packages that the tool calls are needed, those of some boards are recommended: cmake/packages.txt.
function(packages_for use result)
    file(STRINGS ${CMAKE_SOURCE_DIR}/cmake/packages.txt lines REGEX "^[^#]+[ ]${use}[ ]")
    list(TRANSFORM lines REPLACE "^([^ ]+) .*" "\\1")
    list(TRANSFORM lines REPLACE "\\|" " | ")
    list(TRANSFORM lines REPLACE "-19" "-${BAREBPF_LLVM_VERSION}")
    list(JOIN lines ", " line)
    set(${result} ${line} PARENT_SCOPE)
endfunction()
packages_for(tool CPACK_DEBIAN_PACKAGE_DEPENDS)
packages_for(boards CPACK_DEBIAN_PACKAGE_RECOMMENDS)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gdb-multiarch, openocd")

set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # only the tool is installed, not the tests
set(CPACK_GENERATOR DEB)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "barebpf developers <barebpf@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "verified eBPF objects as firmware without an operating system")
set(CPACK_PACKAGE_DESCRIPTION "Takes a BPF object as clang makes it, proves that it is safe (no access
outside its memory, no NULL, bounded run time and stack), and makes a
firmware image of it for a microcontroller, or one relocatable object for
another firmware. Emulated boards run in QEMU.")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
include(CPack)
