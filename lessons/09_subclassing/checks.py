"""Subclassing: models, layers and training steps of your own, in both modes."""

from functools import partial

import numpy as np

import edukeras as keras
from edukeras import layers, ops
from edukeras.grading import (
    answer_template,
    check,
    expect,
    expect_close,
    expect_not_close,
    expect_shape,
    numbers,
    part,
    say,
)

# What the notebook has run before the first exercise.
SETUP = """
import numpy as np
import edukeras as keras
from edukeras import layers, ops
(pictures, labels), (test_pictures, test_labels) = keras.datasets.digits.load_data()
rows, test_rows = pictures.reshape(-1, 64) / 16, test_pictures.reshape(-1, 64) / 16
"""


# What the models here compute with.
numbers = partial(numbers, dtype="float32")


# --- q1: SimpleMLP ----------------------------------------------------------------


@check(
    points=5,
    seconds=60,
    hints=[
        "`__init__` makes the layers once and keeps them as `self.dense1` and so on. "
        "`call` uses them.",
        "First of all `super().__init__()`: without it, Keras does not see the layers.",
        "`if self.use_dp: x = self.dp(x)`, and likewise for `self.bn`.",
        "Keras tells Dropout and BatchNormalization itself whether this is training: "
        "do not tell them.",
    ],
)
def q1(SimpleMLP):
    x = numbers(40, 64)

    def build(**arguments):
        keras.utils.set_random_seed(3)
        try:
            model = SimpleMLP(**arguments)
            answer = model(x)
        except (AttributeError, RuntimeError) as error:
            expect(
                "super" not in str(error) and "__init__" not in str(error),
                "Keras must come first: call `super().__init__()` before anything is "
                "kept in self.",
                hint=2,
            )
            raise
        expect(answer is not None, "`call` gives None. Did you forget `return`?")
        return model, np.asarray(answer)

    with part("two Dense layers", 2) as plain:
        model, y = build()
        again = np.asarray(model(x))
        expect(
            model.count_params() > 0 and np.allclose(y, again),
            "Asked twice, it answers differently: are there layers made in `call`, "
            "anew each time? Or something random, although no switch is on?",
            hint=1,
        )
        expect_shape(y, (40, 10), "Ten probabilities, if nothing else is said.", 1)
        expect_close(
            y.sum(axis=1), np.ones(40), "They should sum to 1.", hint=1, rtol=1e-3
        )
        expect(
            model.count_params() not in (2538, 2474),
            "use_bn is False, and yet there is a BatchNormalization.",
            hint=3,
        )
        expect(
            model.count_params() == 64 * 32 + 32 + 32 * 10 + 10,
            say(
                "It has {n} parameters. 64 pixels, 32 units, 10 digits: that makes "
                "2410.",
                n=model.count_params(),
            ),
            hint=1,
        )
        expect(
            _is_bent(model),
            "Nothing bends between the two Dense layers.",
            hint=1,
        )
        other, _ = build(num_classes=3)
        expect_shape(other(x), (40, 3), "num_classes=3 should give three.", hint=1)
        expect_close(
            model(x, training=True),
            y,
            "With both switches off, training should change nothing.",
            hint=3,
        )
    if not plain.passed:
        return
    with part("use_dp", 1):
        model, y = build(use_dp=True)
        expect_close(
            model(x),
            y,
            "With use_dp=True even predictions are random. Dropout is for training.",
            hint=4,
        )
        first = np.asarray(model(x, training=True))
        expect(
            not np.allclose(first, np.asarray(model(x, training=True)), atol=1e-4),
            "use_dp=True: in training two passes should differ. They do not.",
            hint=3,
        )
        expect_close(
            first.sum(axis=1),
            np.ones(40),
            "In training the probabilities do not sum to 1: you drop answers. Drop "
            "hidden units.",
            hint=3,
            rtol=1e-3,
        )
        expect(
            model.count_params() == 2410,
            "use_dp=True should add no parameters.",
            hint=3,
        )
    with part("use_bn", 1):
        model, y = build(use_bn=True)
        expect(
            model.count_params() != 2410,
            "use_bn=True adds nothing: is the layer called in `call`?",
            hint=3,
        )
        expect(
            model.count_params() == 2410 + 4 * 32,
            say(
                "With use_bn=True it has {n} parameters. BatchNormalization of 32 "
                "units has 4 * 32.",
                n=model.count_params(),
            ),
            hint=3,
        )
        expect(
            not np.allclose(np.asarray(model(x, training=True)), y, atol=1e-3),
            "use_bn=True: in training it should use the statistics of the batch.",
            hint=4,
        )
        again = np.asarray(model(x))
        expect(
            not np.allclose(again, y, atol=1e-6),
            "After a pass in training, the moving averages should have moved.",
            hint=4,
        )
    with part("and it learns", 1):
        (pictures, labels), _ = keras.datasets.digits.load_data()
        x, labels = pictures[:64].reshape(-1, 64) / 16, labels[:64]
        model, _ = _both(SimpleMLP)
        model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
        model.fit(x, labels, epochs=80, verbose=0)
        right = np.mean(model.predict(x, verbose=0).argmax(axis=1) == labels)
        expect(
            right > 0.9,
            say("With both switches on it knows {right:.0%} of 64.", right=right),
            hint=3,
        )


def _both(SimpleMLP):
    keras.utils.set_random_seed(3)
    return SimpleMLP(use_bn=True, use_dp=True), None


def _is_bent(model):
    """Whether the scores are anything but straight between two inputs."""
    a, b = 3 * numbers(20, 64, seed=1), 3 * numbers(20, 64, seed=2)
    scores = []
    for x in (a, b, (a + b) / 2):
        logs = np.log(np.clip(np.asarray(model(x)), 1e-30, 1))
        scores.append(logs - logs[:, :1])
    return not np.allclose(scores[2], (scores[0] + scores[1]) / 2, atol=1e-2)


MLP = """
    class SimpleMLP(keras.Model):
        def __init__(self, use_bn=False, use_dp=False, num_classes=10):
            {start}
            self.use_bn = use_bn
            self.use_dp = use_dp
            self.dense1 = layers.Dense(32, activation={bend})
            self.dense2 = layers.Dense({classes}, activation="softmax")
            self.dp = layers.Dropout(0.5)
            self.bn = layers.BatchNormalization()

        def call(self, inputs):
            x = self.dense1(inputs)
            {rest}
"""
mlp = answer_template(
    MLP,
    start="super().__init__()",
    bend='"relu"',
    classes="num_classes",
    rest="""if self.use_dp:
                x = self.dp(x)
            if self.use_bn:
                x = self.bn(x)
            return self.dense2(x)""",
)


q1.answer("""
    class SimpleMLP(keras.Model):
        def __init__(self, use_bn=False, use_dp=False, num_classes=10):
            super().__init__(name="mlp")
            self.use_bn = use_bn
            self.use_dp = use_dp
            self.dense1 = layers.Dense(32, activation="relu")
            self.dense2 = layers.Dense(num_classes, activation="softmax")
            if self.use_dp:
                self.dp = layers.Dropout(0.5)
            if self.use_bn:
                self.bn = layers.BatchNormalization(axis=-1)

        def call(self, inputs):
            x = self.dense1(inputs)
            if self.use_dp:
                x = self.dp(x)
            if self.use_bn:
                x = self.bn(x)
            return self.dense2(x)
""")
q1.right("""
    class SimpleMLP(keras.Model):
        def __init__(self, use_bn=False, use_dp=False, num_classes=10):
            super().__init__()
            chain = [layers.Dense(32, activation="relu")]
            chain += [layers.Dropout(0.5)] * use_dp
            chain += [layers.BatchNormalization()] * use_bn
            self.chain = chain + [layers.Dense(num_classes), layers.Softmax()]

        def call(self, x, training=None):
            for layer in self.chain:
                if isinstance(layer, (layers.Dropout, layers.BatchNormalization)):
                    x = layer(x, training=training)
                else:
                    x = layer(x)
            return x
""")
q1.right("""
    def SimpleMLP(use_bn=False, use_dp=False, num_classes=10):
        model = keras.Sequential([keras.Input((64,)), layers.Dense(32, "tanh")])
        if use_bn:
            model.add(layers.BatchNormalization())
        if use_dp:
            model.add(layers.Dropout(0.5))
        model.add(layers.Dense(num_classes, "softmax"))
        return model
""")
q1.wrong(mlp(start="pass"), says="call `super().__init__()` before anything")
q1.wrong(mlp(bend="None"), says="Nothing bends")
q1.wrong(mlp(classes="10"), says="num_classes=3 should give three.")
q1.wrong(
    mlp(rest="return self.dense2(self.bn(x))"),
    says="use_bn is False, and yet",
)
q1.wrong(mlp(rest="return self.dense2(self.dp(x))"), says="training should change")
q1.wrong(
    mlp(
        rest="""if self.use_dp:
                x = self.dp(x, training=True)
            if self.use_bn:
                x = self.bn(x)
            return self.dense2(x)"""
    ),
    says="even predictions are random",
    points=4,
)
q1.wrong(
    mlp(
        rest="""if self.use_bn:
                x = self.bn(x)
            x = self.dense2(x)
            if self.use_dp:
                x = self.dp(x)
            return x"""
    ),
    says="you drop answers",
    points=3,
)
q1.wrong(
    mlp(
        rest="""if self.use_dp:
                x = self.dp(x)
            return self.dense2(x)"""
    ),
    says="use_bn=True adds nothing",
    points=4,
)
q1.wrong(
    mlp(rest='return layers.Dense(10, activation="softmax")(x)'),
    says="are there layers made in `call`",
)
q1.wrong(mlp(rest="self.dense2(x)"), says="`call` gives None.")
q1.same_as_reference(
    "line 6: 'relu' -> 'sigmoid'",
    "line 11: -1 -> 1",
    "line 11: axis=-1 left out",
    because="any bend will do; axis 1 is the last axis, as is the default",
)


# --- q2: dropout ------------------------------------------------------------------


@check(
    points=4,
    hints=[
        "`rng.random(x.shape) >= rate` is True for those that stay: a share of "
        "1 - rate.",
        "Fewer numbers stay, so each is made larger: divide by the share that stays.",
        "In inference nothing happens at all: `if not training: return x`.",
    ],
)
def q2(dropout):
    x = 1 + np.abs(numbers(400, 50))
    keep = x.copy()

    def run(rate=0.25, training=True, seed=0):
        return dropout(x, rate, training, np.random.default_rng(seed))

    with part("in inference", 1):
        y = run(training=False)
        expect_not_close(
            y, 0.75 * x, "Old books scale here. Today training does it all.", hint=3
        )
        expect(
            y is None or np.all(np.asarray(y) != 0),
            "Also in inference numbers are dropped.",
            hint=3,
        )
        expect_close(y, x, "In inference x should pass unchanged.", hint=3)
    with part("in training, some are dropped", 1) as some:
        y = run()
        expect(y is not None, "In training comes None. Did you forget `return`?")
        y = np.asarray(y)
        expect_shape(y, (400, 50), "As many numbers as before: dropped is 0.", hint=1)
        share = np.mean(y == 0)
        expect(
            not ((y == 0) == (y[:, :1] == 0)).all()
            and not ((y == 0) == (y[:1] == 0)).all(),
            "Whole rows or columns are dropped. Each number has a fate of its own.",
            hint=1,
        )
        expect(
            abs(share - 0.75) > 0.03,
            "rate=0.25 is the share that is dropped, not the share that stays.",
            hint=1,
        )
        expect(
            abs(share - 0.25) < 0.03,
            say("rate=0.25, but {share:.0%} are dropped.", share=share),
            hint=1,
        )
        expect(
            not np.array_equal(y == 0, np.asarray(run(seed=1)) == 0),
            "Always the same are dropped. Take the random numbers from rng.",
            hint=1,
        )
    if not some.passed:
        return
    with part("and the others scaled", 2):
        kept = y != 0
        expect_not_close(
            y[kept], x[kept], "The sum shrinks by a quarter: nothing is scaled.", 2
        )
        expect_not_close(
            y[kept], x[kept] / 0.25, "Divided by rate: by what share stays?", hint=2
        )
        expect_not_close(
            y[kept], x[kept] * 0.75, "Smaller? They must make up for the others.", 2
        )
        expect_close(
            y[kept], x[kept] / 0.75, "The mean should stay what it was.", hint=2
        )
        expect(
            np.array_equal(x, keep),
            "x itself was changed. Work on a copy.",
            hint=1,
        )
        expect_close(run(rate=0.0), x, "rate=0 should drop nothing.", hint=1)


q2.answer("""
    def dropout(x, rate, training, rng):
        if not training:
            return x
        stays = rng.random(x.shape) >= rate
        return x * stays / (1 - rate)
""")
q2.right("""
    def dropout(x, rate, training, rng):
        if training:
            x = np.where(rng.binomial(1, 1 - rate, x.shape), x / (1 - rate), 0)
        return x
""")
q2.right("""
    def dropout(x, rate, training, rng):
        rate = rate * bool(training)
        result = x / (1 - rate)
        result[rng.uniform(size=x.shape) < rate] = 0
        return result
""")
DROPOUT = """
    def dropout(x, rate, training, rng):
        if not training:
            return x
        {rest}
"""
q2.wrong(
    DROPOUT.format(rest="return x * (rng.random(x.shape) >= rate)"),
    says="nothing is scaled",
    points=2,
)
q2.wrong(
    DROPOUT.format(rest="return x * (rng.random(x.shape) < rate) / rate"),
    says="the share that is dropped, not the share that stays",
    points=1,
)
q2.wrong(
    DROPOUT.format(rest="return x * (rng.random(x.shape) >= rate) / rate"),
    says="by what share stays?",
    points=2,
)
q2.wrong(
    DROPOUT.format(rest="return x * (rng.random(x.shape) >= rate) * (1 - rate)"),
    says="They must make up for the others.",
    points=2,
)
q2.wrong(
    "def dropout(x, rate, training, rng):\n"
    "    return x * (rng.random(x.shape) >= rate) / (1 - rate)",
    says="Also in inference numbers are dropped.",
    points=3,
)
q2.wrong(
    """
    def dropout(x, rate, training, rng):
        if not training:
            return x * (1 - rate)
        return x * (rng.random(x.shape) >= rate)
    """,
    says="Today training does it all.",
    points=1,
)
q2.wrong(
    DROPOUT.format(rest="return x * (rng.random((len(x), 1)) >= rate) / (1 - rate)"),
    says="Whole rows or columns are dropped.",
    points=1,
)
q2.wrong(
    DROPOUT.format(
        rest="rng = np.random.default_rng(0)\n"
        "        return x * (rng.random(x.shape) >= rate) / (1 - rate)"
    ),
    says="Always the same are dropped.",
    points=1,
)


# --- q3: the arithmetic of BatchNormalization -------------------------------------


@check(
    points=4,
    hints=[
        "A mean and a variance for each column: `axis=0`.",
        "(x - mean) / sqrt(variance + epsilon), then times gamma, plus beta.",
        "In training with the batch's own statistics, in inference with the moving "
        "ones.",
        "moving = momentum * moving + (1 - momentum) * that of the batch.",
    ],
)
def q3(batch_norm):
    x = 4 * numbers(20, 3) + 7
    gamma, beta = np.array([1.0, 2.0, 0.5]), np.array([0.0, -1.0, 3.0])
    mean, variance = np.array([6.0, 5.0, 9.0]), np.array([4.0, 9.0, 2.0])
    own_mean, own_variance = x.mean(axis=0), x.var(axis=0)

    def run(training):
        results = batch_norm(
            x.copy(), gamma, beta, mean.copy(), variance.copy(), training
        )
        expect(results is not None, "There is no answer. Did you forget `return`?")
        expect(
            isinstance(results, (tuple, list)) and len(results) == 3,
            "Return three things: y, the moving mean, the moving variance.",
        )
        return results

    def normal(m, v):
        return (x - m) / np.sqrt(v + 1e-3)

    with part("y in training", 1):
        y = run(True)[0]
        right = gamma * normal(own_mean, own_variance) + beta
        expect_not_close(
            y,
            gamma * normal(mean, variance) + beta,
            "That is inference. Training uses the mean of the batch itself.",
            hint=3,
        )
        expect_not_close(
            y, normal(own_mean, own_variance), "gamma and beta are missing.", hint=2
        )
        expect_not_close(
            y,
            gamma * (x - own_mean) / (own_variance + 1e-3) + beta,
            "Divided by the variance. Without the root, the units do not cancel.",
            hint=2,
        )
        rows = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(
            x.var(axis=1, keepdims=True) + 1e-3
        )
        expect_not_close(
            y, gamma * rows + beta, "Along the rows: that is layer norm.", hint=1
        )
        expect_close(
            y, right, "Each column: mean beta, standard deviation gamma.", hint=2
        )
    with part("the moving averages", 1):
        new_mean, new_variance = run(True)[1:]
        expect_not_close(
            new_mean, mean, "The moving mean has not moved in training.", hint=4
        )
        expect_not_close(
            new_mean,
            0.01 * mean + 0.99 * own_mean,
            "It jumps nearly all the way: momentum belongs to the old value.",
            hint=4,
        )
        expect_close(
            new_mean, 0.99 * mean + 0.01 * own_mean, "Moving mean: look again.", 4
        )
        expect_close(
            new_variance,
            0.99 * variance + 0.01 * own_variance,
            "Moving variance: look again.",
            hint=4,
        )
    with part("inference", 2):
        y, new_mean, new_variance = run(False)
        expect_not_close(
            y,
            gamma * normal(own_mean, own_variance) + beta,
            "In inference an answer must not depend on who else is in the batch.",
            hint=3,
        )
        expect_close(
            y,
            gamma * normal(mean, variance) + beta,
            "In inference: with the moving mean and the moving variance.",
            hint=3,
        )
        expect_close(
            np.stack([new_mean, new_variance]),
            np.stack([mean, variance]),
            "In inference nothing is learned: the averages stay.",
            hint=4,
        )


q3.answer("""
    def batch_norm(x, gamma, beta, mean, variance, training,
                   momentum=0.99, epsilon=1e-3):
        m, v = mean, variance
        if training:
            m, v = x.mean(axis=0), x.var(axis=0)
            mean = momentum * mean + (1 - momentum) * m
            variance = momentum * variance + (1 - momentum) * v
        y = gamma * (x - m) / np.sqrt(v + epsilon) + beta
        return y, mean, variance
""")
q3.right("""
    def batch_norm(x, gamma, beta, mean, variance, training, momentum=0.99,
                   epsilon=1e-3):
        def scaled(m, v):
            factor = gamma / (v + epsilon) ** 0.5
            return factor * x + (beta - factor * m)
        if not training:
            return scaled(mean, variance), mean, variance
        m = sum(x) / len(x)
        v = sum((x - m) ** 2) / len(x)
        slow = 1 - momentum
        return scaled(m, v), mean + slow * (m - mean), variance + slow * (v - variance)
""")
q3.right("""
    def batch_norm(x, gamma, beta, mean, variance, training, momentum=0.99,
                   epsilon=1e-3):
        layer = layers.BatchNormalization(momentum=momentum, epsilon=epsilon)
        layer.build(x.shape)
        layer.set_weights([gamma, beta, mean, variance])
        y = np.asarray(layer(x, training=training))
        return y, *layer.get_weights()[2:]
""")
NORM = """
    def batch_norm(x, gamma, beta, mean, variance, training,
                   momentum=0.99, epsilon=1e-3):
        m, v = {inference}
        if training:
            m, v = {training}
            mean = {mean}
            variance = momentum * variance + (1 - momentum) * v
        y = {y}
        return y, mean, variance
"""
norm = answer_template(
    NORM,
    inference="mean, variance",
    training="x.mean(axis=0), x.var(axis=0)",
    mean="momentum * mean + (1 - momentum) * m",
    y="gamma * (x - m) / np.sqrt(v + epsilon) + beta",
)


q3.wrong(norm(training="mean, variance"), says="That is inference.", points=2)
q3.wrong(
    norm(inference="x.mean(axis=0), x.var(axis=0)"),
    says="must not depend on who else is in the batch",
    points=2,
)
q3.wrong(
    norm(mean="(1 - momentum) * mean + momentum * m"),
    says="momentum belongs to the old value",
    points=3,
)
q3.wrong(
    norm(y="(x - m) / np.sqrt(v + epsilon)"),
    says="gamma and beta are missing",
    points=1,
)
q3.wrong(
    norm(y="gamma * (x - m) / (v + epsilon) + beta"),
    says="Divided by the variance.",
    points=1,
)
q3.wrong(
    """
    def batch_norm(x, gamma, beta, mean, variance, training, momentum=0.99,
                   epsilon=1e-3):
        m, v = x.mean(axis=0), x.var(axis=0)
        mean = momentum * mean + (1 - momentum) * m
        variance = momentum * variance + (1 - momentum) * v
        if not training:
            m, v = mean, variance
        return gamma * (x - m) / np.sqrt(v + epsilon) + beta, mean, variance
    """,
    says="with the moving mean and the moving variance",
    points=2,
)
q3.wrong(norm(mean="mean"), says="The moving mean has not moved", points=3)
q3.wrong(
    norm(y="gamma * ((x - m) / np.sqrt(v + epsilon) + beta)"),
    says="mean beta, standard deviation gamma",
    points=1,
)


# --- q4: a layer of your own ------------------------------------------------------


@check(
    points=5,
    seconds=60,
    hints=[
        "`self.add_weight(shape=(n,), initializer=..., trainable=False)` is for what "
        "is kept, but not learned by gradients.",
        "In `call`, use `ops.mean(x, axis=0)` and `ops.var(x, axis=0)`.",
        "`self.mean.assign(0.9 * self.mean + 0.1 * m)`, only if training.",
        "In inference m and v are `self.mean` and `self.variance`.",
    ],
)
def q4(MyBatchNorm):
    keras.utils.set_random_seed(0)
    x = 4 * numbers(50, 3) + 7
    layer = MyBatchNorm()
    start = layer(x)
    expect(start is not None, "`call` gives None. Did you forget `return`?")
    with part("its weights", 1):
        expect(
            len(layer.trainable_weights) != 4,
            "Gradients would change the moving averages: trainable=False for those.",
            hint=1,
        )
        expect(
            len(layer.weights) >= 4,
            say(
                "It has {n} weights. gamma, beta and both averages must be weights: "
                "only those are saved.",
                n=len(layer.weights),
            ),
            hint=1,
        )
        shapes = {tuple(w.shape) for w in layer.weights}
        expect(shapes == {(3,)}, "Each weight has one number a column.", hint=1)
        expect(
            (len(layer.trainable_weights), len(layer.non_trainable_weights)) == (2, 2),
            "Two are trained (gamma, beta), two are not.",
            hint=1,
        )
        expect_close(
            np.asarray(start),
            x / np.sqrt(1.001),
            "At first mean 0, variance 1, gamma 1, beta 0: x passes nearly unchanged. "
            "(If nothing is said about the mode, it is inference.)",
            hint=1,
        )
    right = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-3)
    with part("in training", 2):
        layer = MyBatchNorm()
        y = layer(x, training=True)
        expect_not_close(
            y,
            x / np.sqrt(1.001),
            "In training it uses the averages, not the statistics of the batch.",
            hint=2,
        )
        expect_close(
            y,
            right,
            "Each column should get mean 0 and deviation 1.",
            hint=2,
            rtol=1e-3,
            atol=1e-4,
        )
        with keras.GradientTape() as tape:
            value = ops.sum(layer(x, training=True) * numbers(50, 3, seed=1))
        slopes = tape.gradient(value, layer.trainable_weights)
        expect(
            len(slopes) > 0
            and all(g is not None and np.abs(np.asarray(g)).max() > 0 for g in slopes),
            "The gradient does not reach gamma and beta: does y depend on them? Use "
            "`ops`, not np.",
            hint=2,
        )
        sums = [numbers(50, 3, seed=1).sum(axis=0)]
        sums += [(numbers(50, 3, seed=1) * right).sum(axis=0)]
        expect(
            sum(
                np.allclose(np.asarray(g), s, rtol=1e-2, atol=1e-2)
                for g in slopes
                for s in sums
            )
            == 2,
            "gamma multiplies, beta is added: one of each.",
            hint=2,
        )
    with part("in inference", 2):
        layer = MyBatchNorm()
        layer(x, training=True)
        layer(2 * x, training=True)
        y = np.asarray(layer(x, training=False))
        expect_not_close(
            y,
            x / np.sqrt(1.001),
            "After a step of training the averages are what they were.",
            hint=3,
        )
        expect_not_close(
            y, right, "Inference must not look at the batch.", hint=4, atol=1e-4
        )
        m = (0.09 + 0.2) * x.mean(axis=0)
        v = 0.81 + (0.09 + 0.4) * x.var(axis=0)
        jumped = (0.09 + 1.8) * x.mean(axis=0)
        expect_not_close(
            y,
            (x - jumped) / np.sqrt(0.01 + (0.09 + 3.6) * x.var(axis=0) + 1e-3),
            "The averages jump: momentum 0.9 belongs to the old value.",
            hint=3,
            rtol=1e-3,
        )
        expect_close(
            y,
            (x - m) / np.sqrt(v + 1e-3),
            "The averages should be 0.9 of the old value and 0.1 of the batch's.",
            hint=3,
            rtol=1e-3,
            atol=1e-4,
        )
        expect_close(
            layer(x[:1], training=False), y[:1], "One row alone: another answer?", 4
        )


q4.answer("""
    class MyBatchNorm(layers.Layer):
        def build(self, input_shape):
            n = input_shape[-1]
            self.gamma = self.add_weight(shape=(n,), initializer="ones")
            self.beta = self.add_weight(shape=(n,), initializer="zeros")
            self.mean = self.add_weight(
                shape=(n,), initializer="zeros", trainable=False
            )
            self.variance = self.add_weight(
                shape=(n,), initializer="ones", trainable=False
            )

        def call(self, x, training=False):
            m, v = self.mean, self.variance
            if training:
                m, v = ops.mean(x, axis=0), ops.var(x, axis=0)
                self.mean.assign(0.9 * self.mean + 0.1 * m)
                self.variance.assign(0.9 * self.variance + 0.1 * v)
            return self.gamma * (x - m) / ops.sqrt(v + 1e-3) + self.beta
""")
q4.right("""
    class MyBatchNorm(layers.Layer):
        def build(self, input_shape):
            self.inner = layers.BatchNormalization(momentum=0.9)
            self.inner.build(input_shape)

        def call(self, x, training=False):
            return self.inner(x, training=training)
""")
q4.right("""
    class MyBatchNorm(keras.Layer):
        def build(self, input_shape):
            def weight(value, learns):
                start = keras.initializers.Constant(value)
                return self.add_weight(
                    shape=input_shape[1:], initializer=start, trainable=learns
                )
            self.numbers = [weight(1, True), weight(0, True)]
            self.kept = [weight(0, False), weight(1, False)]

        def call(self, x, training=False):
            statistics = self.kept
            if training:
                mean = ops.mean(x, axis=0)
                statistics = [mean, ops.mean((x - mean) ** 2, axis=0)]
                for old, new in zip(self.kept, statistics):
                    old.assign(old + 0.1 * (new - old))
            gamma, beta = self.numbers
            mean, variance = statistics
            return (x - mean) * ops.rsqrt(variance + 1e-3) * gamma + beta
""")
LAYER = """
    class MyBatchNorm(layers.Layer):
        def build(self, input_shape):
            n = input_shape[-1]
            self.gamma = self.add_weight(shape=(n,), initializer="ones")
            self.beta = self.add_weight(shape=(n,), initializer="zeros")
            self.mean = {mean}
            self.variance = {variance}

        def call(self, x, training=False):
            m, v = {start}
            if training:
                m, v = {batch}
                {moves}
            return {y}
"""
own_layer = answer_template(
    LAYER,
    mean='self.add_weight(shape=(n,), initializer="zeros", trainable=False)',
    variance='self.add_weight(shape=(n,), initializer="ones", trainable=False)',
    start="self.mean, self.variance",
    batch="ops.mean(x, axis=0), ops.var(x, axis=0)",
    moves="self.mean.assign(0.9 * self.mean + 0.1 * m)\n"
    "                self.variance.assign(0.9 * self.variance + 0.1 * v)",
    y="self.gamma * (x - m) / ops.sqrt(v + 1e-3) + self.beta",
)


q4.same_as_reference("line 3: -1 -> 1", because="axis 1 is the last axis")
q4.wrong(
    own_layer(
        mean='self.add_weight(shape=(n,), initializer="zeros")',
        variance='self.add_weight(shape=(n,), initializer="ones")',
    ),
    says="Gradients would change the moving averages",
    points=2,
)
q4.wrong(
    own_layer(
        mean="np.zeros(n)",
        variance="np.ones(n)",
        moves="self.mean = 0.9 * self.mean + 0.1 * m\n"
        "                self.variance = 0.9 * self.variance + 0.1 * v",
    ),
    says="only those are saved",
    points=4,
)
q4.wrong(
    own_layer(moves="pass"),
    says="the averages are what they were",
    points=3,
)
q4.wrong(
    own_layer(start="ops.mean(x, axis=0), ops.var(x, axis=0)"),
    says="Inference must not look at the batch.",
    points=2,
)
q4.wrong(
    own_layer(
        moves="self.mean.assign(0.1 * self.mean + 0.9 * m)\n"
        "                self.variance.assign(0.1 * self.variance + 0.9 * v)"
    ),
    says="The averages jump",
    points=3,
)
q4.wrong(
    own_layer(y="(x - m) / ops.sqrt(v + 1e-3)"),
    says="The gradient does not reach gamma and beta",
    points=3,
)
q4.wrong(
    own_layer(batch="self.mean, self.variance", moves="pass"),
    says="In training it uses the averages",
    points=1,
)


# --- q5: doubt --------------------------------------------------------------------


@check(
    points=3,
    hints=[
        "`model(x, training=True)` leaves Dropout on: each call is another opinion.",
        "Collect the answers: an array of shape (times, samples, classes). Mean and "
        "deviation go along its first axis.",
        "`answers = np.stack([np.asarray(model(x, training=True)) for _ in "
        "range(times)])`",
    ],
)
def q5(opinions):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(40, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(3, activation="softmax"),
        ]
    )
    x = numbers(5, 6)
    result = opinions(model, x, 300)
    expect(result is not None, "There is no answer. Did you forget `return`?")
    expect(
        isinstance(result, (tuple, list)) and len(result) == 2,
        "Return two things: the mean, and the standard deviation.",
    )
    runs = np.stack([np.asarray(model(x, training=True)) for _ in range(2000)])
    with part("the mean", 1):
        mean = result[0]
        expect_shape(mean, (5, 3), "One mean for each sample and class.", hint=2)
        expect_close(
            mean,
            runs.mean(axis=0),
            "The mean of all opinions: near that of 2000 others.",
            hint=2,
            rtol=0,
            atol=0.05,
        )
    with part("the doubt", 2):
        doubt = result[1]
        expect_shape(doubt, (5, 3), "One doubt for each sample and class.", hint=2)
        doubt = np.asarray(doubt)
        expect(
            doubt.max() > 1e-4,
            "No doubt at all: all answers are the same. Is Dropout on?",
            hint=1,
        )
        expect_not_close(
            doubt,
            runs.var(axis=0),
            "That is the variance. Its root has the unit of a probability.",
            hint=2,
            rtol=0.2,
            atol=0.004,
        )
        expect_close(
            doubt,
            runs.std(axis=0),
            "The standard deviation over the calls, of each number.",
            hint=2,
            rtol=0.3,
            atol=0.01,
        )
        few = np.asarray(opinions(model, x, 1)[1])
        expect_close(
            few, np.zeros((5, 3)), "times=1: one opinion has no deviation.", hint=3
        )


q5.answer("""
    def opinions(model, x, times):
        answers = [np.asarray(model(x, training=True)) for _ in range(times)]
        return np.mean(answers, axis=0), np.std(answers, axis=0)
""")
q5.right("""
    def opinions(model, x, times):
        many = np.asarray(model(np.repeat(x, times, axis=0), training=True))
        many = many.reshape(len(x), times, -1)
        return many.mean(axis=1), many.std(axis=1)
""")
q5.right("""
    def opinions(model, x, times):
        total, squares = 0.0, 0.0
        for _ in range(times):
            answer = ops.cast(model(x, training=True), "float64")
            total, squares = total + answer / times, squares + answer**2 / times
        return total, ops.sqrt(ops.maximum(squares - total**2, 0))
""")
q5.wrong(
    """
    def opinions(model, x, times):
        answers = [model.predict(x, verbose=0) for _ in range(times)]
        return np.mean(answers, axis=0), np.std(answers, axis=0)
    """,
    says="Is Dropout on?",
    points=1,
)
q5.wrong(
    """
    def opinions(model, x, times):
        answers = [np.asarray(model(x, training=True)) for _ in range(times)]
        return np.mean(answers), np.std(answers)
    """,
    says="One mean for each sample and class.",
)
q5.wrong(
    """
    def opinions(model, x, times):
        answers = [np.asarray(model(x, training=True)) for _ in range(times)]
        return np.mean(answers, axis=0), np.var(answers, axis=0)
    """,
    says="That is the variance.",
    points=1,
)
q5.wrong(
    """
    def opinions(model, x, times):
        answers = [np.asarray(model(x, training=True)) for _ in range(times)]
        return np.mean(answers, axis=0), np.std(answers, axis=0) / times**0.5
    """,
    says="The standard deviation over the calls",
    points=1,
)
q5.wrong(
    """
    def opinions(model, x, times):
        return np.mean([np.asarray(model(x, training=True)) for _ in range(times)], 0)
    """,
    says="Return two things",
)


# --- q6: a training step of your own ----------------------------------------------


class _Recorder(layers.Layer):
    """Notes in which mode it was called."""

    modes: list = []

    def call(self, x, training=None):
        self.modes.append(training)
        return x


@check(
    points=4,
    seconds=60,
    hints=[
        "Forward, loss, gradients, update. Look at `one_step` of lesson 5.",
        "`self(x, training=True)` and the loss belong inside `with "
        "keras.GradientTape() as tape:`.",
        "`self.optimizer.apply_gradients(zip(gradients, variables))` changes the "
        "weights.",
        "The length of all gradients as one long arrow: the root of the sum of all "
        "squares.",
    ],
)
def q6(WatchedModel):
    x, y = numbers(16, 4), numbers(16, 1, seed=1)

    def build():
        keras.utils.set_random_seed(1)
        model = WatchedModel(
            [
                keras.Input((4,)),
                layers.Dense(5, activation="tanh"),
                _Recorder(),
                layers.Dense(1),
            ]
        )
        model.compile(keras.optimizers.SGD(0.05), "mse")
        return model

    def slopes(model):
        with keras.GradientTape() as tape:
            loss = ops.mean((model(x) - y) ** 2)
        variables = model.trainable_variables
        return loss, [np.asarray(g) for g in tape.gradient(loss, variables)]

    model = build()
    loss, gradients = slopes(model)
    before = [w.copy() for w in model.get_weights()]
    del _Recorder.modes[:]
    try:
        logs = model.fit(x, y, batch_size=16, epochs=1, verbose=0).history
    except (TypeError, AttributeError, ValueError) as error:
        expect(
            "None" not in str(error) and "No gradients" not in str(error),
            say(
                "It said: {error} Is the loss computed inside the tape? "
                "Does `train_step` return a dictionary?",
                error=error,
            ),
            hint=2,
        )
        raise
    after = model.get_weights()
    with part("one step down", 2):
        moved = [b - a for a, b in zip(before, after)]
        expect(
            any(np.abs(m).max() > 1e-7 for m in moved),
            "The weights have not changed.",
            hint=3,
        )
        expect(
            not np.allclose(moved[0], 0.05 * gradients[0], rtol=1e-3, atol=1e-6),
            "Uphill: the loss grows.",
            hint=3,
        )
        expect(
            all(
                np.allclose(m, -0.05 * g, rtol=1e-3, atol=1e-6)
                for m, g in zip(moved, gradients)
            ),
            "With SGD(0.05) each weight should move by -0.05 times its slope.",
            hint=1,
        )
        expect(
            True in _Recorder.modes,
            "The layers were not told that this is training: Dropout would sleep.",
            hint=2,
        )
    with part("loss and slope in the history", 2):
        expect("loss" in logs, 'Return a dictionary with "loss".', hint=1)
        expect("slope" in logs, 'Return a dictionary with "loss" and "slope".', hint=4)
        expect_close(
            logs["loss"][0], float(loss), "The loss before the step.", 2, rtol=1e-3
        )
        flat = np.concatenate([g.ravel() for g in gradients])
        slope = logs["slope"][0]
        expect_not_close(
            slope,
            sum(np.linalg.norm(g) for g in gradients),
            "Lengths do not add up: add the squares, then take the root.",
            hint=4,
            rtol=1e-3,
        )
        expect_not_close(
            slope, (flat**2).sum(), "The root is missing.", hint=4, rtol=1e-3
        )
        expect_close(
            slope, np.linalg.norm(flat), "The length of all gradients.", 4, rtol=1e-3
        )


q6.answer("""
    class WatchedModel(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with keras.GradientTape() as tape:
                loss = self.compute_loss(x, y, self(x, training=True))
            variables = self.trainable_variables
            gradients = tape.gradient(loss, variables)
            self.optimizer.apply_gradients(zip(gradients, variables))
            squares = [ops.sum(g**2) for g in gradients]
            return {"loss": loss, "slope": ops.sqrt(sum(squares))}
""")
q6.right("""
    class WatchedModel(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with keras.GradientTape() as tape:
                loss = self.compute_loss(x=x, y=y, y_pred=self(x))
            slopes = tape.gradient(loss, self.trainable_variables)
            flat = np.concatenate([np.ravel(np.asarray(g)) for g in slopes])
            return {**super().train_step(data), "slope": np.linalg.norm(flat)}
""")
q6.right("""
    class WatchedModel(keras.Sequential):
        def train_step(self, data):
            inputs, targets = data
            with keras.GradientTape() as tape:
                error = self(inputs, training=True) - targets
                loss = ops.mean(error * error)
            g = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply(g, self.trainable_variables)
            length = sum(float(ops.sum(ops.square(one))) for one in g) ** 0.5
            return dict(slope=length, loss=float(loss))
""")
STEP = """
    class WatchedModel(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with keras.GradientTape() as tape:
                loss = self.compute_loss(x, y, self(x{mode}))
            variables = self.trainable_variables
            gradients = tape.gradient(loss, variables)
            {update}
            return {logs}
"""
step = answer_template(
    STEP,
    mode=", training=True",
    update="self.optimizer.apply_gradients(zip(gradients, variables))",
    logs='{"loss": loss, "slope": ops.sqrt(sum(ops.sum(g**2) for g in gradients))}',
)


q6.wrong(step(update="pass"), says="The weights have not changed.", points=2)
q6.wrong(
    step(update="self.optimizer.apply([-g for g in gradients], variables)"),
    says="Uphill",
    points=2,
)
q6.wrong(
    step(mode=", training=False"),
    says="Dropout would sleep",
    points=2,
)
q6.wrong(
    step(
        logs='{"loss": loss, "slope": sum(ops.sqrt(ops.sum(g**2)) for g in gradients)}'
    ),
    says="Lengths do not add up",
    points=2,
)
q6.wrong(
    step(logs='{"loss": loss, "slope": sum(ops.sum(g**2) for g in gradients)}'),
    says="The root is missing.",
    points=2,
)
q6.wrong(
    step(logs='{"loss": loss}'),
    says='with "loss" and "slope"',
    points=2,
)
q6.wrong(
    """
    class WatchedModel(keras.Sequential):
        def train_step(self, data):
            x, y = data
            p = self(x, training=True)
            with keras.GradientTape() as tape:
                loss = self.compute_loss(x, y, p)
            variables = self.trainable_variables
            gradients = tape.gradient(loss, variables)
            self.optimizer.apply_gradients(zip(gradients, variables))
            return {"loss": loss, "slope": sum(ops.sum(g**2) for g in gradients)}
    """,
    says="Is the loss computed inside the tape?",
)
