# What a newcomer types: make demo, make test. Each installs what is missing from the distribution's packages, saying
# so first, then builds and runs.

PACKAGES := libmosquitto-dev mosquitto mosquitto-clients libsqlite3-dev libcurl4-openssl-dev pkg-config openssl \
	kannel kannel-extras gammu-smsd prometheus-alertmanager python3-aiosmtpd espeak-ng libxml2-utils
SWIFT ?= swift
# Many tests start a broker, a hub and their gateways: all at once, none of them would come to its end in time. Swift before
# 6.3 does not know the option.
WIDTH = $(shell $(SWIFT) test --help-hidden 2>/dev/null | grep -o -m 1 -e --experimental-maximum-parallelization-width \
	| sed 's/$$/ 8/')

.PHONY: demo test lint format check bench fuzz simulate setup clean

demo: setup
	$(SWIFT) build --product smokehub
	$$($(SWIFT) build --show-bin-path)/smokehub demo --once

test: setup
	$(SWIFT) build --build-tests
	$(SWIFT) build --package-path Benchmarks
	$(SWIFT) test --skip-build $(WIDTH)

lint: setup
	$(SWIFT) format lint --strict --recursive Package.swift Sources Simulators Tests Benchmarks

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Simulators Tests Benchmarks

# Is the sample configuration right, and do its rules decide what its tables say?
check: setup
	$(SWIFT) build --product smokehub
	$$($(SWIFT) build --show-bin-path)/smokehub check
	$$($(SWIFT) build --show-bin-path)/smokehub rules test

bench: setup
	Benchmarks/run

# Two million random and mutated messages for every decoder: none may crash one, and the 99th percentile of each decoder's
# times has to be below 50 µs. COUNT=2000000 SEED=1 unless said otherwise, ONLY=esphome for one ecosystem, and MESSAGE=17
# shows one of its messages.
fuzz: setup
	$(SWIFT) build -c release --package-path Benchmarks --product fuzz
	$$($(SWIFT) build -c release --package-path Benchmarks --show-bin-path)/fuzz Tests/DevicesTests/Vectors \
		$(if $(COUNT),COUNT=$(COUNT)) $(if $(SEED),SEED=$(SEED)) $(if $(ONLY),ONLY=$(ONLY)) \
		$(if $(MESSAGE),MESSAGE=$(MESSAGE))

# Faults and a year of life in simulated time: SEEDS=1000 YEARS=10 unless said otherwise, or one run again with SEED=17.
simulate: setup
	$(SWIFT) build -c release --product simulate
	$$($(SWIFT) build -c release --show-bin-path)/simulate $(if $(SEED),SEED=$(SEED)) $(if $(SEEDS),SEEDS=$(SEEDS)) \
		$(if $(YEARS),YEARS=$(YEARS)) $(if $(CONFIG),CONFIG=$(CONFIG))

setup:
	@.ci/setup $(PACKAGES)

clean:
	rm -rf .build Benchmarks/.build
