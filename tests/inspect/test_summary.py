import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.inspect import parameter_formula, summarize
from edukeras.inspect.formulas import constructor_call
from tests.inspect.sanitiser import check


@pytest.mark.parametrize(
    ("layer", "inputs", "formula"),
    [
        (lambda: layers.Dense(64), (784,), "(784 + 1) x 64 = 50,240"),
        (lambda: layers.Dense(64, use_bias=False), (784,), "784 x 64 = 50,176"),
        (lambda: layers.BatchNormalization(), (64,), "4 x 64 = 256"),
        (lambda: layers.Embedding(10, 4), (5,), "10 x 4 = 40"),
        (lambda: layers.Dropout(0.5), (5,), "0"),
    ],
)
def test_parameters_are_explained_by_a_formula(layer, inputs, formula):
    model = keras.Sequential([keras.Input(inputs), layer()])
    row = summarize(model).layers[0]
    assert row.formula == formula
    assert row.params == model.count_params()


def test_every_formula_is_right_arithmetic():
    rng = np.random.default_rng(0)
    for _ in range(50):
        shapes = [
            tuple(int(n) for n in rng.integers(1, 9, rng.integers(1, 4)))
            for _ in range(rng.integers(1, 4))
        ]
        terms, _, total = parameter_formula(shapes).replace(",", "").partition(" = ")
        total = int(total or terms)
        assert total == sum(int(np.prod(shape)) for shape in shapes)
        assert eval(terms.replace("x", "*")) == total


def test_text_shows_layers_shapes_and_formulas(model):
    assert summarize(model).text().splitlines()[:5] == [
        'Sequential "tiny"',
        "",
        "Layer (type)    Output shape  Parameters       Mult-adds",
        "hidden (Dense)  (None, 2)     (2 + 1) x 2 = 6  4",
        "out (Dense)     (None, 1)     (2 + 1) x 1 = 3  2",
    ]


def test_models_inside_are_indented_in_text_and_folded_in_html(nested):
    view = summarize(nested)
    assert "\n  hidden (Dense)  " in view.text()
    assert "<details>" in view.html().split("tiny")[0]
    assert [depth for depth, _ in view.walk()] == [0, 0, 1, 1, 0]


def test_a_branching_model_says_what_is_connected():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    view = summarize(keras.Model([a, b], layers.Add(name="sum")([a, b])))
    assert view.text().splitlines()[2].endswith("Connected to")
    assert "a[0][0], b[0][0]" in view.text()
    assert "a[0][0], b[0][0]" in view.html()


def test_frozen_and_partly_trained_layers_say_so():
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(2), layers.BatchNormalization()]
    )
    model.layers[0].trainable = False
    assert [layer.trained for layer in summarize(model).layers] == ["frozen", "partly"]


def test_an_unbuilt_model_has_no_formulas_yet():
    view = summarize(keras.Sequential([layers.Dense(2, name="late")]))
    assert "late (Dense)  ?             0 (unbuilt)" in view.text()


def test_text_is_at_most_100_columns_wide():
    long = "a_layer_with_a_name_that_does_not_end_" * 3
    a = keras.Input((3,), name="a")
    x = layers.Dense(3, name=long)(a)
    for model in (keras.Model(a, x), keras.Model(a, layers.Add()([a, x]))):
        assert max(map(len, summarize(model).text().splitlines())) <= 100


def test_html_survives_an_untrusted_notebook(model, nested):
    for made in (model, nested):
        check(summarize(made).html())


def test_names_of_layers_are_escaped():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, name="<b>&")])
    html = summarize(model).html()
    check(html)
    assert "&lt;b&gt;&amp;" in html


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: layers.Dense(4), "Dense(4)"),
        (
            lambda: layers.Dense(4, "relu", kernel_initializer="he_normal"),
            "Dense(4, activation='relu', kernel_initializer='he_normal')",
        ),
        (lambda: layers.Dropout(0.5), "Dropout(0.5)"),
        (lambda: layers.Reshape((2, 3)), "Reshape((2, 3))"),
        (lambda: layers.BatchNormalization(momentum=0.9), "momentum=0.9)"),
    ],
)
def test_the_code_that_makes_a_layer(make, code):
    assert constructor_call(make()).endswith(code)


def test_a_layer_that_cannot_say_its_arguments_still_has_a_page():
    class Odd(layers.Layer):
        def __init__(self, secret):
            super().__init__()
            self._other_name = secret

        def call(self, x):
            return x

    assert constructor_call(Odd(3)) == "Odd(...)"


def test_making_the_code_uses_up_no_names():
    before = layers.Dense(1).name
    constructor_call(layers.Dense(2))
    assert int(layers.Dense(1).name.split("_")[1]) == 2 + int(
        (before.split("_") + ["0"])[1]
    )


def test_looking_at_a_model_does_not_change_the_training_that_follows():
    def trained(look):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(1)])
        model.compile("sgd", "mse")
        if look:
            summarize(model).html()
            model.summary(print_fn=lambda text: None)
        x = np.arange(30.0).reshape(10, 3) / 30
        model.fit(x, x[:, :1], batch_size=2, epochs=2, verbose=0)
        return model.get_weights()

    for left, right in zip(trained(True), trained(False), strict=True):
        np.testing.assert_array_equal(left, right)
