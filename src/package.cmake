# A Debian package: cmake --preset package && cmake --build build-package --target package
# What its programs and libraries need is read off them by dpkg-shlibdeps.
set(EPX_PACKAGE_CONTACT "The Epilux developers <root@localhost>" CACHE STRING "Who answers for a package that is built here")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME epilux)
set(CPACK_PACKAGE_CONTACT ${EPX_PACKAGE_CONTACT})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "populations of simulated photonic neural networks")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "A study is one YAML file: a photonic neural network, a task, a rule of learning without backpropagation, what\
 varies in fabrication, and which of these to sweep. Every fabricated copy is trained with its own physics, alone or over MPI\
 ranks, and the results say which designs still learn.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/src) # libepilux itself
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/prerm)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "openmpi-bin, python3")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3-h5py, python3-numpy, python3-matplotlib, python3-yaml")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "python3-xarray, python3-pandas, python3-h5netcdf, slurm-client, bash-completion")
set(CPACK_STRIP_FILES ON)
include(CPack)

# What `cmake --install` put there, and nothing else, is removed.
add_custom_target(uninstall VERBATIM
  COMMAND ${CMAKE_COMMAND} -DMANIFEST=${PROJECT_BINARY_DIR}/install_manifest.txt -P ${CMAKE_CURRENT_LIST_DIR}/uninstall.cmake)
