"""Every recipe names all that the build needs: what src/dependencies.cmake looks for stands in those of Debian, Spack and conda,
with one version of Epilux in all of them. usage: test_recipes.py SOURCE_DIR"""
import os
import re
import sys

# What CMake needs, by the Debian package that its message names, and what Spack and conda-forge call it.
NAMES = {"libopenmpi-dev": ("mpi", "mpi"), "libgsl-dev": ("gsl", "gsl"), "libsundials-dev": ("sundials", "sundials"),
         "pkg-config": ("pkgconfig", "pkg-config"), "libyaml-dev": ("libyaml", "yaml"), "libhdf5-openmpi-dev": ("hdf5", "hdf5"),
         "liblapacke-dev": ("openblas", "liblapacke"), "libopenblas-dev": ("openblas", "liblapacke"),
         "zlib1g-dev": ("zlib-api", "zlib"), "libfftw3-dev": ("fftw", "fftw"), "libpetsc-real-dev": ("petsc", "petsc"),
         "libslepc-real-dev": ("slepc", "slepc"), "libudunits2-dev": ("udunits", "udunits2"),
         "librandom123-dev": ("random123", "random123")}


def main():
    source = sys.argv[1]

    def read(*path):
        with open(os.path.join(source, *path), encoding="utf-8") as file:
            return file.read()

    needs = re.findall(r"^ *epx_need\(\w+ \"[^\"]*\" (?:\"([^\"]*)\"|([\w-]+))\)",
                       read("src", "dependencies.cmake") + read("CMakeLists.txt"), re.MULTILINE)
    packages = {name for quoted, word in needs for name in re.findall(r"[a-z0-9-]+-dev|pkg-config", quoted or word)}
    assert len(packages) >= 14, packages
    debian, spack, conda = (read("jobs", "install-debian.sh"), read("jobs", "spack", "packages", "epilux", "package.py"),
                            read("jobs", "conda", "meta.yaml"))
    for package in sorted(packages):
        assert package in NAMES, f"{package}: say in {os.path.basename(__file__)} what Spack and conda-forge call it"
        of_spack, of_conda = NAMES[package]
        assert re.search(rf"\b{package}\b", debian), f"jobs/install-debian.sh lacks {package}"
        assert re.search(rf'depends_on\("{of_spack}\b', spack), f"jobs/spack lacks {of_spack}"
        assert of_conda == "mpi" or re.search(rf"^    - {of_conda}\b", conda, re.MULTILINE), f"jobs/conda lacks {of_conda}"
    version = re.search(r"^project\(epilux VERSION (\S+)", read("CMakeLists.txt"), re.MULTILINE)[1]
    assert f'version = "{version}"' in conda, f"jobs/conda is not of version {version}"
    assert f"\nversion: {version}\n" in read("CITATION.cff"), f"CITATION.cff is not of version {version}"
    print(f"{len(packages)} packages stand in all recipes")


if __name__ == "__main__":
    main()
