"""Backpropagation: the tape, and how to check a gradient."""

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
    numbers,
    part,
    say,
)

# What the notebook has run before the first exercise.
SETUP = """
import numpy as np
import edukeras as keras
from edukeras import layers, ops
"""


def right_numeric(f, w, step=1e-6):
    gradient = np.zeros_like(w)
    for index in np.ndindex(w.shape):
        up, down = w.copy(), w.copy()
        up[index] += step
        down[index] -= step
        gradient[index] = (f(up) - f(down)) / (2 * step)
    return gradient


# --- q1: the slope of a function --------------------------------------------------


@check(
    points=3,
    hints=[
        "Go a tiny step to the right: how much higher is f there? Divide by the step.",
        "Better: from a step on the left to a step on the right. How far is that?",
        "(f(x + h) - f(x - h)) / (2 * h), with h = 1e-5 for example.",
    ],
)
def q1(slope):
    with part("nearly right", 2) as nearly:
        value = slope(lambda x: x**2, 3.0)
        expect_not_close(
            value, 12.0, "Twice too much: from x - h to x + h it is 2 h.", 3, rtol=0.02
        )
        expect_not_close(
            value, -6.0, "The sign is wrong: right minus left.", hint=1, rtol=0.02
        )
        expect_not_close(
            value, 3.0, "Half of it: is there a 2 too many?", hint=3, rtol=0.02
        )
        expect(
            value is None or abs(float(np.squeeze(value))) > 1e-3,
            "That is the small difference. Divide it by the step.",
            hint=1,
        )
        expect_close(value, 6.0, "x**2 at x = 3 rises by 6.", hint=1, rtol=0.05)
        value = slope(np.sin, 0.0)
        expect_close(value, 1.0, "sin at 0 rises by 1.", hint=1, rtol=0.05)
    if nearly.passed:
        with part("to seven digits", 1):
            for x in (0.5, 2.0):
                error = abs(float(np.squeeze(slope(np.exp, x))) / np.exp(x) - 1)
                expect(
                    error < 1e-7,
                    say(
                        "For exp you are off by {error:.0e} of it. A step to one side "
                        "only is crooked, a large step is coarse, a tiny one drowns in "
                        "rounding.",
                        error=error,
                    ),
                    hint=2,
                )


q1.answer("""
    def slope(f, x):
        h = 1e-5
        return (f(x + h) - f(x - h)) / (2 * h)
""")
q1.right("""
    def slope(f, x):
        h = 1e-3  # Richardson: the error of the coarse step, taken out
        fine = (f(x + h) - f(x - h)) / (2 * h)
        coarse = (f(x + 2 * h) - f(x - 2 * h)) / (4 * h)
        return (4 * fine - coarse) / 3
""")
q1.right("""
    slope = lambda f, x: (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
""")
q1.wrong(
    "def slope(f, x): return (f(x + 1e-5) - f(x)) / 1e-5",
    says="A step to one side only is crooked",
    points=2,
)
q1.wrong(
    "def slope(f, x): return (f(x + 1e-5) - f(x - 1e-5)) / 1e-5",
    says="Twice too much",
)
q1.wrong(
    "def slope(f, x): return (f(x - 1e-5) - f(x + 1e-5)) / 2e-5",
    says="right minus left",
)
q1.wrong(
    "def slope(f, x): return (f(x + 0.1) - f(x - 0.1)) / 0.2",
    says="a large step is coarse",
    points=2,
)
q1.wrong(
    "def slope(f, x): return f(x + 1e-5) - f(x - 1e-5)",
    says="Divide it by the step.",
)
q1.wrong(
    "def slope(f, x): return (f(x + 1e-12) - f(x - 1e-12)) / 2e-12",
    says="drowns in rounding",
    points=2,
)


# --- q2: the slope for every weight -----------------------------------------------


@check(
    points=4,
    hints=[
        "One weight after the other: move only that one, leave all others alone.",
        "`for index in np.ndindex(w.shape)` goes through all places of an array.",
        "Work on copies: `up = w.copy(); up[index] += h`.",
    ],
)
def q2(numeric_gradient):
    w = numbers(2, 3)
    a = numbers(2, 3, seed=1)

    def f(v):
        expect_shape(v, (2, 3), "f gets the whole array, with one weight moved.", 1)
        return float(np.sum(a * v**3) + v[0, 0] * v[1, 2])

    before = w.copy()
    value = numeric_gradient(f, w)
    correct = right_numeric(f, before)
    with part("one number for each weight", 1) as shape:
        expect(
            np.size(value) != 1 or value is None,
            "One number: you moved all weights at once. How much does each one do?",
            hint=1,
        )
        expect_shape(value, (2, 3), "As many slopes as weights.", hint=2)
    if not shape.passed:
        return
    with part("the right ones", 2):
        expect_not_close(
            value,
            np.full((2, 3), correct.sum()),
            "All the same: you moved all weights at once.",
            hint=1,
            rtol=1e-3,
        )
        expect_close(
            value,
            correct,
            "Some slopes are wrong. Does each start from the same, unchanged w?",
            hint=3,
            rtol=1e-3,
            atol=1e-4,
        )
    with part("w stays as it was", 1):
        expect(
            np.array_equal(w, before),
            "Afterwards w is not what it was. The caller still needs it.",
            hint=3,
        )


q2.answer("""
    def numeric_gradient(f, w):
        h = 1e-5
        gradient = np.zeros_like(w)
        for index in np.ndindex(w.shape):
            up, down = w.copy(), w.copy()
            up[index] += h
            down[index] -= h
            gradient[index] = (f(up) - f(down)) / (2 * h)
        return gradient
""")
q2.right("""
    def numeric_gradient(f, w):
        rows = []
        for direction in np.eye(w.size).reshape(-1, *w.shape):
            rows.append((f(w + 1e-6 * direction) - f(w - 1e-6 * direction)) / 2e-6)
        return np.array(rows).reshape(w.shape)
""")
q2.right("""
    def numeric_gradient(f, w):
        result, flat = [], w.ravel()
        for k in range(flat.size):
            kept = flat[k]
            flat[k] = kept + 1e-5
            above = f(flat.reshape(w.shape))
            flat[k] = kept - 1e-5
            below = f(flat.reshape(w.shape))
            flat[k] = kept
            result.append((above - below) / 2e-5)
        return np.reshape(result, w.shape)
""")
q2.wrong(
    "def numeric_gradient(f, w): return (f(w + 1e-5) - f(w - 1e-5)) / 2e-5",
    says="One number: you moved all weights at once.",
)
q2.wrong(
    """
    def numeric_gradient(f, w):
        slope = (f(w + 1e-5) - f(w - 1e-5)) / 2e-5
        return np.full(w.shape, slope)
    """,
    says="All the same",
    points=2,
)
q2.wrong(
    """
    def numeric_gradient(f, w):
        gradient = np.zeros_like(w)
        for index in np.ndindex(w.shape):
            below = f(w)
            w[index] += 1e-5
            gradient[index] = (f(w) - below) / 1e-5
        return gradient
    """,
    says="w is not what it was",
    points=3,
)
q2.wrong(
    """
    def numeric_gradient(f, w):
        gradient = np.zeros_like(w)
        up, down = w.copy(), w.copy()
        for index in np.ndindex(w.shape):
            up[index] += 1e-5
            down[index] -= 1e-5
            gradient[index] = (f(up) - f(down)) / 2e-5
        return gradient
    """,
    says="Does each start from the same, unchanged w?",
    points=2,
)
q2.wrong(
    """
    def numeric_gradient(f, w):
        return [(f(w + 1e-5) - f(w - 1e-5)) / 2e-5 for _ in w]
    """,
    says="As many slopes as weights.",
)


# --- q3: the chain rule by hand ---------------------------------------------------


@check(
    points=5,
    hints=[
        "Walk back: from the loss to y, from y to z, from z to w and b. Multiply.",
        "dL/dy = 2 (y - t), dy/dz = y (1 - y), dz/dw = x, dz/db = 1.",
        "Compute dz = dL/dy * dy/dz once. Then dw = dz * x and db = dz.",
    ],
)
def q3(neuron_gradient):
    x, w, b, t = numbers(3), numbers(3, seed=1), 0.3, 1.0
    y = 1 / (1 + np.exp(-(x @ w + b)))
    dy, dz = 2 * (y - t), 2 * (y - t) * y * (1 - y)
    both = neuron_gradient(x.copy(), w.copy(), b, t)
    expect(both is not None, "There is no answer. Did you forget `return`?")
    expect(
        isinstance(both, (tuple, list)) and len(both) == 2,
        "Return two things: the slopes of w, and that of b.",
    )
    dw, db = both
    with part("the slope of b", 2):
        expect_not_close(
            db,
            dy,
            "The sigmoid is missing on the way back: its own slope is y (1 - y).",
            hint=2,
        )
        expect_not_close(db, dz / 2, "The square has a slope of 2 (y - t).", hint=2)
        expect_not_close(db, -dz, "The sign: (y - t), not (t - y).", hint=2)
        expect_not_close(
            db, dz * b, "z = x @ w + b: if b grows by 1, by how much does z?", hint=3
        )
        expect_close(db, dz, "Compare it with the numeric slope.", hint=1)
    with part("the slopes of w", 3):
        expect(
            np.size(dw) != 1 or dw is None,
            "There are three weights, each with a slope of its own.",
            hint=3,
        )
        expect_not_close(
            dw,
            np.full(3, dz),
            "Each weight is multiplied by its input: large inputs make large slopes.",
            hint=3,
        )
        expect_not_close(
            dw, dz * w, "z = x @ w + b: the slope towards w is x, not w.", hint=2
        )
        expect_not_close(
            dw,
            dy * x,
            "The sigmoid is missing on the way back: its own slope is y (1 - y).",
            hint=2,
        )
        expect_not_close(dw, -dz * x, "The sign: (y - t), not (t - y).", hint=2)
        expect_not_close(dw, dz / 2 * x, "The square has a slope of 2 (y - t).", 2)
        expect_close(dw, dz * x, "Compare them with the numeric slopes.", hint=1)


q3.answer("""
    def neuron_gradient(x, w, b, t):
        y = 1 / (1 + np.exp(-(x @ w + b)))
        dz = 2 * (y - t) * y * (1 - y)
        return dz * x, dz
""")
q3.right("""
    def neuron_gradient(x, w, b, t):
        def loss(v):
            return (1 / (1 + np.exp(-(x @ v[:-1] + v[-1]))) - t) ** 2
        v = np.append(w, b)
        slopes = [(loss(v + 1e-6 * e) - loss(v - 1e-6 * e)) / 2e-6 for e in np.eye(4)]
        return slopes[:3], slopes[3]
""")
q3.right("""
    def neuron_gradient(x, w, b, t):
        w, b = keras.Variable(w, dtype="float64"), keras.Variable(b, dtype="float64")
        with keras.GradientTape() as tape:
            loss = (ops.sigmoid(ops.sum(w * x) + b) - t) ** 2
        return [np.asarray(g) for g in tape.gradient(loss, [w, b])]
""")
NEURON = """
    def neuron_gradient(x, w, b, t):
        y = 1 / (1 + np.exp(-(x @ w + b)))
        dz = {dz}
        return {result}
"""
q3.wrong(
    NEURON.format(dz="2 * (y - t)", result="dz * x, dz"),
    says="its own slope is y (1 - y)",
)
q3.wrong(
    NEURON.format(dz="(y - t) * y * (1 - y)", result="dz * x, dz"),
    says="a slope of 2 (y - t)",
)
q3.wrong(
    NEURON.format(dz="2 * (t - y) * y * (1 - y)", result="dz * x, dz"),
    says="not (t - y)",
)
q3.wrong(
    NEURON.format(dz="2 * (y - t) * y * (1 - y)", result="dz * w, dz"),
    says="is x, not w",
    points=2,
)
q3.wrong(
    NEURON.format(dz="2 * (y - t) * y * (1 - y)", result="np.full(3, dz), dz"),
    says="Each weight is multiplied by its input",
    points=2,
)
q3.wrong(
    NEURON.format(dz="2 * (y - t) * y * (1 - y)", result="dz * x"),
    says="Return two things",
)


# --- q4: a layer backwards --------------------------------------------------------


@check(
    points=4,
    hints=[
        "The shapes tell: each gradient has the shape of what it belongs to.",
        "dx is (B, N): only grad (B, M) @ W.T (M, N) gives that.",
        "dW is (N, M): x.T (N, B) @ grad (B, M). All samples add up in it.",
        "b was added to every row, so its gradient is the sum over the rows.",
    ],
)
def q4(dense_backward):
    grad, x, W = numbers(5, 4), numbers(5, 3, seed=1), numbers(3, 4, seed=2)
    try:
        three = dense_backward(grad.copy(), x.copy(), W.copy())
    except ValueError as error:
        expect(
            False,
            say(
                "grad is (5, 4), x is (5, 3), W is (3, 4). These do not multiply like "
                "this: {error}",
                error=error,
            ),
            hint=1,
        )
    expect(three is not None, "There is no answer. Did you forget `return`?")
    expect(
        isinstance(three, (tuple, list)) and len(three) == 3,
        "Return three things: dx, dW and db.",
    )
    dx, dW, db = three
    with part("dx, for the layer before", 1):
        expect_shape(dx, (5, 3), "dx has the shape of x.", hint=2)
        expect_close(dx, grad @ W.T, "Which product has the shape of x?", hint=2)
    with part("dW", 2):
        expect(np.shape(dW) != (4, 3), "Turned over: dW has the shape of W.", hint=3)
        expect_shape(dW, (3, 4), "dW has the shape of W.", hint=3)
        expect_not_close(
            dW,
            x.T @ grad / 5,
            "The mean is in the loss already. Here the samples add up.",
            hint=3,
        )
        expect_close(dW, x.T @ grad, "Which product has the shape of W?", hint=3)
    with part("db", 1):
        expect(
            np.shape(db) != (5, 4),
            "A row for each sample: but there is only one b. Add the rows up.",
            hint=4,
        )
        expect(np.shape(db) != (5,), "Down the rows, not along them: axis 0.", hint=4)
        expect_shape(db, (4,), "db has the shape of b.", hint=4)
        expect_not_close(
            db, grad.mean(axis=0), "The sum: the mean is in the loss already.", hint=4
        )
        expect_close(db, grad.sum(axis=0), "Add up the rows of grad.", hint=4)


q4.answer("""
    def dense_backward(grad, x, W):
        return grad @ W.T, x.T @ grad, grad.sum(axis=0)
""")
q4.right("""
    def dense_backward(grad, x, W):
        dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros(W.shape[1])
        for k in range(len(x)):
            dx[k] = W @ grad[k]
            dW += np.outer(x[k], grad[k])
            db += grad[k]
        return [dx, dW, db]
""")
q4.right("""
    def dense_backward(grad, x, W):
        dx = np.einsum("bm,nm->bn", grad, W)
        dW = np.einsum("bm,bn->nm", grad, x)
        return dx, dW, np.ones(len(grad)) @ grad
""")
q4.wrong(
    "def dense_backward(grad, x, W): return grad @ W, x.T @ grad, grad.sum(axis=0)",
    says="These do not multiply like this",
)
q4.wrong(
    "def dense_backward(grad, x, W): return grad @ W.T, grad.T @ x, grad.sum(axis=0)",
    says="dW has the shape of W",
    points=2,
)
q4.wrong(
    "def dense_backward(grad, x, W): return grad @ W.T, x.T @ grad, grad",
    says="there is only one b",
    points=3,
)
q4.wrong(
    "def dense_backward(grad, x, W): return grad @ W.T, x.T @ grad, grad.sum(axis=1)",
    says="axis 0",
    points=3,
)
q4.wrong(
    "def dense_backward(grad, x, W): return grad @ W.T, x.T @ grad, grad.mean(axis=0)",
    says="The sum: the mean is in the loss already.",
    points=3,
)
q4.wrong(
    "def dense_backward(grad, x, W): return x.T @ grad, grad.sum(axis=0)",
    says="Return three things",
)


# --- q5: the tape -----------------------------------------------------------------


@check(
    points=5,
    hints=[
        "`for inputs, output, backward in reversed(records)`: the last comes first.",
        "`gradients[output]` is there when you need it: later ops have filled it.",
        "A value that was used twice gets two gradients. They add up: `+=`.",
        "`gradients.get(name, 0.0)` is 0 for a name that is not there yet.",
    ],
)
def q5(play_backwards):
    chain = [  # y = (3 x)**2 at x = 2, by hand: 2 * 6 * 3
        (("x",), "a", lambda g: (3 * g,)),
        (("a",), "y", lambda g: (2 * 6 * g,)),
    ]
    try:
        gradients = play_backwards(list(chain), "y")
    except KeyError as error:
        expect(
            False,
            say(
                "There is no gradient of {name} yet when you ask for it. Begin at the "
                "end, with a gradient of 1 for the target.",
                name=error,
            ),
            hint=1,
        )
    expect(gradients is not None, "There is no answer. Did you forget `return`?")
    expect(isinstance(gradients, dict), "A dictionary of gradients is wanted.")
    with part("a chain", 2) as is_chain:
        expect(
            gradients.get("y") is not None and np.isclose(gradients["y"], 1),
            "The gradient of the target is 1: that is where it starts.",
            hint=1,
        )
        expect(
            "x" in gradients, "The gradient never arrives at x: in which order?", hint=1
        )
        expect_close(
            gradients["x"], 36.0, "y = (3 x)**2 at x = 2 has a slope of 36.", hint=2
        )
    if not is_chain.passed:
        return
    with part("values that are used twice", 2):
        twice = [  # a = 2 x, y = x * a at x = 3, so y = 2 x**2
            (("x",), "a", lambda g: (2 * g,)),
            (("x", "a"), "y", lambda g: (6 * g, 3 * g)),
        ]
        gradients = play_backwards(list(twice), "y")
        expect_not_close(
            gradients["x"],
            6.0,
            "Here x is used twice, and only one use counts. Gradients add up.",
            hint=3,
        )
        expect_close(gradients["x"], 12.0, "y = 2 x**2 at x = 3 rises by 12.", hint=3)
        square = [(("x", "x"), "y", lambda g: (5 * g, 5 * g))]  # y = x * x at x = 5
        expect_close(
            play_backwards(square, "y")["x"],
            10.0,
            "y = x * x: both factors are x, and both count.",
            hint=3,
        )
    with part("what does not lead to the target", 1):
        aside = [
            (("x",), "y", lambda g: (4 * g,)),
            (("x",), "z", lambda g: (100 * g,)),
        ]
        try:
            gradients = play_backwards(aside, "y")
        except KeyError:
            expect(
                False,
                "Some results have nothing to do with the target: they get no "
                "gradient. Skip them.",
                hint=4,
            )
        expect_close(gradients["x"], 4.0, "z does not matter for y.", hint=4)


q5.answer("""
    def play_backwards(records, target):
        gradients = {target: 1.0}
        for inputs, output, backward in reversed(records):
            if output not in gradients:
                continue
            for name, gradient in zip(inputs, backward(gradients[output])):
                gradients[name] = gradients.get(name, 0.0) + gradient
        return gradients
""")
q5.right("""
    from collections import defaultdict

    def play_backwards(records, target):
        gradients = defaultdict(float)
        gradients[target] = 1.0
        for k in range(len(records) - 1, -1, -1):
            inputs, output, backward = records[k]
            parts = backward(gradients[output])
            for j in range(len(inputs)):
                gradients[inputs[j]] += parts[j]
        return dict(gradients)
""")
q5.right("""
    def play_backwards(records, target, upstream=None):
        gradients = upstream or {target: 1.0}
        if not records:
            return gradients
        *earlier, (inputs, output, backward) = records
        for name, part in zip(inputs, backward(gradients.get(output, 0.0))):
            gradients[name] = gradients.get(name, 0.0) + part
        return play_backwards(earlier, target, gradients)
""")
TAPE = """
    def play_backwards(records, target):
        gradients = {{target: {start}}}
        for inputs, output, backward in {order}:
            {skip}
            for name, part in zip(inputs, backward(gradients{get})):
                gradients[name] = {update}
        return gradients
"""
tape_code = answer_template(
    TAPE,
    start="1.0",
    order="reversed(records)",
    skip="if output not in gradients: continue",
    get="[output]",
    update="gradients.get(name, 0.0) + part",
)
q5.wrong(tape_code(order="records"), says="The gradient never arrives at x")
q5.wrong(
    tape_code(order="records", skip="pass"),
    says="Begin at the end",
)
q5.wrong(tape_code(update="part"), says="Gradients add up.", points=3)
q5.wrong(tape_code(skip="pass"), says="Skip them.", points=4)
q5.wrong(tape_code(start="0.0"), says="The gradient of the target is 1")
q5.wrong(
    tape_code(update="gradients.get(name, 1.0) + part"),
    says="has a slope of 36",
)


# --- q6: one step down ------------------------------------------------------------


@check(
    points=4,
    seconds=20,
    hints=[
        "Inside `with keras.GradientTape() as tape:` compute the predictions and the "
        "loss; ask for the gradients after it.",
        "`tape.gradient(loss, model.trainable_variables)` gives a list, in that order.",
        "Downhill is against the gradient: `w.assign(w - rate * gradient)`.",
    ],
)
def q6(one_step):
    x, y = numbers(20, 3).astype("float32"), numbers(20, 1, seed=1).astype("float32")
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(1)]
    )
    start = model.get_weights()
    other = keras.models.clone_model(model)
    other.set_weights(start)
    other.compile(keras.optimizers.SGD(0.1), "mse")
    other.train_on_batch(x, y)
    moved = [b - a for a, b in zip(start, other.get_weights())]

    one_step(model, x.copy(), y.copy(), 0.1)
    mine = [b - a for a, b in zip(start, model.get_weights())]
    flat = np.concatenate([part.ravel() for part in mine])
    right = np.concatenate([part.ravel() for part in moved])
    with part("changes the weights", 1) as changes:
        expect(
            np.abs(flat).max() > 0,
            "All weights are what they were. `w - ...` makes a new number; "
            "`w.assign(...)` changes the weight.",
            hint=3,
        )
    if not changes.passed:
        return
    with part("downhill", 1) as downhill:
        expect(
            np.dot(flat, right) > 0,
            "You went uphill: the loss grows. The gradient points up.",
            hint=3,
        )
    if not downhill.passed:
        return
    with part("as far as SGD does", 2):
        expect(
            np.abs(mine[0]).max() > 0,
            "Some weights did not move. `model.trainable_variables` has them all.",
            hint=2,
        )
        ratio = float(np.linalg.norm(flat) / np.linalg.norm(right))
        expect(
            np.isclose(ratio, 1, rtol=0.01),
            say(
                "The direction is right, the step is {ratio:.3g} times that of SGD. Is "
                "the loss the mean of the squares, and the rate a factor?",
                ratio=ratio,
            ),
            hint=3,
        )
        expect_close(flat, right, "Not quite where SGD arrives.", hint=2, atol=1e-5)


q6.answer("""
    def one_step(model, x, y, rate):
        with keras.GradientTape() as tape:
            loss = ops.mean((model(x) - y) ** 2)
        variables = model.trainable_variables
        for w, gradient in zip(variables, tape.gradient(loss, variables)):
            w.assign(w - rate * gradient)
""")
q6.right("""
    def one_step(model, x, y, rate):
        with keras.GradientTape() as tape:
            loss = keras.losses.MeanSquaredError()(y, model(x))
        gradients = tape.gradient(loss, model.trainable_variables)
        keras.optimizers.SGD(rate).apply_gradients(
            zip(gradients, model.trainable_variables))
""")
q6.right("""
    def one_step(model, x, y, rate):
        with keras.GradientTape() as tape:
            d = model(x) - y
            loss = ops.sum(d * d) / len(x)
        gradients = tape.gradient(loss, model.trainable_variables)
        weights = [np.asarray(w) - rate * np.asarray(g)
                   for w, g in zip(model.trainable_variables, gradients)]
        model.set_weights(weights)
""")
STEP = """
    def one_step(model, x, y, rate):
        with keras.GradientTape() as tape:
            loss = {loss}
        variables = {variables}
        for w, gradient in zip(variables, tape.gradient(loss, variables)):
            {update}
"""
step_code = answer_template(
    STEP,
    loss="ops.mean((model(x) - y) ** 2)",
    variables="model.trainable_variables",
    update="w.assign(w - rate * gradient)",
)
q6.wrong(
    step_code(update="w.assign(w + rate * gradient)"),
    says="You went uphill",
    points=1,
)
q6.wrong(
    step_code(update="w = w - rate * gradient"),
    says="All weights are what they were.",
)
q6.wrong(
    step_code(update="w.assign(w - gradient)"),
    says="the rate a factor?",
    points=2,
)
q6.wrong(
    step_code(loss="ops.sum((model(x) - y) ** 2)"),
    says="Is the loss the mean",
    points=2,
)
q6.wrong(
    step_code(variables="model.layers[-1].trainable_variables"),
    says="Some weights did not move.",
    points=2,
)
