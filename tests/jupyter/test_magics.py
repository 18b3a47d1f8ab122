import pytest
from IPython.core.error import UsageError

import edukeras as keras
from edukeras import jupyter
from edukeras.inspect import Exploration, LearningCurves, ModelSummary, WeightReport
from edukeras.jupyter import extension, magics
from edukeras.jupyter.explorer import ModelExplorer
from edukeras.jupyter.weight_viewer import WeightViewer

LOGGED = {"loss": [1.0, 0.5], "val_loss": [1.0, 0.75]}


def test_each_magic_returns_what_its_function_returns(ip):
    model = ip.user_ns["model"]
    ip.user_ns["logged"] = LOGGED
    for line, twin, kind in [
        ("summary model", jupyter.summary(model), ModelSummary),
        ("weights model", jupyter.weights(model), WeightReport),
        ("weights model out", jupyter.weights(model, "out"), WeightReport),
        ("curves logged", jupyter.curves(LOGGED), LearningCurves),
    ]:
        result = ip.run_line_magic(*line.split(" ", 1))
        assert type(result) is kind
        assert result.text() == twin.text()


def test_arguments_are_python_expressions(ip):
    ip.user_ns["models"] = {"a b": ip.user_ns["model"]}
    assert ip.run_line_magic("summary", "\"models['a b']\"").name == "small"
    report = ip.run_line_magic("weights", "model model.layers[1]")
    assert report.name == "out"
    assert ip.run_line_magic("weights", "model.layers[0]").name == "hidden"
    assert ip.run_line_magic("weights", "model 'hidden'").name == "hidden"


def test_a_cell_shows_html_and_text_and_can_keep_the_value(ip):
    result = ip.run_cell("kept = %summary model")
    assert result.success
    assert ip.user_ns["kept"].name == "small"
    bundle, _ = ip.display_formatter.format(ip.run_cell("%summary model").result)
    assert bundle["text/plain"].startswith('Sequential "small"')
    assert bundle["text/html"].startswith("<div>")


def test_options_choose_the_pictures(ip):
    assert ip.run_line_magic("weights", "model --hist").kinds == ("hist",)
    report = ip.run_line_magic("weights", "model --filters --image-shape 2,2")
    assert (report.kinds, report.image_shape) == (("filters",), (2, 2))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("summary modell", "'modell' is not defined. Has its cell been run?"),
        ("summary 3", "Expected: a model. Received: int."),
        ("summary", "the following arguments are required: model"),
        ("summary model.laiers", "AttributeError"),
        ("weights model hiden", 'Did you mean "hidden"'),
        ("curves model", "Learning curves need what fit returned"),
        ("curves 1/0", "ZeroDivisionError"),
    ],
)
def test_mistakes_become_one_line(ip, line, message):
    with pytest.raises(UsageError) as error:
        ip.run_line_magic(*(line.split(" ", 1) + [""])[:2])
    assert message in str(error.value)


def test_curves_of_a_model_are_those_of_its_last_fit(ip):
    model = ip.user_ns["model"]
    model.compile("sgd", "mse")
    history = model.fit([[1.0, 2, 3, 4]], [[1.0, 0]], epochs=2, verbose=0)
    shown = ip.run_line_magic("curves", "model")
    assert shown.curves[0].training == tuple(history.history["loss"])


def test_the_widget_option_is_static_where_nobody_can_click(ip):
    assert type(ip.run_line_magic("summary", "model -w")) is Exploration
    assert type(ip.run_line_magic("weights", "model -w")) is WeightReport


def test_the_widget_option_gives_controls_in_a_live_notebook(ip, live):
    assert type(ip.run_line_magic("summary", "model -w")) is ModelExplorer
    assert type(ip.run_line_magic("weights", "model -w")) is WeightViewer


def test_help_explains_the_arguments():
    for name in magics.EdukerasMagics.magics["line"]:
        text = getattr(magics.EdukerasMagics, name).__doc__
        assert f"%{name}" in text
        assert "positional arguments" in text


# -- loading ------------------------------------------------------------------


def registered(shell):
    found = shell.magics_manager.magics["line"]
    names = (
        *magics.EdukerasMagics.magics["line"],
        "check",
        "hint",
        "solution",
        "progress",
    )
    return {name: found.get(name) for name in names}


def test_loading_twice_changes_nothing(ip):
    before = registered(ip)
    assert None not in before.values()
    extension.load_ipython_extension(ip)
    assert registered(ip) == before


def test_unloading_leaves_no_trace(shell):
    magics_before = dict(shell.magics_manager.magics["line"])
    formatters = shell.display_formatter.formatters
    types_before = {name: dict(f.type_printers) for name, f in formatters.items()}
    extension.load_ipython_extension(shell)
    extension.unload_ipython_extension(shell)
    assert shell.magics_manager.magics["line"] == magics_before
    types = {name: dict(f.type_printers) for name, f in formatters.items()}
    assert types == types_before
    extension.unload_ipython_extension(shell)  # a second time does no harm


def test_load_ext_works_by_the_name_of_the_package(shell):
    shell.run_line_magic("load_ext", "edukeras")
    assert None not in registered(shell).values()
    shell.run_line_magic("reload_ext", "edukeras")
    assert None not in registered(shell).values()
    shell.run_line_magic("unload_ext", "edukeras")
    assert set(registered(shell).values()) == {None}


# -- History ------------------------------------------------------------------


@pytest.fixture
def history():
    made = keras.callbacks.History()
    made.history, made.epoch = dict(LOGGED), [0, 1]
    return made


def test_a_history_shows_its_curves(ip, history):
    bundle, _ = ip.display_formatter.format(history)
    assert bundle["text/plain"] == jupyter.curves(history).text()
    assert bundle["text/html"] == jupyter.curves(history).html()


def test_a_history_shows_text_where_text_is_wanted(ip, history):
    jupyter.display("text")
    bundle, _ = ip.display_formatter.format(history)
    assert "text/html" not in bundle
