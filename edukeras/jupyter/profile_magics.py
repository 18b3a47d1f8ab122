"""%%profile_kernels: a cell, kernel by kernel."""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, magics_class, no_var_expand

from edukeras.inspect.kernel_profile import KernelProfile, profile_kernels


@magics_class
class ProfileMagics(Magics):
    """Where the time goes."""

    @no_var_expand
    @cell_magic
    def profile_kernels(self, line: str, cell: str) -> KernelProfile:
        """Run the cell, and show each kernel beside its NumPy twin.

        %%profile_kernels
        model.fit(x, y, verbose=0)

        The kinds of call, how many there were, what one takes compiled and with NumPy
        on the same arguments, and the biggest difference between the two results.
        """
        if line.strip():
            raise UsageError("%%profile_kernels takes no arguments: see the next line.")
        shell: Any = self.shell
        code = compile(shell.transform_cell(cell), "<profiled cell>", "exec")
        return profile_kernels(lambda: exec(code, shell.user_global_ns, shell.user_ns))
