"""A Dense layer by hand: from one neuron to a matrix, and on to the kernel."""

import numpy as np

import edukeras as keras
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
from edukeras import layers
"""


# --- q1: one neuron says AND ------------------------------------------------------

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


@check(
    points=3,
    hints=[
        "The sum must be above 0 only for two ones. Start with equal weights.",
        "With weights 1 and 1 the four sums are 0, 1, 1 and 2, before the bias.",
        "The bias has to push 1 below zero, but not 2. Which numbers do that?",
    ],
)
def q1(and_w, and_b):
    w = np.asarray(and_w, dtype=float)
    expect_shape(w, (2,), "Two inputs, two weights.", hint=1)
    expect(np.size(and_b) == 1, "One neuron has one bias.", hint=1)
    fires = CORNERS @ w + float(np.squeeze(and_b)) > 0
    with part("says yes when both are 1", 1):
        expect(
            not (~fires).all(),
            "This neuron never says yes. The bias pushes every sum below 0.",
            hint=3,
        )
        expect(fires[3], "For (1, 1) the sum should be above 0.", hint=2)
    with part("says no to everything else", 2):
        expect(
            not fires.all(),
            "This neuron always says yes. Without a negative bias nothing stops it.",
            hint=3,
        )
        expect(
            fires.tolist() != [False, True, True, True],
            "This is OR: one input is enough for yes. AND needs both.",
            hint=3,
        )
        expect(
            fires.tolist() != [True, True, True, False],
            "Just the opposite: it says no when both are 1. Look at the signs.",
            hint=1,
        )
        expect(not fires[0], "For (0, 0) the sum is the bias alone. It is above 0.", 3)
        expect(
            not fires[1:3].any(),
            "One input alone is enough for a yes. Both weights should matter alike.",
            hint=2,
        )


q1.answer("""
    and_w = np.array([1.0, 1.0])
    and_b = -1.5
""")
q1.right("""
    and_w, and_b = [20, 30], np.array([-40])
""")
q1.right("""
    and_w = (0.3, 0.3)
    and_b = -0.3001
""")
q1.wrong("and_w, and_b = np.array([1.0, 1.0]), -0.5", says="This is OR", points=1)
q1.wrong("and_w, and_b = np.array([1.0, 1.0]), 0.0", says="This is OR", points=1)
q1.wrong("and_w, and_b = np.array([1.0, 1.0]), 1.5", says="always says yes", points=1)
q1.wrong("and_w, and_b = np.array([1.0, 1.0]), -2.0", says="never says yes", points=2)
q1.wrong("and_w, and_b = np.array([-1.0, -1.0]), 1.5", says="Just the opposite")
q1.wrong(
    "and_w, and_b = np.array([1.0, 0.0]), -0.5",
    says="Both weights should matter alike.",
    points=1,
)
q1.wrong("and_w, and_b = np.array([1.0]), -0.5", says="Two inputs, two weights.")


# --- q2: a layer for a batch ------------------------------------------------------


@check(
    points=4,
    hints=[
        "Each row of x is a sample, each column of W is a neuron.",
        "`x @ W` multiplies every row with every column: (B, N) @ (N, M) -> (B, M).",
        "The bias has one number a neuron. `+ b` adds it to every row.",
    ],
)
def q2(dense):
    x, W, b = numbers(5, 3), numbers(3, 4, seed=1), numbers(4, seed=2)
    sums = x @ W
    try:
        y = dense(x.copy(), W.copy(), b.copy())
    except ValueError as error:
        if not any(word in str(error) for word in ("mismatch", "broadcast", "aligned")):
            raise
        expect(
            False,
            say(
                "These shapes do not fit: x is (5, 3), W is (3, 4): three inputs, four "
                "neurons. In what order do they multiply? NumPy said: {error}",
                error=error,
            ),
            hint=2,
        )
    with part("one row a sample, one column a neuron", 1) as shape:
        expect(
            np.shape(y) != (4, 5),
            "Turned over: your rows are neurons. A row should be a sample.",
            hint=1,
        )
        expect(
            np.shape(y) != (5,),
            "Only one number a sample is left. Each of the four neurons gives one.",
            hint=1,
        )
        expect_shape(y, (5, 4), "5 samples, 4 neurons.", hint=1)
    if not shape.passed:
        return
    with part("weighted sums", 2):
        offset = np.asarray(y) - sums
        expect_close(
            offset - offset[:1],
            np.zeros((5, 4)),
            "The weighted sums are not right: multiply each row of x with each column "
            "of W and add up.",
            hint=2,
        )
    with part("plus the bias", 1):
        expect_not_close(y, sums, "Where did the bias go?", hint=3)
        expect_not_close(y, sums - b, "The bias is added, not subtracted.", hint=3)
        expect_not_close(
            y,
            sums + b.sum(),
            "Each neuron has a bias of its own; you add all of them to all.",
            hint=3,
        )
        expect_close(y, sums + b, "The bias of each neuron goes to its column.", hint=3)


q2.answer("""
    def dense(x, W, b):
        return x @ W + b
""")
q2.right("""
    def dense(x, W, b):
        y = []
        for sample in x:
            y.append([sum(xi * wi for xi, wi in zip(sample, w)) + bi
                      for w, bi in zip(W.T, b)])
        return y
""")
q2.right("""
    def dense(x, W, b):
        return np.einsum("bn,nm->bm", x, W) + np.broadcast_to(b, (len(x), len(b)))
""")
q2.right("""
    dense = lambda x, W, b: np.c_[x, np.ones(len(x))] @ np.r_[W, b[None]]
""")
q2.wrong("def dense(x, W, b): return x @ W", says="Where did the bias go?", points=3)
q2.wrong("def dense(x, W, b): return x @ W - b", says="not subtracted", points=3)
q2.wrong("def dense(x, W, b): return W @ x + b", says="In what order do they multiply?")
q2.wrong("def dense(x, W, b): return x * W + b", says="In what order do they multiply?")
q2.wrong(
    "def dense(x, W, b): return (x @ W + b).T",
    says="Turned over: your rows are neurons.",
)
q2.wrong(
    "def dense(x, W, b): return (x @ W + b).sum(axis=1)",
    says="Only one number a sample is left.",
)
q2.wrong(
    "def dense(x, W, b): return x @ W + b.sum()",
    says="Each neuron has a bias of its own",
    points=3,
)
q2.wrong("def dense(x, W, b): x @ W + b", says="Did you forget `return`?")


# --- q3: how many parameters ------------------------------------------------------


@check(
    points=3,
    hints=[
        "Go through the layers: each has a matrix and a bias.",
        "From 64 numbers to 128 neurons: 64 * 128 weights and 128 biases.",
        "`zip(sizes[:-1], sizes[1:])` gives the pairs (64, 128), (128, 10).",
    ],
)
def q3(count_parameters):
    def right(sizes):
        return sum((n + 1) * m for n, m in zip(sizes[:-1], sizes[1:]))

    with part("one layer", 1) as one:
        n = count_parameters([3, 4])
        expect_not_close(n, 12, "That is the matrix. The biases count too.", hint=2)
        expect_not_close(
            n, 15, "A bias belongs to a neuron, not to an input: 4, not 3.", hint=2
        )
        expect_close(n, right([3, 4]), "3 inputs, 4 neurons: count once more.", hint=2)
    if not one.passed:
        return
    with part("several layers", 2):
        sizes = [64, 128, 32, 10]
        n = count_parameters(sizes)
        expect_not_close(
            n, right(sizes[:2]), "You counted the first layer only.", hint=3
        )
        expect_not_close(
            n, right(sizes[-2:]), "Only the last layer is counted.", hint=3
        )
        expect_not_close(
            n,
            right([64, 10]),
            "From the inputs straight to the outputs? The layers between count too.",
            hint=3,
        )
        expect_close(
            n, right(sizes), "A layer's inputs are the neurons before it.", hint=3
        )
        expect_close(
            count_parameters((7, 2)), right((7, 2)), "(7, 2) is a layer as well."
        )


q3.answer("""
    def count_parameters(sizes):
        total = 0
        for n, m in zip(sizes[:-1], sizes[1:]):
            total += n * m + m
        return total
""")
q3.right("""
    def count_parameters(sizes):
        model = keras.Sequential([keras.Input((sizes[0],))])
        for units in sizes[1:]:
            model.add(layers.Dense(units))
        return model.count_params()
""")
q3.right("""
    def count_parameters(sizes):
        if len(sizes) < 2:
            return 0
        first, second, *rest = sizes
        return (first + 1) * second + count_parameters([second, *rest])
""")
q3.wrong(
    """
    def count_parameters(sizes):
        return sum(n * m for n, m in zip(sizes[:-1], sizes[1:]))
    """,
    says="The biases count too.",
)
q3.wrong(
    """
    def count_parameters(sizes):
        return sum(n * m + n for n, m in zip(sizes[:-1], sizes[1:]))
    """,
    says="A bias belongs to a neuron",
)
q3.wrong(
    "def count_parameters(sizes): return sizes[0] * sizes[1] + sizes[1]",
    says="You counted the first layer only.",
    points=1,
)
q3.wrong(
    """
    def count_parameters(sizes):
        for n, m in zip(sizes[:-1], sizes[1:]):
            total = n * m + m
        return total
    """,
    says="Only the last layer is counted.",
    points=1,
)
q3.wrong(
    "def count_parameters(sizes): return sizes[0] * sizes[-1] + sizes[-1]",
    says="straight to the outputs?",
    points=1,
)


# --- q4: two layers that are one --------------------------------------------------


@check(
    points=4,
    needs=[q2],
    hints=[
        "Write it down: (x @ W1 + b1) @ W2 + b2. Then multiply the bracket out.",
        "x @ W1 @ W2 is x @ (W1 @ W2). That is the new matrix.",
        "b1 goes through the second layer as well: b1 @ W2 + b2.",
    ],
)
def q4(collapse):
    W1, b1 = numbers(3, 4, seed=1), numbers(4, seed=2)
    W2, b2 = numbers(4, 2, seed=3), numbers(2, seed=4)
    try:
        both = collapse(W1.copy(), b1.copy(), W2.copy(), b2.copy())
    except ValueError as error:
        if not any(word in str(error) for word in ("mismatch", "broadcast", "aligned")):
            raise
        expect(
            False,
            say(
                "W1 is (3, 4) and W2 is (4, 2); b1 has 4 numbers and b2 has 2. These "
                "do not fit together like this: {error}",
                error=error,
            ),
            hint=1,
        )
    expect(both is not None, "There is no answer. Did you forget `return`?")
    expect(
        isinstance(both, (tuple, list)) and len(both) == 2,
        "Return two things: the matrix and the bias.",
    )
    W, b = both
    with part("the matrix", 2):
        expect_shape(W, (3, 2), "The new layer takes 3 numbers and gives 2.", hint=2)
        expect_close(W, W1 @ W2, "Which product turns x into x @ W1 @ W2?", hint=2)
    with part("the bias", 2):
        expect_not_close(
            b, b2, "b1 is lost. It goes through the second layer, too.", hint=3
        )
        expect_not_close(b, b1 @ W2, "That is what becomes of b1. And b2?", hint=3)
        expect_close(b, b1 @ W2 + b2, "For x = 0, what do the two layers give?", hint=1)


q4.answer("""
    def collapse(W1, b1, W2, b2):
        return W1 @ W2, b1 @ W2 + b2
""")
q4.right("""
    def collapse(W1, b1, W2, b2):
        two = lambda x: dense(dense(x, W1, b1), W2, b2)
        b = two(np.zeros((1, len(W1))))[0]
        return two(np.eye(len(W1))) - b, b
""")
q4.wrong(
    "def collapse(W1, b1, W2, b2): return W1 @ W2, b2", says="b1 is lost.", points=2
)
q4.wrong(
    "def collapse(W1, b1, W2, b2): return W1 @ W2, b1 @ W2", says="And b2?", points=2
)
q4.wrong(
    "def collapse(W1, b1, W2, b2): return W1 @ W2, b1 + b2",
    says="b1 has 4 numbers and b2 has 2.",
)
q4.wrong(
    "def collapse(W1, b1, W2, b2): return W2 @ W1, b1 @ W2 + b2",
    says="These do not fit together",
)
q4.wrong(
    "def collapse(W1, b1, W2, b2): return (W1 @ W2).T, b1 @ W2 + b2",
    says="takes 3 numbers and gives 2",
    points=2,
)
q4.wrong(
    "def collapse(W1, b1, W2, b2): return W1 @ W2",
    says="Return two things",
)


# --- q5: a layer of your own ------------------------------------------------------


@check(
    points=5,
    seconds=20,
    hints=[
        "`build` runs once, with the shape of the first input. Make the weights there.",
        "`self.add_weight(shape=(n, self.units))` makes a weight that can be trained.",
        'The bias: `self.add_weight(shape=(self.units,), initializer="zeros")`.',
        "`call` is the formula: `inputs @ self.kernel + self.bias`.",
    ],
)
def q5(MyDense):
    layer = MyDense(4)
    expect(
        isinstance(layer, keras.layers.Layer),
        "`MyDense(4)` should give a Keras layer. Does the class inherit from "
        "`layers.Layer`?",
    )
    x = numbers(5, 3).astype("float32")
    y = layer(x)
    with part("four numbers a sample", 1) as shape:
        expect(y is not None, "`call` gives nothing. Did you forget `return`?", hint=4)
        expect_shape(y, (5, 4), "5 samples, 4 units.", hint=2)
    if not shape.passed:
        return
    shapes = sorted(tuple(w.shape) for w in layer.trainable_weights)
    with part("weights that can be trained", 2) as weights:
        expect(
            shapes != [],
            "The layer has no weights that Keras knows of. A NumPy array is not "
            "trained; `add_weight` makes one that is.",
            hint=2,
        )
        expect(
            (4, 3) not in shapes,
            "Keras keeps a kernel as (inputs, units): rows are inputs. Yours is "
            "turned.",
            hint=2,
        )
        expect(shapes != [(3, 4)], "The matrix is there. Where is the bias?", hint=3)
        expect(
            (3,) not in shapes, "A bias belongs to a unit: 4 numbers, not 3.", hint=3
        )
        layer(x)
        expect(
            len(layer.trainable_weights) == len(shapes),
            "Every call makes new weights. Make them once, in `build`.",
            hint=1,
        )
        expect(
            shapes == [(3, 4), (4,)],
            say("A kernel (3, 4) and a bias (4,) are wanted. You have {s}.", s=shapes),
            hint=2,
        )
    if not weights.passed:
        return
    with part("inputs @ kernel + bias", 1) as formula:
        kernel, bias = sorted(layer.trainable_weights, key=lambda w: -len(w.shape))
        expect(
            np.ptp(np.asarray(kernel)) > 0,
            "All weights start with the same number: then all units learn the same. "
            "Leave the initializer of the kernel as it is.",
            hint=2,
        )
        kernel.assign(numbers(3, 4, seed=1).astype("float32"))
        bias.assign(numbers(4, seed=2).astype("float32"))
        k, b = np.asarray(kernel), np.asarray(bias)
        expect_not_close(layer(x), x @ k, "The bias is there, but not added.", hint=4)
        expect_close(layer(x), x @ k + b, "The formula is inputs @ kernel + bias.", 4)
    if not formula.passed:
        return
    with part("learns in a model", 1):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), MyDense(1)])
        model.compile(keras.optimizers.SGD(0.1), "mse")
        target = x @ np.float32([[1.0], [-2.0], [0.5]]) + 3
        model.fit(x, target, epochs=300, verbose=0)
        loss = float(model.evaluate(x, target, verbose=0))
        expect(
            loss < 0.01,
            say("After 300 epochs the loss is still {loss:.3g}.", loss=loss),
            hint=2,
        )


q5.answer("""
    class MyDense(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units = units

        def build(self, input_shape):
            n = input_shape[-1]
            self.kernel = self.add_weight(shape=(n, self.units))
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros")

        def call(self, inputs):
            return inputs @ self.kernel + self.bias
""")
q5.right("""
    class MyDense(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.inner = layers.Dense(units)

        def call(self, inputs):
            return self.inner(inputs)
""")
q5.right("""
    class MyDense(layers.Layer):
        def __init__(self, n_out):
            super().__init__(name="mine")
            self.n_out = n_out

        def build(self, shape):
            start = np.random.normal(0, 0.1, (shape[-1], self.n_out))
            self.W = keras.Variable(start.astype("float32"))
            self.b = keras.Variable(np.zeros(self.n_out, "float32"))

        def call(self, x):
            return keras.ops.add(keras.ops.matmul(x, self.W), self.b)
""")
LAYER = """
    class MyDense(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units = units

        def build(self, input_shape):
            n = input_shape[-1]
            self.kernel = {kernel}
            self.bias = {bias}

        def call(self, inputs):
            {call}
"""
layer_code = answer_template(
    LAYER,
    kernel="self.add_weight(shape=(n, self.units))",
    bias='self.add_weight(shape=(self.units,), initializer="zeros")',
    call="return inputs @ self.kernel + self.bias",
)
q5.wrong(
    layer_code(call="inputs @ self.kernel + self.bias"),
    says="Did you forget `return`?",
)
q5.wrong(
    layer_code(call="return inputs @ self.kernel"),
    says="The bias is there, but not added.",
    points=3,
)
q5.wrong(layer_code(bias="0.0"), says="Where is the bias?", points=1)
q5.wrong(
    layer_code(
        kernel='np.ones((n, self.units), "float32")',
        bias='np.zeros(self.units, "float32")',
    ),
    says="A NumPy array is not trained",
    points=1,
)
q5.wrong(
    layer_code(
        kernel="self.add_weight(shape=(self.units, n))",
        call="return inputs @ keras.ops.transpose(self.kernel) + self.bias",
    ),
    says="rows are inputs",
    points=1,
)
q5.wrong(
    layer_code(kernel='self.add_weight(shape=(n, self.units), initializer="ones")'),
    says="then all units learn the same",
    points=3,
)
q5.wrong(
    """
    class MyDense(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units = units

        def call(self, inputs):
            kernel = self.add_weight(shape=(inputs.shape[-1], self.units))
            bias = self.add_weight(shape=(self.units,), initializer="zeros")
            return inputs @ kernel + bias
    """,
    says="Every call makes new weights.",
    points=1,
)
q5.wrong(
    """
    class MyDense:
        def __init__(self, units):
            self.units = units
    """,
    says="Does the class inherit from",
)


# --- q6: three loops --------------------------------------------------------------


@check(
    points=4,
    hints=[
        "For each sample b and each neuron m: start with the bias, then add products.",
        "The innermost loop runs over the inputs n: `x[b, n] * W[n, m]`.",
        "Set `out[b, m]` before you add to it: there may be garbage in it.",
    ],
)
def q6(dense_loops):
    x, W, bias = numbers(5, 3), numbers(3, 4, seed=1), numbers(4, seed=2)
    correct = x @ W + bias
    out = np.zeros((5, 4))
    returned = dense_loops(x, W, bias, out)
    with part("fills out", 1) as fills:
        expect(
            np.any(out != 0),
            "`out` is still empty. A kernel writes into the memory that it is given: "
            "`out[b, m] = ...`.",
            hint=1,
        )
        del returned  # a kernel may return what it likes
    if not fills.passed:
        return
    with part("with the right sums", 2) as sums:
        expect_not_close(
            out, x @ W, "The bias is missing: a sum starts with it.", hint=1
        )
        expect_not_close(
            out,
            x @ W + 3 * bias,
            "The bias is added once for every input: it slipped into the inner loop.",
            hint=1,
        )
        expect_not_close(
            out,
            x[:, -1:] * W[-1] + bias,
            "Only the last input counts: `=` forgets what was there, `+=` adds.",
            hint=2,
        )
        expect_close(out, correct, "The sums are not right.", hint=2)
    if not sums.passed:
        return
    with part("whatever out held before", 1):
        out = np.full((5, 4), 7.0)
        dense_loops(x, W, bias, out)
        expect_close(
            out,
            correct,
            "Here `out` was full of sevens, and they are still in the result. Memory "
            "is not empty when you get it.",
            hint=3,
        )


q6.answer("""
    def dense_loops(x, W, bias, out):
        for b in range(len(x)):
            for m in range(W.shape[1]):
                total = bias[m]
                for n in range(W.shape[0]):
                    total += x[b, n] * W[n, m]
                out[b, m] = total
""")
q6.right("""
    def dense_loops(x, W, bias, out):
        for b, row in enumerate(x):
            out[b] = bias
            for n, value in enumerate(row):
                out[b] += value * W[n]
        return out
""")
q6.right("""
    def dense_loops(x, W, bias, out):
        np.matmul(x, W, out=out)
        out += bias
""")
q6.wrong(
    """
    def dense_loops(x, W, bias, out):
        return x @ W + bias
    """,
    says="`out` is still empty.",
)
q6.wrong(
    """
    def dense_loops(x, W, bias, out):
        out = x @ W + bias
    """,
    says="writes into the memory that it is given",
)
LOOPS = """
    def dense_loops(x, W, bias, out):
        for b in range(len(x)):
            for m in range(W.shape[1]):
                {start}
                for n in range(W.shape[0]):
                    {step}
"""
q6.wrong(
    LOOPS.format(start="out[b, m] = 0", step="out[b, m] += x[b, n] * W[n, m]"),
    says="The bias is missing",
    points=1,
)
q6.wrong(
    LOOPS.format(
        start="out[b, m] = 0", step="out[b, m] += x[b, n] * W[n, m] + bias[m]"
    ),
    says="it slipped into the inner loop",
    points=1,
)
q6.wrong(
    LOOPS.format(start="pass", step="out[b, m] = x[b, n] * W[n, m] + bias[m]"),
    says="`+=` adds",
    points=1,
)
q6.wrong(
    LOOPS.format(start="out[b, m] += bias[m]", step="out[b, m] += x[b, n] * W[n, m]"),
    says="full of sevens",
    points=3,
)
q5.same_as_reference(
    "line 7: -1 -> 1", because="an input of two axes has its features in axis 1"
)
q5.same_as_reference(
    "line 9: initializer='zeros' left out",
    "line 9: 'zeros' -> 'ones'",
    because="wherever the biases start, training moves them",
)
