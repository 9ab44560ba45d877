# What a newcomer types: make demo, make test. Each installs what is missing from the distribution's packages, saying
# so first, then builds and runs.

PACKAGES := libmosquitto-dev mosquitto mosquitto-clients libsqlite3-dev libcurl4-openssl-dev pkg-config openssl
SWIFT ?= swift

.PHONY: demo test lint format check bench setup clean

demo: setup
	$(SWIFT) build --product smokehub
	$$($(SWIFT) build --show-bin-path)/smokehub demo --once

test: setup
	$(SWIFT) build --build-tests
	$(SWIFT) build --package-path Benchmarks
	$(SWIFT) test --skip-build

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

setup:
	@.ci/setup $(PACKAGES)

clean:
	rm -rf .build Benchmarks/.build
