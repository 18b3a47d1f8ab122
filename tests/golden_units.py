"""Values of single losses, metrics, activations ... that real Keras 3 computed.

They are described in tests/golden/units.json and stored in units.npz; see "about"
there and section 9 of FORMATS.md.
"""

import inspect
import json
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parent / "golden"
ITEMS = json.loads((GOLDEN / "units.json").read_text(encoding="utf-8"))["items"]
SIGNATURES = json.loads((GOLDEN / "signatures.json").read_text(encoding="utf-8"))[
    "names"
]
with np.load(GOLDEN / "units.npz") as _npz:
    ARRAYS = {key: _npz[key] for key in _npz.files}


def items(kind):
    """The recorded items of a kind: "loss", "metric", "activation" ..."""
    return [item for item in ITEMS if item["kind"] == kind]


def title(item):
    """A readable test id."""
    options = "-".join(f"{k}={v}" for k, v in item["config"].items())
    return f"{item['name']}-{options}" if options else item["name"]


def array(name):
    """An input array, by the name in an item."""
    return ARRAYS[f"in/{name}"]


def value(item, key="value"):
    """A recorded result: a number, or an array from the npz file."""
    recorded = item[key]
    return ARRAYS[recorded["npz"]] if isinstance(recorded, dict) else recorded


def recorded_names(module):
    """The public names of a Keras module, such as "losses"."""
    prefix = f"{module}."
    return sorted(n.removeprefix(prefix) for n in SIGNATURES if n.startswith(prefix))


def check_signature(module, name, thing):
    """Keras's parameters come first, in its order and with its defaults.

    A class or function may take more after them, for older spellings.
    """
    recorded = SIGNATURES[f"{module}.{name}"]["signature"]
    if any(kind.startswith("VAR") for _, kind, _ in recorded):
        recorded = recorded[:-2] if len(recorded) == 2 else recorded[:-1]
    ours = list(inspect.signature(thing).parameters.values())[: len(recorded)]
    assert [p.name for p in ours] == [parameter for parameter, _, _ in recorded]
    for parameter, (_, _, default) in zip(ours, recorded, strict=True):
        if default is None:
            assert parameter.default is parameter.empty
        else:
            assert repr(parameter.default) == default
