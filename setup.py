"""Build the C kernels and ship the lessons; all other settings are in pyproject.toml.

Every `_kernels/<name>.pyx` becomes the module `edukeras._kernels.<name>`, and the
folder `lessons/` becomes the data package `edukeras._lessons`. Without a C compiler
the install still succeeds: the NumPy reference then does the work of the kernels.

Environment variables steer the build:
    EDUKERAS_MARCH            the CPU to build for: "native" (the default) is this one,
                              "x86-64-v2" is good for wheels, empty leaves the choice
                              to the compiler
    EDUKERAS_REQUIRE_KERNELS  "1" makes a failed build of the kernels an error
    CC, CFLAGS                as everywhere
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.errors import CompileError

MARCH = os.environ.get("EDUKERAS_MARCH", "native")

# Never -ffast-math: it hides NaN, and flushes denormals for the whole process.
FLAGS = ["-O3", "-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math"]

DIRECTIVES = {
    "language_level": 3,
    # The fronts check the shapes once, so that the inner loops need not.
    "boundscheck": False,
    "wraparound": False,
    "initializedcheck": False,
    "cdivision": True,
}

DATA = ["csv", "md", "npz", "png"]


class AddKernelSources(build_py):
    """Puts the Cython texts beside the kernels: `%source` shows them."""

    def run(self):
        super().run()
        if self.editable_mode:
            return  # the tree has them
        folder = Path(self.build_lib, "edukeras", "_kernels")
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted(Path("_kernels").glob("*.pyx")):
            shutil.copy(source, folder)


class BuildKernels(build_ext):
    """Falls back to the NumPy reference; in place, rebuilds only what changed."""

    def finalize_options(self):
        # Whoever types `build_ext --inplace` asks for kernels and nothing else.
        asked = bool(self.inplace)
        self.required = asked or os.environ.get("EDUKERAS_REQUIRE_KERNELS") == "1"
        self.parallel = self.parallel or os.cpu_count()
        super().finalize_options()
        if self.inplace:
            # An editable install would build in a temporary folder, from nothing every
            # time. The folder's name carries MARCH: other flags, other object files.
            kept = Path("build", f"inplace-{sys.implementation.cache_tag}-{MARCH}")
            self.build_lib = self.build_temp = str(kept)
        else:
            self.force = True  # build/ may hold object files made with other flags

    def run(self):
        try:
            super().run()
        except Exception as error:
            # Cython, headers, compiler or linker: whatever is missing, no kernels.
            if self.required:
                raise
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            print(
                f"edukeras: the C kernels were not built ({reason}). "
                "The NumPy reference takes over: same numbers, less speed."
            )
            self.remove_kernels()

    def build_extensions(self):
        # Imported here: reading the metadata must work without these packages.
        import numpy
        from Cython.Build import cythonize

        sources = {extension.name: extension for extension in self.extensions}
        translated = cythonize(
            list(sources.values()),
            build_dir="build",  # keeps the generated C out of _kernels/
            include_path=["_kernels"],  # for `from _common cimport real`
            compiler_directives=DIRECTIVES,
            force=self.force,
            quiet=True,
        )
        flags = self.accepted_flags()
        for extension in translated:
            original = sources[extension.name]
            original.sources = extension.sources
            original.include_dirs = ["_kernels", numpy.get_include()]
            original.extra_compile_args = flags
        super().build_extensions()

    def accepted_flags(self):
        """The flags that this compiler knows, found out by trying each."""
        if self.compiler.compiler_type == "msvc":
            return ["/O2"]
        wanted = FLAGS + ([f"-march={MARCH}"] if MARCH else [])
        return [flag for flag in wanted if self.accepts(flag)]

    def accepts(self, flag):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "empty.c")
            source.write_text("int main(void) { return 0; }\n")
            try:
                self.compiler.compile(
                    [str(source)], output_dir=folder, extra_postargs=[flag]
                )
            except CompileError:
                return False
        return True

    def copy_extensions_to_source(self):
        Path("edukeras", "_kernels").mkdir(exist_ok=True)
        super().copy_extensions_to_source()

    def remove_kernels(self):
        """Leave no half-built set, and no kernels older than their sources."""
        build_py = self.get_finalized_command("build_py")
        for extension in self.extensions:
            for path in self._get_inplace_equivalent(build_py, extension):
                Path(path).unlink(missing_ok=True)
        self.extensions = []  # so that no later step looks for their files


headers = [
    header.as_posix()
    for kind in ("*.pxd", "*.h")
    for header in sorted(Path("_kernels").glob(kind))
]

kernels = [
    Extension(
        f"edukeras._kernels.{source.stem}",
        [source.as_posix()],
        depends=headers,
        define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
    )
    for source in sorted(Path("_kernels").glob("*.pyx"))
]

setup(
    packages=[*find_packages(include=["edukeras", "edukeras.*"]), "edukeras._lessons"],
    package_dir={"edukeras._lessons": "lessons"},
    package_data={
        "edukeras": ["py.typed", *(f"datasets/**/*.{kind}" for kind in DATA)],
        "edukeras._lessons": [f"**/*.{kind}" for kind in ("ipynb", "py", *DATA)],
    },
    ext_modules=kernels,
    cmdclass={"build_ext": BuildKernels, "build_py": AddKernelSources},
)
