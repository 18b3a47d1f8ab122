"""The doctor: what is probably wrong with a model, its data or its training.

`diagnose(model, x, y)` looks for the mistakes that beginners make, and says what it
saw in numbers, why it matters, and how to mend it.

finding.py says what a finding is, checks.py what a check is; patient.py, wiring.py,
exam.py and program.py are what the checks look at.  The other files hold the checks,
one family a file.  A new check is a function with `@check(...)` in one of them.
"""

# The checks enter themselves when their files are imported.
from edukeras.inspect.doctor import (  # isort: skip
    outputs as outputs,
    labels as labels,
    inputs as inputs,
    splits as splits,
    shapes as shapes,
    training as training,
    curves as curves,
    construction as construction,
    cells as cells,
    leaks as leaks,
    files as files,
)
from edukeras.inspect.doctor.callback import Doctor as Doctor
from edukeras.inspect.doctor.codes import catalogue as catalogue
from edukeras.inspect.doctor.consultation import diagnose as diagnose
from edukeras.inspect.doctor.finding import (
    Diagnosis as Diagnosis,
    DiagnosisError as DiagnosisError,
    Finding as Finding,
)
