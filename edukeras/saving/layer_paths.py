"""Where Keras 3 files keep the weights of a layer: the path of attributes to it.

The second Dense of a model is `layers/dense_1`, the cell of an LSTM
`layers/lstm/cell`.  Names of layers do not matter; attributes are visited in
alphabetical order, private ones last, and what was met before is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from edukeras.graph import snake_case
from edukeras.layers.base import Layer

# The bookkeeping that every layer has: no layers of its own are in there.
_SHARED_ATTRIBUTES = frozenset(vars(Layer(name="example")))


# In Keras this class has one name in programs and another in files.
_NAMES_IN_FILES = {"GroupQueryAttention": "GroupedQueryAttention"}


def is_model(layer: Any) -> bool:
    """Whether a layer is a model (models lie above this package)."""
    return hasattr(layer, "get_layer")


def class_name(layer: Layer) -> str:
    """The name of the class in files: "Functional" for a Model with a graph."""
    names = layer._record_names() if hasattr(layer, "_record_names") else {}
    name = names.get("class_name", type(layer).__name__)
    return _NAMES_IN_FILES.get(name, name)


def layer_paths(model: Layer) -> dict[str, Layer]:
    """All layers that hold state, by their path in a Keras 3 file; the root is "".

    >>> from edukeras.layers.core import Dense
    >>> class Pair(Layer):
    ...     def __init__(self):
    ...         super().__init__(name="pair")
    ...         self.right, self.left = Dense(1), [Dense(1), Dense(2)]
    >>> list(layer_paths(Pair()))
    ['', 'left/dense', 'left/dense_1', 'right']
    """
    found: dict[str, Layer] = {}
    seen: set[int] = set()

    def visit(layer: Layer, path: str) -> None:
        if id(layer) in seen:
            return
        seen.add(id(layer))
        found[path] = layer
        for name, value in _attributes(layer):
            below = f"{path}/{name}" if path else name
            if isinstance(value, Layer):
                visit(value, below)
            elif isinstance(value, (list, tuple, dict)):
                visit_all(value, below)

    def visit_all(container: Any, path: str) -> None:
        for component, item in _numbered(_items(container)):
            if isinstance(item, Layer):
                visit(item, f"{path}/{component}")
            else:
                visit_all(item, f"{path}/{component}")

    visit(model, "")
    return found


def _items(container: Any) -> list:
    return list(container.values() if isinstance(container, dict) else container)


def _numbered(items: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """dense, dense_1, batch_normalization, dense_2 ... for layers in a list."""
    counts: Counter[str] = Counter()
    for item in items:
        if isinstance(item, Layer):
            name = snake_case(class_name(item))
        elif isinstance(item, (list, tuple, dict)):
            name = "container"
        else:
            continue
        yield (f"{name}_{counts[name]}" if counts[name] else name), item
        counts[name] += 1


def _attributes(layer: Layer) -> list[tuple[str, Any]]:
    """Attributes that may hold layers, in the order of Keras."""
    names = set(vars(layer)) - _SHARED_ATTRIBUTES
    for cls in type(layer).__mro__:
        if cls not in Layer.__mro__ and not cls.__module__.startswith("edukeras.model"):
            names |= {n for n, v in vars(cls).items() if isinstance(v, property)}
    if is_model(layer):
        # All that is private in a model is among its layers as well.
        names = {name for name in names if not name.startswith("_")} | {"layers"}
    found = []
    for name in sorted(names, key=lambda name: (name.startswith("_"), name)):
        try:
            found.append((name, getattr(layer, name)))
        except Exception:  # a user's property that is not ready yet holds no layer
            continue
    return found
