"""Mutants of reference answers, and whether checks notice them."""

import pytest

from edukeras.grading import mutation_report
from edukeras.grading.mutants import mutants

WEAK = '''"""A lesson whose check is too kind."""
from edukeras.grading import check, expect

@check(points=1, hints=["..."])
def q1(relu):
    expect(relu(2.0) == 2.0, "Positive numbers pass.")

q1.answer("""
    def relu(x):
        return x if x > 0 else 0
""")
'''


def changes(code):
    return [mutant.change for mutant in mutants(code)]


def test_operators_numbers_words_and_statements_change():
    assert changes("y = np.maximum(x - 1, 0)") == [
        "line 1: y = np.maximum(x - 1, 0) -> pass",
        "line 1: np.maximum -> np.minimum",
        "line 1: x - 1 -> x + 1",
        "line 1: 0 -> 1",
        "line 1: 1 -> 2",
    ]


def test_arguments_and_layers_are_left_out():
    found = changes("Sequential([Dense(3), Dense(1, use_bias=False)])")
    assert "line 1: Dense(3) left out" in found
    assert "line 1: use_bias=False left out" in found
    assert "line 1: False -> True" in found


def test_what_only_shows_something_does_not_change():
    code = "p = model.predict(x, verbose=0)"
    assert changes(code) == [f"line 1: {code} -> pass"]


def test_docstrings_stay():
    assert all("Doc" not in c for c in changes('def f():\n    "Doc."\n    return 1'))


def test_mutants_are_all_different():
    codes = [
        mutant.code for mutant in mutants("def f(x):\n    return (x + 1) * (x - 1)")
    ]
    assert len(codes) == len(set(codes)) > 4


@pytest.fixture
def weak(tmp_path):
    folder = tmp_path / "90_weak"
    folder.mkdir()
    (folder / "checks.py").write_text(WEAK)
    return folder


def test_a_check_that_is_too_kind_is_found_out(weak):
    report = mutation_report(weak)
    assert ("q1", "line 2: x > 0 -> x <= 0") not in report.survivors  # 2.0 would be 0
    assert ("q1", "line 2: 0 -> 1") in report.survivors
    assert ("q1", "line 2: 0 -> 1 (2)") in report.survivors
    assert report.score < 1
    assert "q1 accepts line 2: 0 -> 1" in str(report)


def test_mutants_that_are_right_do_not_count(weak):
    before = mutation_report(weak)
    with (weak / "checks.py").open("a") as file:
        file.write('q1.same_as_reference("line 2: 0 -> 1", because="a test")\n')
    after = mutation_report(weak)
    assert after.same == before.same + 1
    assert len(after.survivors) == len(before.survivors) - 1
