"""The learner's way through a lesson: check, hint, solution, progress, grade."""

import pytest

from edukeras.grading import CheckFailed, current_lesson, grade, lesson, lesson_names
from edukeras.grading.lessons import lessons_folder

WITHOUT_SIGMOID = "def neuron(x, w, b): return sum(a * c for a, c in zip(x, w)) + b"
# A layer without a sigmoid keeps the points for its shape and its bias.
PARTLY_RIGHT = "def layer(x, w, b): return x @ w + b"


def test_lesson_is_found_by_name_and_binds_to_the_callers_variables():
    variables = {"lesson": lesson}
    exec("opened = lesson('90_neuron')", variables)
    assert current_lesson(variables) is variables["opened"]
    assert repr(variables["____"]) == "____"
    assert repr(variables["opened"]) == (
        "Lesson 90_neuron: A neuron, for the tests of grading.\n"
        "  Exercises: q1, q2 (5 points)"
    )


def test_unknown_lesson_and_exercise_suggest_the_nearest(notebook):
    with pytest.raises(ValueError, match='Did you mean "90_neuron"'):
        lesson("90_neurons", {})
    with pytest.raises(ValueError, match="Known names: q1, q2"):
        notebook["lesson"].check("exercise")


def test_lesson_may_be_a_folder_of_ones_own(tmp_path):
    assert lesson(lessons_folder() / "90_neuron", {}).name == "90_neuron"
    with pytest.raises(FileNotFoundError, match="holds no lesson"):
        lesson(tmp_path, {})


def test_lessons_come_with_the_package(monkeypatch):
    monkeypatch.delenv("EDUKERAS_LESSONS")
    assert (lessons_folder() / "__init__.py").is_file()


def test_names_of_lessons():
    assert lesson_names() == ["90_neuron"]


def test_learners_path_from_blank_to_right(notebook):
    opened = notebook["lesson"]
    assert opened.check("q1").status == "not attempted"
    exec(WITHOUT_SIGMOID, notebook)
    assert opened.check("q1").text() == (
        "✗ q1: not right yet, 0 of 2 points\n"
        "  That is the sum. What comes after the sum?\n"
        "  You have 0.\n"
        "  A hint: `%hint q1`"
    )
    exec("import math\nold = neuron", notebook)
    exec("def neuron(x, w, b): return 1 / (1 + math.exp(-old(x, w, b)))", notebook)
    assert opened.check("q1").text() == "✓ q1: passed, 2 of 2 points"


def test_hint_fits_the_mistake_then_comes_in_order(notebook):
    opened = notebook["lesson"]
    exec(WITHOUT_SIGMOID, notebook)
    opened.check("q1")
    titles = [opened.hint("q1").title for _ in range(3)]
    assert titles == ["q1, hint 2 of 2", "q1, hint 1 of 2", "q1, hint 2 of 2"]


def test_hints_come_in_order_before_any_attempt(notebook):
    titles = [notebook["lesson"].hint("q1").title for _ in range(3)]
    assert titles == ["q1, hint 1 of 2", "q1, hint 2 of 2", "q1, hint 2 of 2"]


def test_hint_may_be_written_for_one_mistake_only(solved):
    exec("def layer(x, w, b): return 1 / (1 + 2.718281828 ** -(x @ w))", solved)
    solved["lesson"].check("q2")
    assert solved["lesson"].hint("q2").text() == (
        "q2, a hint for your answer\n  Look at `b`."
    )
    assert solved["lesson"].hint("q2").title == "q2, hint 1 of 1"


def test_solution_is_shown_after_an_attempt_and_costs_nothing(notebook):
    opened = notebook["lesson"]
    opened.check("q1")  # blank: not an attempt
    assert "try it yourself first" in opened.solution("q1").text()
    exec(WITHOUT_SIGMOID, notebook)
    opened.check("q1")
    solution = opened.solution("q1")
    assert solution.is_code
    exec("import numpy as np\n" + solution.body, notebook)
    assert opened.check("q1").points == 2


def test_progress_is_a_table(solved):
    opened = solved["lesson"]
    opened.check("q1")
    opened.hint("q2")
    exec(PARTLY_RIGHT, solved)
    opened.check("q2")
    opened.solution("q2")
    assert repr(opened.progress()) == (
        "90_neuron: A neuron, for the tests of grading.\n"
        "exercise  state           points    attempts  hints\n"
        "q1        ✓ passed        2 of 2    1         0 of 2\n"
        "q2        ◐ partly right  1.5 of 3  1         1 of 1, solution\n"
        "Together: 3.5 of 5 points"
    )
    html = opened.progress().html()
    assert html.count("<tr>") == 3
    assert "1 of 1, solution" in html


def test_progress_is_kept_between_kernels(monkeypatch, tmp_path, solved):
    monkeypatch.setenv("EDUKERAS_PROGRESS", str(tmp_path / "progress.sqlite3"))
    lesson("90_neuron", solved).check("q1")
    again = lesson("90_neuron", {"__name__": "__main__"})
    assert "Together: 2 of 5 points" in again.progress().text()
    assert again.solution("q1").is_code


def test_progress_says_when_it_cannot_be_kept(monkeypatch, tmp_path, solved):
    monkeypatch.setenv("EDUKERAS_PROGRESS", str(tmp_path))  # a folder, not a file
    opened = lesson("90_neuron", solved)
    assert opened.check("q1").passed
    assert opened.progress().text().endswith("cannot be written: kept until restart.")


# --- In nbgrader: None is full points, a number is that many, an error is none ---


@pytest.fixture
def _in_nbgrader(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")


def graded(variables, code="grade('q2')"):
    return eval(code, variables | {"grade": grade})


@pytest.mark.usefixtures("_in_nbgrader")
def test_grade_returns_none_for_full_points(solved, capsys):
    assert graded(solved, "grade('q1')") is None
    assert capsys.readouterr() == ("✓ q1: passed, 2 of 2 points\n", "")


@pytest.mark.usefixtures("_in_nbgrader")
def test_grade_returns_the_points_of_a_partly_right_answer(solved, capsys):
    exec(PARTLY_RIGHT, solved)
    points = graded(solved)
    assert repr(points) == "1.5"  # nbgrader reads the text
    out, err = capsys.readouterr()
    assert out.startswith("◐ q2: partly right, 1.5 of 3 points\n")
    assert err == ""


@pytest.mark.usefixtures("_in_nbgrader")
@pytest.mark.parametrize("answer", ["", "def layer(x, w, b): return 0"])
def test_grade_raises_for_no_points(solved, answer):
    exec(answer, solved)
    with pytest.raises(CheckFailed, match="q2: .*0 of 3 points"):
        graded(solved)


@pytest.mark.usefixtures("_in_nbgrader")
def test_grade_needs_no_opened_lesson_when_it_names_one(solved):
    variables = {"neuron": solved["neuron"]}
    with pytest.raises(LookupError, match="No lesson is open.*%lesson 90_neuron"):
        graded(variables, "grade('q1')")
    assert graded(variables, "grade('q1', lesson='90_neuron')") is None


@pytest.mark.usefixtures("_in_nbgrader")
def test_check_in_a_grader_raises_unless_all_is_right(solved, capsys):
    assert solved["lesson"].check("q1") is None
    assert capsys.readouterr().out.startswith("✓ q1")
    exec(PARTLY_RIGHT, solved)
    with pytest.raises(CheckFailed, match="partly right"):
        solved["lesson"].check("q2")


def test_grade_outside_a_grader_shows_the_outcome(notebook):
    assert graded(notebook, "grade('q1')").status == "not attempted"


def test_carry_on_puts_our_answer_in_place_of_none(notebook, capsys):
    opened = notebook["lesson"]
    opened.carry_on("q1")
    assert "goes on with our answer" in capsys.readouterr().out
    assert 0 < notebook["neuron"](x=[1.0], w=[1.0], b=0.0) < 1


def test_carry_on_leaves_a_right_answer_alone(solved, capsys):
    before = solved["neuron"]
    solved["lesson"].carry_on("q1")
    assert solved["neuron"] is before
    assert capsys.readouterr().out == ""


def test_check_looks_at_the_learners_own_answer_after_carry_on(notebook):
    opened = notebook["lesson"]
    opened.carry_on("q1")
    assert opened.check("q1").status == "not attempted"
    exec(WITHOUT_SIGMOID, notebook)
    opened.carry_on("q1")
    opened.carry_on("q1")
    assert opened.check("q1").status == "failed"
    assert opened.progress().rows[0][1].endswith("not right yet")


def test_carry_on_replaces_nothing_in_a_grader(notebook, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    exec(WITHOUT_SIGMOID, notebook)
    before = notebook["neuron"]
    notebook["lesson"].carry_on("q1")
    assert notebook["neuron"] is before
