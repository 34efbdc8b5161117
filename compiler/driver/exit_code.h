#pragma once

namespace gatec::driver {

enum class ExitCode : int {
  Clean = 0,       // nothing to complain about, or written
  Findings = 1,    // findings, or stopped by --deny or the no-weaker gate
  Unreadable = 2,  // input that cannot be read, output that cannot be written, bad usage
  Refused = 3,     // the remote said no
  Bug = 70,
};

}  // namespace gatec::driver
