# Builds every C module for Lua 5.4 and for LuaJIT, each into a tree of its own under .build/.
# SPDX-License-Identifier: MIT
# Source: GNU make 4; called as `make -s -f spec/build.mk` from the root of the checkout.
#
#   make -s -f spec/build.mk              both trees: .build/5.4 and .build/jit
#   make -s -f spec/build.mk 5.4          one tree (or: jit)
#   make -k -s -f spec/build.mk           go on when one room does not compile
#   make -s -f spec/build.mk VARIANT=asan     .build/asan-5.4 and .build/asan-jit, ASan + UBSan
#   make -s -f spec/build.mk VARIANT=clang CC=clang   any other name keeps its own trees
#   WERROR=            warnings stay warnings        CFLAGS, LDFLAGS   added to ours
#   LUA54 LUA54_INC LUAJIT LUAJIT_INC     the interpreters and their header folders
#
# A module <m> is there as soon as csrc/lua/lua_<m>.c is (no underscore in <m>; lua_<m>_*.c belong to it as well).
# Its engine is csrc/<m>/*.c; what else it needs stands in the table just below.

dirs_zone     := dns input
dirs_caa      := dns
dirs_file     := input
libs_caa      := -lldns
libs_manifest := -lyaml
dirs_manifest := text
libs_file     := -lldns
dirs_request  := text
libs_request  := -lcrypto
libs_idn      := -lidn2

CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
VARIANT ?=
WERROR ?= -Werror
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes $(WERROR)
OPTIMISE := -O2 -g
ifeq ($(VARIANT),asan)
OPTIMISE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
LINK := -fsanitize=address,undefined
endif
FLAGS := -std=c11 -D_GNU_SOURCE $(OPTIMISE) -fPIC -fvisibility=hidden $(WARNINGS) -Icsrc $(CPPFLAGS) $(CFLAGS)

# First of the candidates that exists; Debian's names come first.
LUA54      ?= $(firstword $(shell command -v lua5.4 || command -v lua54 || command -v lua) lua5.4)
LUA54_INC  ?= $(firstword $(patsubst %/lua.h,%,$(wildcard /usr/include/lua5.4/lua.h /usr/include/lua54/lua.h \
                /usr/local/include/lua5.4/lua.h /usr/include/lua.h /usr/local/include/lua.h)) /usr/include/lua5.4)
LUAJIT     ?= luajit
LUAJIT_INC ?= $(firstword $(patsubst %/lua.h,%,$(wildcard /usr/include/luajit-2.1/lua.h /usr/local/include/luajit-2.1/lua.h)) \
                /usr/include/luajit-2.1)

# Absolute: they stand in the first line of bin/issuable.
lua_5.4 := $(firstword $(shell command -v $(LUA54)) $(LUA54))
lua_jit := $(firstword $(shell command -v $(LUAJIT)) $(LUAJIT))

PREFIX := $(if $(VARIANT),$(VARIANT)-)
MODULES := $(foreach m,$(patsubst csrc/lua/lua_%.c,%,$(wildcard csrc/lua/lua_*.c)),$(if $(findstring _,$(m)),,$(m)))
sources = $(wildcard csrc/lua/lua_$(1).c csrc/lua/lua_$(1)_*.c csrc/lua/compat*.c $(foreach d,$(1) $(dirs_$(1)),csrc/$(d)/*.c))

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all 5.4 jit trees tree-5.4 tree-jit FORCE
.DEFAULT_GOAL := all

# Two runs at once (two terminals, an editor and a test) wait for each other.
LOCK := $(shell command -v flock >/dev/null 2>&1 && echo flock .build/.lock)
all: ; @mkdir -p .build && $(LOCK) $(MAKE) -f spec/build.mk --no-print-directory trees
5.4 jit: ; @mkdir -p .build && $(LOCK) $(MAKE) -f spec/build.mk --no-print-directory tree-$@
trees: tree-5.4 tree-jit
FORCE:

# $(1) tree, $(2) module folder version, $(3) include folder, $(4) interpreter
define tree
$(1) := .build/$(PREFIX)$(1)
tree-$(1): $(MODULES:%=.build/$(PREFIX)$(1)/lib/lua/$(2)/issuable/%.so) .build/$(PREFIX)$(1)/bin/issuable

# Written anew only when the command would differ: then all of this tree is compiled again.
.build/$(PREFIX)$(1)/obj/command: FORCE
	@mkdir -p $$(@D); echo '$$(CC) $$(FLAGS) -isystem $(3) $$(LINK) $$(LDFLAGS)' >$$@.new; \
	 if cmp -s $$@.new $$@; then rm -f $$@.new; else mv -f $$@.new $$@; fi

.build/$(PREFIX)$(1)/obj/%.o: csrc/%.c .build/$(PREFIX)$(1)/obj/command
	@mkdir -p $$(@D)
	$$(CC) $$(FLAGS) -isystem $(3) -MMD -MP -c $$< -o $$@

$$(foreach m,$(MODULES),$$(eval $$(call module,$$(m),.build/$(PREFIX)$(1),$(2))))

# The checkout's absolute path is inside, so a checkout that was moved gets a new one.
.build/$(PREFIX)$(1)/bin/issuable: spec/support/launcher.lua FORCE
	@mkdir -p $$(@D); $(4) spec/support/launcher.lua "$(if $(filter asan,$(VARIANT)),$$$$PWD/.build/$(PREFIX)$(1)/bin/lua,$(4))" "$$$$PWD" '.build/$(PREFIX)$(1)' $(2) >$$@.new && chmod +x $$@.new; \
	 if cmp -s $$@.new $$@; then rm -f $$@.new; else mv -f $$@.new $$@; fi

-include $$(wildcard .build/$(PREFIX)$(1)/obj/*/*.d)
endef

# $(1) module, $(2) tree folder, $(3) module folder version. Linked aside and moved, so a running test keeps its own copy.
# The list is there for the object that is no longer part of it: nothing else would tell.
define module
$(2)/obj/$(1).list: FORCE
	@mkdir -p $$(@D); echo '$(call sources,$(1)) $$(libs_$(1))' >$$@.new; \
	 if cmp -s $$@.new $$@; then rm -f $$@.new; else mv -f $$@.new $$@; fi
$(2)/lib/lua/$(3)/issuable/$(1).so: $(patsubst csrc/%.c,$(2)/obj/%.o,$(call sources,$(1))) $(2)/obj/$(1).list
	@mkdir -p $$(@D)
	$$(CC) -shared $$(LINK) $$(LDFLAGS) -o $$@.new $$(filter %.o,$$^) $$(libs_$(1)) && mv -f $$@.new $$@
endef

# An interpreter for modules with sanitizers: their run-time library has to be there before anything else, so each of
# the two trees gets a bin/lua that preloads it. A report goes to $ISSUABLE_REPORTS.* when that is set, else to stderr.
# $(1) tree, $(2) real interpreter
define wrapper
tree-$(1): .build/$(PREFIX)$(1)/bin/lua
.build/$(PREFIX)$(1)/bin/preload.so: spec/support/preload.c
	@mkdir -p $$(@D)
	$$(CC) -std=c11 -D_GNU_SOURCE -O2 -fPIC -shared $$(WARNINGS) $$< -o $$@.new && mv -f $$@.new $$@
.build/$(PREFIX)$(1)/bin/lua: .build/$(PREFIX)$(1)/bin/preload.so FORCE
	@printf '%s\n' '#!/bin/sh' "here='$$$$PWD'" \
	  'LD_PRELOAD="$$(shell $$(CC) -print-file-name=libasan.so):$$$$here/.build/$(PREFIX)$(1)/bin/preload.so$$$${LD_PRELOAD:+:$$$$LD_PRELOAD}"' \
	  'options="exitcode=99:allocator_may_return_null=1:detect_leaks=1:print_stacktrace=1$$$${ISSUABLE_REPORTS:+:log_path=$$$$ISSUABLE_REPORTS}"' \
	  'ASAN_OPTIONS="$$$$options:$$$$ASAN_OPTIONS" UBSAN_OPTIONS="$$$$options:$$$$UBSAN_OPTIONS"' \
	  'LSAN_OPTIONS="suppressions=$$$$here/spec/support/leaks.supp:print_suppressions=0:$$$$LSAN_OPTIONS"' \
	  'export LD_PRELOAD ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS' 'exec $(2) "$$$$@"' >$$@.new && chmod +x $$@.new; \
	 if cmp -s $$@.new $$@; then rm -f $$@.new; else mv -f $$@.new $$@; fi
endef
ifeq ($(VARIANT),asan)
$(eval $(call wrapper,5.4,$(lua_5.4)))
$(eval $(call wrapper,jit,$(lua_jit)))
endif

$(eval $(call tree,5.4,5.4,$(LUA54_INC),$(lua_5.4)))
$(eval $(call tree,jit,5.1,$(LUAJIT_INC),$(lua_jit)))
