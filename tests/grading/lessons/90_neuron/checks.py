"""A neuron, for the tests of grading."""

import numpy as np

from edukeras.grading import (
    check,
    expect,
    expect_close,
    expect_not_close,
    expect_shape,
    part,
)

# What the notebook has run before the first exercise.
SETUP = "import numpy as np"


@check(points=2, hints=["Multiply, add, squash.", "sigmoid(z) = 1 / (1 + exp(-z))"])
def q1(neuron):
    y = neuron(x=[1.0, 2.0], w=[0.5, -0.25], b=0.0)
    expect_not_close(y, 0.0, "That is the sum. What comes after the sum?", hint=2)
    expect(0 < y < 1, "A sigmoid lies between 0 and 1.")
    expect_close(y, 0.5, "Here the weighted sum is 0. What is sigmoid(0)?")
    y = neuron(x=[1.0, 0.0], w=[0.0, 0.0], b=3.0)
    expect_close(y, 0.9525741, "Only the bias counts here. Did you add it?", hint=1)


q1.answer("""
    def neuron(x, w, b):
        z = np.dot(x, w) + b
        return 1 / (1 + np.exp(-z))
""")
q1.right("""
    class Neuron:
        def __call__(self, x, w, b):
            z = sum(a * c for a, c in zip(x, w)) + b
            return np.array([0.5 * (1 + np.tanh(z / 2))])
    neuron = Neuron()
""")
q1.wrong(
    "def neuron(x, w, b): return np.dot(x, w) + b",
    says="What comes after the sum?",
)
q1.wrong(
    "def neuron(x, w, b): return 1 / (1 + np.exp(-np.dot(x, w)))",
    says="Did you add it?",
)
q1.wrong(
    "def neuron(x, w, b): z = np.dot(x, w) + b",
    says="Did you forget `return`?",
)


@check(points=3, hints=["One output a row."], needs=[q1])
def q2(layer):
    x, w = np.ones((4, 2)), np.zeros((2, 3))
    y = layer(x, w, np.zeros(3))
    with part("shape", 1) as shape:
        expect_shape(y, (4, 3), "Rows are samples, columns are units.")
    if shape.passed:
        with part("values", 1.5):
            expect_close(y, np.full((4, 3), 0.5), "What is sigmoid(0)?")
    with part("bias", 0.5):
        expect(layer(x, w, np.ones(3)) > 0.7, "Is there a bias?", "Look at `b`.")


q2.answer("""
    def layer(x, w, b):
        return 1 / (1 + np.exp(-(x @ w + b)))
""")
q2.right("""
    def layer(x, w, b):
        return np.array([[neuron(row, column, c) for column, c in zip(w.T, b)]
                         for row in x])
""")
q2.wrong("def layer(x, w, b): return x @ w + b", says="What is sigmoid(0)?", points=1.5)
q2.wrong(
    "def layer(x, w, b): return 1 / (1 + np.exp(-(x @ w)))",
    says="Is there a bias?",
    points=2.5,
)
q2.wrong(
    "def layer(x, w, b): return (x @ w + b).T", says="(3, 4), not (4, 3)", points=0.5
)
