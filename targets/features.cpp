#include "targets/features.h"

namespace gatec::targets {
namespace {
constexpr Feature kFeatures[] = {
#define GATEC_FEATURE(name, text) {name, text},
#include "targets/features.def"
#undef GATEC_FEATURE
};
}  // namespace

std::span<const Feature> features() { return kFeatures; }

}  // namespace gatec::targets
