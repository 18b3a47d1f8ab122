"""The doctor's record: what it finds in programs with a known mistake, and in correct
programs.

Recall: the share of the buggy programs whose finding is among those given.
False alarms: of all pairs (correct program, code), the share in which the program gets
a finding of that code that is an error or a warning.  A note is no alarm: it says what
is worth knowing and may be intended.  Because so many pairs make for a small number,
the share of correct programs with any alarm is held to the same bound.
"""

import pytest

from edukeras.inspect import catalogue
from tests.inspect.doctor.corpus import (
    buggy_data,
    buggy_outputs,
    buggy_training,
    correct_but_unusual,
    correct_images_and_sequences,
    correct_structures,
    correct_tables,
)
from tests.inspect.doctor.corpus.run import examined

pytestmark = pytest.mark.slow

BUGGY = buggy_outputs.PROGRAMS + buggy_data.PROGRAMS + buggy_training.PROGRAMS
CORRECT = {
    **correct_tables.PROGRAMS,
    **correct_images_and_sequences.PROGRAMS,
    **correct_structures.PROGRAMS,
    **correct_but_unusual.PROGRAMS,
}
CODES = [entry.code for entry in catalogue()]
MISCONCEPTIONS = [f"EK{number:03}" for number in range(1, 41)]

RECALL = 0.95
FALSE_ALARMS = 0.02


@pytest.fixture(scope="module")
def diagnoses():
    """The diagnosis of each buggy program, of each mended one, of each correct one."""
    return {
        "buggy": {b.name: examined(b.program) for b in BUGGY},
        "mended": {b.name: examined(b.mended) for b in BUGGY},
        "correct": {name: examined(text) for name, text in CORRECT.items()},
    }


def test_the_corpus_is_large_and_has_every_misconception():
    assert len(BUGGY) >= 60
    assert len(CORRECT) >= 40
    assert len({b.name for b in BUGGY}) == len(BUGGY)
    programs_of = [b.code for b in BUGGY]
    assert set(MISCONCEPTIONS) <= set(programs_of)
    extras = set(programs_of) - set(MISCONCEPTIONS)
    assert len(extras) >= 10
    assert set(programs_of) <= set(CODES)


def test_recall(diagnoses):
    missed = [
        f"{b.code} {b.name}: {diagnoses['buggy'][b.name].codes}"
        for b in BUGGY
        if b.code not in diagnoses["buggy"][b.name].codes
    ]
    recall = 1 - len(missed) / len(BUGGY)
    print(f"\nrecall {recall:.1%}: {len(BUGGY) - len(missed)} of {len(BUGGY)}")
    assert recall >= RECALL, "\n".join(missed)


def test_false_alarms(diagnoses):
    alarms = [
        (name, finding.code, finding.saw)
        for name, diagnosis in diagnoses["correct"].items()
        for finding in diagnosis.serious
    ]
    pairs = {(name, code) for name, code, _ in alarms}
    by_pair = len(pairs) / (len(CORRECT) * len(CODES))
    by_program = len({name for name, _ in pairs}) / len(CORRECT)
    print(
        f"\nfalse alarms: {by_pair:.2%} of {len(CORRECT)} programs x {len(CODES)} "
        f"codes; {by_program:.1%} of the programs"
    )
    assert by_pair <= FALSE_ALARMS, alarms
    assert by_program <= FALSE_ALARMS, alarms


def test_the_fix_makes_the_finding_go_away(diagnoses):
    left = [
        f"{b.code} {b.name}"
        for b in BUGGY
        if b.code in diagnoses["mended"][b.name].codes
    ]
    assert left == []


def test_mended_programs_raise_no_alarm_either(diagnoses):
    alarms = [
        (name, finding.code, finding.saw)
        for name, diagnosis in diagnoses["mended"].items()
        for finding in diagnosis.serious
    ]
    assert len(alarms) <= FALSE_ALARMS * len(BUGGY), alarms


def test_every_finding_says_what_was_seen_why_and_what_to_do(diagnoses):
    for kind in diagnoses.values():
        for diagnosis in kind.values():
            assert "could not be checked" not in diagnosis.text()
            for finding in diagnosis:
                assert all([finding.saw, finding.why, finding.fix, finding.title])
                assert finding.link.startswith("lesson ")
                assert "{" not in finding.saw
            for line in diagnosis.text().splitlines():
                assert len(line) <= 100
