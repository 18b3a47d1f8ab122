"""One engine in a process of its own: reads commands, answers in JSON.

`prepare N` sets up case N; `run` does it once and answers with the seconds of a step.
"""

from __future__ import annotations

import json
import resource
import sys
import time


def main() -> None:
    start = time.perf_counter()
    from cases import CASES
    from engines import ENGINES

    name = sys.argv[1]
    out = sys.stdout
    sys.stdout = sys.stderr  # what engines print does not disturb the answers
    try:
        engine = ENGINES[name][0]()
    except ImportError as error:
        answer(out, missing=str(error))
        return
    answer(out, import_seconds=time.perf_counter() - start)
    case = None
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "prepare":
            case = CASES[int(rest[0])]
            try:
                engine.prepare(case)
                answer(out, ready=True)
            except Exception as error:  # a peer that cannot do the case is left out
                answer(out, ready=False, why=f"{type(error).__name__}: {error}")
        elif command == "run":
            assert case is not None
            start = time.perf_counter()
            engine.run()
            seconds = (time.perf_counter() - start) / case.steps
            answer(out, seconds=seconds)
        elif command == "memory":
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            answer(out, megabytes=peak)


def answer(out, **values) -> None:
    out.write(json.dumps(values) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
