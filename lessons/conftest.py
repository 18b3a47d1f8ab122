"""How `pytest --nbval lessons` compares what a lesson shows with what is stored.

Words, shapes, counts and verdicts must agree exactly. Pictures inside HTML need not
agree in every byte: each version of matplotlib draws its own. Of a number, two decimals
count: the later ones of a trained model differ between CPUs.
"""

import os

# No times in outputs; and running a lesson as a test is no attempt of a learner.
os.environ["EDUKERAS_DETERMINISTIC"] = "1"
os.environ["EDUKERAS_PROGRESS"] = "off"

NOT_COMPARED = {
    r"data:image/png;base64,[A-Za-z0-9+/=]+": "a picture",
    r"(\d\.\d\d)\d+": r"\1",
    "[▁▂▃▄▅▆▇█]+": "bars",
    # Where it stands, and whether a slight rise counts, is decided by late decimals.
    r'(?:<div style="margin: 4px 0">|\n)?'
    r"▲ Overfitting since (?:[^<\n]|\n  )*(?:</div>)?": "",
}


def pytest_collectstart(collector):
    """Tells nbval, if it collects this notebook, what not to compare."""
    patterns = getattr(collector, "sanitize_patterns", None)
    if patterns is not None:
        patterns.update(NOT_COMPARED)
