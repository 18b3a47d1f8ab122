"""`make bench`: edukeras beside its peers, in one run, in turn.

All engines take turns at each case (A B C A B C ...), and the best of the rounds
counts, so that what else the machine does hits all of them alike.  Peers that are not
installed are left out, and named.

    python tests/benchmarks/run.py                 everything
    python tests/benchmarks/run.py --only seed     cases whose name contains "seed"
    python tests/benchmarks/run.py --rounds 20     more rounds

Peers take part if they are installed beside edukeras, or in an environment of their
own, which edukeras need not share:

    python -m venv peers
    peers/bin/pip install keras jax tensorflow-cpu torch scikit-learn
    python tests/benchmarks/run.py --peers peers/bin/python
    make bench BENCH_ARGS="--peers peers/bin/python"

Nothing else should run meanwhile: with a second busy process, the two threads of a
large product wait for each other, and all ratios are those of the scheduler.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[1]))

from cases import CASES  # noqa: E402 - after the path is set
from engines import ENGINES, OURS, PRODUCTS, REAL_KERAS  # noqa: E402

# Seconds between two turns. The threads of a BLAS look for work for some time after its
# last call: what they take from the cores is not to be counted for the next engine.
REST = 0.2


class Worker:
    """An engine in its process."""

    def __init__(self, name: str, peers: str = sys.executable) -> None:
        python = sys.executable if name in OURS else peers
        environment = {
            **os.environ,
            "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[1]}",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            **ENGINES[name][1],
        }
        self.process = subprocess.Popen(
            [python, str(HERE / "work.py"), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.hello = self.listen()

    def listen(self) -> dict:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"missing": "the process ended"}

    def ask(self, command: str) -> dict:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return {"missing": "the process ended"}
        return self.listen()

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process.wait()


def measure(number: int, names: list[str], rounds: int, peers: str) -> dict[str, float]:
    """The best seconds per step of each engine that can do the case."""
    workers = {name: Worker(name, peers) for name in names}
    ready = {
        name: worker
        for name, worker in workers.items()
        if worker.ask(f"prepare {number}").get("ready")
    }
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, worker in ready.items():
            time.sleep(REST)
            for _ in range(2):  # the first one finds cold caches
                seconds = worker.ask("run").get("seconds")
                if seconds is not None:
                    best[name] = min(seconds, best.get(name, seconds))
    for worker in workers.values():
        worker.end()
    return best


def start_up(
    names: list[str], peers: str, rounds: int = 3
) -> dict[str, tuple[float, float]]:
    """Seconds to import, and megabytes at the peak of training the seed's network."""
    seed = next(i for i, case in enumerate(CASES) if case.name.startswith("seed"))
    found: dict[str, tuple[float, float]] = {}
    for _ in range(rounds):
        for name in names:
            worker = Worker(name, peers)
            seconds = worker.hello.get("import_seconds", float("nan"))
            worker.ask(f"prepare {seed}")
            memory = worker.ask("memory").get("megabytes", float("nan"))
            worker.end()
            before = found.get(name, (seconds, memory))
            found[name] = (min(seconds, before[0]), memory)
    return found


def machine() -> list[str]:
    """The lines above the table."""
    import edukeras

    cpu = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return [
        f"date     {datetime.date.today()}",
        f"machine  {cpu}, {os.cpu_count()} cores, {platform.system()}",
        f"python   {platform.python_version()}, edukeras {edukeras.__version__}",
        f"kernels  {edukeras.kernels.info()}",
    ]


def table(rows: list[list[str]]) -> str:
    """Rows as a Markdown table with aligned columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(lines)


def microseconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1e6:,.0f}"


def ratio(best: dict[str, float]) -> float | None:
    """How many times faster than the fastest Keras."""
    keras = [best[name] for name in REAL_KERAS if name in best]
    return min(keras) / best["edukeras"] if keras and "edukeras" in best else None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="part of the names of cases")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--engines", nargs="*", default=list(ENGINES))
    parser.add_argument(
        "--peers", default=sys.executable, help="the Python in which the peers are"
    )
    options = parser.parse_args(arguments)

    print("\n".join(machine()))
    present, absent = [], {}
    for name in options.engines:
        worker = Worker(name, options.peers)
        if "missing" in worker.hello:
            absent[name] = worker.hello["missing"]
        else:
            present.append(name)
        worker.end()
    for name, why in absent.items():
        print(f"left out {name}: {why}")
    print("\nMicroseconds per step (or call); the ratio is to the fastest Keras.\n")

    rows = [["case", *present, "ratio", "at least", "aim"]]
    for number, case in enumerate(CASES):
        if options.only not in case.name:
            continue
        best = measure(number, present, options.rounds, options.peers)
        found = ratio(best)
        rows.append(
            [
                case.name,
                *(microseconds(best.get(name)) for name in present),
                "-" if found is None else f"{found:.1f}x",
                "-" if case.at_least is None else f"{case.at_least:g}x",
                "-" if case.aim is None else f"{case.aim:g}x",
            ]
        )
        print(f"measured {case.name}", flush=True)
    print("\n" + table(rows))
    if not options.only:
        starts = start_up([n for n in present if n not in PRODUCTS], options.peers)
        rows = [["process", "import, s", "peak memory, MB"]]
        rows += [[n, f"{s:.2f}", f"{m:.0f}"] for n, (s, m) in starts.items()]
        print("\n" + table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
