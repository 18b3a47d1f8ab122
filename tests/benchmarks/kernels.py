"""Where the time of a training step goes: the tables of docs/where_the_time_goes.md.

    python tests/benchmarks/kernels.py

First one step of the seed's network (784-64-64-10, batch 32, RMSprop), part by part;
then every kernel of several models beside its NumPy twin, on the arguments of a real
step.  The best of many calls counts.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[1]))

from cases import CASES, Case  # noqa: E402 - after the path is set
from engines import BareSgemmEngine  # noqa: E402
from run import machine, table  # noqa: E402

import edukeras  # noqa: E402
from edukeras.inspect.kernel_profile import KernelRow, compare  # noqa: E402

# Their kernels together are nearly all there are.
MODELS = ("seed 784", "seed with", "CNN", "LSTM", "text")


def best(call: Callable[[], object], seconds: float = 0.2) -> float:
    """Microseconds of the quickest call; half a dozen calls at least."""
    found, count, end = float("inf"), 0, time.perf_counter() + seconds
    while count < 6 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        found = min(found, time.perf_counter() - start)
        count += 1
    return found * 1e6


def case_named(start: str) -> Case:
    return next(case for case in CASES if case.name.startswith(start))


def one_step(case: Case) -> list[list[str]]:
    """The parts of a step of a dense network, in the order in which they run."""
    x, y = case.data()
    model = case.model(edukeras)
    step = best(lambda: model.fit(x, y, batch_size=case.batch, verbose=0), 4)
    step /= case.steps
    floor = BareSgemmEngine()
    floor.prepare(case)
    products = best(floor.run, 1) / case.steps

    order = np.random.default_rng(0).permutation(len(x))[: case.batch]
    first = x[: case.batch], y[: case.batch]
    parts = [
        (
            "gather the batch",
            best(lambda: (x.take(order, axis=0), y.take(order, axis=0))),
        )
    ]
    titles = {
        "dense": "dense, forward",
        "categorical_crossentropy": "loss",
        "categorical_crossentropy_backward": "gradient of the loss",
        "dense_backward": "dense, backward",
        "rmsprop_update": "RMSprop",
    }
    for row in compare(model, *first).rows:
        title = f"{titles.get(row.kernel, row.kernel)}, {row.arguments}"
        if row.calls > 1:
            title += f", {row.calls} of them"
        parts.append((title, row.calls * row.compiled * 1e6))
    known = sum(microseconds for _, microseconds in parts)
    lines = [[title, f"{value:.1f}", f"{value / step:.0%}"] for title, value in parts]
    rest = step - known
    lines.append(["Python: loop, ops, metrics", f"{rest:.1f}", f"{rest / step:.0%}"])
    lines.append(["one step of fit", f"{step:.1f}", "100%"])
    share = f"{products / step:.0%}"
    lines.append(["of these, bare sgemm", f"{products:.1f}", share])
    return [["part", "microseconds", "share"], *lines]


def kernels_of(names: tuple[str, ...]) -> list[list[str]]:
    """Each kernel once, with the arguments on which it works longest."""
    longest: dict[str, tuple[str, KernelRow]] = {}
    for name in names:
        case = case_named(name)
        x, y = case.data()
        found = compare(case.model(edukeras), x[: case.batch], y[: case.batch])
        for row in found.rows:
            known = longest.get(row.kernel)
            if known is None or row.compiled > known[1].compiled:
                longest[row.kernel] = (case.name.split(",")[0], row)
    lines = [
        [
            row.kernel,
            row.arguments,
            where,
            f"{row.compiled * 1e6:,.1f}",
            f"{row.reference * 1e6:,.1f}",
            f"{row.times_faster:.1f}x",
            f"{row.difference:.0e}",
        ]
        for _, (where, row) in sorted(longest.items())
    ]
    headers = ["kernel", "arguments", "model", "compiled, us", "NumPy, us"]
    return [[*headers, "faster", "biggest difference"], *lines]


def main() -> int:
    print("\n".join(["```", *machine(), "```"]))
    print("\n" + table(one_step(case_named("seed 784"))))
    print("\n" + table(kernels_of(MODELS)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
