#include "compiler/base/aside.h"

#include "compiler/base/memory.h"

#include <system_error>
#include <utility>

namespace gatec::base {

Aside::Aside(bool worth, std::function<void()> work) : work_(std::move(work)) {
  if (worth) {
    try {
      thread_ = std::thread([this] {
        const ThreadHeap heap;
        run();
      });
      return;
    } catch (const std::system_error&) {
      // no thread to be had
    }
  }
  run();
}

Aside::~Aside() {
  if (thread_.joinable()) thread_.join();
}

void Aside::run() noexcept {
  try {
    work_();
  } catch (...) {
    thrown_ = std::current_exception();
  }
}

void Aside::wait() {
  if (thread_.joinable()) thread_.join();
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

}  // namespace gatec::base
