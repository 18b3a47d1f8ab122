"""Lookup: words or whole numbers to their places in a vocabulary, and back.

The vocabulary is part of the config, so that a saved model brings it along.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config
from edukeras.errors import explain, unknown_name
from edukeras.layers.preprocessing.encoding import encode, encoded_shape
from edukeras.layers.preprocessing.hashing import farmhash64
from edukeras.layers.preprocessing.vocabulary import VocabularyLayer
from edukeras.tensor import KerasTensor, Tensor, as_array


class _Lookup(VocabularyLayer):
    """What both kinds share: what is made of the places of tokens."""

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
        known = self.idf_weights or []
        weights[: len(known)] = known
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
        if self.pad_to_max_tokens and self.max_tokens is not None:
            return self.max_tokens
        return self.vocabulary_size()

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
            "vocabulary": self.get_vocabulary()
            if given_with_weights
            else self.vocabulary,
            "vocabulary_size": self.vocabulary_size() if self.vocabulary else None,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """From a config, also from that of Keras, which has some keys more."""
        known = {k: v for k, v in config.items() if k != "vocabulary_size"}
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

    reads_text = True

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

    oov_method: str

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
