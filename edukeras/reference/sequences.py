"""What recurrent layers do for all steps at once: the products with the input."""

__all__: list[str] = []  # for the twins beside it


def project(x, kernel, bias):
    """The input's part of the sums, of all steps at once."""
    sums = x @ kernel
    return sums if bias is None else sums + bias


def project_backward(dsums, x, kernel, need_x):
    """(dx or None, dkernel)"""
    return dsums @ kernel.T if need_x else None, product_of_rows(x, dsums)


def product_of_rows(a, b):
    """a.T @ b over all steps: the gradient of a kernel."""
    return a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1])
