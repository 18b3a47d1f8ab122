"""The tables were printed by Keras 3.15.1 with COLUMNS=80 and agree line by line."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.models.summary import is_chain, readable_bytes, summary_rows, summary_text


@pytest.fixture(autouse=True)
def _terminal_of_80_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def mlp():
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(64, activation="relu", name="hidden"),
            layers.Dropout(0.5, name="dropout"),
            layers.Dense(10, name="out"),
        ],
        name="mlp",
    )


def two_branches():
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    shared = layers.Dense(4, name="shared")
    x = layers.Add(name="add")([shared(a), shared(b)])
    y1, y2 = layers.Dense(2, name="y1")(x), layers.Dense(3, name="y2")(x)
    return keras.Model([a, b], [y1, y2], name="branch")


def nested():
    encoder = keras.Sequential(
        [keras.Input((8,)), layers.Dense(4, name="e1"), layers.Dense(2, name="e2")],
        name="enc",
    )
    inputs = keras.Input((8,), name="in")
    outputs = layers.Dense(1, name="out")(encoder(inputs))
    return keras.Model(inputs, outputs, name="nest")


class Subclass(keras.Model):
    def __init__(self):
        super().__init__(name="sub")
        self.d1 = layers.Dense(32, name="d1")
        self.d2 = layers.Dense(10, name="d2")

    def call(self, inputs):
        return self.d2(self.d1(inputs))


MLP = """\
Model: "mlp"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ hidden (Dense)                  │ (None, 64)             │        50,240 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dropout (Dropout)               │ (None, 64)             │             0 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ out (Dense)                     │ (None, 10)             │           650 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 50,890 (198.79 KB)
 Trainable params: 50,890 (198.79 KB)
 Non-trainable params: 0 (0.00 B)
"""

BRANCHES = """\
Model: "branch"
┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┓
┃ Layer (type)        ┃ Output Shape      ┃    Param # ┃ Connected to      ┃
┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━┩
│ a (InputLayer)      │ (None, 8)         │          0 │ -                 │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ b (InputLayer)      │ (None, 8)         │          0 │ -                 │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ shared (Dense)      │ (None, 4)         │         36 │ a[0][0], b[0][0]  │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ add (Add)           │ (None, 4)         │          0 │ shared[0][0],     │
│                     │                   │            │ shared[1][0]      │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ y1 (Dense)          │ (None, 2)         │         10 │ add[0][0]         │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ y2 (Dense)          │ (None, 3)         │         15 │ add[0][0]         │
└─────────────────────┴───────────────────┴────────────┴───────────────────┘
 Total params: 61 (244.00 B)
 Trainable params: 61 (244.00 B)
 Non-trainable params: 0 (0.00 B)
"""

NESTED = """\
Model: "nest"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━┓
┃ Layer (type)                ┃ Output Shape          ┃    Param # ┃ Trai… ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━┩
│ in (InputLayer)             │ (None, 8)             │          0 │   -   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ enc (Sequential)            │ (None, 2)             │         46 │   Y   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│    └ e1 (Dense)             │ (None, 4)             │         36 │   Y   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│    └ e2 (Dense)             │ (None, 2)             │         10 │   Y   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ out (Dense)                 │ (None, 1)             │          3 │   Y   │
└─────────────────────────────┴───────────────────────┴────────────┴───────┘
 Total params: 49 (196.00 B)
 Trainable params: 49 (196.00 B)
 Non-trainable params: 0 (0.00 B)
"""

UNBUILT = """\
Model: "sub"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ d1 (Dense)                      │ ?                      │   0 (unbuilt) │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ d2 (Dense)                      │ ?                      │   0 (unbuilt) │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 0 (0.00 B)
 Trainable params: 0 (0.00 B)
 Non-trainable params: 0 (0.00 B)
"""

# The case, the model, the arguments of `summary`, and what Keras prints.
AGREE = [
    ("a chain", mlp, {}, MLP),
    ("branches and a shared layer", two_branches, {}, BRANCHES),
    ("nested", nested, {"expand_nested": True, "show_trainable": True}, NESTED),
    ("a subclass before its first call", Subclass, {}, UNBUILT),
]


@pytest.mark.parametrize(
    ("make", "options", "table"), [c[1:] for c in AGREE], ids=[c[0] for c in AGREE]
)
def test_the_table_agrees_with_keras(make, options, table, capsys):
    make().summary(**options)
    assert capsys.readouterr().out == table


def test_print_fn_gets_the_whole_text_once():
    texts = []
    assert mlp().summary(print_fn=texts.append) is None
    assert texts == [MLP]


@pytest.mark.parametrize("line_length", [60, 80, 100, 120])
def test_line_length_holds_whatever_the_terminal(line_length):
    text = summary_text(two_branches(), line_length=line_length)
    table = [line for line in text.splitlines() if line[0] in "┏┃┡│├└"]
    assert {len(line) for line in table} == {line_length}
    assert all(header in text for header in ("Param #", "Connected to"))


def test_positions_say_where_columns_end():
    lines = summary_text(mlp(), line_length=60, positions=[0.4, 0.8, 1.0]).splitlines()
    assert [len(part) for part in lines[1][1:-1].split("┳")] == [23, 22, 11]
    lines = summary_text(mlp(), positions=[30, 50, 70]).splitlines()
    assert [len(part) for part in lines[1][1:-1].split("┳")] == [29, 18, 19]


@pytest.mark.parametrize("positions", [[0.5, 1.0], [0.5, 0.4, 1.0]])
def test_wrong_positions_are_explained(positions):
    with pytest.raises(ValueError, match="3 rising numbers, for Layer"):
        mlp().summary(positions=positions)


def test_layer_range_shows_the_layers_between_two_patterns():
    text = summary_text(mlp(), layer_range=["drop.*", "out"])
    assert "hidden" not in text
    assert "dropout (Dropout)" in text
    assert "out (Dense)" in text
    assert "Total params: 50,890" in text


def test_layer_range_with_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ValueError, match='Did you mean "hidden"'):
        mlp().summary(layer_range=["hiden", "out"])
    with pytest.raises(ValueError, match="needs two names"):
        mlp().summary(layer_range=["hidden"])


def test_total_counts_the_parameters_of_the_model_also_after_training(capsys):
    # Real Keras 3 adds the optimizer's here; the documents do not.
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    model.compile("adam", "mse")
    model.fit(np.ones((4, 4)), np.ones((4, 3)), verbose=0)
    model.summary()
    printed = capsys.readouterr().out
    assert " Total params: 15 (60.00 B)\n Trainable params: 15 (60.00 B)" in printed
    assert " Optimizer params: 32 (" in printed


def test_a_subclass_knows_its_shapes_after_build():
    model = Subclass()
    model.build((None, 8))
    rows = summary_rows(model)
    assert [row.output_shapes for row in rows] == [((None, 32),), ((None, 10),)]
    assert [row.params for row in rows] == [288, 330]


def test_frozen_layers_and_statistics_are_not_trainable():
    model = keras.Sequential(
        [keras.Input((8,)), layers.Dense(4), layers.BatchNormalization()]
    )
    model.layers[0].trainable = False
    assert [row.trainable for row in summary_rows(model)] == [False, True]
    assert "Trainable params: 8 (32.00 B)" in summary_text(model)
    assert "Non-trainable params: 44 (176.00 B)" in summary_text(model)


def test_ops_between_layers_are_rows():
    x = keras.Input((4,), name="x")
    h = layers.Dense(4, name="h")(x)
    model = keras.Model(x, h + x)
    last = summary_rows(model)[-1]
    assert last.class_name == "Add"
    assert last.connected_to == ("h[0][0]", "x[0][0]")


def test_a_layer_called_on_different_shapes_lists_both():
    act = layers.Activation("relu", name="act")
    x = keras.Input((4,))
    model = keras.Model(x, act(layers.Dense(7)(act(x))))
    row = next(row for row in summary_rows(model) if row.name == "act")
    assert row.output_shapes == ((None, 4), (None, 7))


@pytest.mark.parametrize(
    ("make", "chain"), [(mlp, True), (nested, True), (two_branches, False)]
)
def test_connected_to_is_a_column_exactly_when_the_model_is_no_chain(make, chain):
    model = make()
    assert is_chain(model) == chain
    assert ("Connected to" in summary_text(model)) != chain


def test_a_skip_connection_makes_no_chain():
    x = keras.Input((8,))
    assert not is_chain(keras.Model(x, layers.Add()([x, layers.Dense(8)(x)])))


def test_an_empty_model_has_an_empty_table():
    text = summary_text(keras.Sequential(name="empty"))
    assert 'Model: "empty"' in text
    assert "Total params: 0 (0.00 B)" in text


def test_hangul_names_do_not_break_the_frame():
    name = "은닉층" * 12
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1, name=name)])
    row = next(line for line in summary_text(model).splitlines() if "은닉층" in line)
    places = sum(2 if "가" <= c <= "힣" else 1 for c in row)
    assert places == 76


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0.00 B"), (1023, "1023.00 B"), (1536, "1.50 KB"), (3 << 40, "3.00 TB")],
)
def test_bytes_in_words(count, words):
    assert readable_bytes(count) == words
