"""Losses: how wrong is a network? Softmax, cross-entropy, logits."""

import numpy as np

import edukeras as keras
from edukeras import layers
from edukeras.grading import (
    answer_template,
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
"""


def right_softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def probabilities(n=6, classes=4, seed=0):
    return right_softmax(np.random.default_rng(seed).normal(size=(n, classes)))


LABELS = np.array([2, 0, 3, 1, 0, 2])


# --- q1: the mean squared error, and a trap ---------------------------------------


@check(
    points=4,
    hints=[
        "Difference, square, mean: in this order.",
        "A column (5, 1) minus a row (5,) is a table (5, 5). Print a shape to see it.",
        "Compare the shapes first: `np.reshape(y_pred, np.shape(y_true))` makes them "
        "equal.",
    ],
)
def q1(mse):
    y, p = np.array([1.0, 2.0, 4.0, 0.0, 3.0]), np.array([1.5, 0.0, 4.0, 1.0, 5.0])
    correct = np.mean((y - p) ** 2)
    with part("the right number", 2) as number:
        value = mse(y.copy(), p.copy())
        expect(
            np.size(value) == 1 or value is None,
            "One number is wanted, for all samples together. What is the M in MSE?",
            hint=1,
        )
        expect_not_close(value, np.sum((y - p) ** 2), "The sum; and the mean?", hint=1)
        expect_not_close(
            value, np.mean(np.abs(y - p)), "That is the mean *absolute* error.", hint=1
        )
        expect_not_close(
            value,
            np.mean(y - p) ** 2,
            "First square, then take the mean: errors of +1 and -1 must not cancel.",
            hint=1,
        )
        expect_not_close(
            value, np.sqrt(correct), "That is the root of it, the RMSE.", hint=1
        )
        expect_close(value, correct, "Compare with a calculator.", hint=1)
    if not number.passed:
        return
    with part("not fooled by a column", 2):
        table = np.mean((y[:, None] - p) ** 2)
        for a, b in [(y, p[:, None]), (y[:, None], p)]:
            try:
                value = mse(a.copy(), b.copy())
            except ValueError:
                continue  # refusing is as good as putting it right
            expect_not_close(
                value,
                table,
                "A prediction often comes as a column, shape (5, 1). Minus labels of "
                "shape (5,) that is a table of 25 differences: its mean is nonsense.",
                hint=2,
            )
            expect_close(value, correct, "With a column it is another number.", hint=3)


q1.answer("""
    def mse(y_true, y_pred):
        y_pred = np.reshape(y_pred, np.shape(y_true))
        return np.mean((y_true - y_pred) ** 2)
""")
q1.right("""
    def mse(y_true, y_pred):
        if np.shape(y_true) != np.shape(y_pred):
            raise ValueError("These do not belong together.")
        d = np.subtract(y_true, y_pred)
        return d @ d / len(d)
""")
q1.right("""
    def mse(y_true, y_pred):
        pairs = zip(np.ravel(y_true), np.ravel(y_pred))
        squares = [(a - b) ** 2 for a, b in pairs]
        return sum(squares) / len(squares)
""")
q1.wrong(
    "def mse(y_true, y_pred): return np.mean((y_true - y_pred) ** 2)",
    says="that is a table of 25 differences",
    points=2,
)
q1.wrong(
    "def mse(y_true, y_pred): return np.sum((y_true - y_pred) ** 2)",
    says="The sum; and the mean?",
)
q1.wrong(
    "def mse(y_true, y_pred): return np.mean(y_true - y_pred) ** 2",
    says="must not cancel",
)
q1.wrong(
    "def mse(y_true, y_pred): return np.mean(np.abs(y_true - y_pred))",
    says="mean *absolute* error",
)
q1.wrong(
    "def mse(y_true, y_pred): return (y_true - y_pred) ** 2",
    says="What is the M in MSE?",
)
q1.wrong(
    "def mse(y_true, y_pred): np.mean((y_true - y_pred) ** 2)",
    says="Did you forget `return`?",
)


# --- q2: cross-entropy ------------------------------------------------------------


@check(
    points=4,
    hints=[
        "Of each row only one number counts: the probability of the true class.",
        "`p[np.arange(len(p)), labels]` picks it from each row.",
        "The loss of a sample is minus the natural logarithm of it; then the mean.",
    ],
)
def q2(cross_entropy):
    p = probabilities()
    picked = p[np.arange(6), LABELS]
    value = cross_entropy(p.copy(), LABELS.copy())
    with part("looks at the true class", 2) as picks:
        expect(
            np.size(value) == 1 or value is None,
            "One number is wanted: the mean over the samples.",
            hint=3,
        )
        expect_not_close(
            value,
            -np.mean(np.log(p.max(axis=1))),
            "You look at the class that the network likes best. It may be wrong: look "
            "at the true one.",
            hint=1,
        )
        expect_not_close(
            value,
            -np.mean(np.log(p[:, LABELS])),
            "`p[:, labels]` is a table of 6 x 6: every row with every label.",
            hint=2,
        )
        expect_not_close(
            value, -np.mean(np.log(p)), "You take the logarithm of all classes.", hint=1
        )
        expect_not_close(
            value, np.mean(picked), "These are the probabilities. And the log?", hint=3
        )
        expect_not_close(
            value, 1 - np.mean(picked), "1 - p is a loss, but not this one.", hint=3
        )
        expect(value is not None, "There is no value. Did you forget `return`?")
        expect(
            any(
                np.isclose(np.squeeze(value), sign * f(np.log(picked)) / unit)
                for sign in (1, -1)
                for f in (np.mean, np.sum)
                for unit in (1, np.log(2), np.log(10))
            ),
            "That is not minus the mean of log p[true class].",
            hint=3,
        )
    if not picks.passed:
        return
    with part("minus the mean logarithm", 2):
        expect_not_close(
            value, np.mean(np.log(picked)), "A loss is positive: mind the minus.", 3
        )
        expect_not_close(
            value,
            -np.sum(np.log(picked)),
            "The sum grows with the batch. Take the mean.",
            hint=3,
        )
        expect_close(
            value,
            -np.mean(np.log(picked)),
            "The natural logarithm is meant, `np.log`.",
            hint=3,
        )


q2.answer("""
    def cross_entropy(p, labels):
        picked = p[np.arange(len(p)), labels]
        return -np.mean(np.log(picked))
""")
q2.right("""
    def cross_entropy(p, labels):
        total = 0.0
        for row, label in zip(p, labels):
            total -= np.log(row[label])
        return total / len(labels)
""")
q2.right("""
    def cross_entropy(p, labels):
        one_hot = np.eye(p.shape[1])[labels]
        return np.log(1 / (one_hot * p).sum(axis=1)).mean()
""")
q2.wrong(
    "def cross_entropy(p, labels): return -np.mean(np.log(p.max(axis=1)))",
    says="look at the true one",
)
q2.wrong(
    "def cross_entropy(p, labels): return -np.mean(np.log(p[:, labels]))",
    says="is a table of 6 x 6",
)
q2.wrong(
    """
    def cross_entropy(p, labels):
        return np.mean(np.log(p[np.arange(len(p)), labels]))
    """,
    says="mind the minus",
    points=2,
)
q2.wrong(
    """
    def cross_entropy(p, labels):
        return -np.sum(np.log(p[np.arange(len(p)), labels]))
    """,
    says="grows with the batch",
    points=2,
)
q2.wrong(
    """
    def cross_entropy(p, labels):
        return -np.mean(np.log10(p[np.arange(len(p)), labels]))
    """,
    says="The natural logarithm",
    points=2,
)
q2.wrong(
    "def cross_entropy(p, labels): return 1 - p[np.arange(len(p)), labels].mean()",
    says="but not this one",
)


# --- q3: one-hot ------------------------------------------------------------------


@check(
    points=3,
    hints=[
        "Start with zeros of shape (samples, classes), then set one 1 in each row.",
        "`np.arange(len(labels))` are the rows, `labels` are the columns.",
        "Row k of `np.eye(n)` is the one-hot vector of class k.",
    ],
)
def q3(one_hot):
    labels = np.array([2, 0, 3, 2, 0])
    rows = one_hot(labels.copy(), 5)
    with part("a row for each label, a column for each class", 1) as shape:
        expect(
            np.shape(rows) != (5, 4),
            "Class 4 does not occur here, but it is a class: five columns.",
            hint=1,
        )
        expect_shape(rows, (5, 5), "5 labels, 5 classes.", hint=1)
        wide = np.asarray(one_hot(np.array([1, 0]), 3))
        expect(wide.shape != (3, 2), "Rows are samples, columns are classes.", hint=1)
        expect_shape(wide, (2, 3), "2 labels, 3 classes.", hint=1)
    if not shape.passed:
        return
    with part("a single 1 in each", 2):
        rows, correct = np.asarray(rows, dtype=float), np.eye(5)[labels]
        expect_not_close(rows, correct.T, "Rows are samples, columns are classes.", 2)
        expect_not_close(
            rows,
            np.eye(5)[labels - 1],
            "Labels start at 0: class 0 has its 1 in the first column.",
            hint=3,
        )
        expect_close(rows.sum(axis=1), np.ones(5), "Each row has a single 1.", hint=2)
        expect_close(rows, correct, "The 1 stands in the wrong column.", hint=2)


q3.answer("""
    def one_hot(labels, n):
        rows = np.zeros((len(labels), n))
        rows[np.arange(len(labels)), labels] = 1
        return rows
""")
q3.right("""
    def one_hot(labels, n):
        return (np.arange(n) == np.asarray(labels)[:, None]).astype("float32")
""")
q3.right("""
    one_hot = keras.utils.to_categorical
""")
q3.wrong(
    "def one_hot(labels, n): return np.eye(max(labels) + 1)[labels]",
    says="Class 4 does not occur here",
)
q3.wrong(
    "def one_hot(labels, n): return np.eye(n)[:, labels]",
    says="Rows are samples, columns are classes.",
)
q3.wrong(
    "def one_hot(labels, n): return np.eye(n)[labels - 1]",
    says="Labels start at 0",
    points=1,
)
q3.wrong(
    """
    def one_hot(labels, n):
        rows = np.zeros((len(labels), n))
        rows[:, labels] = 1
        return rows
    """,
    says="Each row has a single 1.",
    points=1,
)


# --- q4: from logits --------------------------------------------------------------


@check(
    points=5,
    seconds=10,
    hints=[
        "log of a softmax: z[label] - log(sum of exp(z)). No division is left.",
        "Subtract the largest score of each row from all of them before `exp`.",
        "m = z.max(axis=1); log(sum exp(z)) = m + log(sum exp(z - m)).",
    ],
)
def q4(loss_from_logits):
    z = np.random.default_rng(2).normal(0, 2, size=(6, 4))
    p = right_softmax(z)
    correct = -np.log(p[np.arange(6), LABELS])
    value = loss_from_logits(z.copy(), LABELS.copy())
    with part("softmax and cross-entropy in one", 3) as numbers:
        expect(
            np.size(value) == 1 or value is None,
            "One number is wanted: the mean over the samples.",
        )
        expect_not_close(
            value,
            -np.mean(np.log(right_softmax(p)[np.arange(6), LABELS])),
            "There are two softmaxes in it. One is enough.",
            hint=1,
        )
        expect_not_close(
            value,
            -np.mean(z[np.arange(6), LABELS]),
            "That is only the score of the true class. What of all the others?",
            hint=1,
        )
        expect_not_close(
            value, -correct.mean(), "A loss is positive: mind the minus.", hint=1
        )
        expect_not_close(value, correct.sum(), "Take the mean, not the sum.", hint=1)
        expect_close(value, correct.mean(), "Is it log(sum exp(z)) - z[label]?", hint=1)
    if not numbers.passed:
        return
    with part("for scores of any size", 2):
        z = np.array([[1000.0, 0.0, -1000.0], [-5000.0, -4000.0, -4000.0]])
        with np.errstate(all="ignore"):
            value = float(np.squeeze(loss_from_logits(z, np.array([2, 1]))))
        expect(
            not np.isnan(value),
            "For scores of 1000 the loss is nan: exp(1000) is infinite.",
            hint=2,
        )
        expect(
            np.isfinite(value),
            "The loss is infinite here. It is 2000 for the first sample: a probability "
            "of exp(-2000) rounds to 0, so do not take its logarithm.",
            hint=3,
        )
        expect_close(
            value,
            (2000 + np.log(2)) / 2,
            "Large scores give a wrong number. Was something clipped?",
            hint=3,
        )


q4.answer("""
    def loss_from_logits(z, labels):
        z = z - z.max(axis=1, keepdims=True)
        log_sums = np.log(np.exp(z).sum(axis=1))
        return np.mean(log_sums - z[np.arange(len(z)), labels])
""")
q4.right("""
    def loss_from_logits(z, labels):
        picked = np.take_along_axis(z, np.asarray(labels)[:, None], axis=1)
        return np.logaddexp.reduce(z - picked, axis=1).mean()
""")
q4.right("""
    def loss_from_logits(z, labels):
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        return float(loss(labels, z))
""")
q4.wrong(
    """
    def loss_from_logits(z, labels):
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        return -np.mean(np.log(p[np.arange(len(z)), labels]))
    """,
    says="the loss is nan",
    points=3,
)
q4.wrong(
    """
    def loss_from_logits(z, labels):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        return -np.mean(np.log(p[np.arange(len(z)), labels]))
    """,
    says="The loss is infinite here.",
    points=3,
)
q4.wrong(
    """
    def loss_from_logits(z, labels):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        return -np.mean(np.log(np.clip(p, 1e-7, 1)[np.arange(len(z)), labels]))
    """,
    says="Was something clipped?",
    points=3,
)
q4.wrong(
    "def loss_from_logits(z, labels): return -np.mean(z[np.arange(len(z)), labels])",
    says="What of all the others?",
)
q4.wrong(
    """
    def loss_from_logits(z, labels):
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        q = np.exp(p) / np.exp(p).sum(axis=1, keepdims=True)
        return -np.mean(np.log(q[np.arange(len(z)), labels]))
    """,
    says="There are two softmaxes in it.",
)
q4.wrong(
    """
    def loss_from_logits(z, labels):
        log_sums = np.log(np.exp(z).sum(axis=1))
        return np.mean(z[np.arange(len(z)), labels] - log_sums)
    """,
    says="mind the minus",
)


# --- q5: yes or no ----------------------------------------------------------------


@check(
    points=4,
    hints=[
        "For y = 1 the loss is -log(p), for y = 0 it is -log(1 - p).",
        "y * log(p) + (1 - y) * log(1 - p): one of the two terms is always 0.",
        "`np.clip(p, 1e-7, 1 - 1e-7)` keeps the logarithm away from 0.",
    ],
)
def q5(binary_cross_entropy):
    y = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]])
    p = np.array([[0.8, 0.1], [0.3, 0.6], [0.4, 0.9]])
    both = y * np.log(p) + (1 - y) * np.log(1 - p)
    value = binary_cross_entropy(y.copy(), p.copy())
    with part("the right number", 3) as number:
        expect(
            np.size(value) == 1 or value is None,
            "One number is wanted: the mean over everything.",
        )
        expect_not_close(
            value,
            -np.mean(y * np.log(p)),
            "Where y is 0 nothing is counted: a network that always says 1 would be "
            "perfect.",
            hint=2,
        )
        expect_not_close(value, both.mean(), "A loss is positive: mind the minus.", 2)
        expect_not_close(value, -both.sum(), "Take the mean, not the sum.", hint=2)
        expect_close(value, -both.mean(), "Look at one number: y = 0, p = 0.1.", hint=1)
    if not number.passed:
        return
    with part("finite, even when sure and wrong", 1):
        with np.errstate(all="ignore"):
            value = binary_cross_entropy(
                np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0, 1.0])
            )
        expect(
            np.isfinite(np.asarray(value, dtype=float)).all(),
            "For p = 0 or 1 the loss is infinite or nan. One such sample spoils "
            "the whole batch.",
            hint=3,
        )
        expect(
            float(np.squeeze(value)) > 2,
            "Sure and wrong should cost a lot. Is the limit for p too far from 0?",
            hint=3,
        )


q5.answer("""
    def binary_cross_entropy(y, p):
        p = np.clip(p, 1e-7, 1 - 1e-7)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
""")
q5.right("""
    def binary_cross_entropy(y, p):
        chance = np.where(y == 1, p, 1 - p)
        return np.mean([-np.log(max(c, 1e-12)) for c in chance.ravel()])
""")
q5.right("""
    def binary_cross_entropy(y, p):
        return float(np.mean(keras.losses.binary_crossentropy(y, p)))
""")
q5.wrong(
    """
    def binary_cross_entropy(y, p):
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    """,
    says="infinite or nan",
    points=3,
)
q5.wrong(
    "def binary_cross_entropy(y, p): return -np.mean(y * np.log(np.clip(p, 1e-7, 1)))",
    says="Where y is 0 nothing is counted",
)
q5.wrong(
    """
    def binary_cross_entropy(y, p):
        p = np.clip(p, 1e-7, 1 - 1e-7)
        return np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    """,
    says="mind the minus",
)
q5.wrong(
    """
    def binary_cross_entropy(y, p):
        p = np.clip(p, 1e-7, 1 - 1e-7)
        return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
    """,
    says="Take the mean",
)
q5.wrong(
    """
    def binary_cross_entropy(y, p):
        p = np.clip(p, 0.1, 0.9)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    """,
    says="too far from 0",
    points=3,
)


# --- q6: which loss for what ------------------------------------------------------

# name -> (what the last layer needs, labels of 40 samples)
PROBLEMS = ("digit", "digit_one_hot", "spam", "tags", "price")


def data_for(problem):
    """40 samples of 5 numbers, and labels that follow from them."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(40, 5)).astype("float32")
    scores = x @ rng.normal(size=(5, 3))
    y = {
        "digit": scores.argmax(axis=1),
        "digit_one_hot": np.eye(3)[scores.argmax(axis=1)],
        "spam": (scores[:, :1] > 0).astype("float32"),
        "tags": (scores > 0).astype("float32"),
        "price": 300 + 40 * scores[:, :1],
    }[problem]
    return x, y


@check(
    points=5,
    seconds=60,
    hints=[
        "Three questions: how many numbers come out, between which limits, and how do "
        "the labels look?",
        "Exactly one of several classes: softmax. Yes or no, each for itself: sigmoid. "
        "Any number: nothing.",
        "Class numbers: sparse_categorical_crossentropy. One-hot rows: "
        "categorical_crossentropy. Zeros and ones: binary_crossentropy. Numbers: mse.",
    ],
)
def q6(heads):
    expect_type(heads, dict, "A dictionary is wanted.")
    for problem in PROBLEMS:
        with part(problem, 1):
            expect(
                problem in heads and heads[problem] is not ...,
                say("There is nothing for {problem} yet.", problem=problem),
                hint=1,
            )
            _expect_head(problem, *_layer_and_loss(heads[problem]))


def _layer_and_loss(pair):
    expect(
        isinstance(pair, (tuple, list)) and len(pair) == 2,
        "A last layer and a loss are wanted, as a pair.",
    )
    layer, loss = pair
    expect(
        isinstance(layer, layers.Layer),
        "The first of the pair should be a layer, such as `layers.Dense(1)`.",
    )
    return layer, loss


def _expect_head(problem, layer, loss):
    """The layer's outputs must be able to become the labels; the loss must fit both."""
    x, y = data_for(problem)
    keras.utils.set_random_seed(0)
    # A copy: the learner's own layer must not learn from one check to the next.
    layer = layer.__class__.from_config(layer.get_config())
    model = keras.Sequential([keras.Input((5,)), layer])
    units = 3 if problem in ("digit", "digit_one_hot", "tags") else 1
    out = np.asarray(model.predict(10 * x, verbose=0))
    expect(
        out.shape[-1] == units,
        say(
            "{units} numbers for each sample are wanted, your layer gives {n}.",
            units=units,
            n=out.shape[-1],
        ),
        hint=1,
    )
    sums_to_one = np.allclose(out.sum(axis=-1), 1, atol=1e-3)
    if units == 1:
        expect(
            not np.allclose(out, 1),
            "With one unit softmax is always exactly 1. Use sigmoid.",
            hint=2,
        )
    if problem == "tags":
        expect(
            not sums_to_one,
            "A sample may have several tags. Softmax allows one winner only.",
            hint=2,
        )
    if problem == "price":
        expect(
            out.min() < 0 and out.max() > 1,
            "Prices are around 300. Your output can never get there: no activation.",
            hint=2,
        )
    try:
        model.compile(keras.optimizers.Adam(0.05 if problem != "price" else 5.0), loss)
        model.fit(x, y, epochs=200, batch_size=40, verbose=0)
        p = np.asarray(model.predict(x, verbose=0))
    except (ValueError, TypeError) as error:
        expect(
            False,
            say("This loss does not fit these labels. It said: {error}", error=error),
            hint=3,
        )
    if problem.startswith("digit"):
        expect(
            _is_cross_entropy(model, x, y, p),
            "For one class out of several the loss is the cross-entropy of a softmax. "
            "Is softmax there, once, and does the loss know about it?",
            hint=2,
        )
        truth = y if y.ndim == 1 else y.argmax(axis=1)
        right = np.mean(p.argmax(axis=1) == truth)
        expect(right > 0.9, "It does not learn these labels.", hint=3)
    elif problem in ("spam", "tags"):
        value = model.evaluate(x, y, verbose=0)
        of_scores = np.isclose(value, _binary(y, 1 / (1 + np.exp(-p))), rtol=1e-2)
        of_probabilities = np.isclose(value, _binary(y, p), rtol=1e-2)
        expect(
            of_scores or of_probabilities,
            "Yes or no, each for itself: that is binary cross-entropy of a sigmoid.",
            hint=3,
        )
        if out.min() < 0 or out.max() > 1:
            expect(
                of_scores,
                "The loss expects probabilities, but the layer gives any numbers. "
                "Where is the sigmoid?",
                hint=2,
            )
        else:
            expect(
                of_probabilities,
                "The sigmoid is applied twice: by the layer, and by "
                "`from_logits=True`.",
                hint=2,
            )
    else:
        expect(
            np.abs(p - y).mean() < 30,
            "It does not get near the prices. Which loss is for numbers?",
            hint=3,
        )


def _binary(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def _is_cross_entropy(model, x, y, p):
    """Whether the loss is that of these probabilities, or of these logits."""
    truth = y if y.ndim == 1 else y.argmax(axis=1)
    value = model.evaluate(x, y, verbose=0)
    if np.allclose(p.sum(axis=1), 1, atol=1e-3):
        q = p
    else:
        q = right_softmax(p)
    return np.isclose(value, -np.mean(np.log(q[np.arange(40), truth])), rtol=1e-2)


q6.answer("""
    heads = {
        "digit": (
            layers.Dense(3, activation="softmax"), "sparse_categorical_crossentropy"
        ),
        "digit_one_hot": (
            layers.Dense(3, activation="softmax"), "categorical_crossentropy"
        ),
        "spam": (layers.Dense(1, activation="sigmoid"), "binary_crossentropy"),
        "tags": (layers.Dense(3, activation="sigmoid"), "binary_crossentropy"),
        "price": (layers.Dense(1), "mse"),
    }
""")
q6.right("""
    L = keras.losses
    heads = {
        "digit": (layers.Dense(3), L.SparseCategoricalCrossentropy(from_logits=True)),
        "digit_one_hot": (layers.Dense(3), L.CategoricalCrossentropy(from_logits=True)),
        "spam": [layers.Dense(1), L.BinaryCrossentropy(from_logits=True)],
        "tags": [layers.Dense(3), L.BinaryCrossentropy(from_logits=True)],
        "price": (layers.Dense(1, activation="linear"), "mae"),
    }
""")
HEADS = """
    heads = {{
        "digit": ({digit}),
        "digit_one_hot": (
            layers.Dense(3, activation="softmax"), "categorical_crossentropy"
        ),
        "spam": ({spam}),
        "tags": ({tags}),
        "price": ({price}),
    }}
"""
head = answer_template(
    HEADS,
    digit='layers.Dense(3, activation="softmax"), "sparse_categorical_crossentropy"',
    spam='layers.Dense(1, activation="sigmoid"), "binary_crossentropy"',
    tags='layers.Dense(3, activation="sigmoid"), "binary_crossentropy"',
    price='layers.Dense(1), "mse"',
)
q6.wrong(
    head(digit='layers.Dense(3, activation="softmax"), "categorical_crossentropy"'),
    says="This loss does not fit these labels.",
    points=4,
)
q6.wrong(
    head(digit='layers.Dense(3), "sparse_categorical_crossentropy"'),
    says="Is softmax there, once",
    points=4,
)
q6.wrong(
    head(
        digit='layers.Dense(3, activation="softmax"), '
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
    ),
    says="Is softmax there, once",
    points=4,
)
q6.wrong(
    head(spam='layers.Dense(1, activation="softmax"), "binary_crossentropy"'),
    says="softmax is always exactly 1",
    points=4,
)
q6.wrong(
    head(tags='layers.Dense(3, activation="softmax"), "categorical_crossentropy"'),
    says="Softmax allows one winner only.",
    points=4,
)
q6.wrong(
    head(price='layers.Dense(1, activation="sigmoid"), "mse"'),
    says="Your output can never get there",
    points=4,
)
q6.wrong(
    head(spam='layers.Dense(1, activation="sigmoid"), "mse"'),
    says="binary cross-entropy of a sigmoid",
    points=4,
)
q6.wrong(
    head(spam='layers.Dense(1), "binary_crossentropy"'),
    says="Where is the sigmoid?",
    points=4,
)
q6.wrong(
    head(
        tags='layers.Dense(3, activation="sigmoid"), '
        "keras.losses.BinaryCrossentropy(from_logits=True)"
    ),
    says="The sigmoid is applied twice",
    points=4,
)
q6.same_as_reference("line 10: 'mse' -> 'mae'", because="both are losses for numbers")
