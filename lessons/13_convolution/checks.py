"""A convolutional network: windows, sizes, filters, pooling, translation."""

import numpy as np

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


def windows(x, size):
    return np.lib.stride_tricks.sliding_window_view(x, size, axis=(0, 1))


def right_convolution(x, kernel):
    return np.einsum("ijab,ab->ij", windows(x, kernel.shape), kernel)


# --- q1: the sliding window -------------------------------------------------------


@check(
    points=4,
    hints=[
        "How many places are there for a window of 3 in a row of 5? Count them.",
        "At each place: the window times the kernel, number by number, then the sum.",
        "Row i, column j: np.sum(x[i:i+h, j:j+w] * kernel), for a kernel (h, w).",
    ],
)
def q1(convolve):
    x, kernel = numbers(6, 5), numbers(2, 3, seed=1)
    y = convolve(x.copy(), kernel.copy())
    expect(y is not None, "There is no answer. Did you forget `return`?")
    with part("the size", 1) as size:
        expect(
            np.shape(y) != (4, 2),
            "The last window is missing on each side. Count the places again.",
            hint=1,
        )
        expect(
            np.shape(y) != (6, 5),
            "As large as x: then windows hang over the edge. Only whole ones here.",
            hint=1,
        )
        expect_shape(y, (5, 3), "x is (6, 5) and the kernel (2, 3).", hint=1)
    if not size.passed:
        return
    with part("the numbers", 3):
        right = right_convolution(x, kernel)
        expect_not_close(
            y,
            right_convolution(x, kernel[::-1, ::-1]),
            "You turned the kernel round, as mathematicians do. Networks do not.",
            hint=2,
        )
        expect_not_close(
            y, right / kernel.size, "The mean. A neuron takes the sum.", hint=2
        )
        expect_not_close(
            y,
            right_convolution(x, np.ones((2, 3))) * kernel.sum(),
            "Two sums, then a product. First multiply number by number, then sum.",
            hint=2,
        )
        expect_close(y, right, "Look at one window by hand: y[0, 0].", hint=3)


q1.answer("""
    def convolve(x, kernel):
        h, w = kernel.shape
        y = np.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1))
        for i in range(y.shape[0]):
            for j in range(y.shape[1]):
                y[i, j] = np.sum(x[i : i + h, j : j + w] * kernel)
        return y
""")
q1.right("""
    def convolve(x, kernel):
        h, w = kernel.shape
        rows, columns = x.shape[0] - h + 1, x.shape[1] - w + 1
        # Shift the picture under each number of the kernel, instead of the kernel.
        return sum(kernel[a, b] * x[a : a + rows, b : b + columns]
                   for a in range(h) for b in range(w))
""")
q1.right("""
    def convolve(x, kernel):
        return np.asarray(ops.conv(x[None, :, :, None], kernel[:, :, None, None],
                                   padding="valid"))[0, :, :, 0]
""")
CONVOLVE = """
    def convolve(x, kernel):
        h, w = kernel.shape
        y = np.zeros(({rows}, {columns}))
        for i in range(x.shape[0] - h + {more}):
            for j in range(x.shape[1] - w + {more}):
                y[i, j] = {value}
        return y
"""
convolve_code = answer_template(
    CONVOLVE,
    rows="x.shape[0] - h + 1",
    columns="x.shape[1] - w + 1",
    more="1",
    value="np.sum(x[i:i+h, j:j+w] * kernel)",
)
q1.wrong(
    convolve_code(rows="x.shape[0] - h", columns="x.shape[1] - w", more="0"),
    says="The last window is missing",
)
q1.wrong(
    convolve_code(rows="x.shape[0]", columns="x.shape[1]"),
    says="Only whole ones here.",
)
q1.wrong(
    convolve_code(value="np.sum(x[i:i+h, j:j+w]*kernel[::-1, ::-1])"),
    says="You turned the kernel round",
    points=1,
)
q1.wrong(
    convolve_code(value="np.mean(x[i:i+h, j:j+w] * kernel)"),
    says="A neuron takes the sum.",
    points=1,
)
q1.wrong(
    convolve_code(value="np.sum(x[i:i+h, j:j+w]) * np.sum(kernel)"),
    says="Two sums, then a product.",
    points=1,
)
q1.wrong(
    convolve_code(value="np.sum(x[:h, :w] * kernel)"),
    says="Look at one window by hand",
    points=1,
)


# --- q2: the size of the output ---------------------------------------------------


@check(
    points=4,
    hints=[
        'Draw a row of n boxes. "valid": where may the window begin? First and last?',
        "It may begin at 0, stride, 2 * stride, ... up to n - size, and 0 counts too.",
        '"same": each begin 0, stride, 2 * stride, ... below n counts. Round up.',
    ],
)
def q2(output_size):
    with part("valid, stride 1", 1):
        value = output_size(28, 5, 1, "valid")
        expect_not_close(value, 23, "One too few: the first place counts too.", hint=2)
        expect_not_close(value, 28, "valid: the window stays inside.", hint=1)
        expect_close(value, 24, "28 boxes, a window of 5.", hint=1)
    with part("valid, larger strides", 2) as strides:
        value = output_size(10, 3, 2, "valid")
        expect_not_close(value, 8, "You left out the stride.", hint=2)
        expect_not_close(
            value, 5, "The last window would hang over the edge: round down.", hint=2
        )
        expect_not_close(value, 3, "One too few: the first place counts too.", hint=2)
        expect(
            abs(float(value) - round(float(value))) < 1e-9,
            "There are no half windows: round down.",
            hint=2,
        )
        expect_close(value, 4, "Windows of 3 begin at 0, 2, 4, 6 in 10.", hint=2)
        for n, size, stride, right in ((11, 3, 2, 5), (9, 2, 4, 2), (5, 5, 3, 1)):
            expect_close(
                output_size(n, size, stride, "valid"),
                right,
                "Try 11 boxes, a window of 3, stride 2: 0, 2, 4, 6, 8.",
                hint=2,
            )
    if not strides.passed:
        return
    with part("same", 1):
        expect_close(
            output_size(28, 5, 1, "same"), 28, "same, stride 1: as large as before.", 3
        )
        value = output_size(7, 3, 2, "same")
        expect_not_close(value, 7, "A stride makes it smaller with same, too.", hint=3)
        expect_not_close(value, 3, "Round up: the last box is visited too.", hint=3)
        for n, size, stride, right in ((7, 3, 2, 4), (8, 3, 2, 4), (9, 2, 4, 3)):
            expect_close(
                output_size(n, size, stride, "same"),
                right,
                "same: windows begin at 0, stride, 2 * stride, ... below n.",
                hint=3,
            )


q2.answer("""
    def output_size(n, size, stride, padding):
        if padding == "same":
            return (n + stride - 1) // stride
        return (n - size) // stride + 1
""")
q2.right("""
    def output_size(n, size, stride, padding):
        last = n - 1 if padding == "same" else n - size
        return len(range(0, last + 1, stride))
""")
q2.right("""
    def output_size(n, size, stride, padding):
        layer = layers.Conv1D(1, size, strides=stride, padding=padding)
        return layer.compute_output_shape((1, n, 1))[1]
""")
SIZE = """
    def output_size(n, size, stride, padding):
        if padding == "same":
            return {same}
        return {valid}
"""
size_code = answer_template(
    SIZE,
    same="-(-n // stride)",
    valid="(n - size) // stride + 1",
)
q2.wrong(
    size_code(valid="(n - size) // stride"),
    says="One too few",
)
q2.wrong(
    size_code(valid="n - size + 1"),
    says="You left out the stride.",
    points=1,
)
q2.wrong(
    size_code(valid="-(-(n - size) // stride) + 1"),
    says="round down",
    points=1,
)
q2.wrong(
    size_code(valid="(n - size) / stride + 1"),
    says="no half windows",
    points=1,
)
q2.wrong(
    size_code(same="n"),
    says="A stride makes it smaller",
    points=3,
)
q2.wrong(size_code(same="n // stride"), says="Round up", points=3)


# --- q3: a filter for an edge -----------------------------------------------------


@check(
    points=3,
    hints=[
        "A difference: what is below, minus what is above.",
        "Where all is equal the answer is 0: so the numbers add up to 0.",
        "Above -1, in the middle 0, below +1; the same in each column.",
    ],
)
def q3(edge):
    expect_shape(edge, (3, 3), "A kernel of 3 by 3 numbers.", hint=3)
    edge = np.asarray(edge, dtype=float)
    expect(np.abs(edge).max() > 0, "All zeros see nothing.", hint=1)
    below = np.repeat([0.0, 1.0, 1.0], 3).reshape(3, 3)
    later = np.repeat([0.0, 0.0, 1.0], 3).reshape(3, 3)
    with part("flat paper gives 0", 1):
        expect(
            abs(edge.sum()) < 1e-6,
            "On an even grey it answers too. It should be silent there.",
            hint=2,
        )
    with part("sees where ink begins", 1):
        value = float(np.sum(edge * (below + later)))
        expect(
            value > -1e-6,
            "It answers below 0: upside down. Ink is below, paper above.",
            hint=1,
        )
        for picture in (below, later):
            expect(
                np.sum(edge * picture) > 1e-6,
                "Paper above and ink below: no answer. It should be above 0.",
                hint=1,
            )
    with part("overlooks upright edges", 1):
        expect(
            max(abs(np.sum(edge * p.T)) for p in (below, later)) < 1e-6,
            "It answers to upright edges too: left against right should give 0.",
            hint=3,
        )


q3.answer("""
    edge = np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]])
""")
q3.right("""
    edge = np.outer([-1, 0, 1], [1, 2, 1]) / 8  # Sobel
""")
q3.right("""
    edge = [[0, -1, 0], [0, 0, 0], [0, 1, 0]]
""")
q3.wrong(
    "edge = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])",
    says="Paper above and ink below: no answer.",
    points=1,
)
q3.wrong(
    "edge = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])",
    says="upside down",
    points=2,
)
q3.wrong("edge = np.ones((3, 3)) / 9", says="On an even grey it answers too.", points=1)
q3.wrong(
    "edge = np.array([[-1, -1, 0], [-1, 0, 1], [0, 1, 1]])",
    says="It answers to upright edges too",
    points=2,
)
q3.wrong("edge = np.array([-1, 0, 1])", says="A kernel of 3 by 3 numbers.")
q3.wrong("edge = np.zeros((3, 3))", says="All zeros see nothing.")


# --- q4: im2col -------------------------------------------------------------------


@check(
    points=4,
    hints=[
        "One row for each place of the window. How many places, how many numbers?",
        "x[i:i+size, j:j+size] has (size, size, C) numbers: all go into the row.",
        "`.reshape(-1)` or `.ravel()` of the window keeps the order of the kernel.",
    ],
)
def q4(patches):
    x, kernel = numbers(5, 4, 2), numbers(3, 3, 2, 7, seed=1)
    rows = patches(x.copy(), 3)
    expect(rows is not None, "There is no answer. Did you forget `return`?")
    right = np.array(
        [x[i : i + 3, j : j + 3].ravel() for i in range(3) for j in range(2)]
    )
    with part("the shape", 1) as shape:
        expect(
            np.shape(rows) != (18, 6),
            "Turned over: a window is a row here, not a column.",
            hint=1,
        )
        expect(
            np.shape(rows) != (6, 9),
            "There are two channels: a window is a block of (3, 3, 2) numbers.",
            hint=2,
        )
        expect(
            np.shape(rows) != (6, 3, 3, 2), "The windows are right. Flatten them.", 3
        )
        expect_shape(rows, (6, 18), "6 places, 3 * 3 * 2 numbers each.", hint=1)
    if not shape.passed:
        return
    with part("a product is the convolution", 3):
        product = np.asarray(rows) @ kernel.reshape(18, 7)
        rows = np.asarray(rows)
        expect_not_close(
            rows,
            right.reshape(6, 3, 3, 2).transpose(0, 3, 1, 2).reshape(6, 18),
            "The channels come first in your rows. In the kernel they come last.",
            hint=3,
        )
        expect_not_close(
            rows,
            right.reshape(3, 2, 18).transpose(1, 0, 2).reshape(6, 18),
            "You go down the columns. Along the rows first: (0, 0), (0, 1), ...",
            hint=3,
        )
        expect_close(
            product, right @ kernel.reshape(18, 7), "Compare row 0 with x[:3, :3].", 2
        )


q4.answer("""
    def patches(x, size):
        places = []
        for i in range(x.shape[0] - size + 1):
            for j in range(x.shape[1] - size + 1):
                places.append(x[i : i + size, j : j + size].ravel())
        return np.array(places)
""")
q4.right("""
    def patches(x, size):
        view = np.lib.stride_tricks.sliding_window_view(x, (size, size), (0, 1))
        return view.transpose(0, 1, 3, 4, 2).reshape(-1, size * size * x.shape[2])
""")
q4.right("""
    def patches(x, size):
        rows, columns = x.shape[0] - size + 1, x.shape[1] - size + 1
        parts = [x[a : a + rows, b : b + columns].reshape(rows * columns, -1)
                 for a in range(size) for b in range(size)]
        return np.concatenate(parts, axis=1)
""")
PATCHES = """
    def patches(x, size):
        rows = range(x.shape[0] - size + 1)
        columns = range(x.shape[1] - size + 1)
        places = [{window} for {loops}]
        return {result}
"""
patches_code = answer_template(
    PATCHES,
    window="x[i : i + size, j : j + size].ravel()",
    loops="i in rows for j in columns",
    result="np.array(places)",
)
q4.wrong(patches_code(result="np.array(places).T"), says="Turned")
q4.wrong(
    patches_code(window="x[i : i + size, j : j + size, 0].ravel()"),
    says="There are two channels",
)
q4.wrong(
    patches_code(window="x[i : i + size, j : j + size]"),
    says="Flatten them.",
)
q4.wrong(
    patches_code(window="x.transpose(2, 0, 1)[:, i : i+size, j : j+size].ravel()"),
    says="The channels come first in your rows.",
    points=1,
)
q4.wrong(
    patches_code(loops="j in columns for i in rows"),
    says="Along the rows first",
    points=1,
)
q4.wrong(
    patches_code(window="x[:size, :size].ravel()"),
    says="Compare row 0",
    points=1,
)


# --- q5: max pooling backwards ----------------------------------------------------


@check(
    points=4,
    hints=[
        "Which of the four numbers reached the output? Only that one can change it.",
        "Start with zeros like x. For each block find the place of its maximum.",
        "Add grad[i, j] at that place of the block x[2*i:2*i+2, 2*j:2*j+2].",
    ],
)
def q5(pool_backward):
    x, grad = numbers(6, 8), numbers(3, 4, seed=1)
    dx = pool_backward(grad.copy(), x.copy())
    expect(dx is not None, "There is no answer. Did you forget `return`?")
    spread = np.kron(grad, np.ones((2, 2)))
    largest = np.kron(x.reshape(3, 2, 4, 2).max(axis=(1, 3)), np.ones((2, 2)))
    with part("the shape of x", 1) as shape:
        expect_shape(dx, (6, 8), "The gradient of x has the shape of x.", hint=2)
    if not shape.passed:
        return
    with part("only the largest", 3):
        expect_not_close(
            dx, spread, "All four get it. But three of them did not count.", hint=1
        )
        expect_not_close(
            dx,
            spread / 4,
            "That is average pooling: a quarter for each. Here one got through.",
            hint=1,
        )
        expect_not_close(
            dx,
            (x == largest) * 1.0,
            "1 at the right places. How much does each output matter? grad knows.",
            hint=3,
        )
        expect_not_close(
            dx,
            (x == largest) * x * spread,
            "A maximum passes the gradient on as it is. It does not multiply.",
            hint=3,
        )
        expect_not_close(
            dx,
            np.kron(grad, [[1, 0], [0, 0]]),
            "Always the upper left one. Where is the maximum of each block?",
            hint=2,
        )
        expect_close(
            dx, (x == largest) * spread, "Draw one block of four on paper.", hint=3
        )


q5.answer("""
    def pool_backward(grad, x):
        dx = np.zeros_like(x)
        for i in range(grad.shape[0]):
            for j in range(grad.shape[1]):
                block = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                a, b = np.unravel_index(block.argmax(), (2, 2))
                dx[2 * i + a, 2 * j + b] = grad[i, j]
        return dx
""")
q5.right("""
    def pool_backward(grad, x):
        h, w = grad.shape
        largest = x.reshape(h, 2, w, 2).max(axis=(1, 3), keepdims=True)
        mask = x.reshape(h, 2, w, 2) == largest
        return (mask * grad[:, None, :, None]).reshape(x.shape)
""")
q5.right("""
    def pool_backward(grad, x):
        picture = keras.Variable(x[None, :, :, None], dtype="float64")
        with keras.GradientTape() as tape:
            loss = ops.sum(ops.max_pool(picture, 2)[0, :, :, 0] * grad)
        return np.asarray(tape.gradient(loss, [picture])[0])[0, :, :, 0]
""")
POOL = """
    def pool_backward(grad, x):
        large = np.kron(grad, np.ones((2, 2)))
        h, w = grad.shape
        top = np.kron(x.reshape(h, 2, w, 2).max(axis=(1, 3)), np.ones((2, 2)))
        return {result}
"""
q5.wrong(POOL.format(result="large"), says="All four get it.", points=1)
q5.wrong(POOL.format(result="large / 4"), says="average pooling", points=1)
q5.wrong(POOL.format(result="1.0 * (x == top)"), says="grad knows", points=1)
q5.wrong(
    POOL.format(result="(x == top) * x * large"),
    says="It does not multiply.",
    points=1,
)
q5.wrong(
    POOL.format(result="np.kron(grad, np.array([[1, 0], [0, 0]]))"),
    says="Always the upper left one.",
    points=1,
)
q5.wrong(POOL.format(result="grad"), says="has the shape of x")


# --- q6: a network that does not mind where ---------------------------------------


@check(
    points=5,
    seconds=20,
    hints=[
        "Conv2D, perhaps pooling, again; then ten numbers with softmax.",
        "Flatten gives each place weights of its own. GlobalMaxPooling2D asks only "
        "whether a pattern is somewhere.",
        "Conv2D(16, 5, relu), MaxPooling2D(), Conv2D(32, 3, relu), "
        "GlobalMaxPooling2D(), Dense(10, softmax).",
    ],
)
def q6(model):
    digit = np.abs(numbers(8, 4, 4, 1)).astype("float32")

    def at(place, picture=digit):
        paper = np.zeros((8, 28, 28, 1), "float32")
        paper[:, place : place + 4, place : place + 4] = picture
        return paper

    with part("ten probabilities", 1) as probabilities:
        expect(model is not None, "There is no answer. Did you forget `return`?")
        expect(
            callable(getattr(model, "count_params", None)), "A Keras model is wanted."
        )
        y = np.asarray(model(at(8)))
        expect_shape(y, (8, 10), "(28, 28, 1) in, ten numbers out.", hint=1)
        expect_close(
            y.sum(axis=-1), np.ones(8), "The ten do not add up to 1.", 1, atol=1e-4
        )
    if not probabilities.passed:
        return
    with part("below 10,000 parameters", 1):
        n = model.count_params()
        expect(n < 10_000, say("{n} parameters: that is too many.", n=n), hint=2)
    with part("looks at the picture", 1) as looks:
        expect(
            np.ptp(y, axis=0).max() > 1e-5,
            "The same answer for every picture.",
            hint=1,
        )
        order = np.random.default_rng(0).permutation(16)
        mixed = digit.reshape(8, 16, 1)[:, order].reshape(8, 4, 4, 1)
        expect(
            np.abs(np.asarray(model(at(8, mixed))) - y).max() > 1e-5,
            "The pixels can be stirred and it sees no difference. Where is the window?",
            hint=3,
        )
    if not looks.passed:
        return
    with part("wherever it is", 2):
        moved = np.abs(np.asarray(model(at(16))) - y).max()
        # Deep networks without padding need more distance from the edge.
        inside = np.abs(np.asarray(model(at(10))) - np.asarray(model(at(14)))).max()
        expect(
            min(moved, inside) < 1e-4,
            "The same digit further down gets another answer. Which layer knows "
            "places?",
            hint=2,
        )


q6.answer("""
    model = keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(16, 5, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(32, 3, activation="relu"),
        layers.GlobalMaxPooling2D(),
        layers.Dense(10, activation="softmax"),
    ])
""")
q6.right("""
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(12, 3, padding="same", activation="tanh")(inputs)
    x = layers.Conv2D(24, 3, padding="same", strides=2, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Softmax()(layers.Dense(10)(x)))
""")
q6.right("""
    class Everywhere(keras.Model):
        def __init__(self):
            super().__init__()
            self.find = layers.Conv2D(40, 7, activation="relu")
            self.name_it = layers.Dense(10, activation="softmax")

        def call(self, x):
            return self.name_it(ops.max(self.find(x), axis=(1, 2)))

    model = Everywhere()
    model.build((None, 28, 28, 1))
""")
NET = """
    model = keras.Sequential([keras.Input((28, 28, 1)), {body},
                              layers.Dense({out})])
"""
SOFTMAX = '10, activation="softmax"'
q6.wrong(
    NET.format(
        body='layers.Conv2D(2, 3, activation="relu"), layers.MaxPooling2D(), '
        "layers.Flatten()",
        out=SOFTMAX,
    ),
    says="Which layer knows places?",
    points=3,
)
q6.wrong(
    NET.format(body='layers.Flatten(), layers.Dense(64, "relu")', out=SOFTMAX),
    says="that is too many",
    points=2,
)
q6.wrong(
    NET.format(
        body='layers.Conv2D(64, 5, activation="relu"), '
        'layers.Conv2D(64, 5, activation="relu"), layers.GlobalMaxPooling2D()',
        out=SOFTMAX,
    ),
    says="that is too many",
    points=4,
)
q6.wrong(
    NET.format(body="layers.Conv2D(16, 3), layers.GlobalMaxPooling2D()", out="10"),
    says="The ten do not add up to 1.",
)
q6.wrong(
    NET.format(body='layers.Conv2D(16, 3, activation="relu")', out=SOFTMAX),
    says="ten numbers out",
)
q6.wrong(
    NET.format(
        body='layers.Conv2D(16, 1, activation="relu"), layers.GlobalMaxPooling2D()',
        out=SOFTMAX,
    ),
    says="Where is the window?",
    points=2,
)

for layer in (
    "line 3: layers.Conv2D(16, 5, activation='relu')",
    "line 4: layers.MaxPooling2D()",
    "line 5: layers.Conv2D(32, 3, activation='relu')",
):
    q6.same_as_reference(
        layer + " left out",
        because="a smaller network with global pooling is right, too",
    )
q1.same_as_reference(
    "line 3: np.zeros -> np.ones", because="every number is written over"
)
q5.same_as_reference(
    "line 6: 2 -> 3", because="in 3 by 2 the first four places are those of 2 by 2"
)
