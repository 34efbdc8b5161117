# Every third-party library under one name, gatec::dep_<name>, as an imported target: its headers are system headers.

if(GATEC_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  add_link_options(-static -s)
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt 9.1 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(pegtl 3.2 REQUIRED)
pkg_check_modules(LIBYAML REQUIRED IMPORTED_TARGET yaml-0.1>=0.2.5)

# yaml-cpp's own package names the shared library only.
find_library(GATEC_YAMLCPP_LIBRARY yaml-cpp REQUIRED)
find_path(GATEC_YAMLCPP_INCLUDE_DIR yaml-cpp/parser.h REQUIRED)
mark_as_advanced(GATEC_YAMLCPP_LIBRARY GATEC_YAMLCPP_INCLUDE_DIR)
add_library(gatec_yamlcpp UNKNOWN IMPORTED)
set_target_properties(gatec_yamlcpp PROPERTIES IMPORTED_LOCATION "${GATEC_YAMLCPP_LIBRARY}"
                                               INTERFACE_INCLUDE_DIRECTORIES "${GATEC_YAMLCPP_INCLUDE_DIR}")

add_library(gatec::dep_threads ALIAS Threads::Threads)
add_library(gatec::dep_yaml ALIAS PkgConfig::LIBYAML)
add_library(gatec::dep_yamlcpp ALIAS gatec_yamlcpp)
add_library(gatec::dep_json ALIAS nlohmann_json::nlohmann_json)
add_library(gatec::dep_cli11 ALIAS CLI11::CLI11)
add_library(gatec::dep_pegtl ALIAS taocpp::pegtl)

# Debian ships fmt as a shared library only, and header-only fmt costs two seconds in every file that includes it.
get_target_property(fmt_type fmt::fmt TYPE)
if(GATEC_STATIC AND fmt_type STREQUAL "SHARED_LIBRARY")
  add_library(gatec_fmt STATIC "${CMAKE_CURRENT_LIST_DIR}/fmt.cpp")
  get_target_property(fmt_includes fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(gatec_fmt SYSTEM PUBLIC "${fmt_includes}")
  add_library(gatec::dep_fmt ALIAS gatec_fmt)
else()
  # FMT_SHARED means nothing outside Windows, and one precompiled header serves targets with and without fmt.
  set_property(TARGET fmt::fmt PROPERTY INTERFACE_COMPILE_DEFINITIONS "")
  add_library(gatec::dep_fmt ALIAS fmt::fmt)
endif()

if(GATEC_TESTS)
  find_package(Catch2 2.13 REQUIRED)
  add_library(gatec::dep_catch2 ALIAS Catch2::Catch2WithMain)
  find_package(rapidcheck REQUIRED)
  add_library(gatec::dep_rapidcheck ALIAS rapidcheck)
endif()
