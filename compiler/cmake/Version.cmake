# gatec::version: gatec/version.h with gatec::version() and gatec::commit(). The commit is looked up at every build, and
# one small file is compiled again when it changes. Without git, or outside a checkout, it is empty.

if(CMAKE_SCRIPT_MODE_FILE)
  set(commit "")
  if(GIT AND EXISTS "${SOURCE}/.git")
    execute_process(
      COMMAND "${GIT}" -C "${SOURCE}" rev-parse --short=12 HEAD
      OUTPUT_VARIABLE commit
      OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
      RESULT_VARIABLE failed)
    if(failed)
      set(commit "")
    endif()
  endif()
  file(WRITE "${OUT}.new" "#include \"gatec/version.h\"

namespace gatec {

std::string_view version() { return \"${VERSION}\"; }
std::string_view commit() { return \"${commit}\"; }

}  // namespace gatec
")
  file(COPY_FILE "${OUT}.new" "${OUT}" ONLY_IF_DIFFERENT)
  return()
endif()

find_program(GATEC_GIT_PROGRAM git)
mark_as_advanced(GATEC_GIT_PROGRAM)

gatec_write_if_different("${GATEC_GENERATED_DIR}/gatec/version.h" "#pragma once

#include <string_view>

namespace gatec {

std::string_view version();
std::string_view commit();

}  // namespace gatec
")
set(version_source "${GATEC_GENERATED_DIR}/gatec/version.cpp")
add_custom_target(
  gatec_version_source
  COMMAND "${CMAKE_COMMAND}" "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DGIT=$<$<BOOL:${GATEC_GIT_PROGRAM}>:${GATEC_GIT_PROGRAM}>"
          -DVERSION=${PROJECT_VERSION} "-DOUT=${version_source}" -P "${CMAKE_CURRENT_LIST_FILE}"
  BYPRODUCTS "${version_source}"
  COMMENT "Looking up the commit"
  VERBATIM)
add_library(gatec_version STATIC "${version_source}")
target_link_libraries(gatec_version PUBLIC gatec_options)
add_library(gatec::version ALIAS gatec_version)
