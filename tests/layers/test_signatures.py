"""The arguments of every layer: names, order and defaults as in Keras."""

import inspect
import json
from pathlib import Path

import pytest

from edukeras import layers

SIGNATURES = {
    name.removeprefix("layers."): entry
    for name, entry in json.loads(
        (Path(__file__).parents[1] / "golden" / "signatures.json").read_text()
    )["names"].items()
    if name.startswith("layers.") and name.count(".") == 1
}

# Arguments that Keras has and edukeras does not: fine-tuning and quantization of
# language models.
WITHOUT = {
    "lora_rank",
    "lora_alpha",
    "quantization_config",
    "gptq_unpacked_column_size",
}


def parameters(thing):
    function = thing.__init__ if inspect.isclass(thing) else thing
    found = list(inspect.signature(function).parameters.values())
    found = found[1:] if inspect.isclass(thing) else found
    kinds = {inspect.Parameter.VAR_KEYWORD}
    if thing is not layers.Layer:  # a layer without arguments of its own has Layer's
        kinds.add(inspect.Parameter.KEYWORD_ONLY)
    return [
        (p.name, p.kind.name, None if p.default is p.empty else repr(p.default))
        for p in found
        if p.kind not in kinds
    ]


def one_for_all(default):
    """Our 1 stands for Keras's "(1, 1)", a number for each axis."""
    return {
        "(1, 1)": "1",
        "(1, 1, 1)": "1",
        "(2, 2)": "2",
        "(2, 2, 2)": "2",
    }.get(default, default)


EXISTING = [name for name in SIGNATURES if hasattr(layers, name)]


@pytest.mark.parametrize("name", EXISTING)
def test_signature_is_that_of_keras(name):
    ours = parameters(getattr(layers, name))
    theirs = [
        tuple(parameter)
        for parameter in SIGNATURES[name]["signature"]
        if parameter[1] != "VAR_KEYWORD"
    ]
    assert [(*p[:2], one_for_all(p[2])) for p in ours if p[0] not in WITHOUT] == [
        (*p[:2], one_for_all(p[2])) for p in theirs if p[0] not in WITHOUT
    ]


@pytest.mark.parametrize("name", EXISTING)
def test_every_public_layer_has_a_docstring(name):
    documentation = getattr(layers, name).__doc__
    assert documentation
    assert not documentation.startswith(name)
