# What `cmake --install` puts where: library, headers and program, and the two ways in which other projects find them,
# epiluxConfig.cmake and epilux.pc.
set(EPX_INSTALL_CMAKE ${CMAKE_INSTALL_LIBDIR}/cmake/epilux)
set(EPX_GENERATED ${CMAKE_CURRENT_BINARY_DIR}/install)
file(RELATIVE_PATH bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH EPX_PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" EPX_PC_PREFIX "${EPX_PC_PREFIX}")

install(TARGETS epilux_library EXPORT epiluxTargets)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/epilux DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(TARGET epilux_program)
  set_target_properties(epilux_program PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
    INSTALL_RPATH "$ORIGIN/${bin_to_lib}" INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS epilux_program)
endif()

# Where shells look for completions differs: a distribution's package of zsh looks in vendor-completions.
set(EPX_INSTALL_ZSH ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE STRING "Folder of completions for zsh")
if(TARGET epx_pages)
  install(FILES ${PROJECT_BINARY_DIR}/pages/epilux.man DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 RENAME epilux.1)
  install(FILES ${PROJECT_BINARY_DIR}/pages/epilux.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    RENAME epilux)
  install(FILES ${PROJECT_BINARY_DIR}/pages/epilux.zsh DESTINATION ${EPX_INSTALL_ZSH} RENAME _epilux)
endif()

include(CMakePackageConfigHelpers)
configure_package_config_file(epiluxConfig.cmake.in ${EPX_GENERATED}/epiluxConfig.cmake
  INSTALL_DESTINATION ${EPX_INSTALL_CMAKE})
write_basic_package_version_file(${EPX_GENERATED}/epiluxConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT epiluxTargets NAMESPACE epilux:: DESTINATION ${EPX_INSTALL_CMAKE})
install(FILES ${EPX_GENERATED}/epiluxConfig.cmake ${EPX_GENERATED}/epiluxConfigVersion.cmake
  DESTINATION ${EPX_INSTALL_CMAKE})
install(FILES dependencies.cmake DESTINATION ${EPX_INSTALL_CMAKE} RENAME epiluxDependencies.cmake)

# A static library's user links what the layers link; a shared one brings that along. So the list is read off the
# target, in the words of pkg-config, and published or kept private accordingly. -rdynamic: a
# plugin takes what it calls of a static library from the program that loads it.
get_target_property(linked epilux_library LINK_LIBRARIES)
list(REMOVE_DUPLICATES linked)
set(modules "")
set(flags "")
foreach(entry IN LISTS linked)
  if(entry MATCHES "^PkgConfig::(.*)$")
    list(APPEND modules ${${CMAKE_MATCH_1}_MODULE_NAME})
    if(CMAKE_MATCH_1 STREQUAL HDF5)
      list(APPEND flags ${HDF5_HL_LIBRARY})
    endif()
  elseif(entry STREQUAL "GSL::gsl")
    list(APPEND modules gsl)
  elseif(entry MATCHES "^SUNDIALS::(.*)$")
    list(APPEND flags -lsundials_${CMAKE_MATCH_1})
  elseif(entry STREQUAL "MPI::MPI_C")
    list(APPEND flags ${MPI_C_LIBRARIES})
  elseif(entry MATCHES "^/")
    list(APPEND flags ${entry})
  elseif(entry MATCHES "^[a-z]+$")
    list(APPEND flags -l${entry})
  elseif(NOT entry MATCHES "^::@|^\\$<BUILD_INTERFACE:")
    message(FATAL_ERROR "epilux.pc cannot name ${entry}: add it to src/install.cmake")
  endif()
endforeach()
list(JOIN modules " " EPX_PC_MODULES)
list(JOIN flags " " flags)
if(BUILD_SHARED_LIBS)
  set(EPX_PC_PRIVATE ".private")
  set(EPX_PC_LIBS_PRIVATE " ${flags}")
else()
  set(EPX_PC_LIBS " ${flags} -rdynamic")
endif()
configure_file(epilux.pc.in ${EPX_GENERATED}/epilux.pc @ONLY)
install(FILES ${EPX_GENERATED}/epilux.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
