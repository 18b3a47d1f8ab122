"""Your first model: reading handwritten digits."""

import numpy as np

import edukeras as keras
from edukeras import layers
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


def digits():
    """((x_train, y_train), (x_test, y_test)), the pictures as rows from 0 to 1."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    return (x_train.reshape(-1, 64) / 16, y_train), (
        x_test.reshape(-1, 64) / 16,
        y_test,
    )


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# --- q1: pictures become rows of numbers -----------------------------------------


@check(
    points=2,
    hints=[
        "Two steps: lay each picture out as one row, then bring 16 down to 1.",
        "`pictures.reshape(-1, 64)` makes rows of 64; -1 means: count them yourself.",
        "Full ink is 16. So `/ 16` makes it 1, for every picture alike.",
    ],
)
def q1(prepare):
    _, (pictures, _) = keras.datasets.digits.load_data()
    pictures = pictures[:5]
    rows = prepare(pictures.copy())
    with part("one row for each picture", 1) as is_rows:
        expect(
            np.shape(rows) != (64, 5),
            "There are 64 rows of 5. Each of the 5 pictures should be a row of 64.",
            hint=2,
        )
        expect_shape(rows, (5, 64), "5 pictures of 8 x 8 become 5 rows of 64.", hint=2)
        ink_on_paper = (np.asarray(rows) > 0) & (pictures.reshape(5, 64) == 0)
        expect(
            not ink_on_paper.any(),
            "The pixels are mixed up: there is ink where the picture is paper.",
            hint=2,
        )
    if not is_rows.passed:
        return
    with part("from 0 (paper) to 1 (ink)", 1):
        rows, correct = np.asarray(rows), pictures.reshape(5, 64) / 16
        expect_not_close(rows, correct * 16, "The ink still counts up to 16.", hint=3)
        expect_not_close(
            rows,
            correct * 16 / 255,
            "You divided by 255. Many pictures go up to 255, "
            "but what is full ink here?",
            hint=3,
        )
        expect(
            len(np.unique(rows)) > 2,
            "Only 0 and 1 are left, the greys are lost: `//` drops what is behind the "
            "decimal point.",
            hint=3,
        )
        pale = np.asarray(prepare(pictures // 4))
        expect(
            pale.max() <= 0.5,
            "A pale picture comes out as dark as a black one. Divide by a fixed "
            "number, not by the largest of what you happen to get.",
            hint=3,
        )
        expect_close(rows, correct, "The numbers should be ink / 16.", hint=3)


q1.answer("""
    def prepare(pictures):
        return pictures.reshape(-1, 64) / 16
""")
q1.right("""
    def prepare(pictures):
        rows = []
        for picture in pictures:
            rows.append([float(ink) * 0.0625 for line in picture for ink in line])
        return rows
""")
q1.right("""
    def prepare(pictures):
        return np.divide(pictures, 16, dtype="float32").reshape(len(pictures), -1)
""")
q1.wrong(
    "def prepare(pictures): return pictures.reshape(-1, 64) / 255",
    says="what is full ink here?",
    points=1,
)
q1.wrong(
    "def prepare(pictures): return pictures.reshape(-1, 64) // 16",
    says="the greys are lost",
    points=1,
)
q1.wrong(
    "def prepare(pictures): return pictures.reshape(-1, 64) / pictures.max()",
    says="Divide by a fixed number",
    points=1,
)
q1.wrong(
    "def prepare(pictures): return pictures.reshape(-1, 64)",
    says="still counts up to 16",
    points=1,
)
q1.wrong(
    "def prepare(pictures): return pictures.reshape(64, -1) / 16",
    says="Each of the 5 pictures should be a row of 64.",
)
q1.wrong(
    "def prepare(pictures): return pictures.T.reshape(-1, 64) / 16",
    says="The pixels are mixed up",
)
q1.wrong(
    "def prepare(pictures): return pictures / 16",
    says="The shape is (5, 8, 8), not (5, 64).",
)
q1.wrong(
    "def prepare(pictures): rows = pictures.reshape(-1, 64) / 16",
    says="Did you forget `return`?",
)


# --- q2: one neuron --------------------------------------------------------------


@check(
    points=2,
    hints=[
        "Multiply each input by its weight, add all up, add the bias. Then squash.",
        "The weighted sum is `np.dot(x, w) + b`.",
        "sigmoid(z) is `1 / (1 + np.exp(-z))`: mind the minus.",
    ],
)
def q2(neuron):
    x, w = np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 1.0])  # the sum is 1.5
    y = neuron(x, w, -1.0)
    with part("weighted sum plus bias", 1):
        expect(
            np.size(y) == 1 or y is None,
            "A neuron has one output, you have several. Add the products up.",
            hint=1,
        )
        for forgotten in (1.5, sigmoid(1.5)):
            expect_not_close(y, forgotten, "Where did the bias b go?", hint=2)
        for subtracted in (2.5, sigmoid(2.5)):
            expect_not_close(y, subtracted, "The bias is added.", hint=2)
        # Squashed, not squashed, or squashed the wrong way round: the sum is right.
        sums = np.array([0.5, sigmoid(0.5), sigmoid(-0.5), np.tanh(0.5)])
        expect(
            np.isclose(float(np.squeeze(y)), sums).any() if y is not None else False,
            "Did you forget `return`?" if y is None else "The sum is not right.",
            hint=1,
        )
    with part("squashed by the sigmoid", 1):
        y = neuron(x, w, 0.0)
        expect_not_close(y, 1.5, "That is the sum. What comes after the sum?", hint=3)
        expect_not_close(
            y,
            sigmoid(-1.5),
            "Upside down: a large sum should give nearly 1. Mind the minus.",
            hint=3,
        )
        expect(0 < np.min(y) and np.max(y) < 1, "A sigmoid lies between 0 and 1.", 3)
        expect_close(y, sigmoid(1.5), "sigmoid(1.5) is something else.", hint=3)


q2.answer("""
    def neuron(x, w, b):
        z = np.dot(x, w) + b
        return 1 / (1 + np.exp(-z))
""")
q2.right("""
    import math

    class Neuron:
        def __call__(self, x, w, b):
            z = math.fsum(xi * wi for xi, wi in zip(x, w)) + b
            return np.array([0.5 + 0.5 * math.tanh(z / 2)])

    neuron = Neuron()
""")
q2.wrong(
    "def neuron(x, w, b): return np.dot(x, w) + b",
    says="What comes after the sum?",
    points=1,
)
q2.wrong(
    "def neuron(x, w, b): return 1 / (1 + np.exp(-np.dot(x, w)))",
    says="Where did the bias b go?",
    points=1,
)
q2.wrong(
    "def neuron(x, w, b): return 1 / (1 + np.exp(np.dot(x, w) + b))",
    says="Upside down",
    points=1,
)
q2.wrong(
    "def neuron(x, w, b): return 1 / (1 + np.exp(-(x * w + b)))",
    says="Add the products up.",
)
q2.wrong(
    "def neuron(x, w, b): return 1 / (1 + np.exp(-np.dot(x, w) + b))",
    says="The bias is added.",
    points=1,
)
q2.wrong(
    "def neuron(x, w, b): return np.tanh(np.dot(x, w) + b)",
    says="sigmoid(1.5) is something else.",
    points=1,
)
q2.wrong(
    "def neuron(x, w, b): y = 1 / (1 + np.exp(-np.dot(x, w) - b))",
    says="Did you forget `return`?",
)


# --- q3: scores become probabilities ---------------------------------------------


@check(
    points=3,
    hints=[
        "First make every score positive with `np.exp`. Then divide by the row's sum.",
        "axis=0 runs down a column, axis=1 runs along a row. Each row is one picture.",
        "With `keepdims=True` the sums stay a column: each row meets its own sum.",
    ],
)
def q3(softmax):
    scores = np.array([[0.0, 1.0, 2.0], [3.0, 1.0, -1.0], [0.0, 0.0, 0.0],
                       [1.0, 2.0, 0.5], [-2.0, 2.0, 1.0]])  # fmt: skip
    exp = np.exp(scores)
    correct = exp / exp.sum(axis=1, keepdims=True)
    try:
        p = softmax(scores.copy())
    except ValueError as error:
        if "broadcast" not in str(error):
            raise
        expect(
            False,
            "Shapes (5, 3) and (5,) do not fit: NumPy wants to meet each column with "
            "a sum. The sums should stand as a column, (5, 1).",
            hint=3,
        )
    with part("a number for each score", 1) as shape:
        expect_shape(p, (5, 3), "As many probabilities as scores.")
        p = np.asarray(p)
    if not shape.passed:
        return
    with part("each row sums to 1", 1) as rows:
        expect_not_close(
            p,
            exp / exp.sum(axis=0),
            "Your columns sum to 1. Softmax compares the digits of one picture, "
            "not one digit in all pictures.",
            hint=2,
        )
        expect_not_close(
            p,
            exp / exp.sum(),
            "All numbers together sum to 1. Every row is a picture of its own.",
            hint=2,
        )
        expect_not_close(p, exp, "Positive, but they do not sum to 1 yet.", hint=1)
        expect_close(p.sum(axis=1), np.ones(5), "Each row should sum to 1.", hint=1)
        square = softmax(np.array([[0.0, 5.0], [0.0, 0.0]]))
        expect_close(
            np.sum(square, axis=1),
            np.ones(2),
            "With as many rows as columns the sums meet the columns, without an error.",
            hint=3,
        )
    if rows.passed:
        with part("probabilities that follow the scores", 1):
            expect(p >= 0, "A probability is never negative. Where is `exp`?", hint=1)
            expect_close(p, correct, "Is it exp(score) / sum of exp(scores)?", hint=1)


q3.answer("""
    def softmax(scores):
        e = np.exp(scores)
        return e / e.sum(axis=1, keepdims=True)
""")
q3.right("""
    def softmax(scores):
        rows = []
        for row in np.asarray(scores):
            e = [2.718281828459045 ** float(z - max(row)) for z in row]
            rows.append([value / sum(e) for value in e])
        return rows
""")
q3.right("""
    def softmax(scores):
        e = np.exp(scores - scores.max())
        return (e.T / e.sum(axis=1)).T
""")
q3.wrong(
    "def softmax(scores): return np.exp(scores) / np.exp(scores).sum(axis=0)",
    says="Your columns sum to 1.",
    points=1,
)
q3.wrong(
    "def softmax(scores): return np.exp(scores) / np.exp(scores).sum()",
    says="All numbers together sum to 1.",
    points=1,
)
q3.wrong(
    "def softmax(scores): return np.exp(scores) / np.exp(scores).sum(axis=1)",
    says="The sums should stand as a column, (5, 1).",
)
q3.wrong(
    "def softmax(scores): return np.exp(scores)",
    says="they do not sum to 1 yet",
    points=1,
)
q3.wrong(
    """
    def softmax(scores):
        shifted = scores - scores.min() + 1
        return shifted / shifted.sum(axis=1, keepdims=True)
    """,
    says="Is it exp(score) / sum of exp(scores)?",
    points=2,
)
q3.wrong(
    """
    def softmax(scores):
        centred = scores - scores.mean(axis=1, keepdims=True)
        return centred + 1 / scores.shape[1]
    """,
    says="Where is `exp`?",
    points=2,
)
q3.wrong(
    """
    def softmax(scores):
        e = np.exp(scores)
        return e.max(axis=1) / e.sum(axis=1)
    """,
    says="As many probabilities as scores.",
)


# --- q4: read one picture --------------------------------------------------------


@check(
    points=3,
    needs=[q1],
    hints=[
        "The model was trained on prepared pictures, many at a time.",
        "`picture[None]` has shape (1, 8, 8): a batch of one. `prepare` takes it.",
        "`model.predict` gives (1, 10) probabilities. `argmax(axis=1)` says where the "
        "largest stands, `[0]` takes it out.",
    ],
)
def q4(read_digit):
    model, pictures, correct = nearest_mean_model()
    answers = []
    with part("takes one picture, gives one digit", 1) as one:
        for picture in pictures:
            answers.append(_one_digit(read_digit, model, picture.copy()))
    if one.passed:
        with part("the digit that the model sees", 2):
            raw = model.predict(pictures.reshape(-1, 64), verbose=0).argmax(axis=1)
            expect_not_close(
                answers,
                raw,
                "The model got the ink from 0 to 16, but it was trained on 0 to 1.",
                hint=1,
            )
            expect(
                len(set(answers)) > 1,
                say(
                    "Your answer is {digit} for every picture. Along which axis did "
                    "you look for the largest?",
                    digit=answers[0],
                ),
                hint=3,
            )
            expect_close(
                answers, correct, "That is not the digit with the largest probability."
            )


def nearest_mean_model():
    """A model that is right about ten pictures, but only if they are prepared."""
    (x_train, y_train), (x_test, y_test) = digits()
    means = np.stack([x_train[y_train == digit].mean(axis=0) for digit in range(10)])
    model = keras.Sequential(
        [layers.Input((64,)), layers.Dense(10, activation="softmax")]
    )
    model.set_weights([4 * means.T, -2 * (means**2).sum(axis=1)])
    seen = model.predict(x_test, verbose=0).argmax(axis=1)
    seen_raw = model.predict(16 * x_test, verbose=0).argmax(axis=1)
    # Of each digit one that it reads; if possible one that it misreads unprepared.
    quality = 2 * (seen == y_test) + (seen_raw != y_test)
    rows = [np.argmax(np.where(y_test == digit, quality, -1)) for digit in range(10)]
    return model, (16 * x_test[rows]).astype("uint8").reshape(-1, 8, 8), np.arange(10)


def _one_digit(read_digit, model, picture):
    try:
        answer = read_digit(model, picture)
    except ValueError as error:
        if "shape" not in str(error):
            raise
        expect(
            False,
            say(
                "A model reads batches, even of one picture. Give it the missing first "
                "axis, as `picture[None]` has it. It said: {error}",
                error=error,
            ),
            hint=2,
        )
    expect(answer is not None, "There is no answer. Did you forget `return`?")
    expect(
        np.size(answer) == 1,
        say("One digit is wanted. You return {n} numbers.", n=np.size(answer)),
        hint=3,
    )
    value = float(np.squeeze(np.asarray(answer)))
    expect(
        value == round(value),
        say("{value:.3g} is a probability. Which digit has it?", value=value),
        hint=3,
    )
    return int(value)


q4.answer("""
    def read_digit(model, picture):
        probabilities = model.predict(prepare(picture[None]), verbose=0)
        return probabilities.argmax(axis=1)[0]
""")
q4.right("""
    def read_digit(model, picture):
        row = np.reshape(picture, (1, 64)) / 16
        probabilities = list(np.array(model(row))[0])
        return probabilities.index(max(probabilities))
""")
q4.wrong(
    """
    def read_digit(model, picture):
        return model.predict(picture / 16, verbose=0).argmax()
    """,
    says="A model reads batches, even of one picture.",
)
q4.wrong(
    """
    def read_digit(model, picture):
        return model.predict(picture.reshape(64) / 16, verbose=0).argmax()
    """,
    says="A model reads batches, even of one picture.",
)
q4.wrong(
    """
    def read_digit(model, picture):
        return model.predict(prepare(picture[None]), verbose=0)
    """,
    says="You return 10 numbers.",
)
q4.wrong(
    """
    def read_digit(model, picture):
        return model.predict(prepare(picture[None]), verbose=0).max()
    """,
    says="is a probability. Which digit has it?",
)
q4.wrong(
    """
    def read_digit(model, picture):
        return model.predict(picture.reshape(1, 64), verbose=0).argmax()
    """,
    says="it was trained on 0 to 1",
    points=1,
)
q4.wrong(
    """
    def read_digit(model, picture):
        return model.predict(prepare(picture[None]), verbose=0).argmax(axis=0)[0]
    """,
    says="Along which axis",
    points=1,
)


# --- q5: the same network in the other notation -----------------------------------


@check(
    points=4,
    hints=[
        "A layer is called on what comes before it: `layers.Dense(128)(inputs)`.",
        "Give each result a name, and call the next layer on that name.",
        'The activations are the same as before: "relu", "relu", "softmax".',
        "`keras.Model(inputs=..., outputs=...)` takes the first and the last tensor.",
    ],
)
def q5(functional):
    expect(
        not isinstance(functional, keras.Sequential),
        "This works, but it is Sequential again. Call each layer on the tensor before "
        "it, then make a `keras.Model`.",
        hint=1,
    )
    expect_type(functional, keras.Model, "Wanted is a `keras.Model`.", hint=4)
    with part("64 numbers in", 1) as inputs:
        shape = functional.input_shape
        expect(
            len(shape) != 3,
            say(
                "`Input` takes the shape of one sample, without the number of samples: "
                "(64,). Your model expects {shape}.",
                shape=shape,
            ),
        )
        expect(
            shape == (None, 64),
            say("The model should take rows of 64. Yours takes {shape}.", shape=shape),
        )
    if not inputs.passed:
        return
    kernels = [w.shape for w in functional.get_weights() if w.ndim == 2]
    with part("128, then 64, then 10 units", 1) as units:
        expect(
            functional.output_shape != (None, 64),
            "The model ends at the second layer. What should `outputs` be?",
            hint=4,
        )
        expect(
            kernels != [(64, 64), (64, 10)],
            "The layer of 128 is not on the way to the outputs. Which tensor is the "
            "second layer called on?",
            hint=2,
        )
        expect(
            kernels == [(64, 128), (128, 64), (64, 10)],
            say(
                "The kernels have the shapes {shapes}; wanted are "
                "64 x 128, 128 x 64 and 64 x 10.",
                shapes=kernels,
            ),
            hint=2,
        )
    if units.passed:
        _expect_activations(functional)


def _expect_activations(model):
    """The last two points: the model's numbers against those of NumPy."""
    rng = np.random.default_rng(0)
    weights = [rng.normal(0, 0.2, w.shape) for w in model.get_weights()]
    x = rng.uniform(0, 1, (20, 64))
    before = model.get_weights()
    try:
        model.set_weights(weights)
        y = np.asarray(model.predict(x, verbose=0))
    finally:
        model.set_weights(before)

    def relu(z):
        return np.maximum(z, 0)

    def same(z):
        return z

    def forward(hidden, last):
        h = hidden(x @ weights[0] + weights[1])
        h = hidden(h @ weights[2] + weights[3])
        return last(h @ weights[4] + weights[5])

    linear = "Without an activation in between, layers in a row are one linear layer."
    close = {"rtol": 1e-3, "atol": 1e-5}
    with part("probabilities out", 1):
        for hidden in (relu, same):
            expect_not_close(
                y,
                forward(hidden, same),
                "The outputs are raw scores. Which activation makes probabilities?",
                hint=3,
                **close,
            )
        expect_not_close(
            y,
            forward(relu, sigmoid),
            "Sigmoid scores each digit alone. For exactly one digit use softmax.",
            hint=3,
            **close,
        )
        sums = np.sum(y, axis=1)
        expect_close(sums, np.ones(20), "Each row should sum to 1.", 3, rtol=1e-3)
    with part("relu in between", 1):
        for last in (softmax, same):
            expect_not_close(y, forward(same, last), linear, hint=3, **close)
        right = [
            np.allclose(y, forward(relu, f), **close) for f in (softmax, same, sigmoid)
        ]
        expect(any(right), "The hidden layers do something other than relu.", hint=3)


q5.answer("""
    inputs = layers.Input((64,))
    hidden_1 = layers.Dense(128, activation="relu")(inputs)
    hidden_2 = layers.Dense(64, activation="relu")(hidden_1)
    outputs = layers.Dense(10, activation="softmax")(hidden_2)
    functional = keras.Model(inputs=inputs, outputs=outputs)
""")
q5.right("""
    a = keras.Input(shape=(64,))
    b = layers.ReLU()(layers.Dense(128)(a))
    b = layers.Activation("relu")(layers.Dense(64)(b))
    functional = keras.Model(a, layers.Softmax()(layers.Dense(10)(b)))
""")
_CHAIN = """
    inputs = layers.Input({shape})
    a = layers.Dense(128, activation={hidden!r})(inputs)
    b = layers.Dense(64, activation={hidden!r})({second})
    c = layers.Dense(10, activation={last!r})(b)
    functional = keras.Model(inputs=inputs, outputs={out})
"""


def _chain(shape="(64,)", hidden="relu", second="a", last="softmax", out="c"):
    return _CHAIN.format(shape=shape, hidden=hidden, second=second, last=last, out=out)


q5.wrong(_chain(second="inputs"), says="Which tensor is the second layer", points=1)
q5.wrong(_chain(out="b"), says="What should `outputs` be?", points=1)
q5.wrong(_chain(last=None), says="Which activation makes probabilities?", points=3)
q5.wrong(_chain(last="sigmoid"), says="Sigmoid scores each digit alone.", points=3)
q5.wrong(_chain(hidden=None), says="are one linear layer", points=3)
q5.wrong(_chain(hidden="tanh"), says="something other than relu", points=3)
q5.wrong(_chain(shape="(1497, 64)"), says="without the number of samples")
q5.wrong(
    """
    functional = keras.Sequential([
        layers.Input((64,)),
        layers.Dense(128, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    """,
    says="it is Sequential again",
)


# --- q6: the challenge: a small network ------------------------------------------

MOST_PARAMETERS = 3000


@check(
    points=6,
    seconds=60,
    hints=[
        "A Dense layer has (inputs + 1) x units parameters. What does a first layer of "
        "128 units cost? What is left for the others?",
        "About 32 units in one hidden layer fit into 3,000.",
        "Labels such as 3 or 7 are class numbers: `sparse_categorical_crossentropy`. "
        "It expects probabilities, so the last layer needs softmax.",
        "Too slow or too wild? `keras.optimizers.Adam(learning_rate=0.003)` did well.",
    ],
)
def q6(build_small):
    keras.utils.set_random_seed(0)
    (x_train, y_train), (x_test, y_test) = digits()
    model = build_small()
    expect(model is not None, "There is no model. Did you forget `return`?")
    expect_type(model, keras.Model, "Wanted is a model.")
    with part("ten probabilities, at most 3,000 parameters", 2) as small:
        outputs = _outputs(model, x_test)
        n = model.count_params()
        expect(n <= MOST_PARAMETERS, say("It has {n:,} parameters.", n=n), hint=1)
    if not small.passed:
        return
    with part("compiled for these labels", 1) as compiled:
        _expect_cross_entropy(model, outputs, x_test, y_test)
    if not compiled.passed:
        return
    model.fit(x_train, y_train, epochs=40, verbose=0)
    right = np.argmax(model.predict(x_test, verbose=0), axis=1) == y_test
    result = say(
        "After 40 epochs it reads {share:.0%} of the test digits. ", share=right.mean()
    )
    with part("reads 90 % of the test digits", 2):
        expect(right.mean() >= 0.9, result + say("Is the learning rate right?"), hint=4)
    with part("reads 95 %", 1):
        more = say("A little more is possible.")
        expect(right.mean() >= 0.95, result + more, hint=4)


def _outputs(model, x):
    """The outputs before training: ten numbers a row."""
    try:
        outputs = np.asarray(model.predict(x, verbose=0))
    except ValueError as error:
        if "shape" not in str(error):
            raise
        text = "It should take rows of 64 numbers. It said: {error}"
        expect(False, say(text, error=error))
    expect(
        outputs.shape[1:] != (1,),
        "It has one output. Ten digits need ten: one probability each.",
        hint=3,
    )
    expect_shape(outputs, (None, 10), "Ten digits, ten outputs.")
    return outputs


def _expect_cross_entropy(model, outputs, x, y):
    """The loss must be cross-entropy, and must fit labels and outputs."""
    try:
        loss = model.evaluate(x, y, verbose=0, return_dict=True)["loss"]
    except RuntimeError:
        expect(False, "It is not compiled. Which loss, which optimizer?", hint=3)
    except ValueError as error:
        expect(
            False,
            say(
                "Your labels are class numbers, such as 7; this loss wants something "
                "else. It said: {error}",
                error=error,
            ),
            hint=3,
        )
    of_probabilities = cross_entropy(outputs, y)
    of_scores = cross_entropy(softmax(outputs), y)
    if np.allclose(outputs.sum(axis=1), 1, atol=1e-3):
        expect(
            np.isclose(of_scores, of_probabilities, rtol=1e-2)
            or not np.isclose(loss, of_scores, rtol=1e-3),
            "Softmax is applied twice: by the last layer, and by `from_logits=True`. "
            "That flattens the probabilities. Once is enough.",
            hint=3,
        )
    elif not np.isclose(loss, of_scores, rtol=1e-3):
        are_sigmoids = 0 <= outputs.min() and outputs.max() <= 1
        expect(
            not are_sigmoids,
            "The ten outputs do not sum to 1. Sigmoid scores each digit alone; for "
            "exactly one digit use softmax.",
            hint=3,
        )
        expect(
            False,
            "The loss wants probabilities, but the last layer gives raw scores "
            "(logits). Add softmax, or tell the loss: `from_logits=True`.",
            hint=3,
        )


def cross_entropy(p, y):
    """The mean of -log of what the right class got."""
    return float(-np.log(np.clip(p[np.arange(len(y)), y], 1e-7, 1)).mean())


q6.answer("""
    def build_small():
        model = keras.Sequential([
            layers.Input((64,)),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ])
        model.compile(
            optimizer=keras.optimizers.Adam(learning_rate=0.003),
            loss="sparse_categorical_crossentropy",
        )
        return model
""")
q6.right("""
    def build_small():
        inputs = keras.Input((64,))
        scores = layers.Dense(10)(layers.Dense(24, activation="tanh")(inputs))
        model = keras.Model(inputs, scores)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.005), loss, metrics=["accuracy"])
        return model
""")
q6.right("""
    def build_small():  # no hidden layer at all
        model = keras.Sequential([layers.Dense(10, activation="softmax")])
        model.build((None, 64))
        model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
        return model
""")
_SMALL = """
    def build_small():
        model = keras.Sequential([
            layers.Input((64,)),
            layers.Dense({units}, activation="relu"),
            layers.Dense({outputs}, activation={last!r}),
        ])
        {compile}
        return model
"""


def _small(units=32, outputs=10, last="softmax", optimizer="'adam'", loss=None):
    loss = loss or "'sparse_categorical_crossentropy'"
    compile = f"model.compile({optimizer}, {loss})"
    return _SMALL.format(units=units, outputs=outputs, last=last, compile=compile)


_FROM_LOGITS = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
q6.wrong(_small(units=128), says="It has 9,610 parameters.")
q6.wrong(_small(outputs=1, last="sigmoid"), says="Ten digits need ten")
q6.wrong(
    _small(loss="'categorical_crossentropy'"),
    says="Your labels are class numbers",
    points=2,
)
q6.wrong(_small(loss="'mse'"), says="Your labels are class numbers", points=2)
q6.wrong(_small(last=None), says="the last layer gives raw scores", points=2)
q6.wrong(_small(last="sigmoid"), says="for exactly one digit use softmax", points=2)
q6.wrong(_small(loss=_FROM_LOGITS), says="Softmax is applied twice", points=2)
q6.wrong(
    _small().replace("model.compile", "None and model.compile"),
    says="It is not compiled.",
    points=2,
)
q6.wrong(
    _small(optimizer="keras.optimizers.SGD(0.0001)"),
    says="Is the learning rate right?",
    points=3,
)
q6.wrong(
    _small(optimizer="keras.optimizers.SGD(0.01)"),
    says="A little more is possible.",
    points=5,
)
q6.wrong(_small().replace("return model", ""), says="Did you forget `return`?")
q1.same_as_reference(
    "line 2: 1 -> 2", because="any negative number lets NumPy count the rows"
)
q6.same_as_reference(
    "line 3: layers.Input((64,)) left out",
    "line 4: layers.Dense(32, activation='relu') left out",
    "line 4: 32 -> 33",
    "line 4: 'relu' -> 'sigmoid'",
    "line 4: activation='relu' left out",
    "line 8: optimizer=keras.optimizers.Adam(learning_rate=0.003) left out",
    "line 8: learning_rate=0.003 left out",
    because="any model that is small and reads 95 % is right, and these do",
)
