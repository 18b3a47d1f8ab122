"""Text to numbers: TextVectorization.

A sentence is cleaned (`standardize`), cut into words (`split`), words may be joined to
short phrases (`ngrams`), and a StringLookup says which place each has.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from edukeras import config, registry
from edukeras.errors import ShapeError, explain, unknown_name
from edukeras.layers.base import Layer
from edukeras.layers.preprocessing.batches import batches_of
from edukeras.layers.preprocessing.encoding import encoded_shape
from edukeras.layers.preprocessing.lookup import StringLookup
from edukeras.tensor import KerasTensor, Tensor, as_array

_STANDARDIZE = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
_SPLIT = ("whitespace", "character")

# As TensorFlow does it: only the letters A to Z become small, and only these count as
# space.  ("É" stays; str.lower and str.split would know more.)
_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_SPACE = re.compile(r"[ \t\n\v\f\r]+")


class TextVectorization(Layer):
    """Sentences to the places of their words in a vocabulary.

    Shapes: (B,) or (B, 1) of strings -> "int": (B, longest sentence) or
    (B, output_sequence_length); "one_hot": (B, longest sentence, size);
    other modes: (B, size)

    (Keras returns a ragged tensor for "one_hot".  Here shorter sentences are filled up
    with rows of zeros.)

    Args:
        max_tokens: the largest size of the vocabulary, special tokens included.
        standardize: "lower_and_strip_punctuation", "lower", "strip_punctuation", None,
            or a function from an array of strings to another.
        split: "whitespace", "character", None, or a function from an array of strings
            to a list of words for each.
        ngrams: 2 adds all pairs of neighbours, 3 pairs and triples ...; (2,) has pairs
            only.
        output_mode: "int", 0 being no word and 1 unknown words; "one_hot"; "multi_hot"
            says which words a sentence has, "count" how often, "tf_idf" how often,
            times how rare the word is.
        output_sequence_length: of "int": longer sentences are cut, shorter ones
            filled up with 0. None fills up to the longest of the batch.
        pad_to_max_tokens: rows have max_tokens places, however few words are known.
        vocabulary: the words, or the path of a file with one a line; or use `adapt`.
        idf_weights: for "tf_idf", with `vocabulary`: a weight for each word.
        encoding: of sentences that are given as bytes.

    >>> layer = TextVectorization(output_sequence_length=4)
    >>> layer.adapt(["The cat sat.", "The dog sat on the cat!"])
    >>> layer.get_vocabulary()
    ['', '[UNK]', 'the', 'sat', 'cat', 'on', 'dog']
    >>> layer(["the dog", "the cow sat on the dog"]).tolist()
    [[2, 6, 0, 0], [2, 1, 3, 5]]
    """

    reads_text = True

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        for key in ("vocabulary_size", "has_input_vocabulary"):
            kwargs.pop(key, None)  # Keras's files have them
        super().__init__(name=name, **kwargs)
        self._check_choice("standardize", standardize, _STANDARDIZE)
        self._check_choice("split", split, _SPLIT)
        self.standardize = standardize
        self.split = split
        self.ngrams = ngrams
        self._widths = _widths_of(ngrams)
        self.output_sequence_length = output_sequence_length
        self.ragged = ragged
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            mask_token="",
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            sparse=sparse,
            encoding=encoding,
        )
        self._check_lengths()

    def _check_choice(self, argument: str, value: Any, names: tuple) -> None:
        if value is not None and not callable(value) and value not in names:
            raise unknown_name(f"{argument} of TextVectorization", value, names)

    def _check_lengths(self) -> None:
        length = self.output_sequence_length
        if length is not None and (
            self.output_mode != "int" or not isinstance(length, int)
        ):
            raise ValueError(
                explain(
                    "TextVectorization: output_sequence_length cuts or fills up "
                    "sentences.",
                    expected='a whole number, with output_mode="int"',
                    received=f"output_sequence_length={length!r}, "
                    f"output_mode={self.output_mode!r}",
                )
            )
        if self.ragged:
            raise ValueError(
                explain(
                    "TextVectorization fills sentences up to one length.",
                    received="ragged=True",
                    hint="leave it out: there are no ragged tensors here.",
                )
            )

    @property
    def output_mode(self) -> str:
        return self._lookup_layer.output_mode

    # -- the vocabulary -------------------------------------------------------

    def adapt(
        self, data: Any, batch_size: int | None = None, steps: int | None = None
    ) -> None:
        """Makes the vocabulary of the words in the data, the most frequent first.

        Args:
            data: a list or array of strings, or something that yields batches.
            batch_size: accepted as in Keras.
            steps: how many batches to take; None takes all.
        """
        self._lookup_layer.learn(self._documents(data, steps))

    def _documents(self, data: Any, steps: int | None) -> Iterator[list]:
        for batch in batches_of(type(self).__name__, data, steps):
            sentences = batch[:, None] if batch.ndim == 1 else batch
            yield from self._tokens(sentences)[0]

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replaces the vocabulary; see StringLookup."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights=idf_weights)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list:
        """The words in their order; "" (nothing) and "[UNK]" in front."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """How many words there are, special ones included."""
        return self._lookup_layer.vocabulary_size()

    # -- calling --------------------------------------------------------------

    def call(self, inputs: Any) -> Any:
        tokens, shape = self._tokens(inputs)
        longest = max(map(len, tokens), default=0)
        rows = np.full((len(tokens), longest), "", object)
        for row, own in zip(rows, tokens, strict=True):
            row[: len(own)] = own
        words = rows.reshape((*shape[:-1], longest) if shape else (longest,))
        places = self._lookup_layer.call(words)
        if self.split is None and not shape:
            return places[0]  # of a single word
        length = self.output_sequence_length
        if length is None:
            return places
        array = places.array[..., :length]
        missing = [(0, 0)] * (array.ndim - 1) + [(0, length - array.shape[-1])]
        return Tensor(np.pad(array, missing))

    def _tokens(self, inputs: Any) -> tuple[list[list[str]], tuple]:
        """The words of each sentence, and the shape of the sentences, (B, ..., 1).

        Without `split`, the last axis of the inputs is that of the words.
        """
        sentences = self._sentences(inputs)
        if callable(self.standardize):
            sentences = np.asarray(self.standardize(sentences))
        if self.split is None:
            rows = sentences.reshape(-1, sentences.shape[-1] if sentences.ndim else 1)
            tokens = [[self._clean(word) for word in row] for row in rows.tolist()]
            shape = sentences.shape
        else:
            sentences = self._single(sentences)
            shape = (*sentences.shape, 1) if sentences.ndim else ()
            tokens = self._cut(sentences.reshape(-1))
        if self._widths is not None:
            tokens = [list(_ngrams(words, self._widths)) for words in tokens]
        return tokens, shape

    def _sentences(self, inputs: Any) -> np.ndarray:
        """An array of strings, of whatever holds them."""
        plain = isinstance(inputs, (str, bytes, list, tuple))
        array = np.asarray(inputs) if plain else as_array(inputs)
        if array.dtype.kind in "SO":
            flat = [self._lookup_layer._token(x) for x in array.ravel().tolist()]
            return np.array(flat, dtype=str).reshape(array.shape)
        return array.astype(str)

    def _single(self, sentences: np.ndarray) -> np.ndarray:
        """Without a last axis of size 1."""
        if sentences.ndim < 2:
            return sentences
        if sentences.shape[-1] != 1:
            raise ShapeError(
                explain(
                    f'TextVectorization "{self.name}" takes one sentence per sample.',
                    expected="shape (B,) or (B, 1)",
                    received=f"shape {sentences.shape}",
                    hint="split=None takes words that are cut apart already.",
                )
            )
        return sentences[..., 0]

    def _clean(self, sentence: str) -> str:
        if self.standardize in ("lower", "lower_and_strip_punctuation"):
            sentence = sentence.translate(_SMALL)
        if self.standardize in ("strip_punctuation", "lower_and_strip_punctuation"):
            sentence = sentence.translate(_NO_PUNCTUATION)
        return sentence

    def _cut(self, sentences: np.ndarray) -> list[list[str]]:
        cleaned = [self._clean(sentence) for sentence in sentences.tolist()]
        if self.split == "whitespace":
            return [[w for w in _SPACE.split(text) if w] for text in cleaned]
        if self.split == "character":
            return [list(text) for text in cleaned]
        rows = self.split(np.array(cleaned, dtype=str))
        return [[self._lookup_layer._token(word) for word in row] for row in rows]

    def build(self, input_shape: Any) -> None:
        """There is nothing to make; the vocabulary may come later, from a file."""

    def compute_output_shape(self, input_shape: Any) -> tuple:
        shape = tuple(input_shape)
        if self.output_mode == "int":
            return (*shape[:1], self.output_sequence_length)
        if self.split is not None:
            shape = (*(shape[:-1] if len(shape) > 1 else shape), None)
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        return encoded_shape(shape, mode, self._lookup_layer._depth())

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        dtype = "int64" if self.output_mode == "int" else config.floatx()
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype)

    # -- files ----------------------------------------------------------------

    def save_assets(self, directory: Any) -> None:
        self._lookup_layer.save_assets(directory)

    def load_assets(self, directory: Any) -> None:
        self._lookup_layer.load_assets(directory)

    def save_own_variables(self, store: Any) -> None:
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        self._lookup_layer.load_own_variables(store)

    def get_config(self) -> dict[str, Any]:
        """With the vocabulary, also one that was learned (Keras keeps that apart)."""
        lookup = self._lookup_layer.get_config()
        shared = ("max_tokens", "output_mode", "pad_to_max_tokens", "sparse")
        learned = ("vocabulary", "idf_weights", "encoding", "vocabulary_size")
        return super().get_config() | {
            "standardize": registry.serialize_keras_object(self.standardize),
            "split": registry.serialize_keras_object(self.split),
            "ngrams": self.ngrams,
            "output_sequence_length": self.output_sequence_length,
            "ragged": self.ragged,
            **{name: lookup[name] for name in (*shared, *learned)},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> TextVectorization:
        """From a config; functions in it must be registered."""
        plain = dict(config)
        for name in ("standardize", "split"):
            if isinstance(plain.get(name), dict):
                plain[name] = registry.deserialize_keras_object(plain[name])
        if isinstance(plain.get("ngrams"), list):
            plain["ngrams"] = tuple(plain["ngrams"])
        return cls(**plain)


def _widths_of(ngrams: Any) -> tuple[int, ...] | None:
    """How many words phrases have: of 3, (1, 2, 3)."""
    if ngrams is None:
        return None
    if isinstance(ngrams, int):
        return tuple(range(1, ngrams + 1))
    if isinstance(ngrams, tuple) and all(isinstance(n, int) for n in ngrams):
        return ngrams
    raise ValueError(
        explain(
            "TextVectorization takes a whole number, or a tuple of them, as ngrams.",
            received=f"ngrams={ngrams!r}",
        )
    )


def _ngrams(words: list[str], widths: Iterable[int]) -> Iterator[str]:
    """All phrases of neighbours.

    >>> list(_ngrams(["a", "b", "c"], (1, 2)))
    ['a', 'b', 'c', 'a b', 'b c']
    """
    for width in widths:
        for start in range(len(words) - width + 1):
            yield " ".join(words[start : start + width])
