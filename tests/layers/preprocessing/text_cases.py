"""Sentences, and ways to make numbers of them; categories, and buckets for them."""

SENTENCES = [
    "The Cat, sat. É!",
    "a dog\tthe  cat",
    "",
    "don't stop the-music 3.5 été",
]

TEXTS = {
    "plain": {},
    "short": {"output_sequence_length": 3},
    "long": {"output_sequence_length": 9},
    "characters": {"split": "character"},
    "pairs": {"ngrams": 2},
    "pairs_only": {"ngrams": (2,)},
    "one_and_three": {"ngrams": (1, 3)},
    "as_it_is": {"standardize": None},
    "lower": {"standardize": "lower"},
    "no_punctuation": {"standardize": "strip_punctuation"},
    "few": {"max_tokens": 6},
    "multi_hot": {"output_mode": "multi_hot"},
    "count": {"output_mode": "count", "max_tokens": 40, "pad_to_max_tokens": True},
    "tf_idf": {"output_mode": "tf_idf", "ngrams": 2},
    "given": {"vocabulary": ["cat", "the"]},
    "given_idf": {
        "vocabulary": ["cat", "the"],
        "idf_weights": [0.3, 0.4],
        "output_mode": "tf_idf",
    },
    "whole": {"split": None},
    "whole_multi_hot": {"split": None, "output_mode": "multi_hot"},
    "whole_pairs": {"split": None, "ngrams": 2},
}

WORDS = ["", "a", "abc", "abcdefgh", "x" * 20, "x" * 40, "y" * 100, "é", "cat"]
NUMBERS = [[0, 7, -4], [12, 99999999999, 1]]


def _hash(inputs, **arguments):
    return {"arguments": {"num_bins": 1000, **arguments}, "inputs": inputs}


HASHES = {
    "words": _hash(WORDS),
    "numbers": _hash(NUMBERS),
    "reals": _hash([1.7, -2.5]),
    "words_salted": _hash(WORDS, salt=133),
    "numbers_salted": _hash(NUMBERS, salt=[133, 137]),
    "words_masked": _hash(WORDS, num_bins=7, mask_value=""),
    "numbers_masked": _hash(NUMBERS, num_bins=7, mask_value=7, salt=[3, 4]),
    "one_bin": _hash(WORDS, num_bins=1, mask_value="a"),
    **{
        f"{kind}_{mode}": _hash(inputs, num_bins=4, output_mode=mode)
        for kind, inputs in {
            "words": WORDS,
            "numbers": NUMBERS,
            "column": [[word] for word in WORDS],
        }.items()
        for mode in ("one_hot", "multi_hot", "count")
    },
}

_CITIES = ["A", "B", "A", "B", "A"]
_HOURS = [101, 101, 101, 102, -3]


def _column(values):
    return [[value] for value in values]


CROSSINGS = {
    "both": _hash([_CITIES, _HOURS]),
    "the_other_way_round": _hash([_HOURS, _CITIES]),
    "numbers": _hash([_HOURS, _HOURS]),
    "three": _hash([_CITIES, _CITIES, _HOURS]),
    "one_hot": _hash([_CITIES, _HOURS], num_bins=5, output_mode="one_hot"),
    "columns": _hash([_column(_CITIES), _column(_HOURS)]),
    "columns_one_hot": _hash(
        [_column(_CITIES), _column(_HOURS)], num_bins=5, output_mode="one_hot"
    ),
}
