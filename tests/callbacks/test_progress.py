"""The progress bar: its text on a screen, in a file, and the same in every run."""

import contextlib
import io
import re

import pytest

from edukeras.callbacks import CallbackList, Progbar


class Screen(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def on_screen(action):
    """What an action writes to a terminal."""
    screen = Screen()
    with contextlib.redirect_stdout(screen):
        action()
    return screen.getvalue()


def uncolored(text):
    return re.sub(r"\x1b\[\d+m", "", text)


def train(epochs=2, steps=3, verbose=1, given_steps=3):
    hooks = CallbackList(
        add_progbar=True, epochs=epochs, steps=given_steps, verbose=verbose
    )
    hooks.on_train_begin()
    for epoch in range(epochs):
        hooks.on_epoch_begin(epoch)
        for step in range(steps):
            hooks.on_train_batch_end(step, {"loss": 0.5, "acc": 0.25})
        hooks.on_test_begin()
        hooks.on_test_batch_end(0, {"loss": 9.0})
        hooks.on_test_end({"loss": 9.0})
        hooks.on_epoch_end(epoch, {"loss": 0.5, "acc": 0.25, "val_loss": 1e-5})
    hooks.on_train_end()
    return hooks


def test_deterministic_text_is_the_same_everywhere(monkeypatch, capsys):
    monkeypatch.setenv("EDUKERAS_DETERMINISTIC", "1")
    train()
    bar = "━" * 20
    line = f"3/3 {bar} …s …s/step - acc: 0.2500 - loss: 0.5000 - val_loss: 1.0000e-05"
    assert capsys.readouterr() == (f"Epoch 1/2\n{line}\nEpoch 2/2\n{line}\n", "")


def test_deterministic_screen_gets_final_lines_only(monkeypatch):
    monkeypatch.setenv("EDUKERAS_DETERMINISTIC", "1")
    text = on_screen(lambda: train(epochs=1))
    assert "\r" not in text
    assert text.count("\n") == 1
    assert "\x1b[32m" in text  # the colours of Keras


def test_screen_is_drawn_again_and_again_over_the_same_line(monkeypatch):
    monkeypatch.delenv("EDUKERAS_DETERMINISTIC", raising=False)

    def count_to_4():
        bar = Progbar(4, width=8, interval=0)
        for step in range(1, 5):
            bar.update(step, [("loss", 1.0 / step)])

    text = on_screen(count_to_4)
    nothing, *lines = uncolored(text).split("\r")
    assert nothing == ""
    parts = [re.match(r"(\d/4) ━{8} 0s \S+ - loss: (\S+)", line) for line in lines]
    assert [part[1] for part in parts] == ["1/4", "2/4", "3/4", "4/4"]
    # The means of 1, 1/2, 1/3; at the end the value itself.
    assert [part[2] for part in parts] == ["1.0000", "0.7500", "0.6111", "0.2500"]
    assert text.endswith("\n")


def test_bar_of_fit_is_drawn_while_training(monkeypatch):
    monkeypatch.delenv("EDUKERAS_DETERMINISTIC", raising=False)
    text = uncolored(on_screen(lambda: train(epochs=1)))
    first, last = text.split("\r")[1], text.split("\r")[-1]
    assert re.match(r"1/3 ━+ \ds \S+/step - acc: 0.2500 - loss: 0.5000", first)
    assert last.endswith("- loss: 0.5000 - val_loss: 1.0000e-05\n")
    assert "9.0" not in text  # a validation has no bar of its own


def test_colours_show_how_far_it_is(monkeypatch):
    monkeypatch.delenv("EDUKERAS_DETERMINISTIC", raising=False)
    text = on_screen(lambda: Progbar(4, width=8, interval=0).update(1))
    assert "\x1b[32m━━\x1b[0m\x1b[37m━━━━━━\x1b[0m" in text


def test_shorter_line_hides_the_longer_one_before(monkeypatch):
    monkeypatch.delenv("EDUKERAS_DETERMINISTIC", raising=False)

    def shrink():
        bar = Progbar(10, interval=0, stateful_metrics=["loss"])
        bar.update(1, [("loss", 1e9)])
        bar.update(2, [("loss", 1.0)])

    _, long, short = uncolored(on_screen(shrink)).split("\r")
    assert len(short) >= len(long.rstrip())


def test_drawing_is_throttled(monkeypatch):
    monkeypatch.delenv("EDUKERAS_DETERMINISTIC", raising=False)

    def count():
        bar = Progbar(1000, interval=60)
        for step in range(1, 1001):
            bar.update(step)

    assert on_screen(count).count("\r") == 2  # the first and the last


def test_file_gets_final_lines_without_colours(monkeypatch, capsys):
    monkeypatch.delenv("EDUKERAS_DETERMINISTIC", raising=False)
    hooks = train()
    assert not hooks.has_train_batch_hooks
    out, err = capsys.readouterr()
    assert err == ""
    assert "\x1b" not in out
    assert "\r" not in out
    assert [line.split(" ")[0] for line in out.splitlines()] == [
        "Epoch",
        "3/3",
        "Epoch",
        "3/3",
    ]


def test_verbose_2_is_one_line_per_epoch(monkeypatch, capsys):
    monkeypatch.setenv("EDUKERAS_DETERMINISTIC", "1")
    train(verbose=2, epochs=1)
    out = capsys.readouterr().out
    assert out == (
        "3/3 - …s - …s/step - acc: 0.2500 - loss: 0.5000 - val_loss: 1.0000e-05\n"
    )


def test_verbose_0_is_silent():
    assert on_screen(lambda: train(verbose=0)) == ""


def test_number_of_steps_is_learned_in_the_first_epoch(monkeypatch, capsys):
    monkeypatch.setenv("EDUKERAS_DETERMINISTIC", "1")
    train(given_steps=None, steps=5)
    out = capsys.readouterr().out
    assert [line[:4] for line in out.splitlines()[1::2]] == ["5/5 ", "5/5 "]


def test_unknown_number_of_steps(monkeypatch):
    monkeypatch.delenv("EDUKERAS_DETERMINISTIC", raising=False)
    text = on_screen(lambda: Progbar(None, interval=0).update(3, [("loss", 2.0)]))
    assert uncolored(text).startswith("\r      3/Unknown 0s ")


def test_stdout_that_knows_only_ascii(monkeypatch):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setenv("EDUKERAS_DETERMINISTIC", "1")
    Progbar(2, width=4).update(2)
    assert raw.getvalue() == b"2/2 ==== ...s ...s/step\n"


def test_evaluation_and_prediction_have_a_bar(monkeypatch, capsys):
    monkeypatch.setenv("EDUKERAS_DETERMINISTIC", "1")
    hooks = CallbackList(add_progbar=True, epochs=1, steps=2, verbose=1)
    hooks.on_test_begin()
    hooks.on_test_end({"loss": 0.5})
    hooks.on_predict_begin()
    hooks.on_predict_batch_end(1, {"outputs": [1, 2]})
    hooks.on_predict_end()
    bar = "━" * 20
    assert capsys.readouterr().out == (
        f"2/2 {bar} …s …s/step - loss: 0.5000\n2/2 {bar} …s …s/step\n"
    )


def test_add_counts_on(monkeypatch, capsys):
    monkeypatch.setenv("EDUKERAS_DETERMINISTIC", "1")
    bar = Progbar(5, verbose=2)
    bar.add(2, [("a", 1.0)])
    bar.add(3, [("a", 3.0)])
    assert capsys.readouterr().out == "5/5 - …s - …s/step - a: 3.0000\n"


def test_both_kinds_of_metrics_are_refused():
    with pytest.raises(ValueError, match="not both"):
        Progbar(1, stateful_metrics=["a"], stateless_metrics=["b"])
