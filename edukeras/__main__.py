"""`python -m edukeras ...` is the command `edukeras ...`."""

from edukeras.cli import main

raise SystemExit(main())
