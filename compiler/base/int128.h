#pragma once

namespace gatec::base {

__extension__ typedef __int128 Int128;  // NOLINT(modernize-use-using): `using` cannot carry the mark

}  // namespace gatec::base
