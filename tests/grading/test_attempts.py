"""Blank, crashing, endless and talkative answers."""

import random
import signal
import threading

import numpy as np
import pytest

from edukeras.grading import check, expect, expect_close
from edukeras.grading.attempts import (
    PLACEHOLDER,
    NotAttempted,
    Printed,
    is_blank,
    same_random_numbers,
    time_limit,
)

has_timer = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="this system has no signal timers"
)


@check(points=1, hints=["Half."], seconds=0.2)
def q(f):
    expect_close(f(1.0), 0.5, "Half of it, please.")


def run(code):
    variables = {"__name__": "__main__", "____": PLACEHOLDER, "np": np}
    exec(code, variables)
    return q.run(variables)


BLANK = [
    "",
    "f = ...",
    "f = ____",
    "def f(x): ...",
    "def f(x): pass",
    "def f(x):\n    '''Halves.'''\n    return ...",
    "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
    "def f(x):\n    '''Halves.'''\n    raise NotImplementedError",
    "def f(x): return ____ / 2",
    "def f(x):\n    y = 2 * x\n    raise NotImplementedError()",
    "def f(x):\n    y = ...\n    return y / 2",
    "def g(x): raise NotImplementedError()\ndef f(x): return g(x)",
    "class F:\n    def __call__(self, x): return ...\nf = F()",
]


@pytest.mark.parametrize("code", BLANK)
def test_blank_answer_is_not_attempted(code):
    outcome = run(code)
    assert outcome.status == "not attempted", outcome
    assert outcome.points == 0


NOT_BLANK = ["x / 2", "0", "[]", "{}", "x", "'...'", "print()", "(yield)", "None or x"]


@pytest.mark.parametrize("body", NOT_BLANK)
def test_short_function_is_an_attempt(body):
    variables = {}
    exec(f"def f(x): return {body}", variables)
    assert not is_blank(variables["f"])


def test_missing_variable_is_named_and_a_misspelling_is_seen():
    @check(points=1)
    def q(kernel):
        expect(kernel == 1, "One.")

    assert "`kernel` is not defined. Did you run its cell?" in q.run({}).message
    assert "Did you mean `kernal`?" in q.run({"kernal": 1}).message


def test_using_a_placeholder_says_so():
    for use in (lambda g: g(3), lambda g: 2 * g, lambda g: g > 1, lambda g: np.sum(g)):
        with pytest.raises(NotAttempted, match="Replace ____"):
            use(PLACEHOLDER)


def test_crash_is_told_with_the_learners_own_line(solved):
    exec("def neuron(x, w, b):\n    return 1 / b", solved)
    outcome = solved["lesson"].check("q1")
    assert outcome.status == "raised"
    assert outcome.message.startswith(
        "Your code stopped with ZeroDivisionError: float division by zero in `neuron`"
    ) or outcome.message.startswith(
        "Your code stopped with ZeroDivisionError: division by zero in `neuron`"
    )


CRASHES = {
    "def f(x): return x.half": "Your code stopped with AttributeError",
    "def f(x): return f(x)": "Your code stopped with RecursionError",
    "def f(x): raise SystemExit(0)": "Your code stopped with SystemExit: 0",
    "def f(x): assert x > 2, 'too small'": "stopped with AssertionError: too small",
    "def f(x, y): return x": "Trying your answer stopped with TypeError: f() missing",
    "f = 3": "'int' object is not callable",
}


@pytest.mark.parametrize("code", CRASHES)
def test_crash_is_told_apart_from_wrong(code):
    outcome = run(code)
    assert outcome.status == "raised"
    assert CRASHES[code] in outcome.message
    assert "\n" not in outcome.message


def test_message_of_a_crash_is_short_and_without_addresses():
    outcome = run("def f(x): raise ValueError(f'{object()}' + 900 * 'y')")
    assert "0x..." in outcome.message
    assert len(outcome.message) < 500


def test_exception_that_cannot_be_printed_is_still_told():
    outcome = run(
        "class E(Exception):\n    def __str__(self): return 1 / 0\ndef f(x): raise E()"
    )
    assert outcome.message.startswith("Your code stopped with E in `f`")


def test_none_is_explained():
    outcome = run("f = print()")
    assert outcome.status == "failed"
    assert outcome.message.startswith("`f` is None.")

    @check(points=1)
    def above(f):
        expect(f(1) > 0, "Above 0.")

    outcome = above.run({"f": lambda x: [].append(x)})
    assert outcome.message.endswith("Did you forget `return`?")


@has_timer
@pytest.mark.parametrize(
    "loop",
    [
        "while True: pass",
        "while True:\n        try: x += 1\n        except Exception: pass",
        "while x:\n        with np.errstate(): x += 1",
        "while True:\n        try:\n            while True: x += 1\n"
        "        except: x = 0; break\n    while True: pass",
    ],
)
def test_endless_loop_is_told(loop):
    outcome = run(f"def f(x):\n    {loop}")
    assert outcome.status == "timed out"
    assert outcome.message.startswith("Your code did not finish within 0.2 seconds")
    assert "`f`" in outcome.message
    assert outcome.message.endswith("Is there a loop without end?")


@has_timer
def test_time_limit_leaves_an_outer_alarm_in_place():
    rang = []
    outer = signal.signal(signal.SIGALRM, lambda *args: rang.append(True))
    signal.setitimer(signal.ITIMER_REAL, 60)
    try:
        with time_limit(5):
            pass
        assert 50 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
        signal.raise_signal(signal.SIGALRM)
        assert rang
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, outer)


def test_check_in_another_thread_runs_without_a_time_limit():
    outcomes = []
    code = "def f(x): return x / 2"
    thread = threading.Thread(target=lambda: outcomes.append(run(code)))
    thread.start()
    thread.join()
    assert outcomes[0].passed


def test_what_the_learner_prints_is_shown_when_the_answer_is_wrong(capsys):
    outcome = run(
        "import sys\n"
        "def f(x):\n"
        "    print('x is', x)\n"
        "    print('oops', file=sys.stderr)\n"
        "    return x"
    )
    assert outcome.printed == "x is 1.0\noops"
    assert capsys.readouterr() == ("", "")


def test_what_a_right_answer_prints_is_not_shown():
    assert run("def f(x):\n    print(x)\n    return x / 2").printed == ""


def test_printed_text_is_kept_and_shown_short():
    printed = Printed()
    for number in range(100_000):
        printed.write(f"line {number}\n")
    assert len(printed.kept) == 2000
    assert printed.shown().split("\n") == [*(f"line {n}" for n in range(5)), "..."]
    progress_bar = Printed()
    progress_bar.write("1/3\r2/3\r3/3 done\r\n" + 200 * "w")
    assert progress_bar.shown() == "3/3 done\n" + 80 * "w" + " ..."


def test_random_answers_are_checked_with_the_same_numbers_and_disturb_nobody():
    np.random.seed(5)
    random.seed(5)
    expected = np.random.rand(), random.random()
    np.random.seed(5)
    random.seed(5)
    draws = []
    for _ in range(2):
        with same_random_numbers():
            draws.append((np.random.rand(), random.random()))
    assert draws[0] == draws[1]
    assert (np.random.rand(), random.random()) == expected
