"""Under the hood: kernels, ops of your own, what they cost, and fair measuring."""

import tracemalloc

import numpy as np

import edukeras as keras
from edukeras import layers
from edukeras.grading import (
    answer_template,
    check,
    expect,
    expect_close,
    expect_not_close,
    numbers,
    part,
    say,
)

# What the notebook has run before the first exercise.
SETUP = """
import numpy as np
import edukeras as keras
from edukeras import layers, ops
from edukeras.autodiff import op
"""


def new_memory(run):
    """The most bytes that were in use at once because of `run()`."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        run()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def every_second(shape, fill):
    """An array that does not lie in one piece in memory."""
    return np.full((shape[0], 2 * shape[1] + 1), fill)[:, :-1:2]


def expect_filled(out, message, hint):
    expect(not np.isnan(out).all(), message, hint)


def expect_any_memory(kernel, right):
    """A kernel of equally shaped inputs, on memory of all kinds."""
    out = np.full((3, 4), 7.0)
    kernel(out)
    expect_close(
        out,
        right,
        "Here `out` was full of sevens, and they are still in the result. Memory is "
        "not empty when you get it.",
        hint=1,
    )
    out = every_second((3, 4), np.nan)
    try:
        kernel(out)
    except (ValueError, AttributeError) as error:
        expect(
            False,
            say("Here `out` does not lie in one piece: {error}", error=error),
            hint=3,
        )
    expect_close(
        out,
        right,
        "Here `out` is every second column of a larger array: it does not lie in one "
        "piece. `reshape` and `ravel` then give a copy, and what you write is lost.",
        hint=3,
    )


# --- q1: leaky relu ---------------------------------------------------------------


@check(
    points=4,
    hints=[
        "`out[...] = ...` and `np.multiply(a, b, out=out)` write into `out`; "
        "`out = ...` only gives another array this name.",
        "Two cases: a positive number passes, any other is multiplied.",
        "`for index in np.ndindex(x.shape)` goes through every place of any array.",
        "`np.copyto(out, x, where=x > 0)` overwrites only these places.",
    ],
)
def q1(leaky_relu):
    x = numbers(3, 4)
    correct = np.where(x > 0, x, 0.1 * x)
    out, given = np.full((3, 4), np.nan), x.copy()
    with part("fills out", 1) as fills:
        leaky_relu(given, 0.1, out)
        expect_filled(
            out,
            "`out` is as it was. The caller looks there, not at what you return.",
            hint=1,
        )
    if not fills.passed:
        return
    with part("with the right numbers", 1) as right:
        expect_not_close(
            out, np.maximum(x, 0), "Numbers below 0 are not 0: they shrink.", hint=2
        )
        expect_not_close(out, 0.1 * x, "Positive numbers pass unchanged.", hint=2)
        expect_not_close(
            out, np.where(x > 0, 0.1 * x, x), "The two cases are swapped.", hint=2
        )
        expect_not_close(
            out, np.where(x > 0, x, 0.1), "The slope is a factor: slope times x.", 2
        )
        expect_not_close(out, np.where(x > 0, x, -0.1 * x), "The sign is lost.", 2)
        expect_close(out, correct, "Compare with x, number by number.", hint=2)
        wide = np.full((3, 4), np.nan)
        leaky_relu(x.copy(), 2.0, wide)
        expect_close(
            wide,
            np.where(x > 0, x, 2 * x),
            "Here negative_slope is 2. The larger of x and slope * x is right only for "
            "slopes below 1.",
            hint=2,
        )
        expect(
            np.array_equal(given, x),
            "x has changed. The layer before still needs it for its gradient.",
            hint=1,
        )
    if not right.passed:
        return
    with part("in any memory", 1):
        expect_any_memory(lambda out: leaky_relu(x.copy(), 0.1, out), correct)
        flat = np.full(5, np.nan)
        leaky_relu(numbers(5), 0.1, flat)
        expect(np.isfinite(flat).all(), "One axis only: that is an array too.", hint=3)
        leaky_relu(np.zeros((0, 4)), 0.1, np.zeros((0, 4)))  # nothing to do
    with part("without new arrays", 1):
        large, out = numbers(200, 300), np.zeros((200, 300))
        used = new_memory(lambda: leaky_relu(large, 0.1, out)) / out.nbytes
        expect(
            used < 0.5,
            say(
                "On the way you made new arrays, together {used:.1f} times as large as "
                "`out`. `slope * x` is one; where could its numbers go?",
                used=used,
            ),
            hint=4,
        )


q1.answer("""
    def leaky_relu(x, negative_slope, out):
        np.multiply(x, negative_slope, out=out)
        np.copyto(out, x, where=x > 0)
""")
q1.right("""
    def leaky_relu(x, negative_slope, out):
        for i in np.ndindex(x.shape):
            out[i] = x[i] if x[i] > 0 else negative_slope * x[i]
""")
q1.right("""
    def leaky_relu(x, negative_slope, out):
        out[...] = x
        out *= 1
        np.multiply(out, negative_slope, out=out, where=out < 0)
        return out
""")
q1.wrong(
    """
    def leaky_relu(x, negative_slope, out):
        return np.where(x > 0, x, negative_slope * x)
    """,
    says="The caller looks there, not at what you return.",
)
q1.wrong(
    """
    def leaky_relu(x, negative_slope, out):
        out = np.where(x > 0, x, negative_slope * x)
    """,
    says="`out` is as it was.",
)
q1.wrong(
    """
    def leaky_relu(x, negative_slope, out):
        out[...] = np.where(x > 0, x, negative_slope * x)
    """,
    says="where could its numbers go?",
    points=3,
)
q1.wrong(
    """
    def leaky_relu(x, negative_slope, out):
        np.multiply(x, negative_slope, out=out)
        np.maximum(x, out, out=out)
    """,
    says="right only for slopes below 1",
    points=1,
)
q1.wrong(
    """
    def leaky_relu(x, negative_slope, out):
        flat = out.reshape(-1)
        for i, value in enumerate(x.reshape(-1)):
            flat[i] = value if value > 0 else negative_slope * value
    """,
    says="what you write is lost",
    points=3,
)
q1.wrong(
    """
    def leaky_relu(x, negative_slope, out):
        for i in range(len(x)):
            for j in range(x.shape[1]):
                if x[i, j] > 0:
                    out[i, j] = x[i, j]
                else:
                    out[i, j] = negative_slope
    """,
    says="The slope is a factor",
    points=1,
)
q1.wrong(
    """
    def leaky_relu(x, negative_slope, out):
        x[x < 0] *= negative_slope
        out[...] = x
    """,
    says="The layer before still needs it",
    points=1,
)
q1.wrong(
    "def leaky_relu(x, negative_slope, out): np.maximum(x, 0, out=out)",
    says="they shrink",
    points=1,
)
q1.wrong(
    "def leaky_relu(x, negative_slope, out): np.multiply(x, negative_slope, out=out)",
    says="Positive numbers pass unchanged.",
    points=1,
)


# --- q2: the way back -------------------------------------------------------------


@check(
    points=4,
    hints=[
        "The slope of leaky relu is 1 on one side and negative_slope on the other.",
        "The chain rule: the gradient that comes in, times that slope.",
        "The side is told by y. For indexes that fit any array: `np.ndindex(y.shape)`.",
        "First write `grad` times the slope everywhere into `out`, then overwrite.",
    ],
)
def q2(leaky_relu_backward):
    x, grad = numbers(3, 4), numbers(3, 4, seed=1)
    y = np.where(x > 0, x, 0.1 * x)
    slope = np.where(x > 0, 1.0, 0.1)
    out = np.full((3, 4), np.nan)
    with part("the right slopes", 2) as right:
        leaky_relu_backward(grad.copy(), y.copy(), 0.1, out)
        expect_filled(out, "`out` is as it was: the gradient belongs there.", hint=4)
        expect_not_close(
            out, slope, "That is the slope alone. And the gradient that comes in?", 2
        )
        expect_not_close(
            out,
            np.where(grad > 0, grad, 0.1 * grad),
            "You asked for the sign of grad. Which side it was, y knows.",
            hint=3,
        )
        expect_not_close(
            out, np.where(x > 0, grad, 0), "That is relu: below 0 it lets nothing back."
        )
        expect_not_close(
            out, np.where(x > 0, 0.1 * grad, grad), "The two sides are swapped.", 1
        )
        expect_not_close(
            out, grad * y, "You multiplied by y itself, not by the slope.", hint=1
        )
        expect_not_close(
            out,
            grad * np.where(x > 0, 1, -0.1),
            "On the left y rises with x as well: its slope is positive.",
            hint=1,
        )
        h = 1e-6
        up, down = x + h, x - h
        measured = np.where(up > 0, up, 0.1 * up) - np.where(down > 0, down, 0.1 * down)
        expect_close(
            out,
            grad * measured / (2 * h),
            "Central differences say something else.",
            hint=2,
        )
    if not right.passed:
        return
    with part("in any memory", 1):
        expect_any_memory(
            lambda out: leaky_relu_backward(grad.copy(), y.copy(), 0.1, out),
            grad * slope,
        )
        flat = np.full(5, np.nan)
        leaky_relu_backward(np.ones(5), numbers(5), 0.1, flat)
        expect(np.isfinite(flat).all(), "One axis only: that is an array too.", hint=3)
    with part("without new arrays", 1):
        one, two, out = (
            numbers(200, 300),
            numbers(200, 300, seed=1),
            np.ones((200, 300)),
        )
        used = new_memory(lambda: leaky_relu_backward(one, two, 0.1, out)) / out.nbytes
        expect(
            used < 0.5,
            say(
                "On the way you made new arrays, together {used:.1f} times as large as "
                "`out`.",
                used=used,
            ),
            hint=4,
        )


q2.answer("""
    def leaky_relu_backward(grad, y, negative_slope, out):
        np.multiply(grad, negative_slope, out=out)
        np.copyto(out, grad, where=y > 0)
""")
q2.right("""
    def leaky_relu_backward(grad, y, negative_slope, out):
        for i in np.ndindex(y.shape):
            out[i] = grad[i] * (1 if y[i] > 0 else negative_slope)
""")
q2.right("""
    def leaky_relu_backward(grad, y, negative_slope, out):
        np.greater(y, 0, out=out, casting="unsafe")
        out *= 1 - negative_slope
        out += negative_slope
        out *= grad
""")
BACK = """
    def leaky_relu_backward(grad, y, negative_slope, out):
        for i in np.ndindex(y.shape):
            out[i] {update}
"""
q2.wrong(
    BACK.format(update="= 1 if y[i] > 0 else negative_slope"),
    says="And the gradient that comes in?",
)
q2.wrong(
    BACK.format(update="= grad[i] * (1 if grad[i] > 0 else negative_slope)"),
    says="You asked for the sign of grad.",
)
q2.wrong(BACK.format(update="= grad[i] * (y[i] > 0)"), says="That is relu")
q2.wrong(
    BACK.format(update="= grad[i] * (negative_slope if y[i] > 0 else 1)"),
    says="The two sides are swapped.",
)
q2.wrong(BACK.format(update="= grad[i] * y[i]"), says="You multiplied by y itself")
q2.wrong(
    BACK.format(update="= grad[i] * (1 if y[i] > 0 else -negative_slope)"),
    says="its slope is positive",
)
q2.wrong(
    """
    def leaky_relu_backward(grad, y, negative_slope, out):
        out[y > 0] = 1
        out[y <= 0] = negative_slope
        out[...] = out * grad
    """,
    says="On the way you made new arrays",
    points=3,
)
q2.wrong(
    """
    def leaky_relu_backward(grad, y, negative_slope, out):
        return grad * np.where(y > 0, 1, negative_slope)
    """,
    says="the gradient belongs there",
)
q2.wrong(
    """
    def leaky_relu_backward(grad, y, negative_slope, out):
        for i in range(len(y)):
            for j in range(len(y[i])):
                slope = 1 if y[i, j] > 0 else negative_slope
                if np.isnan(out[i, j]):
                    out[i, j] = 0
                out[i, j] += grad[i, j] * slope
    """,
    says="Memory is not empty",
    points=3,
)


# --- q3: dense, bias and activation in one go -------------------------------------


@check(
    points=4,
    needs=[q1],
    hints=[
        "Begin with one row: `x[i] @ W`, then the bias, then leaky relu.",
        "`np.matmul(x[i], W, out=row)` writes the sums where they belong.",
        "`row = out[i]` is no copy: `row += b` changes `out`.",
    ],
)
def q3(dense_leaky):
    x, W, b = numbers(5, 3), numbers(3, 4, seed=1), numbers(4, seed=2)

    def leaky(z):
        return np.where(z > 0, z, 0.1 * z)

    out = np.full((5, 4), np.nan)
    given = b.copy()
    with part("the right numbers", 2) as right:
        dense_leaky(x.copy(), W.copy(), given, 0.1, out)
        expect_filled(out, "`out` is as it was. Write into it.", hint=2)
        expect_not_close(out, leaky(x @ W), "Where is the bias?", hint=1)
        expect_not_close(out, x @ W + b, "Where is the activation?", hint=1)
        expect_not_close(
            out,
            leaky(x @ W) + b,
            "The bias comes too late: it belongs inside leaky relu.",
            hint=1,
        )
        expect_not_close(
            out, np.maximum(x @ W + b, 0), "That is relu. Below 0, numbers shrink.", 1
        )
        expect_close(out, leaky(x @ W + b), "Compute one row by hand.", hint=1)
        expect(
            np.array_equal(given, b),
            "b has changed. It is needed for the next row, and the next batch.",
            hint=3,
        )
    if not right.passed:
        return
    with part("in any memory", 1):
        out = every_second((5, 4), 7.0)
        dense_leaky(x.copy(), W.copy(), b.copy(), 0.1, out)
        expect_close(
            out,
            leaky(x @ W + b),
            "Here `out` was full of sevens, and every second column of a larger array.",
            hint=2,
        )
        large = numbers(40, 3)
        out = np.full((40, 4), np.nan)
        dense_leaky(large, W, b, 0.1, out)
        expect_close(
            out, leaky(large @ W + b), "With 40 rows some are not right.", hint=1
        )
    with part("while the row is at hand", 1):
        x, W, out = numbers(400, 8), numbers(8, 200), np.zeros((400, 200))
        used = new_memory(lambda: dense_leaky(x, W, np.ones(200), 0.1, out))
        used /= out.nbytes
        expect(
            used < 0.3,
            say(
                "On the way you used new memory of {used:.1f} times the size of `out`: "
                "all rows wait there for the next operation. Finish one row before "
                "you begin the next.",
                used=used,
            ),
            hint=1,
        )


q3.answer("""
    def dense_leaky(x, W, b, negative_slope, out):
        for i in range(len(x)):
            row = x[i] @ W
            row += b
            leaky_relu(row, negative_slope, out[i])
""")
q3.right("""
    def dense_leaky(x, W, b, negative_slope, out):
        for i in range(0, len(x), 16):  # a few rows at once
            block = x[i : i + 16] @ W + b
            out[i : i + 16] = np.where(block > 0, block, negative_slope * block)
""")
q3.right("""
    def dense_leaky(x, W, b, negative_slope, out):
        np.matmul(x, W, out=out)
        out += b
        np.multiply(out, negative_slope, out=out, where=out < 0)
""")
FUSED = """
    def dense_leaky(x, W, b, negative_slope, out):
        for i in range(len(x)):
            {row}
            {last}
"""
LEAKY = "leaky_relu(row, negative_slope, out[i])"
q3.wrong(FUSED.format(row="row = x[i] @ W", last=LEAKY), says="Where is the bias?")
q3.wrong(
    FUSED.format(row="row = x[i] @ W + b", last="out[i] = row"),
    says="Where is the activation?",
)
q3.wrong(
    FUSED.format(row="row = x[i] @ W", last=LEAKY + "; out[i] += b"),
    says="The bias comes too late",
)
q3.wrong(
    FUSED.format(row="row = x[i] @ W + b", last="out[i] = np.maximum(row, 0)"),
    says="That is relu.",
)
q3.wrong(
    FUSED.format(row="row = b; row += x[i] @ W", last=LEAKY),
    says="Compute one row by hand.",
)
q3.wrong(
    """
    def dense_leaky(x, W, b, negative_slope, out):
        leaky_relu(x @ W + b, negative_slope, out)
    """,
    says="Finish one row before you begin the next.",
    points=3,
)
q3.wrong(
    """
    def dense_leaky(x, W, b, negative_slope, out):
        out = x @ W + b
        leaky_relu(out, negative_slope, out)
    """,
    says="`out` is as it was. Write into it.",
)


# --- q4: an op of your own --------------------------------------------------------


@check(
    points=4,
    seconds=20,
    hints=[
        "Return two things: the output, and a function `backward(grad, need)`.",
        "`backward` returns a tuple with one gradient for each input: `(... ,)`.",
        "The derivative of sin(a x)**2 / a is sin(2 a x): the chain rule, twice.",
        "Only with `@op` above it does the tape see your function.",
    ],
)
def q4(snake):
    x = numbers(3, 4)
    with part("forward", 1) as forward:
        y = snake(x.copy())
        expect(
            not (isinstance(y, tuple) and len(y) == 2 and callable(y[1])),
            "Output and backward are there, but the caller gets both: `@op` is missing "
            "above the function.",
            hint=4,
        )
        y = np.asarray(y)
        expect_not_close(y, np.sin(x) ** 2, "x itself is missing.")
        expect_not_close(y, x + np.sin(x), "The sine is squared.")
        expect_close(y, x + np.sin(x) ** 2, "Look at the formula, with a = 1.")
        y = np.asarray(snake(x.copy(), a=3.0))
        expect_not_close(y, x + np.sin(3 * x) ** 2, "Here a is 3: divide by it.")
        expect_close(y, x + np.sin(3 * x) ** 2 / 3, "Look at the formula, with a = 3.")
        kind = np.asarray(snake(x.astype("float32"))).dtype
        expect(
            kind == np.float32,
            say("float32 came in, {kind} goes out: twice the memory.", kind=kind),
        )
    if not forward.passed:
        return
    grad = numbers(3, 4, seed=1)

    def back(a):
        source = keras.Variable(x, dtype="float64")
        with keras.GradientTape() as tape:
            y = snake(source, a=a)
        if not isinstance(y, keras.Tensor):
            return None
        try:
            return tape.gradient(y, source, grad)
        except TypeError as error:
            if "backward" not in str(error) and "argument" not in str(error):
                raise
            expect(
                False,
                say(
                    "The tape calls `backward(grad, need)` with two arguments and "
                    "wants a tuple back. It says: {error}",
                    error=error,
                ),
                hint=1,
            )

    with part("backward", 2) as backward:
        found = back(1.0)
        expect(found is not None, "The tape has not seen your function.", hint=4)
        expect(
            np.shape(found) == (3, 4),
            "A tuple with one gradient for each input is wanted. Is there a comma in "
            "`(gradient,)`?",
            hint=2,
        )
        found = np.asarray(found)
        slope = 1 + np.sin(2 * x)
        expect_not_close(
            found, slope, "That is the slope alone. And the gradient that comes in?", 3
        )
        expect_not_close(
            found, grad * np.sin(2 * x), "The slope of x itself is missing: 1.", hint=3
        )
        expect_not_close(
            found,
            grad * (1 + 2 * np.sin(x)),
            "The chain rule: the slope of the sine inside the square is missing.",
            hint=3,
        )
        expect_close(found, grad * slope, "Central differences say otherwise.", hint=3)
        expect_close(
            np.asarray(back(3.0)),
            grad * (1 + np.sin(6 * x)),
            "For a = 3 central differences say otherwise.",
            hint=3,
        )
    if not backward.passed:
        return
    with part("in a model", 1):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8, activation=snake), layers.Dense(1)]
        )
        model.compile(keras.optimizers.Adam(0.05), "mse")
        x, y = numbers(8, 4).astype("float32"), numbers(8, 1, seed=1).astype("float32")
        model.fit(x, y, epochs=300, verbose=0)
        loss = float(model.evaluate(x, y, verbose=0))
        expect(
            loss < 0.05,
            say("A model with it should learn 8 samples: loss {loss:.3g}.", loss=loss),
        )


q4.answer("""
    @op
    def snake(x, *, a=1.0):
        y = x + np.sin(a * x) ** 2 / a
        return y, lambda grad, need: (grad * (1 + np.sin(2 * a * x)),)
""")
q4.right("""
    @op
    def snake(x, *, a=1.0):
        s, c = np.sin(a * x), np.cos(a * x)
        def backward(grad, need):
            return [grad + grad * 2 * s * c]
        return x + s * s / a, backward
""")
q4.right("""
    def snake(x, a=1.0):
        return ops.add(x, ops.square(ops.sin(x * a)) / a)
""")
OP = """
    {op}
    def snake(x, *, a=1.0):
        y = {y}
        return y, {back}
"""
op_code = answer_template(
    OP,
    op="@op",
    y="x + np.sin(a * x) ** 2 / a",
    back="lambda grad, need: (grad * (1 + np.sin(2 * a * x)),)",
)
q4.wrong(op_code(op=""), says="`@op` is missing")
q4.wrong(op_code(y="x + np.sin(a * x) ** 2"), says="divide by it")
q4.wrong(op_code(y="np.sin(a * x) ** 2 / a"), says="x itself is missing")
q4.wrong(
    op_code(y="x + np.sin(a * x) ** 2 / np.float64(a)"),
    says="twice the memory",
)
q4.wrong(
    op_code(back="lambda grad, need: (1 + np.sin(2 * a * x),)"),
    says="That is the slope alone.",
    points=1,
)
q4.wrong(
    op_code(back="lambda grad, need: grad * (1 + np.sin(2 * a * x))"),
    says="Is there a comma",
    points=1,
)
q4.wrong(
    op_code(back="lambda grad: (grad * (1 + np.sin(2 * a * x)),)"),
    says="with two arguments",
    points=1,
)
q4.wrong(
    op_code(back="lambda grad, need: (grad * (1 + 2 * np.sin(a * x)),)"),
    says="the slope of the sine inside",
    points=1,
)
q4.wrong(
    op_code(back="lambda grad, need: (grad * np.sin(2 * a * x),)"),
    says="The slope of x itself is missing",
    points=1,
)
q4.wrong(
    op_code(back="lambda grad, need: (grad * (1 + np.sin(2 * x)),)"),
    says="For a = 3",
    points=1,
)
q4.wrong(
    """
    def snake(x, a=1.0):
        x = np.asarray(x)
        return x + np.sin(a * x) ** 2 / a
    """,
    says="The tape has not seen your function.",
    points=1,
)


# --- q5: what it costs ------------------------------------------------------------


@check(
    points=5,
    hints=[
        "Each of the batch * m outputs is a sum of n products.",
        "Four arrays: x (batch, n), W (n, m), b (m,) and the result (batch, m).",
        "A number in float32 has 4 bytes.",
        "Computing and fetching go on at the same time: the slower one decides.",
    ],
)
def q5(dense_cost, least_seconds):
    batch, n, m = 7, 11, 13
    pair = dense_cost(batch, n, m)
    expect(pair is not None, "There is no answer. Did you forget `return`?")
    expect(
        isinstance(pair, (tuple, list)) and len(pair) == 2,
        "dense_cost returns two numbers: multiply-adds and bytes.",
    )
    adds, moved = pair
    with part("multiply-adds", 1):
        expect_not_close(adds, n * m, "For one sample. There are more.", hint=1)
        expect_not_close(
            adds,
            2 * batch * n * m,
            "A multiply-add is one operation here, not two.",
            hint=1,
        )
        expect_not_close(
            adds, batch * (n + 1) * m, "The bias is where a sum starts: it is free.", 1
        )
        expect_close(adds, batch * n * m, "Count once more.", hint=1)
    count = batch * n + n * m + m + batch * m
    with part("bytes", 2):
        expect_not_close(moved, count, "These are numbers. How many bytes?", hint=3)
        expect_not_close(moved, 8 * count, "float32, not float64.", hint=3)
        expect_not_close(
            moved, 4 * (count - batch * m), "The result must be written, too.", hint=2
        )
        expect_not_close(moved, 4 * (count - m), "The bias has to be read, too.", 2)
        expect_not_close(
            moved,
            4 * (batch * n + batch * n * m + batch * m + m),
            "The weights are read once, not once for each sample.",
            hint=2,
        )
        expect_not_close(
            moved, 4 * batch * n * m, "Count the arrays, not the products.", hint=2
        )
        expect_close(moved, 4 * count, "Add up the sizes of all arrays.", hint=2)
    with part("the least time", 2):
        # (multiply-adds, bytes), at 1000 multiply-adds and 100 bytes a second
        compute, memory = (
            least_seconds(6000, 200, 1000, 100),
            least_seconds(1000, 500, 1000, 100),
        )
        expect_not_close(compute, 8.0, "Both at once: the times do not add up.", hint=4)
        expect_not_close(compute, 2.0, "The slower one decides, not the faster.", 4)
        expect_close(compute, 6.0, "6000 multiply-adds at 1000 a second, 200 bytes.", 4)
        expect_not_close(memory, 1.0, "Here the bytes take longer.", hint=4)
        expect_close(memory, 5.0, "1000 multiply-adds, 500 bytes at 100 a second.", 4)


q5.answer("""
    def dense_cost(batch, n, m):
        multiply_adds = batch * n * m
        numbers = batch * n + n * m + m + batch * m
        return multiply_adds, 4 * numbers

    def least_seconds(multiply_adds, moved, peak, bandwidth):
        return max(multiply_adds / peak, moved / bandwidth)
""")
q5.right("""
    def dense_cost(batch, n, m):
        x = np.empty((batch, n), "float32")
        W = np.empty((n, m), "float32")
        b, y = np.empty(m, "float32"), np.empty((batch, m), "float32")
        return y.size * len(W), sum(a.nbytes for a in (x, W, b, y))

    def least_seconds(multiply_adds, moved, peak, bandwidth):
        reach = moved * peak / bandwidth  # multiply-adds while the bytes come
        return (reach if reach > multiply_adds else multiply_adds) / peak
""")
q5.right("""
    dense_cost = lambda B, n, m: [n * m * B, 4.0 * (B * (n + m) + (n + 1) * m)]
    least_seconds = lambda f, b, p, w: float(np.maximum(f / p, b / w))
""")
COST = """
    def dense_cost(batch, n, m):
        return {adds}, {moved}

    def least_seconds(multiply_adds, moved, peak, bandwidth):
        compute, memory = multiply_adds / peak, moved / bandwidth
        return {time}
"""
cost_code = answer_template(
    COST,
    adds="batch * n * m",
    moved="4 * (batch * n + n * m + m + batch * m)",
    time="max(compute, memory)",
)
q5.wrong(cost_code(adds="n * m"), says="For one sample.", points=4)
q5.wrong(cost_code(adds="2 * batch * n * m"), says="not two", points=4)
q5.wrong(cost_code(adds="batch * (n * m + m)"), says="it is free", points=4)
q5.wrong(
    cost_code(moved="batch * n + n * m + m + batch * m"),
    says="How many bytes?",
    points=3,
)
q5.wrong(
    cost_code(moved="8 * (batch * n + n * m + m + batch * m)"),
    says="not float64",
    points=3,
)
q5.wrong(
    cost_code(moved="4 * (batch * n + n * m + m)"),
    says="The result must be written",
    points=3,
)
q5.wrong(
    cost_code(moved="4 * (batch * n + n * m + batch * m)"),
    says="The bias has to be read",
    points=3,
)
q5.wrong(
    cost_code(time="compute + memory"),
    says="the times do not add up",
    points=3,
)
q5.wrong(
    cost_code(time="min(compute, memory)"),
    says="The slower one decides",
    points=3,
)
q5.wrong(cost_code(time="compute"), says="the bytes take longer", points=3)


# --- q6: a fair clock -------------------------------------------------------------


class FakeClock:
    """A clock that only moves when the work says so, and ticks in steps."""

    def __init__(self, durations, tick=0.0):
        self.now, self.durations, self.tick = 100.0, list(durations), tick
        self.calls = 0

    def run(self):
        self.now += self.durations[min(self.calls, len(self.durations) - 1)]
        self.calls += 1

    def __call__(self):
        return self.now if not self.tick else self.now // self.tick * self.tick


@check(
    points=4,
    hints=[
        "`clock()` before and after, and the difference: that is one measurement.",
        "Whatever disturbs makes a run longer, never shorter. Which one is the purest?",
        "Between two looks at the clock, call `run` `number` times; divide by number.",
    ],
)
def q6(best_time):
    with part("the purest of several", 2) as best:
        times = [9.0, 4.0, 3.0, 15.0, 5.0, 6.0]
        clock = FakeClock(times)
        value = best_time(clock.run, 6, 1, clock)
        expect(clock.calls > 0, "`run` was never called: it is a function, `run()`.", 1)
        expect(
            value is None or np.size(value) == 1,
            "Return one number, not all of them.",
            hint=2,
        )
        expect(
            value is None or abs(float(np.squeeze(value))) > 1e-2,
            "Nearly no time: use the `clock` that you are given.",
            hint=1,
        )
        expect_not_close(
            value,
            np.mean(times),
            "The mean also holds the moments when something else had the processor.",
            hint=2,
        )
        expect_not_close(
            value, np.median(times), "The median is disturbed, too, only less.", hint=2
        )
        expect_not_close(value, 9.0, "That is only the first run.", hint=2)
        expect_not_close(value, 15.0, "That is the slowest run.", hint=2)
        expect_not_close(value, np.sum(times), "That is all of them together.", hint=2)
        expect_not_close(value, 6.0, "That is only the last run.", hint=2)
        expect(
            value is None or float(np.squeeze(value)) > 0,
            "Less than no time? After minus before.",
            hint=1,
        )
        expect(
            clock.calls >= 6,
            say("6 repeats were asked for, `run` was called {n} times.", n=clock.calls),
            hint=2,
        )
        expect(
            clock.calls <= 7,
            say(
                "6 repeats were asked for, `run` was called {n} times. (One more to "
                "warm up is fine.)",
                n=clock.calls,
            ),
            hint=2,
        )
        expect_close(value, 3.0, "The runs took 9, 4, 3, 15, 5 and 6 seconds.", hint=2)
    if not best.passed:
        return
    with part("with a clock that ticks slowly", 2):
        clock = FakeClock([0.25], tick=1.0)
        value = best_time(clock.run, 5, 40, clock)
        expect_not_close(
            value,
            0.0,
            "Each run is shorter than a tick of the clock, and you measure 0. Time "
            "`number` runs together.",
            hint=3,
        )
        expect_not_close(
            value, 10.0, "That is the time of 40 runs. And of one?", hint=3
        )
        expect_close(
            value, 0.25, "A run takes 0.25 s here, the clock ticks once a second.", 3
        )
        clock = FakeClock([2.0, 2.0, 8.0, 1.0, 1.0, 2.0])
        expect_close(
            best_time(clock.run, 3, 2, clock),
            1.5,
            "Six runs, two at a time: 2 + 2, 8 + 1, 1 + 2 seconds.",
            hint=3,
        )


q6.answer("""
    def best_time(run, repeats, number, clock):
        best = float("inf")
        for _ in range(repeats):
            start = clock()
            for _ in range(number):
                run()
            best = min(best, clock() - start)
        return best / number
""")
q6.right("""
    import timeit

    def best_time(run, repeats, number, clock):
        timer = timeit.Timer(run, timer=clock)
        return min(timer.repeat(repeats, number)) / number
""")
q6.right("""
    def best_time(run, repeats, number, clock):
        looks = [clock()]
        for k in range(repeats * number):
            run()
            if (k + 1) % number == 0:
                looks.append(clock())
        return np.diff(looks).min() / number
""")
TIMES = """
    import time

    def best_time(run, repeats, number, clock):
        times = []
        for _ in range({repeats}):
            start = {clock}
            for _ in range({number}):
                run{call}
            times.append({difference})
        return {result}
"""
times_code = answer_template(
    TIMES,
    repeats="repeats",
    clock="clock()",
    number="number",
    call="()",
    difference="clock() - start",
    result="min(times) / number",
)
q6.wrong(
    times_code(result="np.mean(times) / number"),
    says="when something else had the processor",
)
q6.wrong(
    times_code(result="np.median(times) / number"),
    says="only less",
)
q6.wrong(times_code(result="max(times) / number"), says="the slowest run")
q6.wrong(times_code(result="sum(times) / number"), says="all of them")
q6.wrong(times_code(call=""), says="it is a function")
q6.wrong(
    times_code(clock="time.perf_counter()", difference="time.perf_counter() - start"),
    says="use the `clock` that you are given",
)
q6.wrong(times_code(result="min(times)"), says="And of one?", points=2)
q6.wrong(
    times_code(number="1", result="min(times)"),
    says="shorter than a tick",
    points=2,
)
q6.wrong(
    times_code(difference="start - clock()"),
    says="Less than no time?",
)
q6.wrong(times_code(result="times"), says="Return one number")
q6.wrong(times_code(result="times[0] / number"), says="only the first run")
q6.wrong(times_code(result="times[-1] / number"), says="only the last run")
q6.wrong(times_code(repeats="1"), says="only the first run")
