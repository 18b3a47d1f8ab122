"""Activations and shapes: what bends a network, and what flows through it."""

import numpy as np

import edukeras as keras
from edukeras.grading import (
    check,
    expect,
    expect_close,
    expect_not_close,
    expect_shape,
    expect_type,
    part,
    say,
)

# What the notebook has run before the first exercise.
SETUP = """
import numpy as np
import edukeras as keras
from edukeras import layers
(pictures, labels), (test_pictures, test_labels) = keras.datasets.digits.load_data()
"""


def right_sigmoid(z):
    return 0.5 + 0.5 * np.tanh(np.asarray(z) / 2)


def right_softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# --- q1: a sigmoid that never breaks ----------------------------------------------


@check(
    points=4,
    hints=[
        "sigmoid(z) = 1 / (1 + exp(-z)). For z = -1000, exp(1000) is too large.",
        "For negative z, exp(z) / (1 + exp(z)) is the same, and exp(z) is small.",
        "`np.exp(-np.abs(z))` never overflows. `np.where` chooses between two forms.",
    ],
)
def q1(sigmoid):
    z = np.array([[-2.0, -0.5, 0.0], [0.5, 1.0, 3.0]])
    y = sigmoid(z.copy())
    with part("the right numbers", 2) as values:
        expect_not_close(
            y, right_sigmoid(-z), "Upside down: a large z should give nearly 1.", hint=1
        )
        expect_not_close(y, np.tanh(z), "That is tanh. It starts at -1.", hint=1)
        expect_close(y, right_sigmoid(z), "sigmoid(0) is 0.5. Yours?", hint=1)
    if not values.passed:
        return
    with part("also for very large and very small z", 2):
        z = np.array([-1000.0, -800.0, 0.0, 800.0, 1000.0])
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            try:
                y = np.asarray(sigmoid(z.copy()), dtype=float)
            except FloatingPointError as error:
                expect(
                    False,
                    say(
                        "For z from -1000 to 1000 NumPy says: {error}. Somewhere exp "
                        "gets a large number.",
                        error=error,
                    ),
                    hint=2,
                )
        expect(np.isfinite(y).all(), "There is a nan for very large or small z.", 2)
        expect_close(y, [0, 0, 0.5, 1, 1], "It should end at 0 and at 1.", hint=2)


q1.answer("""
    def sigmoid(z):
        e = np.exp(-np.abs(z))
        return np.where(z >= 0, 1 / (1 + e), e / (1 + e))
""")
q1.right("""
    def sigmoid(z):
        return (1 + np.tanh(z / 2)) / 2
""")
q1.right("""
    def sigmoid(z):
        return 1 / (1 + np.exp(-np.clip(z, -500, 500)))
""")
q1.right("""
    import math

    @np.vectorize
    def sigmoid(z):
        if z < 0:
            return math.exp(z) / (1 + math.exp(z))
        return 1 / (1 + math.exp(-z))
""")
q1.wrong(
    "def sigmoid(z): return 1 / (1 + np.exp(-z))",
    says="Somewhere exp gets a large number.",
    points=2,
)
q1.wrong(
    "def sigmoid(z): return np.exp(z) / (1 + np.exp(z))",
    says="Somewhere exp gets a large number.",
    points=2,
)
q1.wrong("def sigmoid(z): return 1 / (1 + np.exp(z))", says="Upside down")
q1.wrong("def sigmoid(z): return np.tanh(z)", says="That is tanh.")
q1.wrong("def sigmoid(z): return np.clip(z, 0, 1)", says="sigmoid(0) is 0.5.")
q1.wrong(
    """
    def sigmoid(z):
        return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))
    """,
    says="Somewhere exp gets a large number.",
    points=2,
)
q1.wrong("def sigmoid(z): 1 / (1 + np.exp(-z))", says="Did you forget `return`?")


# --- q2: tanh is a sigmoid in disguise --------------------------------------------


@check(
    points=3,
    needs=[q1],
    hints=[
        "sigmoid runs from 0 to 1, tanh from -1 to 1. Stretch it, then move it down.",
        "2 * sigmoid(z) - 1 has the right ends, but at 0 half the slope.",
        "To make it twice as steep, give it 2 * z.",
    ],
)
def q2(my_tanh):
    z = np.linspace(-3, 3, 13)
    y = my_tanh(z.copy())
    with part("from -1 to 1", 1) as ends:
        expect_not_close(y, right_sigmoid(z), "That is still the sigmoid.", hint=1)
        expect_not_close(
            y, right_sigmoid(2 * z), "Steeper, but it still ends at 0 and 1.", hint=1
        )
        expect_not_close(
            y, 2 * right_sigmoid(2 * z), "It runs from 0 to 2. Move it down.", hint=1
        )
        expect_not_close(
            y, 2 * right_sigmoid(z), "It runs from 0 to 2. Move it down.", hint=1
        )
        y = np.asarray(y, dtype=float)
        expect_shape(y, (13,), "One number for each z.")
        far = my_tanh(np.array([-30.0, 30.0]))
        expect_close(far, [-1.0, 1.0], "Far out it should be -1 and 1.", hint=1)
    if not ends.passed:
        return
    with part("as steep as tanh", 2):
        expect_not_close(
            y,
            2 * right_sigmoid(z) - 1,
            "The ends are right, but it is too flat: at 0 the slope is a half.",
            hint=2,
        )
        expect_close(y, np.tanh(z), "Compare it with np.tanh(z).", hint=3)


q2.answer("""
    def my_tanh(z):
        return 2 * sigmoid(2 * z) - 1
""")
q2.right("""
    def my_tanh(z):
        return sigmoid(2 * z) - sigmoid(-2 * z)
""")
q2.right("""
    def my_tanh(z):
        e = np.exp(-2 * np.abs(z))
        return np.sign(z) * (1 - e) / (1 + e)
""")
q2.wrong("def my_tanh(z): return 2 * sigmoid(z) - 1", says="it is too flat", points=1)
q2.wrong("def my_tanh(z): return sigmoid(2 * z)", says="still ends at 0 and 1")
q2.wrong("def my_tanh(z): return 2 * sigmoid(2 * z)", says="from 0 to 2")
q2.wrong("def my_tanh(z): return sigmoid(z) - 1", says="Far out it should be -1 and 1.")
q2.wrong(
    "def my_tanh(z): return 2 * sigmoid(4 * z) - 1",
    says="Compare it with np.tanh(z).",
    points=1,
)


# --- q3: dead units ---------------------------------------------------------------


@check(
    points=3,
    hints=[
        "A unit is a column. It is dead if its whole column is 0.",
        "`(outputs == 0).all(axis=0)` is True for the dead columns.",
        "`np.flatnonzero` turns True and False into the numbers of the columns.",
    ],
)
def q3(dead_units):
    outputs = np.maximum(np.random.default_rng(3).normal(size=(6, 7)), 0)
    outputs[:, [2, 5]] = 0
    outputs[4] = 0  # a sample for which every unit is silent
    outputs[:5, 6] = 0  # a unit that fires for one sample only
    outputs[5, 6] = 0.5
    found = dead_units(outputs.copy())
    expect(found is not None, "There is no answer. Did you forget `return`?")
    found = np.asarray(found)
    with part("finds the dead ones", 2) as some:
        expect(
            found.dtype != bool,
            "True and False: nearly. Which columns are those?",
            hint=3,
        )
        expect(
            found.ndim == 1,
            "The numbers of the dead units are wanted, as a list: [2, 5] for example.",
            hint=3,
        )
        found = {int(n) for n in found}
        expect(
            found != {4},
            "You found the sample for which nobody fires. Look down the columns.",
            hint=2,
        )
        expect({2, 5} <= found, "There are dead units that you did not find.", hint=1)
    if some.passed:
        with part("and no others", 1):
            expect(
                found == {2, 5},
                "A unit that is 0 for some samples is not dead: it may just be picky.",
                hint=1,
            )
            nobody = np.asarray(dead_units(np.ones((3, 2))))
            expect(nobody.size == 0, "Here no unit is dead.", hint=2)


q3.answer("""
    def dead_units(outputs):
        return np.flatnonzero((outputs == 0).all(axis=0))
""")
q3.right("""
    def dead_units(outputs):
        return [unit for unit, column in enumerate(outputs.T) if max(column) <= 0]
""")
q3.right("""
    def dead_units(outputs):
        alive = set(np.nonzero(outputs)[1].tolist())
        return tuple(unit for unit in range(outputs.shape[1]) if unit not in alive)
""")
q3.wrong(
    "def dead_units(outputs): return np.flatnonzero((outputs == 0).any(axis=0))",
    says="it may just be picky",
    points=2,
)
q3.wrong(
    "def dead_units(outputs): return np.flatnonzero((outputs == 0).all(axis=1))",
    says="Look down the columns.",
)
q3.wrong(
    "def dead_units(outputs): return (outputs == 0).all(axis=0)",
    says="True and False: nearly.",
)
q3.wrong(
    "def dead_units(outputs): return (outputs == 0).all(axis=0).sum()",
    says="The numbers of the dead units are wanted",
)


# --- q4: softmax for any shape ----------------------------------------------------


@check(
    points=4,
    hints=[
        "The classes are in the last axis, whatever comes before: `axis=-1`.",
        "`keepdims=True` keeps the sums where they can be divided by.",
        "Subtract the largest score of each row first: the result is the same.",
    ],
)
def q4(softmax):
    z = np.random.default_rng(0).normal(size=(4, 3))
    z[1] += 40  # rows of their own: a common maximum would still be right here
    try:
        y = softmax(z.copy())
    except ValueError as error:
        if "broadcast" not in str(error):
            raise
        expect(
            False,
            "The sums have shape (4,), the scores (4, 3): NumPy cannot divide them. "
            "Keep the axis that you sum over.",
            hint=2,
        )
    with part("rows of probabilities", 2) as rows:
        expect_shape(y, (4, 3), "As many probabilities as scores.", hint=2)
        y = np.asarray(y)
        columns = np.exp(z - z.max(axis=0))
        expect_not_close(
            y,
            columns / columns.sum(axis=0),
            "The columns sum to 1. Softmax is over the classes of one sample, not over "
            "the batch.",
            hint=1,
        )
        expect_close(y.sum(axis=-1), np.ones(4), "Each row should sum to 1.", hint=1)
        expect_close(
            y, right_softmax(z), "It should be exp(z) / sum of exp(z).", hint=1
        )
    if not rows.passed:
        return
    with part("for any number of axes", 1):
        for shape in [(5,), (2, 4, 3)]:
            z = np.random.default_rng(1).normal(size=shape)
            try:
                y = softmax(z.copy())
            except (ValueError, IndexError) as error:
                expect(
                    False,
                    say(
                        "Scores of shape {shape} are too much for it: {error}. Which "
                        "axis is always the last?",
                        shape=shape,
                        error=error,
                    ),
                    hint=1,
                )
            expect_close(
                y,
                right_softmax(z),
                say("Not right for scores of shape {shape}.", shape=shape),
                hint=1,
            )
    with part("for large scores", 1):
        z = np.array([[1000.0, 1001.0, 1002.0], [-1000.0, 0.0, 5.0]])
        with np.errstate(all="ignore"):
            y = np.asarray(softmax(z.copy()), dtype=float)
        expect(
            np.isfinite(y).all(),
            "Scores around 1000 give nan: exp(1000) is infinite. Softmax does not "
            "change when every score of a row loses the same amount.",
            hint=3,
        )
        expect_close(y, right_softmax(z), "Not right for scores around 1000.", hint=3)


q4.answer("""
    def softmax(z):
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
""")
q4.right("""
    def softmax(z):
        log_sum = np.logaddexp.reduce(z, axis=-1)
        return np.exp(z - log_sum[..., None])
""")
q4.right("""
    def softmax(z):
        if z.ndim > 1:
            return np.array([softmax(row) for row in z])
        return np.array([1 / np.exp(z - zi).clip(0, 1e300).sum() for zi in z])
""")
q4.wrong(
    """
    def softmax(z):
        e = np.exp(z)
        return e / e.sum(axis=-1, keepdims=True)
    """,
    says="Scores around 1000 give nan",
    points=3,
)
q4.wrong(
    """
    def softmax(z):
        e = np.exp(z - z.max())
        return e / e.sum(axis=1, keepdims=True)
    """,
    says="Which axis is always the last?",
    points=2,
)
q4.wrong(
    """
    def softmax(z):
        e = np.exp(z - z.max(axis=0))
        return e / e.sum(axis=0)
    """,
    says="not over the batch",
)
q4.wrong(
    """
    def softmax(z):
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1)
    """,
    says="Keep the axis that you sum over.",
)
q4.wrong(
    "def softmax(z): return z / z.sum(axis=-1, keepdims=True)",
    says="It should be exp(z) / sum of exp(z).",
)
q4.wrong(
    "def softmax(z): return 1 / (1 + np.exp(-z))", says="Each row should sum to 1."
)


# --- q5: predict the shapes -------------------------------------------------------

SHAPES = [(None, 8, 16), (None, 128), (None, 4, 32), (None, 4, 10), (None, 40)]


@check(
    points=5,
    hints=[
        "None is the number of samples: it stays None to the end.",
        "Dense looks at the last axis only; all axes before it stay as they are.",
        "Flatten makes one axis of all but the first: 8 * 16 numbers.",
        "Reshape((4, 32)) says the new shape of *one* sample. None stays in front.",
    ],
)
def q5(shapes):
    expect_type(shapes, (list, tuple), "A list of five shapes is wanted.")
    expect(
        len(shapes) == 5,
        say("There are five layers, you have {n} shapes.", n=len(shapes)),
        hint=1,
    )
    names = (
        "Dense(16)",
        "Flatten()",
        "Reshape((4, 32))",
        "Dense(10)",
        "Flatten(), once more",
    )
    hints = (2, 3, 4, 2, 3)
    for k, (name, right, hint) in enumerate(zip(names, SHAPES, hints)):
        with part(name, 1):
            mine = shapes[k]
            expect(
                isinstance(mine, (tuple, list)),
                "A shape is a tuple, such as (None, 3).",
            )
            mine = tuple(mine)
            expect(
                len(mine) == 0 or mine[0] is None,
                "The first axis is the number of samples, and that is open: None.",
                hint=1,
            )
            if name.startswith("Dense"):
                expect(
                    mine != (None, right[-1]),
                    "Dense does not flatten. It works on the last axis and leaves the "
                    "others alone.",
                    hint=2,
                )
            expect(
                int(np.prod(mine[1:])) == int(np.prod(right[1:])),
                say(
                    "{n} numbers for each sample? Count again.",
                    n=int(np.prod(mine[1:])),
                ),
                hint=hint,
            )
            expect(mine == right, "The numbers are as many, the axes differ.", hint)


q5.answer("""
    shapes = [
        (None, 8, 16),
        (None, 128),
        (None, 4, 32),
        (None, 4, 10),
        (None, 40),
    ]
""")
q5.right("""
    inputs = keras.Input((8, 8))
    tensor, shapes = inputs, []
    for layer in [layers.Dense(16), layers.Flatten(), layers.Reshape((4, 32)),
                  layers.Dense(10), layers.Flatten()]:
        tensor = layer(tensor)
        shapes.append(tensor.shape)
""")
q5.right("""
    shapes = ([None, 8, 16], [None, 128], [None, 4, 32], [None, 4, 10], [None, 40])
""")
q5.wrong(
    "shapes = [(None, 16), (None, 16), (None, 4, 32), (None, 10), (None, 10)]",
    says="Dense does not flatten.",
    points=1,
)
q5.wrong(
    "shapes = [(8, 16), (128,), (4, 32), (4, 10), (40,)]",
    says="The first axis is the number of samples",
)
q5.wrong(
    """
    shapes = [(None, 16, 8), (None, 128), (None, 32, 4), (None, 10, 4), (None, 40)]
    """,
    says="the axes differ",
    points=2,
)
q5.wrong(
    "shapes = [(None, 8, 16), (None, 8, 16), (None, 4, 32), (None, 4, 10), (None, 10)]",
    says="Count again.",
    points=3,
)
q5.wrong("shapes = [(None, 8, 16), (None, 128)]", says="There are five layers")
q5.wrong("shapes = [16, 128, 32, 10, 40]", says="A shape is a tuple")


# --- q6: put the shapes right -----------------------------------------------------


@check(
    points=5,
    seconds=30,
    hints=[
        "The pictures are 8 x 8. Before a Dense layer they should be one row of 64.",
        "Ten digits: the last layer has ten units.",
        'Probabilities of one digit out of ten: `activation="softmax"`.',
        'Between the layers something has to bend: `activation="relu"`, for example.',
    ],
)
def q6(build_classifier):
    (pictures, labels), _ = keras.datasets.digits.load_data()
    x, y = pictures[:64] / 16, labels[:64]
    model = build_classifier()
    expect(model is not None, "There is no model. Did you forget `return`?")
    expect_type(model, keras.Model, "Wanted is a model.")
    try:
        p = np.asarray(model.predict(x, verbose=0))
    except ValueError as error:
        expect(
            False,
            say("It should take pictures of 8 x 8. It said: {error}", error=error),
            hint=1,
        )
    with part("ten numbers a picture", 2) as ten:
        expect(
            p.shape != (64, 8, 10),
            "The output has shape (64, 8, 10): ten numbers for each *line* of a "
            "picture. Dense works on the last axis only.",
            hint=1,
        )
        expect_shape(p, (64, 10), "64 pictures, ten digits.", hint=2)
    if not ten.passed:
        return
    with part("that are probabilities", 1) as probabilities:
        expect(
            not np.allclose(p[:32].sum(axis=0), 1, atol=1e-3),
            "They sum to 1 over the batch. A softmax belongs over the last axis.",
            hint=3,
        )
        expect(
            p.min() >= 0 and np.allclose(p.sum(axis=1), 1, atol=1e-3),
            "The ten numbers of a picture should be positive and sum to 1.",
            hint=3,
        )
    if not probabilities.passed:
        return
    with part("with something bent inside", 1):
        expect(
            _is_bent(model, x),
            "The scores before the softmax are a straight function of the pixels: the "
            "layers collapse into one, as in lesson 2.",
            hint=4,
        )
    with part("that learns 64 pictures by heart", 1):
        model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
        model.fit(x, y, epochs=60, verbose=0)
        right = np.mean(model.predict(x, verbose=0).argmax(axis=1) == y)
        expect(
            right > 0.95,
            say("After 60 epochs it knows {right:.0%} of 64 pictures.", right=right),
            hint=4,
        )


def _is_bent(model, x):
    """Whether log p_i - log p_j is anything but linear along a straight line."""
    a, b = 3 * x[:32], 3 * x[32:]
    logs = [
        np.log(np.clip(model.predict(part, verbose=0), 1e-30, 1))
        for part in (a, b, (a + b) / 2)
    ]
    scores = [log - log[:, :1] for log in logs]
    return not np.allclose(scores[2], (scores[0] + scores[1]) / 2, atol=1e-3)


q6.answer("""
    def build_classifier():
        return keras.Sequential([
            keras.Input((8, 8)),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ])
""")
q6.right("""
    def build_classifier():
        inputs = keras.Input((8, 8))
        x = layers.Dense(12, activation="tanh")(inputs)
        x = layers.Reshape((-1,))(x)
        return keras.Model(inputs, layers.Softmax()(layers.Dense(10)(x)))
""")
MODEL = """
    def build_classifier():
        return keras.Sequential([
            keras.Input((8, 8)),
            {body}
        ])
"""
q6.wrong(
    MODEL.format(
        body='layers.Dense(64, activation="relu"), '
        'layers.Dense(10, activation="softmax")'
    ),
    says="for each *line* of a picture",
)
q6.wrong(
    MODEL.format(
        body="layers.Flatten(), layers.Dense(64), "
        'layers.Dense(10, activation="softmax")'
    ),
    says="the layers collapse into one",
    points=4,
)
q6.wrong(
    MODEL.format(
        body='layers.Flatten(), layers.Dense(64, activation="relu"), '
        'layers.Dense(10, activation="sigmoid")'
    ),
    says="should be positive and sum to 1",
    points=2,
)
q6.wrong(
    MODEL.format(
        body='layers.Flatten(), layers.Dense(64, activation="relu"), '
        "layers.Dense(10), layers.Softmax(axis=0)"
    ),
    says="They sum to 1 over the batch.",
    points=2,
)
q6.wrong(
    MODEL.format(
        body='layers.Flatten(), layers.Dense(64, activation="relu"), '
        'layers.Dense(1, activation="softmax")'
    ),
    says="64 pictures, ten digits.",
)
q6.wrong(
    """
    def build_classifier():
        return keras.Sequential([
            keras.Input((64,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ])
    """,
    says="It should take pictures of 8 x 8.",
)
q6.same_as_reference(
    "line 3: keras.Input((8, 8)) left out",
    "line 5: 64 -> 65",
    "line 5: 'relu' -> 'sigmoid'",
    because="the shape is known at the first call; other sizes and bends do as well",
)
