# A recipe for Spack. From the root of a checkout of Epilux:
#   spack repo add jobs/spack
#   spack dev-build epilux@main        # from this checkout, or: spack install epilux@main
import os

from spack.package import *


class Epilux(CMakePackage):
    """Populations of simulated photonic neural networks, trained without backpropagation."""

    # ASSUMED: set EPILUX_GIT to where your copy comes from; the project has no public address of its own yet.
    git = os.environ.get("EPILUX_GIT", "file://" + os.path.abspath(os.path.join(os.path.dirname(__file__), *[".."] * 4)))

    license("BSD-3-Clause")

    version("main", branch="main")

    variant("shared", default=False, description="Builds libepilux as a shared library")

    depends_on("c", type="build")
    depends_on("cmake@3.20:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi")
    depends_on("hdf5+mpi+hl")
    depends_on("petsc+mpi~complex")
    depends_on("slepc")
    depends_on("sundials@6:7+ARKODE+CVODE+KINSOL")
    depends_on("gsl")
    depends_on("fftw@3:")
    # OpenBLAS's library holds LAPACKE too.
    depends_on("openblas threads=none")
    depends_on("libyaml")
    depends_on("udunits@2:")
    depends_on("random123")
    depends_on("zlib-api")
    depends_on("cmocka", type="test")
    depends_on("python@3.9:", type=("build", "run"))
    for package in ("h5py", "numpy", "matplotlib", "pyyaml"):
        depends_on("py-" + package, type="run")
    depends_on("py-xarray", type="test")

    def cmake_args(self):
        return [
            self.define_from_variant("BUILD_SHARED_LIBS", "shared"),
            self.define("BUILD_TESTING", self.run_tests),
        ]

    def check(self):
        with working_dir(self.build_directory):
            ctest("--output-on-failure", "-L", "unit")
