# Kernels of the cpu backend and of the encoder (src/formats/fit): one source, compiled once per
# instruction set with its own flags, everything inside a namespace REALM_ISA. Which table runs is
# chosen at run time (src/backend/cpu/isa.cpp, src/formats/fit/find_kernels.cpp); nothing compiled
# here may be called before that choice.
#
# Kernel sources include no header with inline functions of other namespaces: an inline function
# compiled for AVX-512 must never be the copy that the linker keeps for everybody
# (tools/check_kernel_symbols.py is the test).

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
  set(REALM_CPU_ISAS baseline avx2 avx512)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(REALM_CPU_ISAS baseline neon)
else()
  set(REALM_CPU_ISAS baseline)
endif()
set(REALM_CPU_FLAGS_baseline "")
set(REALM_CPU_FLAGS_avx2 -mavx2 -mfma -mf16c -mbmi -mbmi2)
set(REALM_CPU_FLAGS_avx2vnni ${REALM_CPU_FLAGS_avx2} -mavxvnni)
set(REALM_CPU_FLAGS_avx512 ${REALM_CPU_FLAGS_avx2}
  -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mprefer-vector-width=512)
# GCC 12 warns of the undefined operand inside its own AVX-512 intrinsics (its bug 105593).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND REALM_CPU_FLAGS_avx512 -Wno-uninitialized -Wno-maybe-uninitialized)
endif()
set(REALM_CPU_FLAGS_neon -march=armv8.2-a+dotprod)
set(REALM_CPU_FLAGS_neoni8mm -march=armv8.2-a+dotprod+i8mm)

find_package(Python3 QUIET COMPONENTS Interpreter)

# realm_cpu_kernels(<target> <source>...): adds the sources to the static library <target>, once per
# instruction set. Sources see REALM_ISA (the namespace) and REALM_ISA_<NAME>.
function(realm_cpu_kernels target)
  foreach(isa IN LISTS REALM_CPU_ISAS)
    realm_cpu_kernels_of(${target} ${isa} ${ARGN})
  endforeach()
endfunction()

# realm_cpu_kernels_of(<target> <isa> <source>...): the same for one instruction set. Sets that add a
# few kernels to another one's (avx2vnni, neoni8mm) are built by this alone.
function(realm_cpu_kernels_of target isa)
  string(TOUPPER ${isa} upper)
  set(objects ${target}_${isa})
  add_library(${objects} OBJECT ${ARGN})
  target_link_libraries(${objects} PRIVATE realm_options)
  target_compile_definitions(${objects} PRIVATE REALM_ISA=${isa} REALM_ISA_${upper}=1)
  target_compile_options(${objects} PRIVATE ${REALM_CPU_FLAGS_${isa}})
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${objects}>)
  # Sanitizers and debug builds do not inline; what they leave shared is never the release's copy.
  if(REALM_TESTS AND Python3_Interpreter_FOUND AND NOT REALM_SANITIZE
     AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    add_test(NAME ${target}.kernel_symbols.${isa} COMMAND ${Python3_EXECUTABLE}
      ${PROJECT_SOURCE_DIR}/tools/check_kernel_symbols.py ${CMAKE_NM} ${isa}
      $<TARGET_OBJECTS:${objects}> COMMAND_EXPAND_LISTS)
    set_tests_properties(${target}.kernel_symbols.${isa} PROPERTIES LABELS unit)
  endif()
endfunction()
