"""fit in depth: updates, splits, weights of classes and rows, callbacks, generators."""

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
    part,
    say,
)

# What the notebook has run before the first exercise.
SETUP = """
import numpy as np
import edukeras as keras
from edukeras import layers, ops
"""


# --- q1: how many updates ---------------------------------------------------------


@check(
    points=3,
    hints=[
        "One update for each batch. How many batches has an epoch?",
        "The last batch may be smaller, but it is a batch: round up.",
        "The rows for validation train nothing. Take them away first.",
    ],
)
def q1(updates):
    with part("one epoch", 1) as one:
        value = updates(1000, 32, 1, 0.0)
        expect_not_close(
            value, 1000, "One for each row? Each batch makes one update.", hint=1
        )
        expect_not_close(
            value, 31, "The last, smaller batch is missing: round up.", hint=2
        )
        expect_close(value, 32, "1,000 rows in batches of 32.", hint=1)
        expect_close(
            updates(96, 32, 1, 0.0),
            3,
            "96 rows are exactly 3 batches of 32: no smaller one remains.",
            hint=2,
        )
    if not one.passed:
        return
    with part("several epochs", 1):
        value = updates(100, 32, 5, 0.0)
        expect_not_close(value, 4, "Each epoch makes its updates again.", hint=1)
        expect_not_close(
            value,
            16,
            "Batches do not reach over the end of an epoch: round up in each.",
            hint=2,
        )
        expect_close(value, 20, "100 rows, batches of 32, 5 epochs.", hint=1)
    with part("with a validation split", 1):
        value = updates(400, 10, 3, 0.25)
        expect_not_close(
            value, 120, "A quarter of the rows is for validation only.", hint=3
        )
        expect_not_close(
            value, 30, "The split is for validation. The rest trains.", hint=3
        )
        expect_close(value, 90, "400 rows, a quarter for validation.", hint=3)


q1.answer("""
    def updates(rows, batch_size, epochs, validation_split):
        training = int(rows * (1 - validation_split))
        return -(-training // batch_size) * epochs
""")
q1.right("""
    def updates(rows, batch_size, epochs, validation_split):
        training = round(rows - rows * validation_split)
        return sum(1 for _ in range(epochs) for _ in range(0, training, batch_size))
""")
q1.right("""
    def updates(rows, batch_size, epochs, validation_split):
        model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        x = np.zeros((rows, 1))
        model.fit(x, x, batch_size, epochs, 0, validation_split=validation_split)
        return int(model.optimizer.iterations)
""")
UPDATES = """
    def updates(rows, batch_size, epochs, validation_split):
        training = {training}
        return {result}
"""
updates_code = answer_template(
    UPDATES,
    training="round(rows * (1 - validation_split))",
    result="-(-training // batch_size) * epochs",
)
q1.wrong(
    updates_code(result="training // batch_size * epochs"),
    says="The last, smaller batch is missing",
)
q1.wrong(
    updates_code(result="(training // batch_size + 1) * epochs"),
    says="no smaller one remains",
)
q1.wrong(
    updates_code(result="training * epochs"),
    says="Each batch makes one update.",
)
q1.wrong(
    updates_code(result="-(-training // batch_size)"),
    says="Each epoch makes its updates again.",
    points=1,
)
q1.wrong(
    updates_code(result="-(-training * epochs // batch_size)"),
    says="round up in each",
    points=2,
)
q1.wrong(
    updates_code(training="rows"),
    says="A quarter of the rows is for validation only.",
    points=2,
)
q1.wrong(
    updates_code(
        training="round(rows * validation_split) if validation_split else rows"
    ),
    says="The rest trains.",
    points=2,
)


# --- q2: a fair split -------------------------------------------------------------


@check(
    points=4,
    hints=[
        "The same new order for x and y. How can you use one order for both?",
        "`order = np.random.permutation(len(x))`, then x[order] and y[order].",
        "order[:n] for validation, order[n:] for training: no number is in both.",
    ],
)
def q2(fair_split):
    x = np.arange(300.0)[:, None] * [1.0, -1.0]
    y = np.repeat([0, 1, 2], 100)
    mine, labels = x.copy(), y.copy()
    four = fair_split(mine, labels, 0.2)
    expect(four is not None, "There is no answer. Did you forget `return`?")
    expect(
        isinstance(four, (tuple, list)) and len(four) == 4,
        "Return four things: x_train, y_train, x_val, y_val.",
    )
    x_train, y_train, x_val, y_val = map(np.asarray, four)
    with part("the sizes", 1) as sizes:
        expect(
            np.ndim(y_train) == 1 and np.ndim(x_val) == 2,
            "The order of the four: x_train, y_train, x_val, y_val.",
            hint=3,
        )
        expect(len(x_val) != 240, "Turned over: the smaller part is for validation.", 3)
        expect_shape(x_val, (60, 2), "A fifth of 300 rows for validation.", hint=3)
        expect(
            len(x_train) != 300,
            "All rows train, also those for validation: that measures nothing new.",
            hint=3,
        )
        expect_shape(x_train, (240, 2), "Four fifths of 300 rows train.", hint=3)
        expect(
            len(y_train) == 240 and len(y_val) == 60, "As many labels as rows.", hint=1
        )
    if not sizes.passed:
        return
    with part("each row keeps its label", 1):
        for rows, own in ((x_train, y_train), (x_val, y_val)):
            expect(
                np.array_equal(rows[:, 0] // 100, own),
                "Rows and labels do not belong together any more.",
                hint=1,
            )
    with part("each row once", 1):
        seen = np.concatenate([x_train[:, 0], x_val[:, 0]])
        expect(
            not np.isin(x_val[:, 0], x_train[:, 0]).any(),
            "Some rows are in both parts: the network has seen them already.",
            hint=3,
        )
        expect(len(np.unique(seen)) == 300, "Some rows are there twice.", hint=3)
        expect(
            np.array_equal(mine, x) and np.array_equal(labels, y),
            "x or y itself is in another order now. The caller still needs them.",
            hint=2,
        )
    with part("every class on both sides", 1):
        count = min(np.sum(y_val == k) for k in range(3))
        expect(
            count > 0,
            "The labels were sorted, and some classes are missing in the validation. "
            "Shuffle first.",
            hint=2,
        )
        expect(
            count > 4 and min(np.sum(y_train == k) for k in range(3)) > 4,
            "Some class is hardly there. Shuffle all rows.",
            hint=2,
        )


q2.answer("""
    def fair_split(x, y, share):
        order = np.random.default_rng(0).permutation(len(x))
        n = round(share * len(x))
        train, val = order[n:], order[:n]
        return x[train], y[train], x[val], y[val]
""")
q2.right("""
    def fair_split(x, y, share):
        random = np.random.default_rng(1)
        val = np.zeros(len(x), dtype=bool)
        for label in np.unique(y):  # the same share of each class
            rows = np.flatnonzero(y == label)
            val[random.choice(rows, round(share * len(rows)), replace=False)] = True
        return x[~val], y[~val], x[val], y[val]
""")
q2.right("""
    import random

    def fair_split(x, y, share):
        pairs = list(zip(x, y))
        random.shuffle(pairs)
        n = int(round(len(pairs) * (1 - share)))
        a, b = zip(*pairs[:n]), zip(*pairs[n:])
        return [np.array(part) for part in (*a, *b)]
""")
SPLIT = """
    def fair_split(x, y, share):
        random = np.random.default_rng(0)
        n = round(share * len(x))
        order = {order}
        train, val = {parts}
        return {result}
"""
split_code = answer_template(
    SPLIT,
    order="random.permutation(len(x))",
    parts="order[n:], order[:n]",
    result="x[train], y[train], x[val], y[val]",
)
q2.wrong(
    split_code(order="np.arange(len(x))[::-1]"),
    says="Shuffle first.",
    points=3,
)
q2.wrong(
    split_code(
        result="x[train], random.permutation(y)[n:], x[val], random.permutation(y)[:n]"
    ),
    says="do not belong together",
    points=3,
)
q2.wrong(
    split_code(parts="order[:n], order[n:]"),
    says="the smaller part is for validation",
)
q2.wrong(
    split_code(parts="order, order[:n]"),
    says="All rows train",
)
q2.wrong(
    split_code(order="random.integers(0, len(x), len(x))"),
    says="Some rows are in both parts",
    points=3,
)
q2.wrong(
    split_code(result="x[train], x[val], y[train], y[val]"),
    says="The order of the four",
)
q2.wrong(
    """
    def fair_split(x, y, share):
        n = round(share * len(x))
        np.random.default_rng(0).shuffle(x)
        np.random.default_rng(0).shuffle(y)
        return x[n:], y[n:], x[:n], y[:n]
    """,
    says="The caller still needs them.",
    points=3,
)


# --- q3: weights for rare classes -------------------------------------------------


@check(
    points=4,
    hints=[
        "Rare rows must count more: the weight goes with 1 / count.",
        "weight * count should be the same for each class.",
        "All weights together should be as many as rows: n / (classes * count).",
    ],
)
def q3(class_weights):
    y = np.repeat([0, 1, 2], [60, 30, 10])
    np.random.default_rng(0).shuffle(y)
    weights = class_weights(y)
    expect(weights is not None, "There is no answer. Did you forget `return`?")
    with part("a dictionary", 1) as is_dict:
        expect(
            isinstance(weights, dict),
            "`fit` wants a dictionary {class: weight}.",
            hint=1,
        )
        expect(
            sorted(weights) == [0, 1, 2], "A weight for each class: 0, 1 and 2.", hint=1
        )
    if not is_dict.passed:
        return
    values = np.array([float(weights[k]) for k in range(3)])
    counts = np.array([60, 30, 10])
    with part("each class counts the same", 2) as same:
        expect_not_close(
            values / values.sum(),
            counts / 100,
            "The frequent class gets most. It should be the other way round.",
            hint=1,
        )
        expect(
            values[2] > values[0] > 0,
            "The rarest class should have the largest weight.",
            hint=1,
        )
        totals = values * counts
        expect_close(
            totals / totals[0],
            np.ones(3),
            "60 rows, 30 and 10: weight times rows is not the same for the classes.",
            hint=2,
        )
    if not same.passed:
        return
    with part("the loss keeps its size", 1):
        mean = float(np.sum(values * counts)) / 100
        expect(
            abs(mean - 1) < 1e-3,
            say(
                "The mean weight of the rows is {mean:.3g}, so the loss and all "
                "gradients are that many times as large. Make it 1.",
                mean=mean,
            ),
            hint=3,
        )
        two = class_weights(np.array([0, 1, 1, 1]))
        expect_close(
            [two[0], two[1]], [2, 2 / 3], "1 row of class 0, 3 rows of class 1.", 3
        )


q3.answer("""
    def class_weights(y):
        classes, counts = np.unique(y, return_counts=True)
        weights = len(y) / (len(classes) * counts)
        return {int(k): float(w) for k, w in zip(classes, weights)}
""")
q3.right("""
    from collections import Counter

    def class_weights(y):
        counts = Counter(np.asarray(y).tolist())
        return {k: sum(counts.values()) / len(counts) / n for k, n in counts.items()}
""")
q3.right("""
    def class_weights(y):
        rare = 1 / np.bincount(y)
        rare = rare / np.mean(rare[y])  # the mean over the rows becomes 1
        return dict(enumerate(rare))
""")
WEIGHTS = """
    def class_weights(y):
        classes, counts = np.unique(y, return_counts=True)
        n, k = len(y), len(classes)
        weights = {weights}
        return {result}
"""
weights_code = answer_template(
    WEIGHTS,
    weights="n / (k * counts)",
    result="dict(zip(classes, weights))",
)
q3.wrong(
    weights_code(weights="counts / n"),
    says="The frequent class gets most.",
    points=1,
)
q3.wrong(
    weights_code(weights="1 / counts"),
    says="The mean weight of the rows is 0.03",
    points=3,
)
q3.wrong(
    weights_code(weights="n / counts"),
    says="The mean weight of the rows is 3",
    points=3,
)
q3.wrong(
    weights_code(weights="1 - counts / n"),
    says="weight times rows is not the same",
    points=1,
)
q3.wrong(
    weights_code(weights="np.ones(k)"),
    says="The rarest class should have the largest weight.",
    points=1,
)
q3.wrong(weights_code(result="weights"), says="wants a dictionary")
q3.wrong(
    weights_code(result="dict(enumerate(weights[y]))"),
    says="A weight for each class",
)


# --- q4: when to stop -------------------------------------------------------------


@check(
    points=4,
    hints=[
        "Remember the best loss so far and in which epoch it was.",
        "An epoch that does not beat the BEST one counts as waiting.",
        "Better: best = loss and wait = 0. Else: wait += 1; stop when it is patience.",
    ],
)
def q4(early_stop):
    def run(losses, patience):
        both = early_stop(list(losses), patience)
        expect(both is not None, "There is no answer. Did you forget `return`?")
        expect(
            isinstance(both, (tuple, list)) and len(both) == 2,
            "Return two numbers: how many epochs ran, and which was the best.",
        )
        return tuple(int(value) for value in both)

    with part("stops in time", 1) as stops:
        ran, best = run([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 2)
        expect(ran != 7, "It never stops: from epoch 1 on it only gets worse.", hint=2)
        expect(
            ran != 2,
            "One too few. `ran` is a number of epochs: 0, 1 and 2 are three.",
            hint=3,
        )
        expect(ran != 4, "One epoch too many: two in a row were no better already.", 3)
        expect(ran == 3, "Best is epoch 0, patience 2. Epochs 1 and 2 are worse.", 3)
        expect(best != ran - 1, "That is the last epoch, not the best.", hint=1)
        expect(best == 0, "The best epoch was the very first, number 0.", hint=1)
    if not stops.passed:
        return
    with part("compares with the best", 2):
        ran, best = run([5.0, 4.0, 4.5, 4.4, 4.3, 4.2, 3.0], 3)
        expect(
            ran != 7,
            "4.4 is less than 4.5, but the best was 4.0. Compare with the best.",
            hint=2,
        )
        expect((ran, best) == (5, 1), "5, 4, 4.5, 4.4, 4.3: three did not beat 4.", 2)
        ran, best = run([5.0, 6.0, 4.0, 5.0, 3.0, 4.0, 2.0, 3.0], 2)
        expect(
            ran == 8,
            "A new best epoch starts the waiting anew. Here no two in a row are bad.",
            hint=3,
        )
        expect(best == 6, "The best of all was 2.0, in epoch 6.", hint=1)
    with part("the same again is not better", 1):
        ran, best = run([3.0, 2.0, 2.0, 2.0, 2.0, 1.0], 2)
        expect(
            (ran, best) == (4, 1), "2.0 again is not better than 2.0. Keep waiting.", 2
        )
        expect(
            run([3.0, 2.0, 1.0], 5) == (3, 2), "When it never gets bad, all epochs run."
        )


q4.answer("""
    def early_stop(val_losses, patience):
        best, best_epoch, wait = float("inf"), 0, 0
        for epoch, loss in enumerate(val_losses):
            if loss < best:
                best, best_epoch, wait = loss, epoch, 0
            else:
                wait += 1
                if wait == patience:
                    break
        return epoch + 1, best_epoch
""")
q4.right("""
    def early_stop(val_losses, patience):
        for n in range(1, len(val_losses) + 1):
            best = int(np.argmin(val_losses[:n]))
            if n - 1 - best >= patience:
                break
        return n, best
""")
q4.right("""
    class Script(keras.callbacks.Callback):
        def __init__(self, losses):
            self.losses = losses

        def on_epoch_end(self, epoch, logs=None):
            logs["val_loss"] = self.losses[epoch]

    def early_stop(val_losses, patience):
        model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        x = np.zeros((1, 1))
        stopping = keras.callbacks.EarlyStopping(patience=patience)
        history = model.fit(x, x, epochs=len(val_losses), verbose=0,
                            callbacks=[Script(val_losses), stopping])
        return len(history.epoch), int(np.argmin(val_losses[:len(history.epoch)]))
""")
STOP = """
    def early_stop(val_losses, patience):
        best, best_epoch, wait, last = float("inf"), 0, 0, float("inf")
        for epoch, loss in enumerate(val_losses):
            if {better}:
                best, best_epoch, wait = loss, epoch, {zero}
            else:
                wait += 1
                if {stop}:
                    break
            last = loss
        return {result}
"""
stop_code = answer_template(
    STOP,
    better="loss < best",
    zero="0",
    stop="wait == patience",
    result="epoch + 1, best_epoch",
)
q4.wrong(stop_code(stop="False"), says="It never stops")
q4.wrong(stop_code(stop="wait > patience"), says="One epoch too many")
q4.wrong(stop_code(result="epoch, best_epoch"), says="One too few")
q4.wrong(stop_code(result="epoch + 1, epoch"), says="not the best")
q4.wrong(
    stop_code(better="loss < last"),
    says="Compare with the best.",
    points=2,
)
q4.wrong(
    stop_code(zero="wait"),
    says="starts the waiting anew",
    points=2,
)
q4.wrong(
    stop_code(better="loss <= best"),
    says="2.0 again is not better",
    points=3,
)


# --- q5: a callback of one's own --------------------------------------------------


def replay(callback, losses, val_losses, seen):
    """A training as `fit` would do it: in epoch e all weights are e + 1."""
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    callback.set_model(model)
    callback.on_train_begin({})
    for epoch, (loss, val_loss) in enumerate(zip(losses, val_losses)):
        callback.on_epoch_begin(epoch, {})
        model.set_weights([np.full_like(w, epoch + 1) for w in model.get_weights()])
        callback.on_epoch_end(epoch, {"loss": loss, "val_loss": val_loss})
        seen.append(float(model.get_weights()[0][0, 0]))
    callback.on_train_end({})
    weights = np.concatenate([w.ravel() for w in model.get_weights()])
    expect(
        np.ptp(weights) == 0,
        "Some weights are of one epoch, some of another. Put all of them back.",
        hint=2,
    )
    return int(weights[0]) - 1


@check(
    points=5,
    hints=[
        "`logs['val_loss']` in on_epoch_end tells how good this epoch was.",
        "`self.model.get_weights()` gives copies; `self.model.weights` are the living "
        "ones, which go on changing.",
        "In on_train_begin: self.best = infinity. In on_train_end: "
        "self.model.set_weights(...).",
    ],
)
def q5(KeepBest):
    expect(
        isinstance(KeepBest, type) and issubclass(KeepBest, keras.callbacks.Callback),
        "KeepBest is to be a class, a keras.callbacks.Callback.",
    )
    callback, seen = KeepBest(), []
    falling = [0.9, 0.8, 0.7, 0.6, 0.5]
    with part("the best epoch comes back", 3) as best:
        epoch = replay(callback, falling, [0.9, 0.5, 0.4, 0.6, 0.8], seen)
        expect(
            epoch != 4,
            "At the end the weights are those of the last epoch. Are they copies, do "
            "you look at val_loss, do you put them back?",
            hint=2,
        )
        expect(epoch != 0, "Those of the worst epoch: a small loss is good.", hint=1)
        expect(
            epoch != 3,
            "Those of an epoch that was only better than others. Which was the best?",
            hint=1,
        )
        expect(epoch == 2, "val_loss was lowest in epoch 2.", hint=1)
    if not best.passed:
        return
    with part("training is left alone", 1):
        expect(
            seen == [1.0, 2.0, 3.0, 4.0, 5.0],
            "Weights change while training goes on. Put them back at the end only.",
            hint=3,
        )
    with part("a second fit begins anew", 1):
        epoch = replay(callback, falling, [2.0, 1.5, 1.2, 1.1, 1.4], [])
        expect(
            epoch == 3,
            "Used for a second fit, it still remembers the first. Where does a "
            "training begin?",
            hint=3,
        )


q5.answer("""
    class KeepBest(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.best = float("inf")

        def on_epoch_end(self, epoch, logs=None):
            if logs["val_loss"] < self.best:
                self.best = logs["val_loss"]
                self.weights = self.model.get_weights()

        def on_train_end(self, logs=None):
            self.model.set_weights(self.weights)
""")
q5.right("""
    class KeepBest(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.epochs = []

        def on_epoch_end(self, epoch, logs=None):
            self.epochs.append((logs["val_loss"], epoch, self.model.get_weights()))

        def on_train_end(self, logs=None):
            self.model.set_weights(min(self.epochs, key=lambda e: e[:2])[2])
""")
q5.right("""
    class KeepBest(keras.callbacks.EarlyStopping):
        def __init__(self):
            super().__init__(patience=10**9, restore_best_weights=True)
""")
KEEP = """
    class KeepBest(keras.callbacks.Callback):
        def __init__(self):
            {first}

        def on_train_begin(self, logs=None):
            {begin}

        def on_epoch_end(self, epoch, logs=None):
            if {better}:
                self.best = logs["{name}"]
                self.kept = {kept}
            {each}

        def on_train_end(self, logs=None):
            {end}
"""
keep_code = answer_template(
    KEEP,
    first="pass",
    begin='self.best = float("inf")',
    better='logs["val_loss"] < self.best',
    name="val_loss",
    kept="self.model.get_weights()",
    each="pass",
    end="self.model.set_weights(self.kept)",
)
q5.wrong(
    keep_code(
        kept="self.model.weights",
        end="self.model.set_weights([np.asarray(w) for w in self.kept])",
    ),
    says="Are they copies",
)
q5.wrong(
    keep_code(name="loss", better='logs["loss"] < self.best'),
    says="do you look at val_loss",
)
q5.wrong(keep_code(end="pass"), says="do you put them back?")
q5.wrong(
    keep_code(begin="self.best = 0.0", better='logs["val_loss"] > self.best'),
    says="a small loss is good",
)
q5.wrong(
    keep_code(better='logs["val_loss"] < 0.7'),
    says="Which was the best?",
)
q5.wrong(
    keep_code(each="self.model.set_weights(self.kept)"),
    says="Put them back at the end only.",
    points=4,
)
q5.wrong(
    keep_code(first='self.best = float("inf")', begin="pass"),
    says="it still remembers the first",
    points=4,
)


# --- q6: a generator --------------------------------------------------------------


@check(
    points=4,
    hints=[
        "`yield x[rows], y[rows]` hands out a batch and waits for the next question.",
        "`while True:` around all: a new epoch begins, with a new order of the rows.",
        "for start in range(0, len(x), size): rows = order[start : start + size].",
    ],
)
def q6(batches):
    x = np.arange(10.0)[:, None]
    y = 10 * np.arange(10)
    source = batches(x.copy(), y.copy(), 4)
    expect(source is not None, "There is no answer. Did you forget `yield`?", hint=1)
    source = iter(source)

    def epoch():
        taken = [batch for _, batch in zip(range(3), source)]
        expect(
            all(isinstance(b, (tuple, list)) and len(b) == 2 for b in taken),
            "A batch is a pair: rows of x, and their labels.",
            hint=1,
        )
        return taken

    first = epoch()
    expect(len(first) > 0, "It hands out nothing.", hint=1)
    with part("pairs", 1) as pairs:
        for rows, labels in first:
            expect(
                np.shape(rows)[:1] == np.shape(labels)[:1]
                and np.array_equal(10 * np.ravel(rows), np.ravel(labels)),
                "Rows and labels do not belong together: one order for both.",
                hint=3,
            )
            expect(np.ndim(rows) == 2, "A batch of x has the axes of x.", hint=3)
    if not pairs.passed:
        return
    with part("each row once an epoch", 1) as once:
        sizes = [len(rows) for rows, _ in first]
        seen = np.concatenate([np.ravel(rows) for rows, _ in first])
        expect(
            sizes != [4, 4] and sizes != [4, 4, 4],
            "10 rows in batches of 4 are 4, 4 and 2: the small one is missing, or a "
            "batch reaches into the next epoch.",
            hint=3,
        )
        expect(sizes == [4, 4, 2], "10 rows in batches of 4 are 4, 4 and 2.", hint=3)
        expect(
            len(np.unique(seen)) == 10, "Some rows come twice, others never.", hint=3
        )
    if not once.passed:
        return
    with part("without end", 1) as endless:
        second = epoch()
        third = epoch() if len(second) == 3 else []
        expect(
            len(second) == len(third) == 3,
            "After one epoch it is empty. `fit` asks on and on.",
            hint=2,
        )
        again = np.concatenate([np.ravel(rows) for rows, _ in second])
        expect(
            len(again) == len(np.unique(again)) == 10,
            "In the second epoch some rows are missing.",
            hint=2,
        )
    if not endless.passed:
        return
    with part("always in another order", 1):
        expect(not np.array_equal(seen, np.arange(10)), "The rows are not shuffled.", 2)
        expect(
            not np.array_equal(seen, again),
            "Each epoch has the same order. Where do you shuffle?",
            hint=2,
        )


q6.answer("""
    def batches(x, y, size):
        while True:
            order = np.random.permutation(len(x))
            for start in range(0, len(x), size):
                rows = order[start : start + size]
                yield x[rows], y[rows]
""")
q6.right("""
    def batches(x, y, size):
        random = np.random.default_rng(0)
        while True:
            order = random.permutation(len(x))
            for rows in np.split(order, range(size, len(x), size)):
                yield x[rows], y[rows]
""")
q6.right("""
    class batches:
        def __init__(self, x, y, size):
            self.x, self.y, self.size, self.waiting = x, y, size, []

        def __iter__(self):
            return self

        def __next__(self):
            if not len(self.waiting):
                self.waiting = np.random.permutation(len(self.x))
            rows, self.waiting = self.waiting[: self.size], self.waiting[self.size :]
            return self.x[rows], self.y[rows]
""")
BATCHES = """
    def batches(x, y, size):
        random = np.random.default_rng(0)
        order = {first}
        {loop}:
            {again}
            for start in range(0, {end}, size):
                rows = order[start : start + size]
                yield {batch}
"""
batches_code = answer_template(
    BATCHES,
    first="None",
    loop="while True",
    again="order = random.permutation(len(x))",
    end="len(x)",
    batch="x[rows], y[rows]",
)
q6.wrong(
    batches_code(loop="for _ in range(1)"),
    says="After one epoch it is empty.",
    points=2,
)
q6.wrong(
    batches_code(first="random.permutation(len(x))", again="pass"),
    says="Each epoch has the same order.",
    points=3,
)
q6.wrong(
    batches_code(first="np.arange(len(x))", again="pass"),
    says="The rows are not shuffled.",
    points=3,
)
q6.wrong(
    batches_code(end="len(x) - size + 1"),
    says="the small one is missing",
    points=1,
)
q6.wrong(
    batches_code(batch="x[rows], y[start : start + size]"),
    says="one order for both",
)
q6.wrong(batches_code(batch="x[rows]"), says="A batch is a pair")
q6.wrong(
    batches_code(again="order = random.integers(0, len(x), len(x))"),
    says="Some rows come twice",
    points=1,
)

q2.same_as_reference("line 2: 0 -> 1", because="another seed is another fair split")
for mutant in ("line 2: 0 -> 1", "line 2: 0 -> 1 (2)"):
    q4.same_as_reference(
        mutant, because="the first epoch is better than infinity and sets both anew"
    )
