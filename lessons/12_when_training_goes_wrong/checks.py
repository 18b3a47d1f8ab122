"""When training goes wrong: reading curves, and the cases of the doctor."""

import numpy as np

import edukeras as keras
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


# --- q1: does it overfit, and since when? -----------------------------------------

# (training loss, validation loss, the answer)
OVERFITTING = ([1.0, 0.6, 0.4, 0.3, 0.2, 0.1], [1.1, 0.8, 0.6, 0.7, 0.8, 0.9], 3)
HEALTHY = ([1.0, 0.6, 0.4, 0.3, 0.25, 0.22], [1.1, 0.7, 0.5, 0.4, 0.35, 0.32], 0)
GAP = ([1.0, 0.5, 0.2, 0.1, 0.05, 0.02], [1.2, 0.9, 0.8, 0.75, 0.74, 0.74], 0)
DIVERGING = ([1.0, 0.6, 0.9, 1.5, 2.5, 4.0], [1.1, 0.8, 1.2, 1.7, 2.9, 4.5], 0)
TINY_RISE = ([1.0, 0.6, 0.4, 0.3, 0.2, 0.1], [1.1, 0.8, 0.7, 0.71, 0.72, 0.73], 0)
BUMP = ([1.0, 0.6, 0.5, 0.4, 0.3, 0.2], [1.1, 0.8, 0.7, 1.2, 0.8, 0.6], 0)
LATE = ([1.0, 0.6, 0.4, 0.45, 0.3], [1.0, 0.7, 0.5, 0.52, 0.7], 3)
LARGE = ([90.0, 50.0, 40.0, 30.0, 20.0], [95.0, 60.0, 70.0, 80.0, 90.0], 2)


@check(
    points=4,
    hints=[
        "Find the epoch with the lowest validation loss first: `np.argmin(val_loss)`.",
        "Then look at the last epoch. Two things must be true of it: val_loss is more "
        "than 1.1 times its lowest value, and loss is below the loss of the best "
        "epoch.",
        "np.argmin counts from 0, epochs from 1.",
    ],
)
def q1(overfits_since):
    def ask(case):
        loss, val_loss, _ = case
        return overfits_since(list(loss), list(val_loss))

    with part("healthy is healthy", 2):
        expect_close(
            ask(GAP),
            0,
            "Validation is worse than training, but it does not rise. A gap is "
            "normal; a rise is not.",
            hint=1,
        )
        expect_close(
            ask(BUMP),
            0,
            "A bump on the way, but the last epoch is the best one. Compare with the "
            "lowest value of all.",
            hint=1,
        )
        expect_close(
            ask(DIVERGING),
            0,
            "Both losses rise here. Nothing is learned by heart: these steps are too "
            "large.",
            hint=2,
        )
        expect_close(
            ask(TINY_RISE),
            0,
            "The validation loss rose by 4 %. That may be chance: more than 10 % is "
            "wanted.",
            hint=2,
        )
        expect_close(ask(HEALTHY), 0, "Both losses fall. That is healthy.", hint=2)
    with part("the sick is found, and since when", 2):
        value = ask(OVERFITTING)
        expect(
            not isinstance(value, (bool, np.bool_)),
            "Not only whether: since when? The number of the best epoch is wanted.",
            hint=1,
        )
        expect_not_close(value, 2, "Epochs count from 1.", hint=3)
        expect_not_close(
            value,
            4,
            "That is where the rise begins. The best epoch, one before, is wanted.",
            hint=3,
        )
        expect_not_close(
            value,
            0,
            "This one does overfit: validation is best in epoch 3 and then rises.",
            hint=2,
        )
        expect_close(value, 3, "Which epoch has the lowest val_loss?", hint=1)
        for case in (LATE, LARGE):
            expect_close(
                ask(case),
                case[2],
                say("For val_loss {values} the best epoch is another.", values=case[1]),
                hint=2,
            )


q1.answer("""
    def overfits_since(loss, val_loss):
        best = np.argmin(val_loss)
        rises = val_loss[-1] > 1.1 * val_loss[best]
        if rises and loss[-1] < loss[best]:
            return best + 1
        return 0
""")
q1.right("""
    def overfits_since(loss, val_loss):
        lowest = min(val_loss)
        epoch = val_loss.index(lowest) + 1
        sick = val_loss[-1] / lowest > 1.1 and loss[epoch - 1] > loss[-1]
        return epoch if sick else 0
""")
q1.right("""
    def overfits_since(loss, val_loss):
        loss, val_loss = np.array(loss), np.array(val_loss)
        order = np.argsort(val_loss, kind="stable")
        best = order[0]
        return (best + 1) * bool(
            (val_loss[-1] - val_loss[best] > 0.1 * val_loss[best])
            & (loss[-1] - loss[best] < 0))
""")
SINCE = """
    def overfits_since(loss, val_loss):
        best = np.argmin(val_loss)
        if {sick}:
            return {answer}
        return 0
"""
RISES = "val_loss[-1] > 1.1 * val_loss[best]"
FALLS = "loss[-1] < loss[best]"
BOTH = f"{RISES} and {FALLS}"
q1.wrong(
    SINCE.format(sick="val_loss[-1] > 1.1 * loss[-1]", answer="best + 1"),
    says="A gap is normal",
    points=2,
)
q1.wrong(
    SINCE.format(sick=RISES, answer="best + 1"),
    says="Both losses rise here.",
    points=2,
)
q1.wrong(
    SINCE.format(sick=f"val_loss[-1] > val_loss[best] and {FALLS}", answer="best + 1"),
    says="That may be chance",
    points=2,
)
q1.wrong(
    SINCE.format(sick="max(np.diff(val_loss)) > 0.1 * val_loss[best]", answer=1),
    says="A bump on the way",
)
q1.wrong(SINCE.format(sick=BOTH, answer="best"), says="Epochs count from 1.", points=2)
q1.wrong(
    SINCE.format(sick=BOTH, answer="best + 2"),
    says="That is where the rise begins.",
    points=2,
)
q1.wrong(SINCE.format(sick=BOTH, answer="True"), says="since when?", points=2)
q1.wrong("def overfits_since(loss, val_loss): return 0", says="does overfit", points=2)


# --- q2: how large was the step? --------------------------------------------------


def example_weights():
    """A kernel, a bias that starts at zero, a small kernel; and after a step."""
    rng = np.random.default_rng(3)
    before = [rng.normal(size=(4, 3)), np.zeros(3), 0.1 * rng.normal(size=(3, 2))]
    after = [w + 0.05 * rng.normal(size=w.shape) for w in before]
    return before, after


def as_row(arrays):
    return np.concatenate([w.ravel() for w in arrays])


@check(
    points=3,
    hints=[
        "`w.ravel()` lays an array out in one row; `np.concatenate` joins the rows.",
        "The length of a row of numbers is `np.linalg.norm(row)`.",
        "Divide the length of (new - old) by the length of old.",
    ],
)
def q2(update_ratio):
    before, after = example_weights()
    old, new = as_row(before), as_row(after)
    lengths = np.array([np.linalg.norm(w) for w in before])
    steps = np.array([np.linalg.norm(b - a) for a, b in zip(before, after)])
    change = new - old
    right = np.linalg.norm(change) / np.linalg.norm(old)
    try:
        with np.errstate(divide="ignore", invalid="ignore"):
            value = update_ratio([w.copy() for w in before], [w.copy() for w in after])
    except (ValueError, TypeError) as error:
        expect(
            False,
            say(
                "The arrays have different shapes. Lay each out in one row first. "
                "NumPy says: {error}",
                error=error,
            ),
            hint=1,
        )
    expect(
        value is None or np.size(value) == 1,
        "One number for all weights together is wanted.",
        hint=1,
    )
    expect(
        value is None or np.isfinite(np.asarray(value, dtype=float)).all(),
        "Not a number: biases start at 0, so you must not divide by each array's own "
        "length. Join all weights first.",
        hint=1,
    )
    expect_not_close(
        value, right**2, "That is the ratio of the squares. Where is the root?", hint=2
    )
    expect_not_close(
        value,
        np.linalg.norm(change) / np.linalg.norm(new),
        "Compared with the weights before the step, not after it.",
        hint=3,
    )
    expect_not_close(
        value,
        steps.sum() / lengths.sum(),
        "Lengths do not simply add up. Join the weights, then measure once.",
        hint=1,
    )
    expect_not_close(
        value,
        np.linalg.norm(change),
        "That is how far it went. How far is that for weights of this size?",
        hint=3,
    )
    expect_not_close(
        value,
        np.linalg.norm(new) / np.linalg.norm(old),
        "That compares the weights. Compare the change with them.",
        hint=3,
    )
    expect(
        value is None or float(np.squeeze(value)) > 1e-9,
        "Ups and downs cancel each other: a length is never 0 unless nothing moved.",
        hint=2,
    )
    expect_close(value, right, "Lay out, subtract, measure, divide.", hint=3)


q2.answer("""
    def update_ratio(before, after):
        old = np.concatenate([w.ravel() for w in before])
        new = np.concatenate([w.ravel() for w in after])
        return np.linalg.norm(new - old) / np.linalg.norm(old)
""")
q2.right("""
    def update_ratio(before, after):
        moved = sum(np.sum((b - a) ** 2) for a, b in zip(before, after))
        return (moved / sum(np.sum(a**2) for a in before)) ** 0.5
""")
q2.right("""
    def update_ratio(before, after):
        pairs = [(p, q) for a, b in zip(before, after) for p, q in zip(a.flat, b.flat)]
        old, new = np.array(pairs).T
        return np.sqrt(np.mean((new - old) ** 2) / np.mean(old**2))
""")
RATIO = """
    def update_ratio(before, after):
        old = np.concatenate([w.ravel() for w in before])
        new = np.concatenate([w.ravel() for w in after])
        return {result}
"""
q2.wrong(
    """
    def update_ratio(before, after):
        norm = np.linalg.norm
        return np.mean([norm(b - a) / norm(a) for a, b in zip(before, after)])
    """,
    says="Not a number: biases start at 0",
)
q2.wrong(
    """
    def update_ratio(before, after):
        norm = np.linalg.norm
        return sum(norm(b - a) for a, b in zip(before, after)) / sum(map(norm, before))
    """,
    says="Lengths do not simply add up.",
)
q2.wrong(
    RATIO.format(result="np.linalg.norm(new - old) / np.linalg.norm(new)"),
    says="not after it",
)
q2.wrong(
    RATIO.format(result="np.sum((new - old) ** 2) / np.sum(old ** 2)"),
    says="Where is the root?",
)
q2.wrong(
    RATIO.format(result="np.linalg.norm(new - old)"), says="That is how far it went."
)
q2.wrong(
    RATIO.format(result="np.linalg.norm(new) / np.linalg.norm(old)"),
    says="Compare the change with them.",
)
q2.wrong(
    """
    def update_ratio(before, after):
        return np.linalg.norm(np.array(after) - np.array(before))
    """,
    says="The arrays have different shapes.",
)
q2.wrong(RATIO.format(result="np.abs(new - old) / 3"), says="One number for all")


# --- q3: units that died ----------------------------------------------------------


@check(
    points=3,
    hints=[
        "A column of h is one unit. It is dead if all its numbers are 0.",
        "`h == 0` is a table of True and False. `.all(axis=0)` goes down each column.",
        "The mean of True and False is the share of True.",
    ],
)
def q3(dead_share):
    h = np.array(
        [
            [0.0, 1.0, 0.0, 0.0, 2.0],
            [0.0, 0.0, 3.0, 0.0, 1.0],
            [0.0, 0.0, 0.0, 0.0, 0.0],
        ]
    )
    value = dead_share(h.copy())
    with part("a share of all units", 1) as share:
        expect(
            value is None or np.size(value) == 1,
            "One number is wanted: the share of all units.",
            hint=3,
        )
        expect_not_close(
            value, 2.0, "That is how many. Which share of the units is it?", hint=3
        )
        expect(
            value is None or 0 <= float(np.squeeze(value)) <= 1,
            "A share lies between 0 and 1.",
            hint=3,
        )
    if not share.passed:
        return
    with part("of the units, and only the dead ones", 2):
        expect_not_close(
            value,
            np.mean(h == 0),
            "That is the share of zeros. A unit may be 0 for one sample and awake "
            "for the next.",
            hint=1,
        )
        expect_not_close(
            value,
            1 / 3,
            "That is the share of samples without any activity. Columns are the units.",
            hint=2,
        )
        expect_not_close(value, 3 / 5, "Those are the units that live.", hint=1)
        expect_not_close(
            value, 4 / 5, "One zero does not kill a unit. All must be 0.", hint=2
        )
        expect_close(value, 2 / 5, "Two of these five units are dead.", hint=2)
        expect_close(
            dead_share(np.eye(4)), 0, "Each unit is awake for one sample.", hint=1
        )
        expect_close(dead_share(np.zeros((5, 2))), 1, "All are dead here.", hint=3)
        expect_close(
            dead_share(np.array([[-1.0, 0.0], [1.0, 0.0]])),
            0.5,
            "Other activations give numbers below 0: their sum may be 0, though the "
            "unit lives.",
            hint=2,
        )


q3.answer("""
    def dead_share(h):
        dead = (h == 0).all(axis=0)
        return np.mean(dead)
""")
q3.right("""
    def dead_share(h):
        return 1 - np.count_nonzero(np.abs(h).sum(axis=0)) / h.shape[1]
""")
q3.right("""
    def dead_share(h):
        dead = [not any(column) for column in h.T]
        return sum(dead) / len(dead)
""")
q3.wrong(
    "def dead_share(h): return np.mean(h == 0)", says="the share of zeros", points=1
)
q3.wrong("def dead_share(h): return (h == 0).all(axis=0).sum()", says="how many")
q3.wrong(
    "def dead_share(h): return (h == 0).all(axis=1).mean()",
    says="Columns are the units.",
    points=1,
)
q3.wrong(
    "def dead_share(h): return (h == 0).any(axis=0).mean() - 1 / 5",
    says="One zero does not kill a unit.",
    points=1,
)
q3.wrong(
    "def dead_share(h): return (h != 0).any(axis=0).mean()",
    says="the units that live",
    points=1,
)
q3.wrong("def dead_share(h): return (h == 0).all(axis=0)", says="One number is wanted")
q3.wrong(
    "def dead_share(h): return (h.sum(axis=0) == 0).mean()",
    says="their sum may be 0",
    points=1,
)


# --- q4: sick data ----------------------------------------------------------------

ROWS, BITS, TEST = 120, 7, 24


def sorted_table():
    """Rows that say who they are, whatever their scale: columns 0 to 6 are the bits
    of the row's number. Then two columns of very different size, and sorted labels."""
    rng = np.random.default_rng(11)
    who = rng.permutation(ROWS)
    bits = (who[:, None] >> np.arange(BITS)) & 1
    prices = np.exp(rng.normal(5, 1, size=(ROWS, 1)))
    x = np.hstack([2.0 * bits, prices, rng.normal(0, 0.01, (ROWS, 1))])
    y = np.repeat([0, 1], ROWS // 2)
    return x, y, who


def rows_of(x_part, who):
    """Where each row stood in the table."""
    bits = np.asarray(x_part)[:, :BITS]
    high = bits > (bits.min(axis=0) + bits.max(axis=0)) / 2
    numbers = (high * 2 ** np.arange(BITS)).sum(axis=1)
    place = {number: row for row, number in enumerate(who)}
    return np.array([place.get(number, -1) for number in numbers])


@check(
    points=5,
    hints=[
        "`order = np.random.permutation(len(x))`, then `x[order]` and `y[order]`: the "
        "same order for both.",
        "First shuffle, then split, then scale.",
        "Measure mean and standard deviation of x_train alone. Use these two for "
        "x_train and for x_test.",
    ],
)
def q4(prepare):
    x, y, who = sorted_table()
    keras.utils.set_random_seed(5)
    four = prepare(x.copy(), y.copy())
    expect(four is not None, "There is no answer. Did you forget `return`?")
    expect(
        isinstance(four, (tuple, list)) and len(four) == 4,
        "Return four things: x_train, y_train, x_test, y_test.",
    )
    x_train, y_train, x_test, y_test = map(np.asarray, four)
    with part("four fifths and one fifth, no row twice", 1) as split:
        lengths = [len(part) for part in (x_train, y_train, x_test, y_test)]
        expect(
            lengths == [ROWS - TEST, ROWS - TEST, TEST, TEST],
            say(
                "120 rows were given. You return {lengths} rows; "
                "96, 96, 24 and 24 are wanted.",
                lengths=lengths,
            ),
        )
        train, test = rows_of(x_train, who), rows_of(x_test, who)
        expect(
            not set(train) & set(test),
            "Some rows are in both sets: the test asks what the model has seen.",
            hint=1,
        )
        expect(
            set(train) | set(test) == set(range(ROWS)),
            "Some rows got lost, and others are there twice.",
            hint=1,
        )
    if not split.passed:
        return
    with part("mixed", 1):
        everything = np.concatenate([train, test])
        expect(
            len(set(y[test])) == 2,
            "All test rows are of one class, since the table is sorted. Shuffle it.",
            hint=2,
        )
        expect(
            np.abs(np.diff(everything)).mean() > 10,
            "The rows still stand in the order of the table.",
            hint=1,
        )
    with part("each row keeps its label", 1):
        for rows, labels in ((train, y_train), (test, y_test)):
            expect(
                np.array_equal(labels, y[rows]),
                "Labels belong to other rows now: x and y were not put into the same "
                "order.",
                hint=1,
            )
    original = x[train]
    mean, std = original.mean(axis=0), original.std(axis=0)
    close = {"rtol": 0.02, "atol": 0.01}
    with part("training rows: mean 0, deviation 1", 1):
        expect_not_close(x_train, original, "The rows are not scaled.", hint=3)
        expect_not_close(
            x_train,
            (original - x.mean(axis=0)) / x.std(axis=0),
            "The scale was measured on all rows, the test rows too: they have leaked "
            "into the training.",
            hint=2,
        )
        expect_close(
            x_train,
            (original - mean) / std,
            "Each column should have the mean 0 and the standard deviation 1.",
            hint=3,
            **close,
        )
    with part("test rows: on the same scale", 1):
        own = x[test]
        expect_not_close(x_test, own, "The test rows are not scaled.", hint=3)
        expect_not_close(
            x_test,
            (own - own.mean(axis=0)) / own.std(axis=0),
            "The test rows were scaled with their own mean: the same number now means "
            "something else than in the training.",
            hint=3,
            rtol=0.02,
            atol=0.01,
        )
        expect_not_close(
            x_test,
            (own - x.mean(axis=0)) / x.std(axis=0),
            "The scale of the test rows was measured on all rows. When the model is "
            "in use, only the training rows are known.",
            hint=2,
        )
        expect_close(
            x_test,
            (own - mean) / std,
            "Test rows need the mean and the deviation of the training rows.",
            hint=3,
            **close,
        )


q4.answer("""
    def prepare(x, y):
        order = np.random.permutation(len(x))
        x, y = x[order], y[order]
        n = len(x) // 5 * 4
        x_train, x_test = x[:n], x[n:]
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        return (x_train - mean) / std, y[:n], (x_test - mean) / std, y[n:]
""")
q4.right("""
    def prepare(x, y):
        rng = np.random.default_rng(1)
        everybody = np.arange(len(x))
        test = rng.choice(everybody, len(x) // 5, replace=False)
        train = rng.permutation(np.setdiff1d(everybody, test))
        scale = layers.Normalization()
        scale.adapt(x[train])
        return np.array(scale(x[train])), y[train], np.array(scale(x[test])), y[test]
""")
q4.right("""
    def prepare(x, y):
        both = np.column_stack([x, y])
        np.random.shuffle(both)
        test, train = np.split(both, [len(x) // 5])
        m, s = np.mean(train[:, :-1], 0), np.std(train[:, :-1], 0) + 1e-9
        parts = [((p[:, :-1] - m) / s, p[:, -1]) for p in (train, test)]
        return parts[0] + parts[1]
""")
PREPARE = """
    def prepare(x, y):
        {before}
        {shuffle}
        n = len(x) // 5 * 4
        x_train, x_test = x[:n], x[{rest}:]
        y_train, y_test = y[:n], y[{rest}:]
        {scale}
        return x_train, y_train, x_test, y_test
"""
prepare_code = answer_template(
    PREPARE,
    before="pass",
    shuffle="order = np.random.permutation(len(x)); x, y = x[order], y[order]",
    rest="n",
    scale="m, s = x_train.mean(0), x_train.std(0); "
    "x_train, x_test = (x_train - m) / s, (x_test - m) / s",
)
q4.wrong(
    prepare_code(shuffle="pass"),
    says="since the table is sorted",
    points=4,
)
q4.wrong(
    prepare_code(shuffle="np.random.shuffle(x); np.random.shuffle(y)"),
    says="Labels belong to other rows",
    points=4,
)
q4.wrong(
    prepare_code(before="x = (x - x.mean(0)) / x.std(0)", scale="pass"),
    says="they have leaked into the training",
    points=3,
)
q4.wrong(
    prepare_code(
        scale="x_train = (x_train - x_train.mean(0)) / x_train.std(0); "
        "x_test = (x_test - x_test.mean(0)) / x_test.std(0)"
    ),
    says="scaled with their own mean",
    points=4,
)
q4.wrong(
    prepare_code(scale="x_train = (x_train - x_train.mean(0)) / x_train.std(0)"),
    says="The test rows are not scaled.",
    points=4,
)
q4.wrong(
    prepare_code(scale="pass"),
    says="The rows are not scaled.",
    points=3,
)
q4.wrong(
    prepare_code(
        scale="m, s = x_train.mean(0), x_train.max(); "
        "x_train, x_test = (x_train - m) / s, (x_test - m) / s"
    ),
    says="the standard deviation 1",
    points=3,
)
q4.wrong(
    prepare_code(rest="len(x) - n"),
    says="96, 96, 24 and 24 are wanted",
)
q4.wrong(
    prepare_code(
        shuffle="order = np.random.randint(0, len(x), len(x)); "
        "x, y = x[order], y[order]"
    ),
    says="Some rows are in both sets",
)


# --- q5: an accuracy that does not lie --------------------------------------------


@check(
    points=3,
    hints=[
        "For each class: of the samples that are really of it, which share is found?",
        "`predicted[y == k] == k` looks at the samples of class k.",
        "Then the mean over the classes that occur in y: `np.unique(y)`.",
    ],
)
def q5(balanced_accuracy):
    y = np.array([0, 0, 0, 0, 0, 0, 2, 2, 5, 5])
    predicted = np.array([0, 0, 0, 0, 0, 2, 2, 0, 2, 5])
    right = np.mean([5 / 6, 1 / 2, 1 / 2])
    with np.errstate(divide="ignore", invalid="ignore"):
        value = balanced_accuracy(y.copy(), predicted.copy())
    expect_not_close(
        value,
        np.mean(y == predicted),
        "That is the ordinary accuracy: the large class decides it.",
        hint=1,
    )
    expect_not_close(
        value,
        np.mean([5 / 6, 1 / 3, 1]),
        "You look at what was predicted as k. Look at what really is k.",
        hint=2,
    )
    expect_not_close(
        value, 3 * right, "That is the sum over the classes. The mean?", hint=3
    )
    expect(
        value is None or np.size(value) == 1,
        "One number is wanted: the mean over the classes.",
        hint=3,
    )
    expect(
        value is None or np.isfinite(np.asarray(value, dtype=float)).all(),
        "Not a number: some classes have no sample here. Leave them out.",
        hint=3,
    )
    expect_not_close(
        value,
        3 * right / 6,
        "Some classes have no sample here. They must not count as 0.",
        hint=3,
    )
    expect_close(value, right, "The mean of 5/6, 1/2 and 1/2 is wanted here.", hint=1)
    lazy = balanced_accuracy(np.array([0] * 95 + [1] * 5), np.zeros(100, dtype=int))
    expect_close(
        lazy, 0.5, "Always saying 0 is right for one of two classes: 0.5.", hint=1
    )


q5.answer("""
    def balanced_accuracy(y, predicted):
        shares = [np.mean(predicted[y == k] == k) for k in np.unique(y)]
        return np.mean(shares)
""")
q5.right("""
    def balanced_accuracy(y, predicted):
        counts = np.bincount(y)
        weights = 1 / counts[y]
        return np.sum(weights * (y == predicted)) / np.sum(weights)
""")
q5.right("""
    def balanced_accuracy(y, predicted):
        found, all_of = {}, {}
        for truth, answer in zip(y, predicted):
            all_of[truth] = all_of.get(truth, 0) + 1
            found[truth] = found.get(truth, 0) + (truth == answer)
        return sum(found[k] / all_of[k] for k in all_of) / len(all_of)
""")
BALANCED = """
    def balanced_accuracy(y, predicted):
        shares = [{share} for k in {classes}]
        return {result}
"""
OF_CLASS = "np.mean(predicted[y == k] == k)"
q5.wrong(
    "def balanced_accuracy(y, predicted): return np.mean(y == predicted)",
    says="the large class decides it",
)
q5.wrong(
    BALANCED.format(
        share="np.mean(y[predicted == k] == k)",
        classes="np.unique(y)",
        result="np.mean(shares)",
    ),
    says="Look at what really is k.",
)
q5.wrong(
    BALANCED.format(share=OF_CLASS, classes="np.unique(y)", result="np.sum(shares)"),
    says="The mean?",
)
q5.wrong(
    BALANCED.format(share=OF_CLASS, classes="np.unique(y)", result="shares"),
    says="One number is wanted",
)
q5.wrong(
    """
    def balanced_accuracy(y, predicted):
        shares = [np.sum((predicted == k) & (y == k)) / np.sum(y == k)
                  for k in range(y.max() + 1)]
        return np.mean(shares)
    """,
    says="Leave them out.",
)
q5.wrong(
    BALANCED.format(
        share="np.sum((predicted == k) & (y == k)) / max(1, np.sum(y == k))",
        classes="range(y.max() + 1)",
        result="np.mean(shares)",
    ),
    says="They must not count as 0.",
)


# --- q6: mend the patient ---------------------------------------------------------


def wine():
    """The scaled wines: training and test."""
    (x, y), (x_test, y_test) = keras.datasets.wine.load_data()
    mean, std = x.mean(axis=0), x.std(axis=0)
    return (x - mean) / std, y, (x_test - mean) / std, y_test


@check(
    points=5,
    seconds=60,
    hints=[
        "Four lines, four illnesses. Ask for each number and each word: is that usual?",
        "Equal weights make equal units. Dropout takes the share that is dropped. "
        "Exactly one of three classes is right.",
        "No kernel_initializer at all, Dropout(0.1), softmax, and "
        "keras.optimizers.Adam(0.01).",
    ],
)
def q6(healthy_model):
    expect(
        callable(healthy_model) and not isinstance(healthy_model, keras.Model),
        "A function that makes a new model is wanted.",
    )
    keras.utils.set_random_seed(4)
    model = healthy_model()
    expect(model is not None, "There is no model. Did you forget `return`?")
    expect_type(model, keras.Model, "Return the compiled model.")
    expect(
        getattr(model, "optimizer", None) is not None,
        "The model is not compiled. `fit` needs an optimizer and a loss.",
    )
    x, y, x_test, y_test = wine()
    try:
        start = np.asarray(model.predict(x, verbose=0))
    except ValueError as error:
        expect(
            False,
            say("The model does not take the 13 numbers of a wine: {e}", e=error),
        )
    expect(
        start.shape == (len(x), 3),
        say("There are 3 kinds of wine. Yours gives {shape}.", shape=start.shape[1:]),
    )
    kernels = [w for w in model.get_weights() if w.ndim == 2 and w.shape[1] > 1]
    with part("the units differ", 1):
        expect(
            all(np.abs(w - w[:, :1]).max() > 1e-6 for w in kernels),
            "All units of a layer begin with the same weights. What should make them "
            "learn different things?",
            hint=2,
        )
    with part("one of three classes", 1):
        expect_close(
            start.sum(axis=1),
            np.ones(len(x)),
            "The three probabilities of a wine do not sum to 1.",
            hint=2,
            rtol=1e-3,
        )
    try:
        history = model.fit(x, y, epochs=60, verbose=0).history["loss"]
    except ValueError as error:
        expect(
            False,
            say("The labels are 0, 1, 2. `fit` said: {error}", error=error),
            hint=2,
        )
    after = float(np.mean(np.asarray(model.evaluate(x, y, verbose=0)).flat[0]))
    with part("learns the wines it sees", 2) as learns:
        expect(
            np.isfinite(history).all() and max(history[-10:]) < 3,
            "The loss jumps far above 1.1, which is what guessing costs, or it is no "
            "number any more: the steps are too large.",
            hint=3,
        )
        expect(
            history[-1] < 0.9 * history[0],
            say(
                "In 60 epochs the loss went from {a:.2f} to {b:.2f}. The steps are too "
                "small, or the units are all alike.",
                a=history[0],
                b=history[-1],
            ),
            hint=2,
        )
        expect(
            history[-1] < 3 * after + 0.1,
            "In training the loss is far worse than afterwards: nearly all units are "
            "switched off. What does the number of Dropout say?",
            hint=2,
        )
        answers = np.asarray(model.predict(x, verbose=0)).argmax(axis=1)
        share = float(np.mean(answers == y))
        expect(
            share > 0.95,
            say(
                "After 60 epochs {share:.0%} of the training wines are right. A "
                "healthy model knows more than 95 %.",
                share=share,
            ),
            hint=1,
        )
    if not learns.passed:
        return
    with part("knows new wines", 1):
        answers = np.asarray(model.predict(x_test, verbose=0)).argmax(axis=1)
        share = float(np.mean(answers == y_test))
        expect(
            share >= 0.9,
            say("{share:.0%} of new wines are right; 90 % is wanted.", share=share),
            hint=3,
        )


q6.answer("""
    def healthy_model():
        model = keras.Sequential([
            keras.Input((13,)),
            layers.Dense(32, activation="relu"),
            layers.Dropout(0.1),
            layers.Dense(3, activation="softmax"),
        ])
        model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
        return model
""")
for change in ("32 -> 33", "activation='relu' left out", "'relu' -> 'sigmoid'"):
    q6.same_as_reference(
        f"line 4: {change}", because="other hidden layers tell wines apart as well"
    )
q6.same_as_reference(
    "line 4: layers.Dense(32, activation='relu') left out",
    because="one layer is enough for wines, and it has none of the four illnesses",
)
q6.same_as_reference(
    "line 5: layers.Dropout(0.1) left out", because="to drop nothing is healthy"
)
q6.same_as_reference(
    "line 3: keras.Input((13,)) left out", because="the first data builds the model"
)
q6.right("""
    def healthy_model():
        inputs = keras.Input((13,))
        h = layers.Dense(16, activation="tanh")(inputs)
        model = keras.Model(inputs, layers.Softmax()(layers.Dense(3)(h)))
        model.compile(keras.optimizers.SGD(0.1, momentum=0.9),
                      keras.losses.SparseCategoricalCrossentropy(),
                      metrics=["accuracy"])
        return model
""")
q6.right("""
    class Wines(keras.Model):
        def __init__(self):
            super().__init__()
            self.last = layers.Dense(3, activation="softmax")

        def call(self, x):
            return self.last(x)

    def healthy_model():
        model = Wines()
        model.compile("rmsprop", "sparse_categorical_crossentropy")
        model.optimizer.learning_rate = 0.02
        return model
""")
PATIENT = """
    def healthy_model():
        model = keras.Sequential([
            keras.Input((13,)),
            layers.Dense({units}, activation="relu"{init}),
            layers.Dropout({drop}),
            layers.Dense(3, activation={last!r}),
        ])
        model.compile({optimizer}, {loss!r})
        return model
"""
patient_code = answer_template(
    PATIENT,
    units=32,
    init="",
    drop=0.1,
    last="softmax",
    optimizer="keras.optimizers.Adam(0.01)",
    loss="sparse_categorical_crossentropy",
)
q6.wrong(
    patient_code(init=', kernel_initializer="ones"'),
    says="begin with the same weights",
    points=4,
)
q6.wrong(
    patient_code(drop=0.9),
    says="What does the number of Dropout say?",
    points=2,
)
q6.wrong(patient_code(last="sigmoid"), says="do not sum to 1", points=4)
q6.wrong(
    patient_code(optimizer="keras.optimizers.SGD(50.0)"),
    says="the steps are too large",
    points=2,
)
q6.wrong(
    patient_code(optimizer="keras.optimizers.SGD(1e-5)"),
    says="The steps are too small",
    points=2,
)
q6.wrong(
    patient_code(loss="categorical_crossentropy"),
    says="The labels are 0, 1, 2.",
    points=2,
)
q6.wrong(
    patient_code().replace("return model", "model"),
    says="Did you forget `return`?",
)
q6.wrong(
    """
    def healthy_model():
        return keras.Sequential([keras.Input((13,)),
                                 layers.Dense(3, activation="softmax")])
    """,
    says="The model is not compiled.",
)
