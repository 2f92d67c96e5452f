# SPDX-License-Identifier: Apache-2.0
# In front of the tool: make BOARD=cortex-m4 PROG=counter.bpf.o [run|flash|debug|size|dis|verify|clean] [V=1]
# The tool itself is built by CMake (build/release) when it is missing or older than its sources.
ifneq ($(words $(CURDIR)),1)
$(error make cannot handle the space in '$(CURDIR)': move the tree to a path without)
endif
BOARD   ?= cortex-m4
PROG    ?=
V       ?= 0
TOOL    := build/release/barebpf
CLANG   := $(firstword $(shell command -v clang-19 clang))
STEM    := $(basename $(basename $(notdir $(PROG))))
EXAMPLE := examples/$(STEM)/$(STEM).bpf.o
# PROG as given when it exists or can be compiled from a .bpf.c beside it; else the example of that name.
OBJECT  := $(if $(wildcard $(PROG) $(PROG:.o=.c)),$(PROG),$(if $(wildcard $(EXAMPLE:.o=.c)),$(EXAMPLE),$(PROG)))
OUT     := out/$(notdir $(BOARD:/=))
IMAGE   := $(OUT)/$(STEM).elf
# Contexts (packets) of `run`: CTX="hex:… FILE …", or the example's own.
CTX     ?= $(file <$(dir $(OBJECT))contexts)
HUSH    := $(if $(filter 1,$(V)),,@)
VERBOSE := $(if $(filter 1,$(V)),--verbose)

GOALS := image run flash debug size dis verify
.PHONY: $(GOALS) clean tool help
.DEFAULT_GOAL := $(if $(PROG),image,help)

ifneq ($(filter $(GOALS),$(or $(MAKECMDGOALS),$(.DEFAULT_GOAL))),)
ifeq ($(PROG),)
$(error PROG is not set: make BOARD=$(BOARD) PROG=counter.bpf.o $(MAKECMDGOALS))
endif
ifneq ($(words $(PROG)),1)
$(error make cannot handle the space in '$(PROG)': barebpf build '$(PROG)' --board $(BOARD) can)
endif
ifeq ($(wildcard $(OBJECT) $(OBJECT:.o=.c)),)
$(error there is no '$(PROG)', and no example '$(STEM)' (examples: $(basename $(basename $(notdir $(wildcard examples/*/*.bpf.c))))))
endif
endif

help:
	@echo 'make BOARD=cortex-m4 PROG=counter.bpf.o [run|flash|debug|size|dis|verify|clean] [V=1]'
	@echo 'boards:   $(notdir $(patsubst %/board.json,%,$(wildcard boards/*/board.json)))'
	@echo 'examples: $(basename $(basename $(notdir $(wildcard examples/*/*.bpf.c))))'

tool: build/release/build.ninja
	$(HUSH)$(if $(filter 1,$(V)),cmake --build build/release --target barebpf -v,log=$$(cmake --build \
	build/release --target barebpf 2>&1) || { echo "$$log" >&2; exit 3; })

build/release/build.ninja:
	$(HUSH)cmake --preset release $(if $(filter 1,$(V)),,>/dev/null)

%.bpf.o: %.bpf.c
	$(HUSH)$(if $(CLANG),,echo 'clang-19 is missing: sh cmake/setup.sh run' >&2; exit 3;) \
	$(CLANG) -target bpf -mcpu=v3 -O2 -g -Wall -fdebug-compilation-dir=. -Ihelpers-template/include -c $< -o $@

image: tool $(OBJECT)
	$(HUSH)mkdir -p $(OUT)
	$(HUSH)$(TOOL) build $(OBJECT) --board $(BOARD) -o $(IMAGE) --emit elf,bin,hex,map,dis $(VERBOSE)

run: tool $(OBJECT)
	$(HUSH)mkdir -p $(OUT)
	$(HUSH)$(TOOL) run $(OBJECT) --board $(BOARD) -o $(IMAGE) --dump-maps $(addprefix --ctx ,$(CTX)) $(VERBOSE)

flash debug: image
	$(HUSH)$(TOOL) $@ $(IMAGE) --board $(BOARD) $(VERBOSE)

size: image
	$(HUSH)$(TOOL) size $(IMAGE) --board $(BOARD)

dis: image
	$(HUSH)cat $(IMAGE:.elf=.dis)

verify: tool $(OBJECT)
	$(HUSH)$(TOOL) verify $(OBJECT)

clean:
	$(HUSH)rm -rf out
	$(HUSH)rm -f $(wildcard examples/*/*.bpf.o)
