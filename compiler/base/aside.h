#pragma once

#include <exception>
#include <functional>
#include <thread>

namespace gatec::base {

/// Work that is done beside the caller's own: in another thread where one can be had, else at once in the caller's.
/// The two must not touch what either of them changes. What the work throws, `wait` throws.
class Aside {
 public:
  /// `worth`: whether there is enough to do for a thread.
  explicit Aside(bool worth, std::function<void()> work);
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  ~Aside();

  void wait();

 private:
  void run() noexcept;

  std::function<void()> work_;
  std::exception_ptr thrown_;
  std::thread thread_;
};

}  // namespace gatec::base
