GATEC_CORPUS ?= ../shared/corpus
JOBS ?= $(shell nproc)
CTEST_ARGS ?=
CONFORMANCE_ARGS ?=

export GATEC_CORPUS
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)

CTEST = ctest --output-on-failure -j$(JOBS) $(CTEST_ARGS) --test-dir

.PHONY: all
all: build-release

.PHONY: demo
demo: gatec
	@if [ -x examples/demo.sh ]; then examples/demo.sh; else ./build/release/gatec --help; fi

.PHONY: test
test: build-release
	$(CTEST) build/release

.PHONY: asan
asan: build-asan
	$(CTEST) build/asan

.PHONY: bench
bench: build-release
	tests/bench/run

.PHONY: corpus
corpus: gatec
	@if [ -d "$(GATEC_CORPUS)" ]; then tests/corpus/run; else echo "corpus: skipped, there is no $(GATEC_CORPUS)"; fi

.PHONY: bodies
bodies: gatec
	@if [ -d "$(GATEC_CORPUS)" ]; then tests/apply/corpus; else echo "bodies: skipped, there is no $(GATEC_CORPUS)"; fi

.PHONY: fixes
fixes: gatec
	@if [ -d "$(GATEC_CORPUS)" ]; then tests/corpus/fixes build/release/gatec $(GATEC_CORPUS); else echo "fixes: skipped, there is no $(GATEC_CORPUS)"; fi

.PHONY: conformance
conformance: gatec
	@.ci/setup conformance
	tests/conformance/run --write docs/conformance.md $(CONFORMANCE_ARGS)

.PHONY: format
format:
	@.ci/setup format
	git ls-files -z '*.h' '*.hpp' '*.cpp' | xargs -0r clang-format -i

.PHONY: setup
setup:
	@.ci/setup

.PHONY: clean
clean:
	rm -rf build

.PHONY: gatec
gatec: build/release/build.ninja
	cmake --build --preset release --target gatec

.PHONY: build-release build-asan
build-release build-asan: build-%: build/%/build.ninja
	cmake --build --preset $*

build/release/build.ninja build/asan/build.ninja: build/%/build.ninja: CMakePresets.json | setup
	cmake --preset $*
	@touch $@
