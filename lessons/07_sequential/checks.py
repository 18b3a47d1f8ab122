"""Sequential models: build, look, train, measure, change."""

import numpy as np

import edukeras as keras
from edukeras import layers
from edukeras.grading import (
    answer_template,
    check,
    expect,
    expect_close,
    expect_not_close,
    expect_type,
    part,
    say,
)

# What the notebook has run before the first exercise.
SETUP = """
import numpy as np
import edukeras as keras
from edukeras import layers
"""


def kernels_of(model):
    return [w.shape for w in model.get_weights() if w.ndim == 2]


def small_model(units=(7, 5), classes=3, features=4, seed=0):
    """A trained-looking Sequential: its weights are not those of a fresh one."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((features,))])
    for n in units:
        model.add(layers.Dense(n, activation="relu"))
    model.add(layers.Dense(classes, activation="softmax"))
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    return model


# --- q1: the model of the course --------------------------------------------------


@check(
    points=4,
    hints=[
        "`keras.Sequential([...])` takes a list of layers, in their order.",
        "Begin with `keras.Input((784,))`: the shape of one sample.",
        'relu after the first two, softmax at the end: `activation="relu"`.',
    ],
)
def q1(model):
    expect_type(model, keras.Model, "Wanted is a model.", hint=1)
    with part("784 numbers in", 1) as inputs:
        expect(
            model.built and len(model.get_weights()) > 0,
            "The model does not know its inputs yet, so it has no weights. Begin with "
            "an `Input`.",
            hint=2,
        )
        expect(
            model.input_shape == (None, 784),
            say("It takes {shape}, not (None, 784).", shape=model.input_shape),
            hint=2,
        )
    if not inputs.passed:
        return
    with part("64, 64 and 10 units", 1) as units:
        expect(
            kernels_of(model) == [(784, 64), (64, 64), (64, 10)],
            say("The kernels have the shapes {shapes}.", shapes=kernels_of(model)),
            hint=1,
        )
    if not units.passed:
        return
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 784)).astype("float32")
    weights = [rng.normal(0, 0.1, w.shape) for w in model.get_weights()]
    before = model.get_weights()
    model.set_weights(weights)
    try:
        out = np.asarray(model.predict(x, verbose=0))
    finally:
        model.set_weights(before)
    hidden = x
    for k in (0, 2):
        hidden = np.maximum(hidden @ weights[k] + weights[k + 1], 0)
    scores = hidden @ weights[4] + weights[5]
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    right = e / e.sum(axis=1, keepdims=True)
    with part("probabilities at the end", 1) as ends:
        expect_not_close(
            out, scores, "The outputs are any numbers: softmax is missing.", hint=3
        )
        expect(
            np.allclose(out.sum(axis=1), 1, atol=1e-3),
            "The ten outputs should sum to 1.",
            hint=3,
        )
    if ends.passed:
        with part("relu in between", 1):
            expect_close(
                out, right, "Are both hidden layers followed by relu?", 3, atol=1e-4
            )


q1.answer("""
    model = keras.Sequential([
        keras.Input((784,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
""")
q1.right("""
    model = keras.Sequential(name="mine")
    model.add(layers.Dense(64, input_dim=784))
    model.add(layers.Activation("relu"))
    model.add(layers.Dense(64))
    model.add(layers.ReLU())
    model.add(layers.Dense(10))
    model.add(layers.Softmax())
""")
MODEL = """
    model = keras.Sequential([
        keras.Input(({n},)),
        layers.Dense(64{first}),
        layers.Dense(64, activation="relu"),
        layers.Dense(10{last}),
    ])
"""
RELU, SOFTMAX = ', activation="relu"', ', activation="softmax"'
q1.wrong(MODEL.format(n=784, first=RELU, last=""), says="softmax is missing", points=2)
q1.wrong(
    MODEL.format(n=784, first="", last=SOFTMAX), says="followed by relu?", points=3
)
q1.wrong(MODEL.format(n=64, first=RELU, last=SOFTMAX), says="It takes (None, 64)")
q1.wrong(
    MODEL.format(n=784, first=RELU, last=', activation="sigmoid"'),
    says="should sum to 1",
    points=2,
)
q1.wrong(
    """
    model = keras.Sequential([
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    """,
    says="does not know its inputs yet",
)
q1.wrong(
    """
    model = keras.Sequential([
        keras.Input((784,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    """,
    says="The kernels have the shapes",
    points=1,
)


# --- q2: your own summary ---------------------------------------------------------


@check(
    points=4,
    hints=[
        "`for layer in model.layers` goes through the layers.",
        "A layer has `name`, `output.shape` and `count_params()`.",
        "Collect triples: `rows.append((layer.name, ..., ...))`.",
    ],
)
def q2(describe):
    model = keras.Sequential(
        [
            keras.Input((6, 2)),
            layers.Flatten(name="row"),
            layers.Dense(5, name="five"),
            layers.BatchNormalization(name="even"),
            layers.Dense(2, use_bias=False, name="two"),
        ]
    )
    rows = describe(model)
    expect(rows is not None, "There is no answer. Did you forget `return`?")
    rows = list(rows)
    with part("a row for each layer", 1) as each:
        expect(
            len(rows) == 4,
            say("There are 4 layers, you have {n} rows.", n=len(rows)),
            hint=1,
        )
        expect(
            all(isinstance(row, (tuple, list)) and len(row) == 3 for row in rows),
            "Three things a row: name, output shape, parameters.",
            hint=3,
        )
        expect(
            [row[0] for row in rows] == ["row", "five", "even", "two"],
            "First the layer's name.",
            hint=2,
        )
    if not each.passed:
        return
    with part("output shapes", 1):
        shapes = [tuple(row[1]) for row in rows]
        expect(
            shapes[0] != (None, 6, 2), "That is what comes *in*, not what comes out.", 2
        )
        expect(
            shapes == [(None, 12), (None, 5), (None, 5), (None, 2)],
            say("Your shapes are {shapes}.", shapes=shapes),
            hint=2,
        )
    with part("parameters", 2):
        counts = [int(row[2]) for row in rows]
        expect(
            counts != [0, 2, 4, 1],
            "That is how many *arrays* of weights a layer has. How many numbers?",
            hint=2,
        )
        expect(
            counts[2] != 10,
            "The batch normalization has 20 numbers: 10 are trained, 10 are kept. "
            "Count all of them.",
            hint=2,
        )
        expect(
            counts == [0, 65, 20, 10],
            say("Your counts are {counts}.", counts=counts),
            hint=2,
        )


q2.answer("""
    def describe(model):
        rows = []
        for layer in model.layers:
            rows.append((layer.name, layer.output.shape, layer.count_params()))
        return rows
""")
q2.right("""
    def describe(model):
        shape = model.input_shape
        for layer in model.layers:
            shape = layer.compute_output_shape(shape)
            yield [layer.name, shape, sum(w.size for w in layer.get_weights())]
""")
ROWS = """
    def describe(model):
        return [({row}) for layer in model.layers]
"""
q2.wrong(
    ROWS.format(row="layer.name, layer.input.shape, layer.count_params()"),
    says="what comes *in*",
    points=3,
)
q2.wrong(
    ROWS.format(row="layer.name, layer.output.shape, len(layer.weights)"),
    says="how many *arrays*",
    points=2,
)
q2.wrong(
    ROWS.format(
        row="layer.name, layer.output.shape, "
        "sum(np.asarray(w).size for w in layer.trainable_weights)"
    ),
    says="Count all of them.",
    points=2,
)
q2.wrong(ROWS.format(row="layer.name, layer.count_params()"), says="Three things a row")
q2.wrong(
    """
    def describe(model):
        for layer in model.layers:
            return [(layer.name, layer.output.shape, layer.count_params())]
    """,
    says="you have 1 rows",
)


# --- q3: scaling belongs into the model -------------------------------------------


@check(
    points=5,
    seconds=60,
    hints=[
        "`layers.Normalization()` subtracts a mean and divides by a standard deviation "
        "for each column.",
        "It learns both from data, before training: `normalization.adapt(x_train)`.",
        "Put the adapted layer behind the Input, before the first Dense.",
        'Class numbers 0 to 2: softmax and "sparse_categorical_crossentropy".',
    ],
)
def q3(build_wine):
    (x_train, y_train), (x_test, y_test) = keras.datasets.wine.load_data()
    keras.utils.set_random_seed(0)
    model = build_wine(x_train.copy())
    expect(model is not None, "There is no model. Did you forget `return`?")
    expect_type(model, keras.Model, "Wanted is a model.")
    try:
        p = np.asarray(model.predict(x_test, verbose=0))
    except ValueError as error:
        expect(
            False,
            say("It should take rows of 13 numbers. It said: {error}", error=error),
        )
    with part("three probabilities a wine", 1) as shape:
        expect(
            p.shape == (36, 3) and np.allclose(p.sum(axis=1), 1, atol=1e-3),
            "Three growers: three numbers a wine that sum to 1.",
            hint=4,
        )
    if not shape.passed:
        return
    with part("does not care about units", 2) as scaled:
        # The same wines in other units, for a model that is built on them: what is
        # scaled comes out as before. Small weights keep the softmax from saturating.
        units = np.logspace(-2, 2, 13).astype("float32")
        keras.utils.set_random_seed(0)
        other = build_wine(x_train * units)
        before = model.get_weights()
        for mine, theirs in zip(model.trainable_weights, other.trainable_weights):
            small = 0.02 * np.random.default_rng(0).normal(size=mine.shape)
            mine.assign(small.astype("float32"))
            theirs.assign(small.astype("float32"))
        p = np.asarray(model.predict(x_test, verbose=0))
        q = np.asarray(other.predict(x_test * units, verbose=0))
        model.set_weights(before)
        expect(
            np.allclose(p, q, atol=1e-4),
            "With proline in other units the model gives other answers. Nothing in it "
            "scales the columns. (They differ a thousandfold.)",
            hint=1,
        )
    if not scaled.passed:
        return
    with part("compiled, and learns", 2):
        try:
            model.fit(x_train, y_train, epochs=40, verbose=0)
        except (ValueError, RuntimeError) as error:
            expect(
                False, say("fit does not run. It said: {error}", error=error), hint=4
            )
        right = np.mean(model.predict(x_test, verbose=0).argmax(axis=1) == y_test)
        expect(
            right >= 0.9,
            say(
                "After 40 epochs {share:.0%} of the test wines are right; 90 % "
                "should be.",
                share=right,
            ),
            hint=3,
        )


q3.answer("""
    def build_wine(x_train):
        normalization = layers.Normalization()
        normalization.adapt(x_train)
        model = keras.Sequential([
            keras.Input((13,)),
            normalization,
            layers.Dense(16, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ])
        model.compile(
            keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy"
        )
        return model
""")
q3.right("""
    def build_wine(x_train):
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        model = keras.Sequential()
        model.add(keras.Input((13,)))
        model.add(layers.Rescaling(1 / std, offset=-mean / std))
        model.add(layers.Dense(3, activation="softmax"))
        model.compile(keras.optimizers.SGD(0.2), "sparse_categorical_crossentropy")
        return model
""")
WINE = """
    def build_wine(x_train):
        normalization = layers.Normalization()
        {adapt}
        model = keras.Sequential([
            keras.Input((13,)),
            {use}
            layers.Dense(16, activation="relu"),
            layers.Dense({last}),
        ])
        {compile}
        return model
"""
wine_code = answer_template(
    WINE,
    adapt="normalization.adapt(x_train)",
    use="normalization,",
    last='3, activation="softmax"',
    compile="model.compile(keras.optimizers.Adam(0.01), "
    '"sparse_categorical_crossentropy")',
)
q3.wrong(
    wine_code(adapt="pass", use=""),
    says="Nothing in it scales the columns",
    points=1,
)
q3.wrong(
    wine_code(adapt="x_train = x_train / x_train.std(axis=0)", use=""),
    says="Nothing in it scales the columns",
    points=1,
)
q3.wrong(
    wine_code(compile='model.compile("adam", "categorical_crossentropy")'),
    says="fit does not run.",
    points=3,
)
q3.wrong(wine_code(compile="pass"), says="fit does not run.", points=3)
q3.wrong(wine_code(last="1"), says="three numbers a wine")
q3.wrong(
    wine_code(
        compile="model.compile(keras.optimizers.SGD(1e-5), "
        '"sparse_categorical_crossentropy")'
    ),
    says="90 % should be",
    points=3,
)


# --- q4: measure in batches -------------------------------------------------------


@check(
    points=4,
    hints=[
        "`for start in range(0, len(x), batch_size)`: the last batch may be smaller.",
        "Count the right ones in each batch, and divide at the very end.",
        "The mean of the batches' means is wrong when the last one is small: its few "
        "samples would count as much as a whole batch.",
    ],
)
def q4(accuracy_in_batches):
    x = np.random.default_rng(1).normal(size=(10, 4)).astype("float32")
    model = small_model()
    answers = model.predict(x, verbose=0).argmax(axis=1)
    y = answers.copy()
    y[[1, 2, 3, 9]] = (y[[1, 2, 3, 9]] + 1) % 3  # batches of 4: 1, 4 and 1 are right
    sizes = []
    call = model.predict

    def predict(batch, *args, **kwargs):
        sizes.append(len(batch))
        return call(batch, *args, **kwargs)

    model.predict = predict
    value = accuracy_in_batches(model, x.copy(), y.copy(), 4)
    with part("the share of right answers", 3):
        expect_not_close(
            value,
            (1 / 4 + 1 + 1 / 2) / 3,
            "The mean of the batches: the two samples of the last batch count as much "
            "as four others.",
            hint=3,
        )
        expect_not_close(
            value,
            5 / 8,
            "The last batch is left out: 10 is not a multiple of 4.",
            hint=1,
        )
        expect_not_close(value, 6.0, "Six are right. Out of how many?", hint=2)
        expect_not_close(value, 4 / 10, "That is the share of the wrong ones.", hint=2)
        expect_close(value, 6 / 10, "6 of these 10 are right.", hint=2)
        whole = accuracy_in_batches(model, x, y, 5)
        expect_close(whole, 6 / 10, "With batches of 5 it should be the same.", hint=2)
    with part("never more than a batch at once", 1):
        expect(
            not sizes or max(sizes) <= 5,
            say(
                "You predicted {n} samples at once. Imagine they do not fit into the "
                "memory.",
                n=max(sizes, default=0),
            ),
            hint=1,
        )


q4.answer("""
    def accuracy_in_batches(model, x, y, batch_size):
        right = 0
        for start in range(0, len(x), batch_size):
            batch = slice(start, start + batch_size)
            answers = model.predict(x[batch], verbose=0).argmax(axis=1)
            right += (answers == y[batch]).sum()
        return right / len(x)
""")
q4.right("""
    def accuracy_in_batches(model, x, y, batch_size):
        metric = keras.metrics.SparseCategoricalAccuracy()
        n = -(-len(x) // batch_size)
        for part, labels in zip(np.array_split(x, n), np.array_split(y, n)):
            metric.update_state(labels, model(part))
        return float(metric.result())
""")
BATCHES = """
    def accuracy_in_batches(model, x, y, batch_size):
        {start}
        for start in range(0, {end}, batch_size):
            batch = slice(start, start + batch_size)
            answers = model.predict(x[batch], verbose=0).argmax(axis=1)
            {add}
        return {result}
"""
batches_code = answer_template(
    BATCHES,
    start="right = 0",
    end="len(x)",
    add="right += (answers == y[batch]).sum()",
    result="right / len(x)",
)
q4.wrong(
    batches_code(
        start="means = []",
        end="len(x)",
        add="means.append((answers == y[batch]).mean())",
        result="np.mean(means)",
    ),
    says="count as much as four others",
    points=1,
)
q4.wrong(
    batches_code(end="len(x) - batch_size + 1", result="right / 8"),
    says="The last batch is left out",
    points=1,
)
q4.wrong(batches_code(result="right"), says="Out of how many?", points=1)
q4.wrong(
    batches_code(add="right += (answers != y[batch]).sum()"),
    says="the share of the wrong ones",
    points=1,
)
q4.wrong(
    """
    def accuracy_in_batches(model, x, y, batch_size):
        return np.mean(model.predict(x, verbose=0).argmax(axis=1) == y)
    """,
    says="You predicted 10 samples at once.",
    points=3,
)


# --- q5: another head -------------------------------------------------------------


@check(
    points=4,
    hints=[
        "`model.layers[:-1]` are all layers but the last.",
        "`keras.Sequential([keras.Input(...), *model.layers[:-1], new])`: the same "
        "layer objects, so the same weights.",
        "The shape of one sample is `model.input_shape[1:]`.",
    ],
)
def q5(with_new_head):
    old = small_model(units=(7, 5), classes=3)
    before = [w.copy() for w in old.get_weights()]
    new = with_new_head(old, 4)
    expect(new is not None, "There is no model. Did you forget `return`?")
    expect_type(new, keras.Model, "Wanted is a model.")
    x = np.random.default_rng(2).normal(size=(6, 4)).astype("float32")
    with part("a model for four classes", 1) as head:
        expect(
            new is not old,
            "That is the old model, changed. Others may still need it as it was.",
            hint=2,
        )
        p = np.asarray(new.predict(x, verbose=0))
        expect(
            p.shape != (6, 3), "It still has three outputs. Which layer is the last?", 1
        )
        expect(
            kernels_of(new) != [(4, 7), (7, 5), (5, 3), (3, 4)],
            "The old head is still there, below the new one.",
            hint=1,
        )
        expect(
            p.shape == (6, 4) and np.allclose(p.sum(axis=1), 1, atol=1e-3),
            "Four probabilities a sample are wanted.",
            hint=1,
        )
    if not head.passed:
        return
    with part("that keeps what was learned", 2) as keeps:
        mine = new.get_weights()
        expect(
            [w.shape for w in mine[:4]] == [w.shape for w in before[:4]],
            "The layers before the head should be those of the old model.",
            hint=2,
        )
        expect(
            all(np.allclose(a, b) for a, b in zip(mine[:4], before[:4])),
            "The shapes are right, but the weights are fresh: what the model has "
            "learned is gone.",
            hint=2,
        )
    with part("and leaves the old model working", 1):
        expect(
            len(old.layers) == 3 and old.output_shape == (None, 3),
            "The old model has lost its head. `pop` works on the model itself.",
            hint=2,
        )
        if keeps.passed:
            expect(
                all(np.allclose(a, b) for a, b in zip(old.get_weights(), before)),
                "The old model's weights have changed.",
                hint=2,
            )


q5.answer("""
    def with_new_head(model, classes):
        return keras.Sequential([
            keras.Input(model.input_shape[1:]),
            *model.layers[:-1],
            layers.Dense(classes, activation="softmax"),
        ])
""")
q5.right("""
    def with_new_head(model, classes):
        copy = keras.models.clone_model(model)
        copy.set_weights(model.get_weights())
        copy.pop()
        copy.add(layers.Dense(classes, activation="softmax", name="head"))
        return copy
""")
q5.right("""
    def with_new_head(model, classes):
        x = model.layers[-1].input
        return keras.Model(model.inputs, layers.Softmax()(layers.Dense(classes)(x)))
""")
q5.wrong(
    """
    def with_new_head(model, classes):
        model.pop()
        model.add(layers.Dense(classes, activation="softmax"))
        return model
    """,
    says="That is the old model, changed.",
    points=0,
)
q5.wrong(
    """
    def with_new_head(model, classes):
        new = keras.models.clone_model(model)
        new.pop()
        new.add(layers.Dense(classes, activation="softmax"))
        return new
    """,
    says="the weights are fresh",
    points=2,
)
q5.wrong(
    """
    def with_new_head(model, classes):
        return keras.Sequential([
            keras.Input(model.input_shape[1:]),
            *model.layers,
            layers.Dense(classes, activation="softmax"),
        ])
    """,
    says="The old head is still there",
)
q5.wrong(
    """
    def with_new_head(model, classes):
        kept = model.layers[:-1]
        model.pop()
        return keras.Sequential([
            keras.Input(model.input_shape[1:]), *kept,
            layers.Dense(classes, activation="softmax"),
        ])
    """,
    says="has lost its head",
    points=3,
)
q5.wrong(
    """
    def with_new_head(model, classes):
        return keras.Sequential([
            keras.Input(model.input_shape[1:]),
            layers.Dense(classes, activation="softmax"),
        ])
    """,
    says="should be those of the old model",
    points=2,
)


# --- q6: the same plan, other weights ---------------------------------------------


@check(
    points=3,
    hints=[
        "`a = model` gives the model a second name, nothing more.",
        "`model.get_config()` is the plan, without weights.",
        "`keras.Sequential.from_config(...)` builds from a plan, with fresh weights.",
    ],
)
def q6(fresh_copy):
    model = small_model()
    kept = [w.copy() for w in model.get_weights()]
    copy = fresh_copy(model)
    expect(copy is not None, "There is no model. Did you forget `return`?")
    expect_type(copy, keras.Model, "Wanted is a model.")
    with part("another model of the same plan", 1) as plan:
        expect(
            copy is not model,
            "That is the same model under a second name: what happens to one "
            "happens to the other.",
            hint=1,
        )
        expect(
            [w.shape for w in copy.get_weights()] == [w.shape for w in kept],
            "The layers are not those of the model.",
            hint=2,
        )
    if not plan.passed:
        return
    with part("with weights of its own", 2):
        expect(
            not any(
                np.allclose(a, b) for a, b in zip(copy.get_weights()[::2], kept[::2])
            ),
            "The copy starts with what the model has learned. It should begin anew.",
            hint=3,
        )
        copy.set_weights([np.zeros_like(w) for w in kept])
        expect(
            all(np.allclose(a, b) for a, b in zip(model.get_weights(), kept)),
            "I set the weights of the copy to 0, and the model lost its own: they "
            "share their layers.",
            hint=3,
        )


q6.answer("""
    def fresh_copy(model):
        return keras.Sequential.from_config(model.get_config())
""")
q6.right("""
    fresh_copy = keras.models.clone_model
""")
q6.right("""
    def fresh_copy(model):
        return keras.models.model_from_json(model.to_json())
""")
q6.wrong("def fresh_copy(model): return model", says="under a second name")
q6.wrong(
    "def fresh_copy(model): return keras.Sequential(model.layers)",
    says="It should begin anew.",
    points=1,
)
q6.wrong(
    """
    import copy

    def fresh_copy(model):
        return copy.deepcopy(model)
    """,
    says="It should begin anew.",
    points=1,
)
q6.wrong(
    """
    def fresh_copy(model):
        new = keras.Sequential(model.layers)
        new.set_weights([np.random.normal(size=w.shape) for w in model.get_weights()])
        return new
    """,
    says="they share their layers",
    points=1,
)
q6.wrong(
    """
    def fresh_copy(model):
        return keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    """,
    says="not those of the model",
)
q3.same_as_reference(
    "line 5: keras.Input((13,)) left out",
    "line 7: layers.Dense(16, activation='relu') left out",
    "line 7: activation='relu' left out",
    "line 7: 16 -> 17",
    "line 7: 'relu' -> 'sigmoid'",
    because="on scaled wine any small model is right, and the shape is in the data",
)
q5.same_as_reference(
    "line 3: keras.Input(model.input_shape[1:]) left out",
    because="the old layers know their input already",
)
