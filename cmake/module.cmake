# The tree is the build: a folder of src/ is one static library realm_<folder>; its *_test.cpp files
# are one unit-test program. Files are found by name, so a new file needs no line here.

include(GNUInstallDirs)
include(GoogleTest)

add_library(realm_options INTERFACE)
target_include_directories(realm_options INTERFACE
  ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
# -ffp-contract=off: the bits of a result depend on the source alone, not on which multiply-adds a
# compiler chose to fuse; kernels that want FMA say so.
target_compile_options(realm_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -fvisibility=hidden -ffp-contract=off)
if(REALM_WERROR)
  target_compile_options(realm_options INTERFACE -Werror)
endif()
if(REALM_SANITIZE)
  target_compile_options(realm_options INTERFACE
    -fsanitize=${REALM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  target_link_options(realm_options INTERFACE -fsanitize=${REALM_SANITIZE})
  # Instrumented code makes GCC 12 warn of variables that it sees being set elsewhere: shown there, but
  # no error. (One such warning was right: src/text/jinja/builtins/format/percent.cpp.)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(realm_options INTERFACE -Wno-error=maybe-uninitialized)
  endif()
endif()
if(REALM_FUZZ)
  target_compile_options(realm_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# realm_module(<folder> [INTERNAL] [DEPENDS realm_x ...] [LINK lib ...] [SOURCES extra ...]). INTERNAL:
# for tests, not part of the installed package.
function(realm_module name)
  cmake_parse_arguments(ARG "INTERNAL" "" "DEPENDS;LINK;SOURCES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  list(REMOVE_ITEM sources ${tests} "")
  add_library(realm_${name} STATIC ${sources} ${ARG_SOURCES})
  target_link_libraries(realm_${name} PUBLIC
    $<BUILD_INTERFACE:realm_options> ${ARG_DEPENDS} ${ARG_LINK})
  target_include_directories(realm_${name} PUBLIC $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(realm_${name} PUBLIC cxx_std_20)
  if(NOT ARG_INTERNAL)
    realm_install(realm_${name} ${name})
  endif()
  if(tests AND REALM_TESTS AND NOT REALM_COMPUTE_ONLY)
    realm_test(${name}_test LABELS unit SOURCES ${tests} LINK realm_${name})
  endif()
endfunction()

# realm_program(<program>): what every program gets that may load a library built without sanitizers.
function(realm_program name)
  if(REALM_SANITIZE STREQUAL "thread")
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/tsan_suppressions.cpp)
  endif()
endfunction()

# realm_test(<program> LABELS l... SOURCES f... LINK lib...): a GoogleTest program, one ctest entry a test.
function(realm_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LABELS;SOURCES;LINK" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} realm_options GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE REALM_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  realm_program(${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 120
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
