"""`python -m edukeras program.py` runs a Keras program; else the command `edukeras`."""

import sys

from edukeras.alias import run_script
from edukeras.cli import main

if sys.argv[1:] and sys.argv[1].endswith(".py"):
    run_script(sys.argv[1], sys.argv[2:])
else:
    raise SystemExit(main())
