# What a newcomer types: make demo, make test. Each installs what is missing from the distribution's packages, saying
# so first, then builds and runs.

PACKAGES := libmosquitto-dev mosquitto mosquitto-clients libsqlite3-dev libcurl4-openssl-dev pkg-config openssl
# Several test targets start servers of their own; a build on two cores has the better of it with two jobs.
SWIFT ?= swift

.PHONY: demo test lint format check bench setup clean

demo: setup
	$(SWIFT) build --product smokehub
	$$($(SWIFT) build --show-bin-path)/smokehub demo --once

# One process a target, one after the other: several of them start brokers and hubs of their own, and would otherwise
# wait for each other's turns on a small machine.
SUITES := Registry Devices Rules Store MQTT AlertLog Notify Drill Hub

test: setup
	$(SWIFT) build --build-tests
	@set -e; for suite in $(SUITES); do \
		echo "== $$suite"; timeout 600 $(SWIFT) test --skip-build --filter "^$${suite}Tests\\."; \
	done

lint: setup
	$(SWIFT) format lint --strict --recursive Package.swift Sources Simulators Tests Benchmarks

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Simulators Tests Benchmarks

# Is the sample configuration right?
check: setup
	$(SWIFT) build --product smokehub
	$$($(SWIFT) build --show-bin-path)/smokehub check

bench: setup
	Benchmarks/run

setup:
	@.ci/setup $(PACKAGES)

clean:
	rm -rf .build Benchmarks/.build
