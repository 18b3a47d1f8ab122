"""Lookup: words or whole numbers to their places in a vocabulary, and back.

The vocabulary is part of the config, so that a saved model brings it along.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from edukeras import config
from edukeras.errors import explain, unknown_name
from edukeras.layers.base import Layer
from edukeras.layers.core import positive_integer
from edukeras.layers.preprocessing.batches import batches_of
from edukeras.layers.preprocessing.encoding import (
    check_output_mode,
    encode,
    encoded_shape,
)
from edukeras.layers.preprocessing.hashing import farmhash64
from edukeras.tensor import KerasTensor, Tensor, as_array

_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
_OLD_NAMES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


class _Lookup(Layer):
    """What both kinds share: the vocabulary and what is made of its places.

    Places 0, 1 ... of the vocabulary: the mask token (if there is one, and only for
    "int"), then `num_oov_indices` places for unknown tokens ("out of vocabulary"),
    then the tokens.
    """

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
        if self._given:
            raise ValueError(
                f'"{self.name}" was given its vocabulary, so there is nothing to '
                f"learn. Try: {type(self).__name__}() without vocabulary."
            )
        counts: Counter = Counter()
        documents: Counter = Counter()
        rows = 0
        for batch in batches_of(type(self).__name__, data, steps):
            # One sequence of tokens is one document each, as in Keras.
            for row in batch.reshape(len(batch), -1) if batch.ndim else [batch[None]]:
                tokens = [self._token(x) for x in row.tolist()]
                counts.update(tokens)
                documents.update(set(tokens))
                rows += 1
        counts.pop(self.mask_token, None)
        counts.pop(self.oov_token, None)
        ordered = sorted(counts, key=lambda token: (counts[token], token), reverse=True)
        if self.max_tokens is not None:
            ordered = ordered[: self.max_tokens - len(self._special_tokens())]
        if self.output_mode == "tf_idf":
            idf = [np.log(1 + rows / (1 + documents[token])) for token in ordered]
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

    # -- calling --------------------------------------------------------------

    def call(self, inputs: Any) -> Any:
        if self.vocabulary is None:
            raise RuntimeError(
                f'"{self.name}" has no vocabulary yet. '
                f"Try: adapt(data) first, or {type(self).__name__}(vocabulary=[...])."
            )
        array = np.asarray(inputs) if isinstance(inputs, (str, list)) else inputs
        if self.invert:
            return Tensor(self._tokens_at(as_array(array)))
        places = self._places(as_array(array))
        dtype = "int64" if self.output_mode == "int" else config.floatx()
        if self.output_mode != "tf_idf":
            return encode(places, self.output_mode, self._depth(), dtype)
        counts = encode(places, "count", self._depth(), dtype)
        weights = np.zeros(self._depth(), counts.array.dtype)
        weights[: len(self.idf_weights)] = self.idf_weights
        return Tensor(counts.array * weights)

    def _places(self, array: np.ndarray) -> np.ndarray:
        """The place of each token. Each different token is looked up once."""
        tokens, where = np.unique(array, return_inverse=True)
        places = [self._place(self._token(x)) for x in tokens.tolist()]
        return np.array(places, np.int64)[where].reshape(array.shape)

    def _place(self, token: Any) -> int:
        if self.mask_token is not None and token == self.mask_token:
            return 0 if self.output_mode == "int" else -1  # -1: counts for nothing
        if token in self._place_of:
            return self._place_of[token]
        if self.num_oov_indices == 0:
            raise ValueError(
                explain(
                    f'"{self.name}" met a token that its vocabulary has not.',
                    received=repr(token),
                    hint="num_oov_indices=1 gives unknown tokens a place.",
                )
            )
        first = len(self._special_tokens()) - self.num_oov_indices
        return first + self._bucket(token)

    def _bucket(self, token: Any) -> int:
        """Which of the places for unknown tokens this one takes."""
        return farmhash64(str(token).encode()) % self.num_oov_indices

    def _tokens_at(self, places: np.ndarray) -> np.ndarray:
        vocabulary = np.array(self.get_vocabulary())
        known = (places >= 0) & (places < len(vocabulary))
        oov = np.array(self.oov_token)
        return np.where(known, vocabulary[np.where(known, places, 0)], oov)

    def _depth(self) -> int:
        return self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size()

    def compute_output_shape(self, input_shape: Any) -> tuple:
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        return encoded_shape(input_shape, mode, self._depth())

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        dtype = "int64" if self.output_mode == "int" else config.floatx()
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype)

    # -- configuration --------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """With the vocabulary, also one that was learned (Keras keeps that apart)."""
        given_with_weights = self.idf_weights is not None  # those of special tokens too
        return super().get_config() | {
            "vocabulary": self.get_vocabulary() if given_with_weights else self.vocabulary,
            "vocabulary_size": self.vocabulary_size() if self.vocabulary else None,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """From a config, also from that of Keras, which has some keys more."""
        known = {k: v for k, v in config.items() if k not in ("vocabulary_size",)}
        return super().from_config(known)


class StringLookup(_Lookup):
    """Words to their places in a vocabulary, or back.

    Shapes: "int": any -> the same; "one_hot": any -> (..., size);
    other modes: (B, T) -> (B, size)

    Args:
        max_tokens: the largest size of the vocabulary, special tokens included.
        num_oov_indices: how many places unknown words share; 0 makes them errors.
        mask_token: the word that stands for "nothing here": place 0.
        oov_token: the word for unknown words, when places become words.
        vocabulary: the words, or the path of a file with one a line; or use `adapt`.
        idf_weights: for "tf_idf": a weight for each word.
        invert: places to words, instead of words to places.
        output_mode: "int"; "one_hot"; "multi_hot" says which words a sample has,
            "count" how often, "tf_idf" how often, times the weight of the word.
        pad_to_max_tokens: rows have max_tokens places, however few words are known.
        encoding: of words that are given as bytes.

    >>> layer = StringLookup(vocabulary=["cat", "dog"])
    >>> layer(np.array([["dog", "cow", "cat"]])).tolist()
    [[2, 0, 1]]
    >>> StringLookup(vocabulary=["cat", "dog"], invert=True)([2, 0, 1]).tolist()
    ['dog', '[UNK]', 'cat']
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("oov_method", None)  # Keras's files have it; words are always hashed
        super().__init__(name=name, **kwargs)
        self.encoding = encoding
        self._set_arguments(
            {
                "max_tokens": max_tokens,
                "num_oov_indices": num_oov_indices,
                "mask_token": mask_token,
                "oov_token": oov_token,
                "vocabulary": vocabulary,
                "idf_weights": idf_weights,
                "invert": invert,
                "output_mode": output_mode,
                "pad_to_max_tokens": pad_to_max_tokens,
                "sparse": sparse,
                "salt": salt,
            }
        )

    def _token(self, value: Any) -> str:
        return value.decode(self.encoding) if isinstance(value, bytes) else str(value)


class IntegerLookup(_Lookup):
    """Whole numbers to their places in a vocabulary, or back.

    Shapes: "int": any -> the same; "one_hot": any -> (..., size);
    other modes: (B, T) -> (B, size)

    Args:
        max_tokens: the largest size of the vocabulary, special numbers included.
        num_oov_indices: how many places unknown numbers share; 0 makes them errors.
        mask_token: the number that stands for "nothing here": place 0.
        oov_token: the number for unknown numbers, when places become numbers.
        vocabulary: the numbers, or the path of a file with one a line; or use `adapt`.
        idf_weights: for "tf_idf": a weight for each number.
        invert: places to numbers, instead of numbers to places.
        output_mode: "int"; "one_hot"; "multi_hot" says which numbers a sample has,
            "count" how often, "tf_idf" how often, times the weight of the number.
        pad_to_max_tokens: rows have max_tokens places, however few numbers are known.
        oov_method: which of several places an unknown number takes: "floormod" is its
            remainder, "farmhash" a number that looks random.

    >>> layer = IntegerLookup()
    >>> layer.adapt(np.array([36, 1138, 42, 1138]))
    >>> layer.get_vocabulary()
    [-1, 1138, 42, 36]
    >>> layer(np.array([42, 7])).tolist()
    [2, 0]
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if vocabulary_dtype != "int64":
            raise ValueError(
                explain(
                    "IntegerLookup knows one dtype only.",
                    expected='vocabulary_dtype="int64"',
                    received=f"{vocabulary_dtype!r}",
                )
            )
        if oov_method not in ("floormod", "farmhash"):
            raise unknown_name("oov_method", oov_method, ("floormod", "farmhash"))
        self._set_arguments(
            {
                "max_tokens": max_tokens,
                "num_oov_indices": num_oov_indices,
                "mask_token": mask_token,
                "oov_token": oov_token,
                "vocabulary": vocabulary,
                "vocabulary_dtype": vocabulary_dtype,
                "idf_weights": idf_weights,
                "invert": invert,
                "output_mode": output_mode,
                "sparse": sparse,
                "pad_to_max_tokens": pad_to_max_tokens,
                "oov_method": oov_method,
                "salt": salt,
            }
        )

    def _token(self, value: Any) -> int:
        return int(value)

    def _bucket(self, token: Any) -> int:
        if self.oov_method == "floormod":
            return token % self.num_oov_indices
        return super()._bucket(token)
