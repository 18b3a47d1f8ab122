"""Vocabularies and what is looked up in them; data and the bins that it is put in."""

import numpy as np

WORDS = [["cow", "cat"], ["dog", "cat"], ["cow", "ant"], ["", "cow"]]
NUMBERS = [[36, 7], [1138, 36], [42, 7], [0, 36]]
LONG = ["emu", "a goose in the garden", "x" * 40, "y" * 100, "", "gnu", "ox", "é"]


def _words(inputs=WORDS, **arguments):
    return {
        "layer": "StringLookup",
        "arguments": {"vocabulary": ["cat", "dog"], **arguments},
        "inputs": inputs,
    }


def _numbers(inputs=NUMBERS, **arguments):
    return {
        "layer": "IntegerLookup",
        "arguments": {"vocabulary": [7, 42], **arguments},
        "inputs": inputs,
    }


def _adapted(layer, data, **arguments):
    return {"layer": layer, "arguments": arguments, "adapt": data, "inputs": data}


LOOKUPS = {
    "words": _words(),
    "words_masked": _words(mask_token=""),
    "words_inverted": _words([[1, 0], [2, 9]], invert=True),
    "words_inverted_masked": _words([[1, 0], [2, 3]], invert=True, mask_token=""),
    "words_three_places": _words(LONG, num_oov_indices=3),
    "words_many_places": _words(LONG, num_oov_indices=1000),
    "words_special_in_front": _words(vocabulary=["[UNK]", "cat", "dog"]),
    "words_idf": _words(output_mode="tf_idf", idf_weights=[0.5, 0.25]),
    "numbers": _numbers(),
    "numbers_masked": _numbers(mask_token=0),
    "numbers_inverted": _numbers([0, 1, 2, 7], invert=True),
    "numbers_three_places": _numbers([7, 5, -4, 12], num_oov_indices=3),
    "numbers_hashed": _numbers([5, -4, 12], num_oov_indices=9, oov_method="farmhash"),
    "numbers_padded": _numbers(
        output_mode="count", max_tokens=6, pad_to_max_tokens=True
    ),
    "words_adapted": _adapted("StringLookup", WORDS),
    "words_adapted_masked": _adapted(
        "StringLookup", WORDS, mask_token="", max_tokens=4
    ),
    "words_adapted_idf": _adapted("StringLookup", WORDS, output_mode="tf_idf"),
    "words_adapted_idf_padded": _adapted(
        "StringLookup",
        WORDS,
        output_mode="tf_idf",
        max_tokens=9,
        pad_to_max_tokens=True,
    ),
    "numbers_adapted": _adapted("IntegerLookup", NUMBERS),
    "numbers_adapted_flat": _adapted("IntegerLookup", [3, 1, 1, 9, 3]),
}
for mode in ("one_hot", "multi_hot", "count"):
    LOOKUPS[f"words_{mode}"] = _words(output_mode=mode)
    LOOKUPS[f"words_{mode}_masked"] = _words(output_mode=mode, mask_token="")
    LOOKUPS[f"words_{mode}_flat"] = _words(["dog", "cow"], output_mode=mode)
    LOOKUPS[f"words_{mode}_column"] = _words([["dog"], ["cow"]], output_mode=mode)
    LOOKUPS[f"numbers_{mode}"] = _numbers(output_mode=mode)

_data = np.random.default_rng(1).normal(0, 5, (3, 400)).round(2).tolist()
BINS = {
    "few": {"arguments": {"num_bins": 4}, "batches": [list(range(20))]},
    "many": {"arguments": {"num_bins": 5}, "batches": _data[:1]},
    "batches": {"arguments": {"num_bins": 3}, "batches": _data},
    "coarse": {"arguments": {"num_bins": 4, "epsilon": 0.1}, "batches": _data},
}
