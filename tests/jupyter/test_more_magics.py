"""%explore %source %shapes %%predict %config EdukerasMagics, and completion."""

import numpy as np
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.error import UsageError
from IPython.utils.capture import capture_output

import edukeras as keras
from edukeras import jupyter
from edukeras.inspect import Exploration, display
from edukeras.inspect.display import LISTENERS
from edukeras.inspect.prediction import Prediction
from edukeras.jupyter import extension
from edukeras.jupyter.explorer import ModelExplorer
from edukeras.jupyter.prediction_panel import PredictionPanel
from tests.inspect.sanitiser import check


def printed(ip, cell):
    with capture_output() as captured:
        result = ip.run_cell(cell)
    return captured.stdout, result


# -- %explore, %source --------------------------------------------------------


def test_explore_gives_what_its_function_gives(ip):
    model = ip.user_ns["model"]
    ip.user_ns["x"] = x = np.ones((3, 4))
    plain = ip.run_line_magic("explore", "model")
    assert type(plain) is Exploration
    assert plain.text() == jupyter.explore(model).text() == model.explore().text()
    with_data = ip.run_line_magic("explore", "model x --sample 2")
    assert with_data.text() == jupyter.explore(model, x, sample=2).text()
    assert "Output of out, (2,)" in with_data.text()


def test_explore_has_controls_in_a_live_notebook(ip, live):
    assert type(ip.run_line_magic("explore", "model")) is ModelExplorer


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("model.layers[0]", "hidden (Dense)"),
        ("model out", "out (Dense)"),
        ("Dense", "Dense"),
        ("relu", "relu"),
        ("keras.layers.Conv2D", "Conv2D"),
    ],
)
def test_source_takes_expressions_and_names(ip, line, name):
    ip.user_ns["keras"] = keras
    view = ip.run_line_magic("source", line)
    assert view.name == name
    assert any(part.twin is not None for part in view.parts)


@pytest.mark.parametrize(
    ("magic", "line", "message"),
    [
        ("source", "Dens", 'Did you mean "Dense"'),
        ("source", "model hiden", 'Did you mean "hidden"'),
        ("source", "3", "no source code"),
        ("explore", "model xx", "'xx' is not defined"),
        ("explore", "model --sample", "expected one argument"),
        ("explore", "3", "Expected: a model. Received: int."),
        ("shapes", "maybe", "on, off, or nothing"),
    ],
)
def test_mistakes_become_one_line(ip, magic, line, message):
    with pytest.raises(UsageError) as error:
        ip.run_line_magic(magic, line)
    assert message in str(error.value)


# -- %config ------------------------------------------------------------------


def test_config_and_display_are_the_same_setting(ip):
    ip.run_line_magic("config", 'EdukerasMagics.display = "text"')
    assert display() == "text"
    display("html")
    assert ip.magics_manager.registry["EdukerasMagics"].display == "html"
    ip.run_line_magic("config", "EdukerasMagics.batch_size = 7")
    assert "batch of 7" in ip.run_line_magic("summary", "model").text()


def test_unloading_takes_settings_and_completion_away(shell):
    configurables, listeners = list(shell.configurables), list(LISTENERS)
    completers = dict(shell.strdispatchers["complete_command"].strs)
    for _ in range(2):
        extension.load_ipython_extension(shell)
        extension.load_ipython_extension(shell)
        shell.run_line_magic("shapes", "on")
        extension.unload_ipython_extension(shell)
        assert shell.configurables == configurables
        assert LISTENERS == listeners
        assert dict(shell.strdispatchers["complete_command"].strs) == completers
        assert printed(shell, "import numpy as np; a = np.ones(2)")[0] == ""


# -- completion ---------------------------------------------------------------


def completions(ip, line):
    with provisionalcompleter():
        return [found.text for found in ip.Completer.completions(line, len(line))]


def test_names_of_models_are_offered(ip):
    ip.user_ns["moment"] = 3
    assert completions(ip, "%summary mo") == ["model"]
    assert "model" in completions(ip, "%explore ")


def test_names_of_layers_are_offered_after_a_model(ip):
    assert completions(ip, "%weights model hi") == ["hidden"]
    assert set(completions(ip, "%source model ")) >= {"hidden", "out"}


# -- %shapes ------------------------------------------------------------------


def test_shapes_of_new_arrays_are_printed_after_each_cell(ip):
    ip.run_cell("import numpy as np\nold = np.zeros((2, 2))")
    printed(ip, "%shapes on")
    assert printed(ip, "x = np.ones((3, 4)); n = 3")[0] == "shapes: x (3, 4) float64\n"
    assert printed(ip, "n = 4")[0] == ""
    assert printed(ip, "x = x[:2]")[0] == "shapes: x (2, 4) float64\n"
    out, _ = printed(ip, "model(x.astype('float32'))")
    assert "shapes: the result (2, 2) float32" in out
    printed(ip, "%shapes off")
    assert printed(ip, "y = np.ones(5)")[0] == ""


def test_switching_shapes_on_twice_prints_once(ip):
    ip.run_cell("import numpy as np")
    printed(ip, "%shapes on")
    printed(ip, "%shapes on")
    assert printed(ip, "z = np.ones(2)")[0].count("shapes:") == 1


def test_shapes_can_be_asked_for_at_once(ip):
    ip.user_ns["x"] = np.zeros((3, 2), "float32")
    view = ip.run_line_magic("shapes", "")
    assert ("x", "(3, 2)", "float32") in view.rows
    assert view.text() == jupyter.shapes(ip.user_ns).text()
    check(view.html())


# -- %%predict ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "guess", "right"),
    [
        ("1 + 1", "2", True),
        ("1 + 1", "3", False),
        ("(32, 10)", "(32,10)", True),
        ("[1 / 3, 2 / 3]", "[0.333, 0.667]", True),
        ("[1 / 3, 2 / 3]", "[0.4, 0.6]", False),
        ("print('hello')", "hello", True),
        ("'relu'", "relu", True),
        ("x = 3", "nothing", True),
        ("[1, 2] == [1, 2]", "True", True),
        ("[1, 2]", "1", False),
        ("1 / 0", "ZeroDivisionError", True),
        ("1 / 0", "an error", False),
        ("1 / 0", "error", True),
        ("None", "nothing", True),
    ],
)
def test_a_guess_is_compared_with_what_comes_out(code, guess, right):
    assert jupyter.predict(code, guess, {}).right is right


def test_numbers_of_numpy_are_shown_as_plain_ones():
    shown = jupyter.predict("np.float32(2) > 1", "False", {"np": np})
    assert shown.text() == "✗ You predicted False, and it is True"


def test_the_guess_is_the_comment_in_the_first_line(ip):
    result = ip.run_cell_magic("predict", "", "# (2, 2)\nx = 3\n(2, x)\n")
    assert type(result) is Prediction
    assert result.text() == "✗ You predicted (2, 2), and it is (2, 3)"
    assert (result.value, ip.user_ns["x"]) == ((2, 3), 3)
    right = ip.run_cell_magic("predict", "--expect '(2, 3)'", "(2, x)")
    assert right.text() == "✓ As you predicted: (2, 3)"
    check(right.html())


def test_without_a_guess_the_cell_is_not_run(ip):
    with pytest.raises(UsageError, match="First say what you expect"):
        ip.run_cell_magic("predict", "", "ran = True")
    assert "ran" not in ip.user_ns


def test_in_a_live_notebook_a_box_asks_for_the_guess(ip, live, monkeypatch):
    monkeypatch.setattr("edukeras.jupyter.predict_magic.is_live", lambda: True)
    panel = ip.run_cell_magic("predict", "", "ran = True\n2 + 2")
    assert type(panel) is PredictionPanel
    panel.button.click()
    assert "Write down what you expect" in panel.page.value
    assert "ran" not in ip.user_ns
    panel.guess.value = "5"
    panel.button.click()
    assert "You predicted 5, and it is 4" in panel.page.value
    assert ip.user_ns["ran"]
    assert panel.prediction.value == 4
    check(panel.page.value)


def test_every_magic_explains_itself(ip):
    for magics in extension.MAGICS:
        for name in [*magics.magics["line"], *magics.magics["cell"]]:
            assert f"%{name}" in getattr(magics, name).__doc__
