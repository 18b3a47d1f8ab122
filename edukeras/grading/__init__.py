"""Exercises that know why an answer is wrong.

Who does what:
    checks      expectations and parts, written by the author of an exercise
    attempts    the learner's side: blank, crashing, endless or talkative code
    exercises   `@check`: a check with hints and the answers it must recognise
    lessons     `%check`, `%hint`, `%solution`, `%progress` and nbgrader's `grade`
    progress    what a learner has done, in a small SQLite file
    verify      runs all answers that a lesson states
    mutants     how sharp the checks are: small errors in the reference answers
    variants    another data set or target for each learner
    catalogue   all messages of a lesson, for translation
    authoring   a lesson's text becomes its notebook, and back
    release     the learner's notebook, without solutions
    outcomes    verdicts as data, text and HTML

An author writes in `lessons/NN_topic/checks.py`::

    from edukeras.grading import check, expect, expect_close

    @check(points=2, hints=["Multiply, add, squash."])
    def q1(neuron):
        y = neuron(x=[1.0, 2.0], w=[0.5, -0.25], b=0.0)
        expect(0 < y < 1, "A sigmoid lies between 0 and 1.", hint=1)
        expect_close(y, 0.5, "Here the weighted sum is 0. What is sigmoid(0)?")
"""

from edukeras.grading.authoring import (
    lesson_notebook as lesson_notebook,
    lesson_text as lesson_text,
    run_notebook as run_notebook,
    write_lesson as write_lesson,
)
from edukeras.grading.checks import (
    expect as expect,
    expect_close as expect_close,
    expect_not_close as expect_not_close,
    expect_raises as expect_raises,
    expect_shape as expect_shape,
    expect_type as expect_type,
    numbers as numbers,
    part as part,
)
from edukeras.grading.exercises import (
    Exercise as Exercise,
    answer_template as answer_template,
    check as check,
)
from edukeras.grading.lessons import (
    Lesson as Lesson,
    current_lesson as current_lesson,
    grade as grade,
    lesson as lesson,
    lesson_names as lesson_names,
    lessons_folder as lessons_folder,
)
from edukeras.grading.mutants import mutation_report as mutation_report
from edukeras.grading.outcomes import CheckFailed as CheckFailed, Outcome as Outcome
from edukeras.grading.release import (
    copy_lessons as copy_lessons,
    learner_version as learner_version,
    strip_widgets as strip_widgets,
)
from edukeras.grading.variants import variant as variant
from edukeras.grading.verify import answered as answered, verify as verify
from edukeras.messages import say as say
