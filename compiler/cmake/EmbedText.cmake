# Text files compiled into the program.
#
#   gatec_embed_text(stdlib_modules BASE stdlib FILES "*.gate" "data/*.tsv")      -> gatec::stdlib_modules
#
# FILES are globs below BASE, itself relative to the root of the tree. C++ gets, sorted by name,
#
#   #include "gatec/embedded/stdlib_modules.h"
#   for (const gatec::embedded::TextFile& file : gatec::embedded::stdlib_modules()) use(file.name, file.text);

if(CMAKE_SCRIPT_MODE_FILE)
  file(STRINGS "${LIST}" files)
  set(rows "")
  set(count 0)
  foreach(file IN LISTS files)
    file(READ "${BASE}/${file}" text HEX)
    string(LENGTH "${text}" size)
    math(EXPR size "${size} / 2")
    string(REGEX REPLACE "(..)" "\\\\x\\1" text "${text}")
    string(REPLACE "\\x0a" "\\x0a\"\n     \"" text "${text}")
    string(APPEND rows "    {\"${file}\",\n     {\"${text}\",\n      ${size}}},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  file(WRITE "${OUT}" "#include \"gatec/embedded/${NAME}.h\"

// NOLINTBEGIN
namespace gatec::embedded {

static constexpr TextFile kFiles[${count}] = {
${rows}};

std::span<const TextFile> ${NAME}() { return kFiles; }

}  // namespace gatec::embedded
// NOLINTEND
")
  return()
endif()

set(GATEC_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(gatec_embed_text name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "BASE" "FILES")
  set(base "${PROJECT_SOURCE_DIR}/${arg_BASE}")
  list(TRANSFORM arg_FILES PREPEND "${base}/" OUTPUT_VARIABLE globs)
  file(GLOB files RELATIVE "${base}" CONFIGURE_DEPENDS ${globs})
  if(NOT files)
    message(FATAL_ERROR "gatec_embed_text(${name}): nothing matches ${arg_FILES} in ${arg_BASE}")
  endif()
  list(SORT files)

  set(stem "${GATEC_GENERATED_DIR}/gatec/embedded/${name}")
  list(JOIN files "\n" lines)
  gatec_write_if_different("${stem}.txt" "${lines}\n")
  gatec_write_if_different("${GATEC_GENERATED_DIR}/gatec/embedded/text_file.h" "#pragma once

#include <string_view>

namespace gatec::embedded {

struct TextFile {
  std::string_view name;
  std::string_view text;
};

}  // namespace gatec::embedded
")
  gatec_write_if_different("${stem}.h" "#pragma once

#include <span>

#include \"gatec/embedded/text_file.h\"

namespace gatec::embedded {

std::span<const TextFile> ${name}();

}  // namespace gatec::embedded
")

  list(TRANSFORM files PREPEND "${base}/" OUTPUT_VARIABLE inputs)
  add_custom_command(
    OUTPUT "${stem}.cpp"
    COMMAND "${CMAKE_COMMAND}" -DNAME=${name} "-DBASE=${base}" "-DLIST=${stem}.txt" "-DOUT=${stem}.cpp" -P
            "${GATEC_EMBED_SCRIPT}"
    DEPENDS ${inputs} "${stem}.txt" "${GATEC_EMBED_SCRIPT}"
    COMMENT "Embedding ${arg_BASE}"
    VERBATIM)
  add_library(gatec_${name} STATIC "${stem}.cpp")
  target_link_libraries(gatec_${name} PUBLIC gatec_options)
  add_library(gatec::${name} ALIAS gatec_${name})
endfunction()
