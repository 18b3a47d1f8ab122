"""What is said to a learner, and how it is said in another language.

Messages stand in English where they are used; the English text is the key.  A
catalogue is a YAML file `messages.<language>.yaml` of pairs, English to translation::

    "Where did the bias b go?": "편향 b는 어디로 갔나요?"
    "You have {n} rows.": "행이 {n}개 있어요."

The environment variable EDUKERAS_LANGUAGE chooses the language; without it, and for
texts that a catalogue does not have, the English text is shown.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_translations: dict[str, str] = {}


def say(text: str, **values: object) -> str:
    """The text in the chosen language, with the values filled in.

    Args:
        text: English, with gaps as `str.format` has them: "You have {n} rows."
        values: what goes into the gaps. Without values braces stay as they are.

    >>> say("You have {n} rows.", n=3)
    'You have 3 rows.'
    """
    translated = _translations.get(text, text)
    return translated.format(**values) if values else translated


def add_catalogue(folder: Path) -> None:
    """Takes in the folder's messages in the chosen language, if it has any."""
    language = os.environ.get("EDUKERAS_LANGUAGE", "")
    if language.isalpha():
        catalogue = read_catalogue(folder / f"messages.{language}.yaml")
        _translations.update({text: new for text, new in catalogue.items() if new})


def read_catalogue(path: Path) -> dict[str, str]:
    """The pairs of a catalogue, English to translation; none if there is no file."""
    if not path.is_file():
        return {}
    import yaml

    catalogue = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(catalogue, Mapping):
        raise ValueError(f"{path} is not a catalogue: pairs of texts are expected.")
    return {str(text): str(translation) for text, translation in catalogue.items()}
