# Everything that is done with this project, one word each.

PREFIX ?= /usr/local
DESTDIR ?=

BUILD = swift build -c release --explicit-target-dependency-import-check error
# Tests see internals (-enable-testing), which is another build of everything: it has its own folder, so that neither
# throws the other away. The executable that the CLI tests run is built there too. `swift test` would build everything
# once more with flags of its own, so it is always told to take what `swift build --build-tests` made.
TEST_FLAGS = -c release -Xswiftc -enable-testing --explicit-target-dependency-import-check error --scratch-path .build-test
DRAGOMAN = .build/release/dragoman
TEST_DRAGOMAN = .build-test/release/dragoman
FIXTURE = fixtures/meeting-en.flac
DATA ?= ../shared/data

.PHONY: run test kernels verify bench format lint install uninstall clean models setup setup-test build

# The main job: a recording in English becomes Portuguese text.
run: build models
	$(DRAGOMAN) transcribe $(FIXTURE) --to pt

build: setup
	$(BUILD) --product dragoman

# The models of the usual work; nothing is fetched when they are there and every checksum is right.
models: build
	$(DRAGOMAN) models pull

# One suite after the other: some of them measure memory. Needs nothing beyond the clone and the pulled models.
test: kernels
	swift build $(TEST_FLAGS) --build-tests
	$(TEST_DRAGOMAN) models pull --all
	swift test $(TEST_FLAGS) --skip-build --no-parallel --skip Verif

# Every kernel against its plain twin, on this machine and on an emulated 64-bit Arm.
kernels: setup-test
	Tests/Kernels/run .build-test/kernels

# Comparisons with reference implementations and the floors that are figures, over real recordings.
verify: setup
	@if [ ! -d "$(DATA)" ]; then echo "verify: there is no $(DATA), so nothing is compared"; exit 0; fi; \
	set -e; \
	swift build $(TEST_FLAGS) --build-tests; \
	$(TEST_DRAGOMAN) models pull --all; \
	python3 -m pip install --quiet --upgrade --target .build-test/python \
	  jiwer==4.0.0 whisper-normalizer==0.1.15 sacrebleu==2.6.0 soundfile numpy; \
	rm -f .build-test/recognised.json*; \
	$(TEST_DRAGOMAN) bench wer $(patsubst %,$(DATA)/%,an4 pt-read en-long en-read multi-read) --beam 5,1 \
	  --output .build-test/recognised.json; \
	PYTHONPATH=.build-test/python python3 Tests/Reference/evaluation_verify.py $(TEST_DRAGOMAN) $(DATA) \
	  .build-test/recognised.json .build-test/evaluation.json; \
	DRAGOMAN_VERIFY=1 swift test $(TEST_FLAGS) --skip-build --no-parallel --filter Verif; \
	PYTHONPATH=.build-test/python python3 Tests/Reference/floors.py $(TEST_DRAGOMAN) $(DATA) .build-test/recognised.json; \
	for script in word_drift guards languages short_changes; do \
	  PYTHONPATH=.build-test/python python3 Tests/Reference/$$script.py $(TEST_DRAGOMAN) $(DATA); \
	done

# Peaks of the machine, stages, and whole jobs; PEER names a Python with the peers of Benchmarks/run, to measure side by side.
bench: build models
	$(BUILD) --product Stages
	Benchmarks/run $(DRAGOMAN) $(if $(PEER),--peer $(PEER))

format:
	swift format --in-place --recursive Sources Tests Package.swift

lint:
	swift format lint --strict --recursive Sources Tests Package.swift
	python3 .ci/check-house

# With Swift's own libraries inside, so that the installed program needs no toolchain; another build, in its own folder.
install: setup
	$(BUILD) --product dragoman --static-swift-stdlib --scratch-path .build-install
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/man/man1"
	install -m 755 -s .build-install/release/dragoman "$(DESTDIR)$(PREFIX)/bin/dragoman"
	install -m 644 docs/dragoman.1 "$(DESTDIR)$(PREFIX)/share/man/man1/dragoman.1"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/dragoman" "$(DESTDIR)$(PREFIX)/share/man/man1/dragoman.1"

clean:
	rm -rf .build .build-test .build-install

setup:
	@.ci/setup

setup-test:
	@.ci/setup --test
