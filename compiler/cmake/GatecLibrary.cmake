# One folder, one target, one alias:
#
#   gatec_library(ledger SOURCES ledger.cpp DEPS gatec::ir PRIVATE_DEPS gatec::dep_fmt)      -> gatec::ledger
#   gatec_executable(gatec SOURCES main.cpp DEPS gatec::driver)                              -> <build>/gatec
#
# A library without SOURCES is header-only. Includes start at the root of the tree or at <build>/generated.

set(GATEC_GENERATED_DIR "${PROJECT_BINARY_DIR}/generated")

add_library(gatec_options INTERFACE)
target_include_directories(gatec_options INTERFACE "${PROJECT_SOURCE_DIR}" "${GATEC_GENERATED_DIR}")

add_library(gatec_warnings INTERFACE)
target_compile_options(
  gatec_warnings
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wno-sign-conversion
            -Wno-missing-field-initializers
            $<$<BOOL:${GATEC_WERROR}>:-Werror>
            # false alarms of GCC 12 inside std::string and std::variant when optimising
            $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-maybe-uninitialized>)

find_program(GATEC_CCACHE_PROGRAM ccache)
mark_as_advanced(GATEC_CCACHE_PROGRAM)
if(GATEC_CCACHE AND GATEC_CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${GATEC_CCACHE_PROGRAM}")
  if(GATEC_PCH)
    list(PREPEND CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros)
  endif()
endif()

if(GATEC_PCH)
  file(CONFIGURE OUTPUT "${GATEC_GENERATED_DIR}/gatec_pch.cpp" CONTENT "")
  add_library(gatec_pch OBJECT "${GATEC_GENERATED_DIR}/gatec_pch.cpp")
  target_link_libraries(gatec_pch PRIVATE gatec_options gatec_warnings gatec::dep_fmt)
  target_precompile_headers(
    gatec_pch
    PRIVATE
    <algorithm>
    <array>
    <cstdint>
    <functional>
    <map>
    <memory>
    <optional>
    <span>
    <string>
    <string_view>
    <unordered_map>
    <utility>
    <variant>
    <vector>
    <fmt/format.h>)
endif()

function(gatec_configure_target target)
  target_link_libraries(${target} PRIVATE gatec_warnings)
  if(GATEC_PCH)
    target_precompile_headers(${target} REUSE_FROM gatec_pch)
  endif()
endfunction()

function(gatec_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS;PRIVATE_DEPS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "gatec_library(${name}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target gatec_${name})
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    target_link_libraries(${target} PUBLIC gatec_options ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS})
    gatec_configure_target(${target})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE gatec_options ${arg_DEPS} ${arg_PRIVATE_DEPS})
  endif()
  add_library(gatec::${name} ALIAS ${target})
endfunction()

function(gatec_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "gatec_executable(${name}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE gatec_options ${arg_DEPS})
  gatec_configure_target(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
endfunction()

function(gatec_write_if_different path content)
  file(WRITE "${path}.new" "${content}")
  file(COPY_FILE "${path}.new" "${path}" ONLY_IF_DIFFERENT)
  file(REMOVE "${path}.new")
endfunction()
