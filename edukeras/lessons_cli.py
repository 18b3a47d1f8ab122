"""The command `edukeras lessons`: list, new, text, write, build, verify, messages.

For authors. How a lesson is written, step by step, is in docs/writing_lessons.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from edukeras import grading
from edukeras.grading.catalogue import catalogue_text, messages_of, untranslatable
from edukeras.messages import read_catalogue
from edukeras.saving.atomic import atomic_write

NEW_CHECKS = '''"""A title: what the lesson is about."""

from edukeras.grading import check, expect_close

SETUP = """
import numpy as np
"""


@check(points=1, hints=["Twice as much."])
def q1(double):
    expect_close(double(3.0), 6.0, "What is two times three?", hint=1)


q1.answer("""
    def double(x):
        return 2 * x
""")
q1.right("""
    double = lambda x: x + x
""")
q1.wrong("def double(x): return x", says="What is two times three?")
q1.wrong("def double(x): return x**2", says="You have 9.")
q1.wrong("def double(x): 2 * x", says="Did you forget `return`?")
'''

NEW_TEXT = """# Lesson: a title

What you will be able to do after it.

```{{code-cell}}
%load_ext edukeras
%lesson {name}
```

### Exercise 1: a name (1 point)

```{{code-cell}} q1-answer
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
```

```{{code-cell}} q1-check
%check q1
```
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Adds `lessons` with its actions to the commands of `edukeras`."""
    parser = commands.add_parser(
        "lessons", help="list, write, build and verify lessons"
    )
    parser.add_argument(
        "--in",
        dest="folder",
        type=Path,
        help="the folder of all lessons, if it is not the installed one",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    action = actions.add_parser("list", help="name every lesson")
    action.set_defaults(command=list_lessons)

    action = actions.add_parser("new", help="begin a lesson: checks.py and lesson.md")
    action.add_argument("name", help="such as 15_attention")
    action.set_defaults(command=new)

    action = actions.add_parser("text", help="the notebook as text: lesson.md")
    action.add_argument("name")
    action.set_defaults(command=text)

    action = actions.add_parser("write", help="lesson.md becomes the notebook, run")
    action.add_argument("name")
    action.set_defaults(command=write)

    action = actions.add_parser("build", help="the learner's notebooks, no solutions")
    action.add_argument("names", nargs="*", help="all lessons if left out")
    action.add_argument("--to", type=Path, required=True, help="the folder to write to")
    action.set_defaults(command=build)

    action = actions.add_parser("verify", help="do the checks know right from wrong?")
    action.add_argument("names", nargs="*", help="all lessons if left out")
    action.add_argument(
        "--mutants", action="store_true", help="also the mutation score"
    )
    action.set_defaults(command=verify)

    action = actions.add_parser("messages", help="a catalogue for translators")
    action.add_argument("name")
    action.add_argument("language", help="such as ko")
    action.set_defaults(command=messages)


def list_lessons(options: argparse.Namespace) -> int:
    """Print the name of every lesson, one a line."""
    print(*_names(options), sep="\n")
    return 0


def new(options: argparse.Namespace) -> int:
    """Write the beginnings of a lesson; an existing one is left alone."""
    folder = _folder(options)
    if folder.exists():
        raise SystemExit(f"{folder} exists already. Nothing was changed.")
    folder.mkdir(parents=True)
    _save(folder / "checks.py", NEW_CHECKS)
    _save(folder / "lesson.md", NEW_TEXT.format(name=options.name))
    print(f"Begun: {folder}. Then: edukeras lessons write {options.name}")
    return 0


def text(options: argparse.Namespace) -> int:
    """Write lesson.md from lesson.ipynb, to be changed in an editor."""
    import nbformat

    folder = _folder(options)
    notebook = nbformat.read(folder / "lesson.ipynb", as_version=4)
    _save(folder / "lesson.md", grading.lesson_text(notebook))
    print(f"Written: {folder / 'lesson.md'}")
    return 0


def write(options: argparse.Namespace) -> int:
    """Write lesson.ipynb from lesson.md, with the outputs of a fresh kernel."""
    folder = _folder(options)
    source = folder / "lesson.md"
    if not source.is_file():
        raise SystemExit(f"{source} is missing. Try: edukeras lessons text NAME")
    print(f"Written: {grading.write_lesson(folder, source.read_text('utf-8'))}")
    return 0


def build(options: argparse.Namespace) -> int:
    """Write the learner's notebooks; those that are there already stay."""
    import nbformat

    options.to.mkdir(parents=True, exist_ok=True)
    for name in options.names or _names(options):
        source = _lessons(options) / name / "lesson.ipynb"
        released = grading.learner_version(nbformat.read(source, as_version=4))
        target = options.to / f"{name}.ipynb"
        if target.exists():
            print(f"Left as it is: {target}")
        else:
            _save(target, nbformat.writes(released) + "\n")
            print(f"Written: {target}")
    return 0


def verify(options: argparse.Namespace) -> int:
    """Print what is not right with the lessons; the exit code counts the lessons."""
    bad = 0
    for name in options.names or _names(options):
        folder = _lessons(options) / name
        problems = [
            *grading.verify(folder),
            *untranslatable(folder / "checks.py"),
        ]
        print(f"{name}: {'; '.join(problems) or 'every answer gets its verdict'}")
        if options.mutants:
            print(grading.mutation_report(folder))
        bad += bool(problems)
    return bad


def messages(options: argparse.Namespace) -> int:
    """Write messages.<language>.yaml: known translations stay, new texts are empty."""
    folder = _folder(options)
    path = folder / f"messages.{options.language}.yaml"
    found = messages_of(folder / "checks.py")
    _save(path, catalogue_text(found, read_catalogue(path)))
    print(f"Written: {path}, {len(found)} messages")
    return 0


def _lessons(options: argparse.Namespace) -> Path:
    return options.folder or grading.lessons_folder()


def _folder(options: argparse.Namespace) -> Path:
    return _lessons(options) / options.name


def _names(options: argparse.Namespace) -> list[str]:
    return sorted(path.parent.name for path in _lessons(options).glob("*/checks.py"))


def _save(path: Path, content: str) -> None:
    with atomic_write(path) as file:
        file.write(content.encode("utf-8"))
