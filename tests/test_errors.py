"""Exceptions: the types that Keras programs catch, and how messages are worded."""

import pytest

from edukeras import errors


@pytest.mark.parametrize(
    ("error", "caught_as"),
    [
        (errors.ShapeError, (ValueError,)),
        (errors.NotCompiledError, (ValueError, RuntimeError)),
        (errors.NotBuiltError, (ValueError,)),
        (errors.UnknownNameError, (ValueError,)),
        (errors.GraphError, (ValueError,)),
        (errors.LayerTypeError, (TypeError, ValueError)),
        (errors.EmptyModelError, (TypeError, IndexError)),
        (errors.FileFormatError, (ValueError, OSError)),
    ],
)
def test_each_error_is_what_some_version_of_keras_raises(error, caught_as):
    for other in (*caught_as, errors.EdukerasError):
        assert issubclass(error, other)


def test_a_message_has_only_the_parts_that_were_given():
    assert errors.explain("It failed.") == "It failed."
    assert errors.explain("It failed.", expected=0, received="", hint="x") == (
        "It failed. Expected: 0. Received: . Try: x"
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("RELU", 'Did you mean "relu"?'), ("rleu", 'Did you mean "relu"?'), ("qq", "")],
)
def test_nearest_ignores_case_and_says_nothing_of_the_far(name, sentence):
    assert errors.nearest(name, ["relu", "tanh"]) == sentence


def test_unknown_names_list_what_there_is_when_nothing_is_near():
    message = str(errors.unknown_name("loss", "qq", ["mse", "mae"]))
    assert message == "Unknown loss: 'qq'. Known names: mae, mse."
