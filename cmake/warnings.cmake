# SPDX-License-Identifier: Apache-2.0
# The warnings that all our own C is built with, and the sanitizers of the dev preset.
add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wvla)
if(BAREBPF_WERROR)
    add_compile_options(-Werror)
endif()
if(BAREBPF_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()
