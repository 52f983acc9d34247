# The installed package: `find_package(realm)` gives realm::compute (devices and ops by themselves),
# realm::engine (models, text) and realm::realm (both). examples/consumer uses it.

include(CMakePackageConfigHelpers)

# realm_install(<target> <name>): the target as realm::<name>. Public targets and all that they link
# come along; static libraries need their parts.
function(realm_install target name)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS ${target} EXPORT realm_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# Called last, when every target exists.
function(realm_install_package)
  add_library(realm_package INTERFACE)
  foreach(target realm_compute realm_engine)
    if(TARGET ${target})
      target_link_libraries(realm_package INTERFACE ${target})
    endif()
  endforeach()
  realm_install(realm_package realm)
  set(folder ${CMAKE_INSTALL_LIBDIR}/cmake/realm)
  install(EXPORT realm_targets NAMESPACE realm:: DESTINATION ${folder})
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/realm-config.cmake.in
    ${PROJECT_BINARY_DIR}/realm-config.cmake INSTALL_DESTINATION ${folder})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/realm-config-version.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/realm-config.cmake
    ${PROJECT_BINARY_DIR}/realm-config-version.cmake DESTINATION ${folder})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/realm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(FILES LICENSE NOTICE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
endfunction()
