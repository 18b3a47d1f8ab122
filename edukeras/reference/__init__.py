"""NumPy twins of the compiled kernels: what each computes, as plainly as possible.

A twin and its kernel have the same file name, function name and arguments, and
`tests/test_twins.py` holds them equal. Twins run when there is no compiler, for dtypes
other than float32 and float64, and when `edukeras.kernels.use("reference")` asks.

Arrays in, arrays out. Inputs are never changed, except by the optimizers.
"""
