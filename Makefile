# MtaSuite: make, make run, make test. See docs/CONTRIBUTING.md.
SHELL := /bin/bash
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
export MSBUILDDISABLENODEREUSE := 1

DAEMONS := master smtpd pickup cleanup qmgr local relay bounce showq anvil
DAEMONS += greylist verify sts tlsrpt postlogd
# Programs of their own: launcher is started for each command, and has to be small; mailauth brings packages that no other daemon needs.
LAUNCHER := launcher
MAILAUTH := mailauth
COMMANDS := mtasuite sendmail mailq newaliases postqueue postsuper postcat postconf postmap postalias postlog postdrop postkick postlock postwalk
COMMANDS += postpasswd postdkim
# for tests and for looking at the queue
COMMANDS += posttls-finger postaccess postroute qshape smtp-sink smtp-source
BUILD := build
CHOICE := $(BUILD)/makedefs.mk

-include $(CHOICE)

PUBLISH = dotnet publish -c Release --nologo -v quiet -p:MtaAot=$(MTA_AOT)
COMMON_SOURCES = $(shell find common -name '*.cs*' -not -path '*/obj/*' -not -path '*/bin/*') Directory.Build.props Directory.Packages.props BannedSymbols.txt
sources = $(shell find $(1) -name '*.cs' -not -path '*/obj/*' -not -path '*/bin/*') $(1)/$(1).csproj

.PHONY: all makefiles run test soak bench lint format clean unit

all: $(CHOICE)
	@scripts/prerequisites $(MTA_AOT)
	@$(MAKE) --no-print-directory programs

# Chooses the runtime and the build options and keeps them; NAME=value overrides (RUNTIME=net10.0-jit and the like).
makefiles:
	@scripts/prerequisites
	@scripts/makedefs $(BUILD) $(if $(RUNTIME),RUNTIME=$(RUNTIME))

$(CHOICE):
	@scripts/prerequisites
	@scripts/makedefs $(BUILD)

.PHONY: programs
programs: $(addprefix $(BUILD)/libexec/,$(DAEMONS) $(LAUNCHER) $(MAILAUTH)) $(addprefix $(BUILD)/sbin/,$(COMMANDS)) $(BUILD)/share/examples/main.cf
	@echo "built for net10.0$(if $(filter true,$(MTA_AOT)), (ahead-of-time)) into $(BUILD)/"

# One executable for all daemons, under the name of each: processes then share the pages of its code.
DAEMON_SOURCES = $(foreach d,$(DAEMONS) suite,$(call sources,$(d)))
$(BUILD)/libexec/daemons: $(COMMON_SOURCES) $(DAEMON_SOURCES) $(CHOICE)
	@echo "  build   1/2 daemons$(if $(filter true,$(MTA_AOT)), (about 2 minutes))"
	@mkdir -p $(BUILD)/obj/suite $(BUILD)/libexec
	@$(PUBLISH) suite -o $(BUILD)/obj/suite
	@scripts/place $(BUILD)/obj/suite daemons $(BUILD)/libexec $(MTA_AOT)

$(addprefix $(BUILD)/libexec/,$(DAEMONS)): $(BUILD)/libexec/daemons
	@ln -f $< $@ && touch $@

$(BUILD)/libexec/tools: $(COMMON_SOURCES) $(call sources,tools) $(CHOICE) $(BUILD)/libexec/daemons
	@echo "  build   2/2 commands$(if $(filter true,$(MTA_AOT)), (about 2 minutes))"
	@mkdir -p $(BUILD)/obj/tools $(BUILD)/libexec
	@$(PUBLISH) tools -o $(BUILD)/obj/tools
	@scripts/place $(BUILD)/obj/tools tools $(BUILD)/libexec $(MTA_AOT)

$(BUILD)/libexec/$(LAUNCHER): $(COMMON_SOURCES) $(call sources,launcher) $(CHOICE) $(BUILD)/libexec/tools
	@echo "  build   $(LAUNCHER)"
	@mkdir -p $(BUILD)/obj/$(LAUNCHER) $(BUILD)/libexec
	@$(PUBLISH) launcher -o $(BUILD)/obj/$(LAUNCHER)
	@scripts/place $(BUILD)/obj/$(LAUNCHER) $(LAUNCHER) $(BUILD)/libexec $(MTA_AOT)
	@touch $@

$(BUILD)/libexec/$(MAILAUTH): $(COMMON_SOURCES) $(call sources,mailauth) $(CHOICE) $(BUILD)/libexec/$(LAUNCHER)
	@echo "  build   $(MAILAUTH)"
	@mkdir -p $(BUILD)/obj/$(MAILAUTH) $(BUILD)/libexec
	@$(PUBLISH) mailauth -o $(BUILD)/obj/$(MAILAUTH)
	@scripts/place $(BUILD)/obj/$(MAILAUTH) $(MAILAUTH) $(BUILD)/libexec $(MTA_AOT)
	@touch $@

# One executable under many names.
$(addprefix $(BUILD)/sbin/,$(COMMANDS)): $(BUILD)/libexec/tools
	@mkdir -p $(BUILD)/sbin
	@ln -sf ../libexec/tools $@
	@touch -h $@

$(BUILD)/share/examples/main.cf: $(wildcard share/examples/*)
	@mkdir -p $(BUILD)/share/examples
	@cp share/examples/* $(BUILD)/share/examples/
	@touch $@

run: all
	@scripts/run

test:
	@scripts/test

# Every system call fails once, then a mixed load with everything that can go wrong beside it: make soak MINUTES=30
MINUTES ?= 3
soak: all
	@scripts/soak $(MINUTES)

unit:
	@dotnet test tests -c Release --nologo -v quiet

bench: all
	@scripts/bench
	@scripts/bench-tls
	@scripts/bench-queue

lint:
	@scripts/lint

format:
	@dotnet format whitespace MtaSuite.sln

clean:
	@rm -rf $(BUILD)
	@find . -name obj -o -name bin -type d -not -path './.git/*' | xargs rm -rf
