"""Optimizers: from gradient descent to Adam, written by you."""

import numpy as np

import edukeras as keras
from edukeras.grading import (
    answer_template,
    check,
    expect,
    expect_close,
    expect_not_close,
    part,
    say,
)

# What the notebook has run before the first exercise.
SETUP = """
import numpy as np
import edukeras as keras
from edukeras import layers


def valley(w):
    return 0.5 * (w[0] ** 2 + 20 * w[1] ** 2)


def valley_gradient(w):
    return np.array([w[0], 20 * w[1]])
"""


def gradients(steps=4, size=3, seed=0):
    """A few gradients, as they might come from a network."""
    return np.random.default_rng(seed).normal(size=(steps, size))


def walk(step, w, grads, states=0):
    """Where the learner's step function leads: w after each gradient."""
    path, state = [], [np.zeros_like(w) for _ in range(states)]
    for grad in grads:
        with np.errstate(all="ignore"):  # a division by 0 is told in words below
            result = step(w.copy(), grad.copy(), *[s.copy() for s in state])
        expect(result is not None, "There is no answer. Did you forget `return`?")
        if states:
            expect(
                isinstance(result, (tuple, list)) and len(result) == states + 1,
                say(
                    "Return {n} things: the new weights, and what has to be kept for "
                    "the next step.",
                    n=states + 1,
                ),
                hint=1,
            )
            w, *state = (np.asarray(part, dtype=float) for part in result)
        else:
            w = np.asarray(result, dtype=float)
        path.append(w)
    return np.array(path)


# --- q1: plain gradient descent ---------------------------------------------------


@check(
    points=3,
    hints=[
        "Repeat: gradient at w, then a step against it.",
        "w = w - rate * gradient(w), once in each round.",
        "Do not use `w -= ...` on the array you were given: it belongs to the caller.",
    ],
)
def q1(descend):
    def gradient(w):
        return np.array([2.0, 6.0]) * (w - np.array([1.0, -1.0]))

    start = np.array([3.0, 0.5])
    kept = start.copy()
    w = start.copy()
    for _ in range(5):
        w = w - 0.1 * gradient(w)
    mine = descend(gradient, start, 0.1, 5)
    with part("where it arrives", 2):
        up = start.copy()
        for _ in range(5):
            up = up + 0.1 * gradient(up)
        expect_not_close(
            mine, up, "You went uphill: the gradient points up, go against it.", hint=2
        )
        expect_not_close(
            mine,
            kept - 5 * 0.1 * gradient(kept),
            "You walk on with the gradient of the start. Ask for it anew each time.",
            hint=1,
        )
        expect_not_close(
            mine, kept - 0.1 * gradient(kept), "That is one step. Five are wanted.", 1
        )
        expect_close(mine, w, "Five steps of w - rate * gradient(w).", hint=2)
    with part("the start stays where it is", 1):
        expect(
            np.array_equal(start, kept),
            "The array that you were given has changed: `-=` works in place.",
            hint=3,
        )


q1.answer("""
    def descend(gradient, w, rate, steps):
        for _ in range(steps):
            w = w - rate * gradient(w)
        return w
""")
q1.right("""
    def descend(gradient, w, rate, steps):
        if steps == 0:
            return w
        return descend(gradient, w - rate * gradient(w), rate, steps - 1)
""")
q1.right("""
    def descend(gradient, w, rate, steps):
        point = np.array(w, dtype=float)
        while steps:
            point -= rate * np.asarray(gradient(point))
            steps -= 1
        return list(point)
""")
q1.wrong(
    """
    def descend(gradient, w, rate, steps):
        for _ in range(steps):
            w = w + rate * gradient(w)
        return w
    """,
    says="You went uphill",
    points=1,
)
q1.wrong(
    """
    def descend(gradient, w, rate, steps):
        g = gradient(w)
        for _ in range(steps):
            w = w - rate * g
        return w
    """,
    says="Ask for it anew each time.",
    points=1,
)
q1.wrong(
    """
    def descend(gradient, w, rate, steps):
        for _ in range(steps):
            w -= rate * gradient(w)
        return w
    """,
    says="`-=` works in place",
    points=2,
)
q1.wrong(
    """
    def descend(gradient, w, rate, steps):
        for _ in range(steps):
            w = w - rate * gradient(w)
            return w
    """,
    says="That is one step.",
    points=1,
)


# --- q2: the largest rate ---------------------------------------------------------


@check(
    points=3,
    hints=[
        "Try it: `descend(gradient, w, rate, 100)` for several rates. Where does it "
        "explode?",
        "For the curvature c one step multiplies the distance by 1 - rate * c.",
        "It shrinks as long as |1 - rate * c| < 1. What does that say about the rate?",
    ],
)
def q2(largest_rate):
    with part("one direction", 2):
        value = largest_rate([4.0])
        expect_not_close(
            value,
            0.25,
            "At 1 / c it arrives in a single step. A little more still shrinks: it "
            "jumps over the valley and back.",
            hint=3,
        )
        expect_not_close(
            value, 8.0, "A steep valley needs small steps: the other way round.", hint=3
        )
        expect_close(value, 0.5, "Try 0.4, 0.6 and 1.0 for a curvature of 4.", hint=2)
    with part("the steepest direction decides", 1):
        value = largest_rate([1.0, 20.0, 5.0])
        expect_not_close(
            value,
            2.0,
            "That is good for the flattest direction. In the steepest it explodes.",
            hint=1,
        )
        expect_close(value, 0.1, "Which of 1, 20 and 5 sets the limit?", hint=1)


q2.answer("""
    def largest_rate(curvatures):
        return 2 / max(curvatures)
""")
q2.right("""
    def largest_rate(curvatures):
        low, high = 0.0, 100.0
        for _ in range(200):
            rate = (low + high) / 2
            explodes = any(abs(1 - rate * c) > 1 for c in curvatures)
            low, high = (low, rate) if explodes else (rate, high)
        return low
""")
q2.wrong(
    "def largest_rate(curvatures): return 1 / max(curvatures)",
    says="A little more still shrinks",
    points=0,
)
q2.wrong(
    "def largest_rate(curvatures): return 2 / min(curvatures)",
    says="In the steepest it explodes.",
    points=2,
)
q2.wrong(
    "def largest_rate(curvatures): return 2 * max(curvatures)",
    says="the other way round",
)
q2.wrong(
    "def largest_rate(curvatures): return 2 / sum(curvatures)",
    says="Which of 1, 20 and 5 sets the limit?",
    points=2,
)


# --- q3: momentum -----------------------------------------------------------------


@check(
    points=4,
    hints=[
        "The velocity remembers: it keeps a part of itself, and the gradient is added.",
        "velocity = momentum * velocity - rate * gradient, then w = w + velocity.",
        "Return both, the weights first: `return w, velocity`.",
    ],
)
def q3(momentum_step):
    w, grads = np.array([1.0, -2.0, 0.5]), gradients()
    rate, beta = 0.1, 0.9

    def by(update):
        """The path of another way to compute the step."""
        point, v, path = w, np.zeros(3), []
        for grad in grads:
            point, v = update(point, grad, v)
            path.append(point)
        return np.array(path)

    path = walk(lambda a, g, v: momentum_step(a, g, v, rate, beta), w, grads, 1)
    with part("the first step", 1) as first:
        expect_not_close(
            path[0], w + rate * grads[0], "The first step goes uphill.", hint=2
        )
        expect_not_close(
            path[0], w, "The first step does not move: use the new velocity.", hint=2
        )
        expect_close(
            path[0],
            w - rate * grads[0],
            "Without any velocity yet, it is a step of plain descent.",
            hint=2,
        )
    if not first.passed:
        return
    with part("the next ones remember", 3):
        expect_not_close(
            path,
            by(lambda a, g, v: (a - rate * g, v)),
            "The velocity is forgotten: every step is plain descent.",
            hint=1,
        )
        expect_not_close(
            path,
            by(lambda a, g, v: (a + v - rate * g, v - rate * g)),
            "The velocity keeps all of itself and never slows down: where is momentum?",
            hint=2,
        )
        expect_not_close(
            path,
            by(lambda a, g, v: (a + beta * v - rate * g, -rate * g)),
            "It remembers one step only. Return the velocity, not the last step.",
            hint=3,
        )
        right = by(lambda a, g, v: (a + beta * v - rate * g, beta * v - rate * g))
        expect_close(path, right, "velocity = momentum * velocity - rate * grad.", 2)


q3.answer("""
    def momentum_step(w, grad, velocity, rate, momentum):
        velocity = momentum * velocity - rate * grad
        return w + velocity, velocity
""")
q3.right("""
    def momentum_step(w, grad, velocity, rate, momentum):
        # The velocity may count the gradients, and the rate come in at the end.
        speed = -velocity / rate
        speed = momentum * speed + grad
        return [w - rate * speed, -rate * speed]
""")
STEP = """
    def momentum_step(w, grad, velocity, rate, momentum):
        new = {new}
        return {result}
"""
q3.wrong(
    STEP.format(new="momentum * velocity + rate * grad", result="w + new, new"),
    says="The first step goes uphill.",
)
q3.wrong(
    STEP.format(new="momentum * velocity - rate * grad", result="w + velocity, new"),
    says="use the new velocity",
)
q3.wrong(
    STEP.format(new="momentum * velocity - rate * grad", result="w + new"),
    says="Return 2 things",
)
q3.wrong(
    STEP.format(new="velocity - rate * grad", result="w + new, new"),
    says="where is momentum?",
    points=1,
)
q3.wrong(
    STEP.format(
        new="momentum * velocity - rate * grad", result="w + new, -rate * grad"
    ),
    says="It remembers one step only.",
    points=1,
)
q3.wrong(
    STEP.format(new="-rate * grad", result="w + new, velocity"),
    says="every step is plain descent",
    points=1,
)


# --- q4: RMSprop ------------------------------------------------------------------


@check(
    points=4,
    hints=[
        "Keep a mean of the *squared* gradients, for each weight its own.",
        "mean = rho * mean + (1 - rho) * grad**2",
        "Divide the step by the root of it: rate * grad / (sqrt(mean) + 1e-7).",
    ],
)
def q4(rmsprop_step):
    w, grads = np.array([1.0, -2.0, 0.5]), gradients(seed=1)
    rate, rho = 0.01, 0.9

    def by(mean_of, step_of):
        point, m, path = w, np.zeros(3), []
        for grad in grads:
            m = mean_of(m, grad)
            point = point - step_of(grad, m)
            path.append(point)
        return np.array(path)

    def mean_right(m, g):
        return rho * m + (1 - rho) * g**2

    def step_right(g, m):
        return rate * g / (np.sqrt(m) + 1e-7)

    path = walk(lambda a, g, m: rmsprop_step(a, g, m, rate, rho), w, grads, 1)
    with part("every weight moves as fast, first", 1) as first:
        step = path[0] - w
        expect(
            np.sign(step).tolist() == (-np.sign(grads[0])).tolist(),
            "The first step should go against the gradient.",
            hint=3,
        )
        expect(
            not np.allclose(step, -rate * grads[0], rtol=1e-3),
            "That is plain descent: the step is not divided by anything.",
            hint=3,
        )
        expect(
            np.ptp(np.abs(step)) < 1e-3 * np.abs(step).max(),
            "At the first step all weights should move by the same amount, whatever "
            "their gradient: each is divided by its own size.",
            hint=1,
        )
    if not first.passed:
        return
    with part("with a fading mean of squares", 3):
        expect_not_close(
            path,
            by(lambda m, g: m + g**2, step_right),
            "The squares add up for ever, so the steps die out (that is Adagrad). Let "
            "the old ones fade.",
            hint=2,
            rtol=1e-5,
        )
        expect_not_close(
            path,
            by(lambda m, g: (1 - rho) * m + rho * g**2, step_right),
            "rho is how much of the *old* mean stays; here the new one gets it.",
            hint=2,
            rtol=1e-5,
        )
        expect_not_close(
            path,
            by(lambda m, g: g**2, step_right),
            "The mean is forgotten at every step.",
            hint=2,
            rtol=1e-5,
        )
        expect_close(
            path,
            by(mean_right, step_right),
            "mean = rho * mean + (1 - rho) * grad**2.",
            hint=2,
            rtol=1e-5,
        )
        with np.errstate(all="ignore"):
            still = rmsprop_step(w.copy(), np.zeros(3), np.zeros(3), rate, rho)
        expect(
            np.isfinite(np.asarray(still[0], dtype=float)).all(),
            "For a gradient of 0 you divide 0 by 0. A tiny number below prevents it.",
            hint=3,
        )


q4.answer("""
    def rmsprop_step(w, grad, mean, rate, rho):
        mean = rho * mean + (1 - rho) * grad**2
        return w - rate * grad / (np.sqrt(mean) + 1e-7), mean
""")
q4.right("""
    def rmsprop_step(w, grad, mean, rate, rho):
        mean = mean + (1 - rho) * (grad * grad - mean)
        return w - rate * grad / np.sqrt(mean + 1e-14), mean
""")
RMS = """
    def rmsprop_step(w, grad, mean, rate, rho):
        mean = {mean}
        return w - {step}, mean
"""
RMS_STEP = "rate * grad / (np.sqrt(mean) + 1e-7)"
q4.wrong(
    RMS.format(mean="mean + grad**2", step=RMS_STEP),
    says="that is Adagrad",
    points=1,
)
q4.wrong(
    RMS.format(mean="(1 - rho) * mean + rho * grad**2", step=RMS_STEP),
    says="how much of the *old* mean stays",
    points=1,
)
q4.wrong(
    RMS.format(mean="rho * mean + (1 - rho) * grad**2", step="rate * grad"),
    says="not divided by anything",
)
q4.wrong(
    RMS.format(
        mean="rho * mean + (1 - rho) * grad**2", step="rate * grad / (mean + 1e-7)"
    ),
    says="all weights should move by the same amount",
)
q4.wrong(
    RMS.format(
        mean="rho * mean + (1 - rho) * grad**2", step="rate * grad / np.sqrt(mean)"
    ),
    says="you divide 0 by 0",
    points=1,
)


# --- q5: Adam ---------------------------------------------------------------------


@check(
    points=5,
    hints=[
        "Adam is momentum and RMSprop together: a mean of the gradients (m) and one of "
        "their squares (v).",
        "m = 0.9 * m + 0.1 * grad; v = 0.999 * v + 0.001 * grad**2",
        "Both start at 0 and are too small at first: divide m by 1 - 0.9**t and v by "
        "1 - 0.999**t, with t = 1 at the first step.",
        "w - rate * m_hat / (sqrt(v_hat) + 1e-7); keep m and v, not m_hat and v_hat.",
    ],
)
def q5(adam_step):
    w, grads = np.array([1.0, -2.0, 0.5]), gradients(steps=6, seed=2)
    rate = 0.01

    def by(correct=True, use=lambda m, v: rate * m / (np.sqrt(v) + 1e-7), t0=1):
        point, m, v, path = w, np.zeros(3), np.zeros(3), []
        for t, grad in enumerate(grads, t0):
            m = 0.9 * m + 0.1 * grad
            v = 0.999 * v + 0.001 * grad**2
            m_hat = m / (1 - 0.9**t) if correct else m
            v_hat = v / (1 - 0.999**t) if correct else v
            point = point - use(m_hat, v_hat)
            path.append(point)
        return np.array(path)

    count = iter(range(1, 100))
    path = walk(
        lambda a, g, m, v: adam_step(a, g, m, v, next(count), rate), w, grads, 2
    )
    with part("the first step", 2) as first:
        step = path[0] - w
        expect(np.isfinite(step).all(), "The first step is nan: t starts at 1.", hint=3)
        expect(
            np.sign(step).tolist() == (-np.sign(grads[0])).tolist(),
            "The first step should go against the gradient.",
            hint=4,
        )
        expect(
            not np.allclose(step, (by(correct=False)[0] - w), rtol=1e-3),
            "m and v start at 0, so they are too small at first, m by a factor of "
            "10 and v by 1000. Correct that.",
            hint=3,
        )
        expect_close(
            np.abs(step),
            np.full(3, rate),
            "At the first step Adam moves every weight by the rate.",
            hint=3,
            rtol=1e-3,
        )
    if not first.passed:
        return
    with part("all others", 3):
        expect_not_close(
            path,
            w - rate * np.cumsum(np.sign(grads), axis=0),
            "Every step is as long as the first: m and v are not kept.",
            hint=4,
            rtol=1e-3,
        )
        expect_close(
            path,
            by(),
            "The first is right, the others are not.",
            hint=4,
            rtol=1e-5,
        )


q5.answer("""
    def adam_step(w, grad, m, v, t, rate):
        m = 0.9 * m + 0.1 * grad
        v = 0.999 * v + 0.001 * grad**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        return w - rate * m_hat / (np.sqrt(v_hat) + 1e-7), m, v
""")
q5.right("""
    def adam_step(w, grad, m, v, t, rate):
        m = m + 0.1 * (grad - m)
        v = v + 0.001 * (grad * grad - v)
        rate_t = rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        return w - rate_t * m / (np.sqrt(v) + 1e-9), m, v
""")
ADAM = """
    def adam_step(w, grad, m, v, t, rate):
        m = {m}
        v = {v}
        m_hat = {m_hat}
        v_hat = {v_hat}
        return {result}
"""
adam_code = answer_template(
    ADAM,
    m="0.9 * m + 0.1 * grad",
    v="0.999 * v + 0.001 * grad**2",
    m_hat="m / (1 - 0.9**t)",
    v_hat="v / (1 - 0.999**t)",
    result="w - rate * m_hat / (np.sqrt(v_hat) + 1e-7), m, v",
)
q5.wrong(adam_code(m_hat="m", v_hat="v"), says="too small at first")
q5.wrong(adam_code(m_hat="m / (1 - 0.9**(t - 1))"), says="t starts at 1")
q5.wrong(
    adam_code(result="w - rate * m_hat / (np.sqrt(v_hat) + 1e-7), m_hat, v_hat"),
    says="The first is right, the others are not.",
    points=2,
)
q5.wrong(
    adam_code(v_hat="v"),
    says="moves every weight by the rate",
)
q5.wrong(
    adam_code(result="w - rate * m_hat / (np.sqrt(v_hat) + 1e-7), 0 * m, 0*v"),
    says="the others are not",
    points=2,
)
q5.wrong(
    adam_code(result="w - rate * m_hat / (np.sqrt(v_hat) + 1e-7)"),
    says="Return 3 things",
)
q5.wrong(
    """
    def adam_step(w, grad, m, v, t, rate):
        return w - rate * grad / (np.abs(grad) + 1e-7), m, v
    """,
    says="m and v are not kept",
    points=2,
)


# --- q6: an optimizer for Keras ---------------------------------------------------


@check(
    points=4,
    seconds=30,
    hints=[
        "`update_step(gradient, variable, learning_rate)` runs for every variable.",
        "`variable.assign(...)` changes it. A sign is `ops.sign(gradient)`.",
        "w - rate * sign(gradient): every weight moves by the rate, in its direction.",
    ],
)
def q6(SignSGD):
    optimizer = SignSGD(learning_rate=0.5)
    expect(
        isinstance(optimizer, keras.optimizers.Optimizer),
        "`SignSGD(...)` should give a Keras optimizer: does the class inherit from it?",
    )
    with part("moves by the rate, whatever the gradient", 2) as moves:
        w = keras.Variable(np.array([1.0, -2.0, 3.0], "float32"))
        optimizer.build([w])
        optimizer.apply_gradients([(np.array([1e-3, -50.0, 0.0], "float32"), w)])
        value = np.asarray(w)
        expect_not_close(
            value, [1.0, -2.0, 3.0], "The variable did not move. `assign` it.", hint=2
        )
        expect_not_close(
            value, [1.5, -2.5, 3.0], "The wrong way: against the gradient.", hint=3
        )
        expect_not_close(
            value,
            [1.0 - 0.5e-3, 23.0, 3.0],
            "That is plain descent: take the sign of the gradient only.",
            hint=2,
        )
        expect_not_close(
            value, [0.0, -1.0, 3.0], "The rate is missing: the step is 1, not 0.5.", 3
        )
        expect_close(
            value,
            [0.5, -1.5, 3.0],
            "Each weight moves by the rate; one with a gradient of 0 stays.",
            hint=3,
        )
    if not moves.passed:
        return
    with part("trains a model", 2):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(200, 3)).astype("float32")
        y = x @ np.float32([[2.0], [-1.0], [0.5]]) + 1
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile(SignSGD(learning_rate=0.01), "mse")
        model.fit(x, y, epochs=60, verbose=0)
        loss = float(model.evaluate(x, y, verbose=0))
        expect(
            loss < 0.01,
            say("After training the loss is {loss:.3g}.", loss=loss),
            hint=3,
        )


q6.answer("""
    class SignSGD(keras.optimizers.Optimizer):
        def __init__(self, learning_rate=0.01, **kwargs):
            super().__init__(learning_rate=learning_rate, **kwargs)

        def update_step(self, gradient, variable, learning_rate):
            variable.assign(variable - learning_rate * keras.ops.sign(gradient))
""")
q6.right("""
    class SignSGD(keras.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            direction = np.sign(np.asarray(gradient))
            super().update_step(direction, variable, learning_rate)
""")
CLASS = """
    class SignSGD({base}):
        def __init__(self, learning_rate=0.01, **kwargs):
            super().__init__(learning_rate=learning_rate, **kwargs)

        def update_step(self, gradient, variable, learning_rate):
            {body}
"""
BASE = "keras.optimizers.Optimizer"
q6.wrong(
    CLASS.format(
        base=BASE,
        body="variable.assign(variable + learning_rate * keras.ops.sign(gradient))",
    ),
    says="The wrong way",
)
q6.wrong(
    CLASS.format(
        base=BASE, body="variable.assign(variable - learning_rate * gradient)"
    ),
    says="take the sign of the gradient only",
)
q6.wrong(
    CLASS.format(
        base=BASE, body="variable = variable - learning_rate * keras.ops.sign(gradient)"
    ),
    says="The variable did not move.",
)
q6.wrong(
    CLASS.format(
        base=BASE, body="variable.assign(variable - keras.ops.sign(gradient))"
    ),
    says="The rate is missing",
)
q4.same_as_reference(
    "line 3: np.sqrt(mean) + 1e-07 -> np.sqrt(mean) - 1e-07",
    because="the tiny number only keeps the division away from 0",
)
q5.same_as_reference(
    "line 6: np.sqrt(v_hat) + 1e-07 -> np.sqrt(v_hat) - 1e-07",
    because="the tiny number only keeps the division away from 0",
)
q6.same_as_reference(
    "line 2: 0.01 -> 1.01",
    "line 3: **kwargs left out",
    because="defaults and further options are the author's choice",
)
