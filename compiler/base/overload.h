#pragma once

namespace gatec::base {

/// Lambdas as one visitor: `std::visit(Overload{[](A) {...}, [](B) {...}}, v)`.
template <class... Fs>
struct Overload : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overload(Fs...) -> Overload<Fs...>;

}  // namespace gatec::base
