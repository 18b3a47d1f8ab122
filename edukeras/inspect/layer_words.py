"""A layer in words: its formula with its shapes, and its arguments with their meaning.

The words are those of its docstring, which begins with what is computed.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edukeras.activations import serialize
from edukeras.graph import OpCall
from edukeras.inspect.formulas import as_typed, default_config
from edukeras.layers import RNN, Dense, SimpleRNN


@dataclass(frozen=True)
class Argument:
    """One argument of a layer, as it was given or by default."""

    name: str
    value: str
    is_default: bool
    meaning: str


def formula_of(layer: Any) -> str:
    """What the layer computes, in the words of its docstring.

    >>> from edukeras.layers import Dense
    >>> formula_of(Dense(3, activation="relu"))
    'relu(x @ kernel + bias): the fully connected layer.'
    """
    described = layer.function if isinstance(layer, OpCall) else type(layer)
    paragraphs = inspect.cleandoc(described.__doc__ or "").split("\n\n")
    lines = [" ".join(paragraphs[0].split())]
    # Some layers have their equations below, indented.
    lines += [text for text in paragraphs[1:3] if text.startswith("    ")]
    if getattr(layer, "cell", None) is not None:
        lines += formula_of(layer.cell).split("\n")[1:]
    return "\n".join(_with_activation(layer, line) for line in lines)


def _with_activation(layer: Any, formula: str) -> str:
    """The formula with the layer's own activation function in it."""
    activation = getattr(layer, "activation", None)
    if activation is None or "activation(" not in formula:
        return formula
    name = _activation_name(activation)
    if name == "linear":
        return re.sub(r"activation\(([^()]*(?:\([^()]*\)[^()]*)*)\)", r"\1", formula)
    return formula.replace("activation(", f"{name}(")


def _activation_name(activation: Any) -> str:
    record = serialize(activation)
    return record if isinstance(record, str) else str(record["class_name"])


def shapes_of_formula(
    inputs: Sequence[Any], weights: Sequence[tuple[str, Any]], outputs: Sequence[Any]
) -> str:
    """The shapes that meet in a formula.

    >>> shapes_of_formula([(None, 784)], [("kernel", (784, 64))], [(None, 64)])
    'x (B, 784), kernel (784, 64) -> (B, 64)'
    """
    names = ["x"] if len(inputs) == 1 else [f"x{k}" for k in range(1, len(inputs) + 1)]
    left = [f"{name} {_shape(shape)}" for name, shape in zip(names, inputs)]
    left += [f"{name} {_shape(shape, batch=False)}" for name, shape in weights]
    right = ", ".join(map(_shape, outputs)) or "?"
    return f"{', '.join(left)} -> {right}" if left else right


def _shape(shape: Any, batch: bool = True) -> str:
    if not batch:
        return str(tuple(shape))
    sizes = ["B" if k == 0 else size or "any" for k, size in enumerate(shape)]
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"


def arguments_of(layer: Any) -> list[Argument]:
    """The arguments of a layer, those that are no defaults first.

    >>> from edukeras.layers import Dense
    >>> arguments_of(Dense(3))[0]
    Argument(name='units', value='3', is_default=False, meaning='how many outputs, M.')
    """
    kind = type(layer)
    try:
        config = layer.get_config()
        parameters = list(inspect.signature(kind).parameters.values())
        defaults = default_config(layer, config, parameters)
    except Exception:  # a layer of the user's, with any mistake in it
        return []
    meanings = meanings_of(kind)
    if isinstance(layer, RNN):  # "the others as in SimpleRNN, as in Dense"
        meanings = {**meanings_of(Dense), **meanings_of(SimpleRNN), **meanings}
    found = [
        Argument(
            p.name,
            as_typed(config[p.name]),
            p.name in defaults and config[p.name] == defaults[p.name],
            meanings.get(p.name, ""),
        )
        for p in parameters
        if p.name in config and p.name not in ("name", "dtype")
    ]
    return sorted(found, key=lambda argument: argument.is_default)


def meanings_of(kind: type) -> dict[str, str]:
    """What a docstring says about the arguments of a class: name -> meaning.

    >>> from edukeras.layers import Dropout
    >>> meanings_of(Dropout)["rate"]
    'the share that is dropped, 0 to 1.'
    """
    meanings: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        text = inspect.cleandoc(base.__doc__ or "")
        match = re.search(r"^Args:\n((?:    .*\n|\n(?=    ))+)", text + "\n", re.M)
        if match is None:
            continue
        entries = re.split(r"\n(?=    \w)", "\n" + match[1].rstrip())
        for entry in entries:
            names, colon, meaning = entry.strip().partition(":")
            if colon:
                words = " ".join(meaning.split())
                meanings.update(dict.fromkeys(re.findall(r"\w+", names), words))
    return meanings
