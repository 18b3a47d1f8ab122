"""The glass box: one training step of a model, number by number.

`recording.py` makes the step and writes down what the tape records, `focus.py` says
which sample, unit and weight are followed, the files named after kinds of ops put the
numbers into formulas, and `view.py` shows them.
"""

from edukeras.inspect.glass_box.build import (
    explain_recording as explain_recording,
    glassbox as glassbox,
)
from edukeras.inspect.glass_box.focus import Focus as Focus
from edukeras.inspect.glass_box.recording import Recording as Recording
from edukeras.inspect.glass_box.steps import Explanation as Explanation, Step as Step
from edukeras.inspect.glass_box.view import GlassBox as GlassBox
