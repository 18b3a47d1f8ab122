"""Vocabularies: which tokens there are, in which order, given or learned from data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import numpy as np

from edukeras.errors import explain
from edukeras.layers.base import Layer
from edukeras.layers.core import positive_integer
from edukeras.layers.preprocessing.batches import batches_of
from edukeras.layers.preprocessing.encoding import check_output_mode

_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
_VOCABULARY_FILE = "vocabulary.txt"
_OLD_NAMES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


class VocabularyLayer(Layer):
    """A layer that knows tokens and their places.

    Places 0, 1 ... of the vocabulary: the mask token (if there is one, and only for
    "int"), then `num_oov_indices` places for unknown tokens ("out of vocabulary"),
    then the tokens.
    """

    vocabulary: list | None
    idf_weights: list | None
    max_tokens: int | None
    num_oov_indices: int
    mask_token: Any
    oov_token: Any
    output_mode: str
    pad_to_max_tokens: bool
    invert: bool
    sparse: bool
    salt: Any
    _loaded_idf: np.ndarray | None = None

    def _token(self, value: Any) -> Any:
        """A token as it stands in the vocabulary."""
        raise NotImplementedError

    def _set_arguments(self, arguments: dict[str, Any]) -> None:
        """Stores the arguments of `__init__`, after checking them."""
        name = type(self).__name__
        for argument, value in arguments.items():
            setattr(self, argument, value)
        mode = _OLD_NAMES.get(self.output_mode, self.output_mode)
        self.output_mode = check_output_mode(name, mode, self.sparse, _MODES)
        if self.invert and mode != "int":
            raise ValueError(
                explain(
                    f"{name} with invert=True turns places into tokens.",
                    expected='output_mode="int"',
                    received=f"output_mode={mode!r}",
                )
            )
        if self.max_tokens is not None:
            positive_integer(name, "max_tokens", self.max_tokens)
        elif self.pad_to_max_tokens:
            raise ValueError(
                explain(
                    f"{name} with pad_to_max_tokens=True needs max_tokens.",
                    received="max_tokens=None",
                )
            )
        if self.num_oov_indices < 0:
            raise ValueError(
                explain(
                    f"{name} needs a whole number from 0 as num_oov_indices.",
                    received=f"num_oov_indices={self.num_oov_indices}",
                )
            )
        if self.salt is not None:
            raise ValueError(
                explain(
                    f"{name} has no salted hashes.",
                    received=f"salt={self.salt!r}",
                    hint="leave salt out.",
                )
            )
        vocabulary, idf_weights = self.vocabulary, self.idf_weights
        self._given = vocabulary is not None
        self.vocabulary = self.idf_weights = None
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    # -- the vocabulary -------------------------------------------------------

    def _special_tokens(self) -> list:
        mask = self.mask_token is not None and self.output_mode == "int"
        return [self.mask_token] * mask + [self.oov_token] * self.num_oov_indices

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replaces the vocabulary.

        Args:
            vocabulary: the tokens, with or without the special ones in front; or the
                path of a text file with one token a line.
            idf_weights: for "tf_idf": a weight for each token.
        """
        tokens = self._tokens_of(vocabulary)
        special = self._special_tokens()
        has_special = bool(special) and tokens[: len(special)] == special
        known = tokens[len(special) :] if has_special else tokens
        self._check_tokens(known, special)
        if self.output_mode == "tf_idf":
            weights = self._padded_weights(tokens, idf_weights, has_special)
            self.idf_weights = weights
        elif idf_weights is not None:
            raise ValueError(
                explain(
                    f"{type(self).__name__}: idf_weights are of use in one mode only.",
                    expected='output_mode="tf_idf"',
                    received=f"output_mode={self.output_mode!r}",
                )
            )
        self.vocabulary = known
        self._place_of = {token: len(special) + i for i, token in enumerate(known)}

    def _tokens_of(self, vocabulary: Any) -> list:
        if isinstance(vocabulary, str):
            with open(vocabulary, encoding="utf-8") as file:
                vocabulary = file.read().splitlines()
        return [self._token(x) for x in np.asarray(vocabulary).ravel().tolist()]

    def _check_tokens(self, tokens: list, special: list) -> None:
        name = type(self).__name__
        if not tokens:
            raise ValueError(f"{name}: the vocabulary is empty.")
        repeated = [token for token, n in Counter(tokens).items() if n > 1]
        if repeated:
            raise ValueError(
                explain(
                    f"{name}: each token can stand in the vocabulary only once.",
                    received=f"several of {repeated[:5]}",
                )
            )
        reserved = [self.mask_token] + ([self.oov_token] if self.invert else [])
        for token in reserved:
            if token is not None and token in tokens:
                raise ValueError(
                    explain(
                        f"{name}: {token!r} is reserved.",
                        expected=f"the vocabulary without special tokens, or with "
                        f"{special} in front",
                        received=f"{token!r} at place {tokens.index(token)}",
                    )
                )
        size = len(special) + len(tokens)
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(
                explain(
                    f"{name}: the vocabulary is larger than max_tokens.",
                    expected=f"at most {self.max_tokens} tokens, special ones included",
                    received=f"{size}",
                )
            )

    def get_vocabulary(self, include_special_tokens: bool = True) -> list:
        """The tokens in their order; special ones (mask, unknown) in front."""
        special = self._special_tokens() if include_special_tokens else []
        return special + (self.vocabulary or [])

    def vocabulary_size(self) -> int:
        """How many tokens there are, special ones included."""
        return len(self.get_vocabulary())

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Makes the vocabulary of the tokens in the data, the most frequent first.

        Of equally frequent ones the larger comes first.

        Args:
            data: an array or list of tokens, or something that yields batches. For
                "tf_idf", each row is a document.
            steps: how many batches to take; None takes all.
        """
        self.learn(self._documents(data, steps))

    def _documents(self, data: Any, steps: int | None) -> Iterator[list]:
        for batch in batches_of(type(self).__name__, data, steps):
            # One sequence of tokens is one document each, as in Keras.
            rows = batch.reshape(len(batch), -1) if batch.ndim else batch[None, None]
            yield from rows.tolist()

    def learn(self, documents: Iterable) -> None:
        """Makes the vocabulary of lists (or arrays) of tokens."""
        if self._given:
            raise ValueError(
                f'"{self.name}" was given its vocabulary, so there is nothing to '
                f"learn. Try: {type(self).__name__}() without vocabulary."
            )
        counts: Counter = Counter()
        containing: Counter = Counter()
        rows = 0
        for document in documents:
            tokens = [self._token(x) for x in document]
            counts.update(tokens)
            containing.update(set(tokens))
            rows += 1
        counts.pop(self.mask_token, None)
        counts.pop(self.oov_token, None)
        ordered = sorted(counts, key=lambda token: (counts[token], token), reverse=True)
        if self.max_tokens is not None:
            ordered = ordered[: self.max_tokens - len(self._special_tokens())]
        if self.output_mode == "tf_idf":
            idf = [np.log(1 + rows / (1 + containing[token])) for token in ordered]
            self.set_vocabulary(ordered, idf)
        else:
            self.set_vocabulary(ordered)

    def _padded_weights(self, tokens: list, idf: Any, has_special: bool) -> list:
        """The weights with those of the special tokens in front: the mean of all."""
        if idf is None or np.shape(idf) != (len(tokens),):
            raise ValueError(
                explain(
                    f'{type(self).__name__} with output_mode="tf_idf" needs '
                    "idf_weights: one for each token of the vocabulary.",
                    expected=f"{len(tokens)} numbers",
                    received="none" if idf is None else f"shape {np.shape(idf)}",
                )
            )
        weights = np.asarray(idf, np.float64)
        front = 0 if has_special else len(self._special_tokens())
        return [float(weights.mean())] * front + weights.tolist()

    # -- files ----------------------------------------------------------------

    def save_assets(self, directory: Any) -> None:
        """Writes a learned vocabulary to `vocabulary.txt`, one token a line.

        (It is in the config as well; Keras reads it from here.)
        """
        if self.vocabulary is not None and not self._given:
            lines = [str(token) for token in self.get_vocabulary()]
            path = Path(directory) / _VOCABULARY_FILE
            path.write_text("\n".join(lines), encoding="utf-8")

    def load_assets(self, directory: Any) -> None:
        """Reads the vocabulary that Keras wrote, unless one was in the config."""
        path = Path(directory) / _VOCABULARY_FILE
        if self.vocabulary is None and path.exists():
            lines = path.read_text(encoding="utf-8").split("\n")
            while lines and lines[-1] == "":
                lines.pop()
            self.set_vocabulary(lines, self._loaded_idf)

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """The weights of "tf_idf", where Keras looks for them."""
        if self.idf_weights is not None:
            store["idf_weights"] = np.asarray(self.idf_weights, np.float32)

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Remembers the weights of "tf_idf" until the vocabulary is read."""
        if self.output_mode == "tf_idf" and "idf_weights" in store:
            self._loaded_idf = np.asarray(store["idf_weights"])
