"""The functional API: models whose data branches, meets again, and is shared."""

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
    expect_type,
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


def the_model(model):
    expect(model is not None, "There is no model. Did you forget `return`?")
    expect_type(
        model, keras.Model, "Wanted is a model: `keras.Model(inputs, outputs)`."
    )


# --- q1: a residual block ---------------------------------------------------------


@check(
    points=4,
    hints=[
        "Two paths begin at x. One goes through two layers, the other does nothing.",
        "Both paths must have the same width to be added: that of x, `x.shape[-1]`.",
        'Dense(32, activation="relu"), then Dense(x.shape[-1]), then `+ x`.',
    ],
)
def q1(residual_block):
    inputs = keras.Input((6,))
    outputs = residual_block(inputs)
    expect(outputs is not None, "There is no answer. Did you forget `return`?")
    model = keras.Model(inputs, outputs)
    x = 3 * numbers(5, 6)
    with part("a block that can be put anywhere", 1) as fits:
        expect(
            model.output_shape != (None, 12),
            "It got twice as wide: the paths were put side by side. Add them.",
            hint=1,
        )
        expect(
            model.output_shape == (None, 6),
            say(
                "6 numbers go in, {n} come out: so x cannot be added.",
                n=model.output_shape[-1],
            ),
            hint=2,
        )
        other = keras.Input((3,))
        expect_shape(residual_block(other), (None, 3), "3 go in, 3 come out.", hint=2)
    if not fits.passed:
        return
    with part("that begins with x itself", 2):
        model.set_weights([np.zeros_like(w) for w in model.get_weights()])
        y = np.asarray(model(x))
        expect(
            np.abs(y).max() > 0,
            "With all weights 0, nothing comes out: x has no way round the layers.",
            hint=1,
        )
        expect_not_close(
            y,
            np.maximum(x, 0),
            "The negative numbers of x are lost: there is a relu on the short way.",
            hint=3,
        )
        expect_not_close(y, 2 * x, "x was added twice.", hint=3)
        expect_close(y, x, "With all weights 0 it should give back x.", hint=1)
    with part("and bends", 1):
        model.set_weights(
            [numbers(*w.shape, seed=k) for k, w in enumerate(model.get_weights())]
        )
        expect(len(model.weights) > 0, "There is nothing to learn: no weights.", hint=1)
        a, b = 3 * numbers(4, 6, seed=1), 3 * numbers(4, 6, seed=2)
        middle = (np.asarray(model(a)) + np.asarray(model(b))) / 2
        expect(
            not np.allclose(np.asarray(model((a + b) / 2)), middle, atol=1e-3),
            "The long way is straight: two Dense layers without anything bent are one.",
            hint=3,
        )
        straight = np.asarray(model(a + 100.0)) - np.asarray(model(a + 50.0))
        expect(
            np.abs(straight).max() > 1.01 * 50,
            "For large numbers nothing but x is left of it: let the last layer be "
            "linear, so that the block can add anything.",
            hint=3,
        )


q1.answer("""
    def residual_block(x):
        y = layers.Dense(32, activation="relu")(x)
        y = layers.Dense(x.shape[-1])(y)
        return x + y
""")
q1.right("""
    def residual_block(x):
        y = layers.Dense(7)(x)
        y = layers.LeakyReLU()(y)
        return layers.Add()([layers.Dense(x.shape[-1], use_bias=False)(y), x])
""")
q1.right("""
    def residual_block(x):
        width = x.shape[1]
        long_way = keras.Sequential(
            [layers.Dense(width, activation="relu"), layers.Dense(width)]
        )
        return ops.add(long_way(x), x)
""")
BLOCK = """
    def residual_block(x):
        y = layers.Dense(32, activation="relu")(x)
        {rest}
"""
q1.wrong(
    BLOCK.format(rest="return layers.Dense(x.shape[-1])(y)"),
    says="x has no way round the layers",
    points=2,
)
q1.wrong(
    BLOCK.format(
        rest='return layers.Activation("relu")(layers.Dense(x.shape[-1])(y) + x)'
    ),
    says="there is a relu on the short way",
    points=2,
)
q1.wrong(
    BLOCK.format(rest="return layers.Concatenate()([layers.Dense(x.shape[-1])(y), x])"),
    says="the paths were put side by side",
)
q1.wrong(
    """
    def residual_block(x):
        return layers.Dense(x.shape[-1])(layers.Dense(32)(x)) + x
    """,
    says="The long way is straight",
    points=3,
)
q1.wrong(
    BLOCK.format(rest="return layers.Dense(32)(y)"),
    says="6 numbers go in, 32 come out",
)
q1.wrong(
    BLOCK.format(rest="return layers.Dense(x.shape[-1])(y) + x + x"),
    says="x was added twice",
    points=2,
)
q1.wrong(BLOCK.format(rest="layers.Dense(6)(y) + x"), says="Did you forget `return`?")
q1.same_as_reference(
    "line 3: -1 -> 1",
    "line 4: x + y -> x - y",
    "line 2: 32 -> 33",
    "line 2: 'relu' -> 'sigmoid'",
    because="any width, bend and sign inside the block; axis 1 is the last axis",
)


# --- q2: numbers and a category ---------------------------------------------------


def _fits_any_month(model):
    """How far it stays from a target that jumps from month to month."""
    months = np.tile(np.arange(12), 4)[:, None]
    target = np.tile([1, -1, -1, 1, -1, 1, 1, 1, -1, 1, -1, -1], 4)[:, None]
    weather = np.zeros((48, 2), "float32")
    model.compile(keras.optimizers.Adam(0.05), "mse")
    model.fit([weather, months], target, epochs=120, batch_size=48, verbose=0)
    answer = model.predict([weather, months], verbose=0)
    return float(np.mean(np.abs(answer - target)))


@check(
    points=4,
    seconds=60,
    hints=[
        "Two inputs: `keras.Model([weather, month], output)`, in this order.",
        "A month is a name, not an amount. An Embedding keeps a row for each of 12.",
        "The Embedding gives (None, 1, 4). Flatten makes (None, 4) of it.",
        "Concatenate puts both side by side. Then a Dense layer that bends, then one "
        "unit without activation.",
    ],
)
def q2(build_weather_model):
    keras.utils.set_random_seed(0)
    model = build_weather_model()
    the_model(model)
    weather, months = numbers(12, 2), np.arange(12)[:, None]
    with part("two inputs, one number", 2) as shape:
        expect(
            len(model.inputs) == 2,
            say("It has {n} inputs. Wanted are two.", n=len(model.inputs)),
            hint=1,
        )
        expect(
            tuple(model.inputs[0].shape) == (None, 2)
            and tuple(model.inputs[1].shape) in ((None, 1), (None,)),
            "First the weather, shape (2,), then the month, shape (1,).",
            hint=1,
        )
        try:
            answer = np.asarray(model([weather, months]))
        except (ValueError, IndexError) as error:
            expect(
                False,
                say("The months are 0 to 11. It said: {error}", error=error),
                hint=2,
            )
        expect(np.isfinite(answer).all(), "For some of the 12 months comes nan.", 2)
        expect(
            answer.ndim != 3,
            say(
                "The answer has shape {shape}: the axis of length 1 of the month is "
                "still there.",
                shape=answer.shape,
            ),
            hint=3,
        )
        expect_shape(answer, (12, 1), "One temperature for each day.", hint=4)
    if not shape.passed:
        return
    with part("that depends on both", 1):
        others = np.asarray(model([weather + 1, months]))
        expect(
            not np.allclose(answer, others, atol=1e-6),
            "It does not look at rain and wind at all.",
            hint=4,
        )
        expect(
            not np.allclose(answer, np.asarray(model([weather, months * 0]))),
            "It does not look at the month at all.",
            hint=4,
        )
        kept = model.get_weights()
        model.set_weights([20 * w for w in kept])
        hot = np.asarray(model([10 * numbers(64, 2), np.zeros((64, 1), "int32")]))
        model.set_weights(kept)
        expect(
            hot.min() < -1.5 and hot.max() > 1.5,
            "Not every temperature can come out: its last layer must be linear.",
            hint=4,
        )
        left, right = 5 * numbers(12, 2, seed=1), 5 * numbers(12, 2, seed=2)
        ends = np.asarray(model([left, months])) + np.asarray(model([right, months]))
        expect(
            not np.allclose(np.asarray(model([(left + right) / 2, months])), ends / 2),
            "Twice the rain, twice the effect: nothing bends between the inputs and "
            "the output.",
            hint=4,
        )
    with part("and takes the months as names", 1):
        far = _fits_any_month(model)
        expect(
            far < 0.2,
            say(
                "It can hardly learn a number of its own for each month (it is off by "
                "{far:.1f}). For it, is June six times January?",
                far=far,
            ),
            hint=2,
        )


q2.answer("""
    def build_weather_model():
        weather = keras.Input((2,))
        month = keras.Input((1,), dtype="int32")
        code = layers.Flatten()(layers.Embedding(12, 4)(month))
        both = layers.Concatenate()([weather, code])
        hidden = layers.Dense(32, activation="relu")(both)
        return keras.Model([weather, month], layers.Dense(1)(hidden))
""")
q2.right("""
    def build_weather_model():
        weather, month = keras.Input((2,)), keras.Input((1,), dtype="int32")
        from_month = layers.Reshape((8,))(layers.Embedding(12, 8)(month))
        from_weather = layers.Dense(8, activation="tanh")(weather)
        return keras.Model([weather, month], layers.Dense(1)(from_month + from_weather))
""")
q2.right("""
    def build_weather_model():
        weather, month = keras.Input((2,)), keras.Input((), dtype="int32")
        names = ops.one_hot(month, 12)
        both = ops.concatenate([weather, names], axis=1)
        hidden = layers.Dense(40, activation="tanh")(both)
        return keras.Model((weather, month), layers.Dense(1)(hidden))
""")
WEATHER = """
    def build_weather_model():
        weather = keras.Input((2,))
        month = keras.Input((1,), dtype="int32")
        {rest}
"""
q2.wrong(
    WEATHER.format(
        rest="""both = layers.Concatenate()([weather, ops.cast(month, "float32")])
        hidden = layers.Dense(32, activation="relu")(both)
        return keras.Model([weather, month], layers.Dense(1)(hidden))"""
    ),
    says="is June six times January?",
    points=3,
)
q2.wrong(
    WEATHER.format(
        rest="""code = layers.Flatten()(layers.Embedding(11, 4)(month))
        both = layers.Concatenate()([weather, code])
        return keras.Model([weather, month], layers.Dense(1)(both))"""
    ),
    says="The months are 0 to 11.",
)
q2.wrong(
    WEATHER.format(
        rest="""code = layers.Embedding(12, 4)(month)
        both = code + layers.Dense(4)(weather)
        hidden = layers.Dense(32, activation="relu")(layers.Embedding(12, 4)(month))
        hidden = hidden + layers.RepeatVector(1)(layers.Dense(32)(weather))
        return keras.Model([weather, month], layers.Dense(1)(hidden))"""
    ),
    says="the axis of length 1 of the month is still there",
)
q2.wrong(
    WEATHER.format(
        rest="""code = layers.Flatten()(layers.Embedding(12, 4)(month))
        hidden = layers.Dense(32, activation="relu")(code)
        return keras.Model([weather, month], layers.Dense(1)(hidden))"""
    ),
    says="It does not look at rain and wind at all.",
    points=3,
)
q2.wrong(
    WEATHER.format(
        rest="""code = layers.Flatten()(layers.Embedding(12, 4)(month))
        both = layers.Concatenate()([weather, code])
        hidden = layers.Dense(32, activation="relu")(both)
        return keras.Model([weather, month], layers.Dense(1, "relu")(hidden))"""
    ),
    says="its last layer must be linear",
    points=2,
)
q2.wrong(
    WEATHER.format(
        rest="""code = layers.Flatten()(layers.Embedding(12, 4)(month))
        both = layers.Concatenate()([weather, code])
        return keras.Model([weather, month], layers.Dense(1)(both))"""
    ),
    says="nothing bends",
    points=3,
)
q2.wrong(
    WEATHER.format(
        rest="return keras.Model([weather], layers.Dense(1)(weather))",
    ),
    says="It has 1 inputs. Wanted are two.",
)
q2.wrong(
    WEATHER.format(
        rest="""code = layers.Flatten()(layers.Embedding(12, 4)(month))
        both = layers.Concatenate()([weather, code])
        return keras.Model([month, weather], layers.Dense(1)(both))"""
    ),
    says="First the weather",
)
q2.same_as_reference(
    "line 3: dtype='int32' left out",
    "line 4: 12 -> 13",
    "line 4: 4 -> 5",
    "line 6: 32 -> 33",
    "line 6: 'relu' -> 'sigmoid'",
    because="a row more, other widths and a bend do no harm; Embedding makes integers",
)


# --- q3: one encoder for two ------------------------------------------------------


@check(
    points=4,
    hints=[
        "Two inputs, but one encoder: call the same object twice.",
        "The codes are `encoder(a)` and `encoder(b)`. Squares of their differences, "
        "summed.",
        "`ops.sum(..., axis=-1, keepdims=True)` sums the numbers of one code.",
    ],
)
def q3(distance_model):
    encoder = keras.Sequential([keras.Input((64,)), layers.Dense(5, "tanh")])
    model = distance_model(encoder)
    the_model(model)
    expect(
        len(model.inputs) == 2,
        say("It has {n} inputs. Wanted are two.", n=len(model.inputs)),
        hint=1,
    )
    a, b = numbers(7, 64), numbers(7, 64, seed=1)
    same = np.asarray(model([a, a]))
    y = np.asarray(model([a, b]))

    def difference():
        return np.asarray(encoder(a)) - np.asarray(encoder(b))

    with part("one and the same encoder", 2) as shared:
        expect(
            sum(w.size for w in model.get_weights()) >= encoder.count_params(),
            "The encoder is not in it.",
            hint=2,
        )
        expect_not_close(
            y,
            (difference() ** 2).sum(),
            "One number for the whole batch: sum over the numbers of a code only.",
            hint=3,
        )
        expect(
            model.count_params() == encoder.count_params(),
            say(
                "It has {n} parameters, the encoder has {m}. There is nothing else to "
                "learn: is the second encoder another one?",
                n=model.count_params(),
                m=encoder.count_params(),
            ),
            hint=1,
        )
        expect_close(
            same, np.zeros_like(same), "A picture is at 0 from itself.", hint=2
        )
        encoder.set_weights([2 * w + 0.1 for w in encoder.get_weights()])
        expect(
            not np.allclose(np.asarray(model([a, b])), y, atol=1e-5),
            "If the encoder learns, the model should notice: it has a copy.",
            hint=1,
        )
    if not shared.passed:
        return
    with part("the distance", 2):
        y, d = np.asarray(model([a, b])), difference()
        expect(
            y.shape != (7,),
            "It has shape (7,). Keep an axis: (7, 1), as all outputs of Keras.",
            hint=3,
        )
        expect(
            y.shape != (7, 5),
            "Those are the differences of each number. The distance is one number.",
            hint=2,
        )
        expect_not_close(
            y,
            d.sum(axis=-1, keepdims=True),
            "Plus and minus cancel: far apart may look near. Square first.",
            hint=2,
        )
        expect_not_close(
            y, abs(d).sum(axis=-1, keepdims=True), "Squares, not amounts.", hint=2
        )
        expect_not_close(
            y, (d**2).mean(axis=-1, keepdims=True), "The sum, not the mean.", hint=3
        )
        expect_close(
            y,
            (d**2).sum(axis=-1, keepdims=True),
            "It should be the sum of the squared differences.",
            hint=2,
            rtol=1e-3,
            atol=1e-5,
        )


q3.answer("""
    def distance_model(encoder):
        a, b = keras.Input((64,)), keras.Input((64,))
        difference = encoder(a) - encoder(b)
        distance = ops.sum(difference**2, axis=-1, keepdims=True)
        return keras.Model([a, b], distance)
""")
q3.right("""
    def distance_model(encoder):
        inputs = [keras.Input((64,)), keras.Input((64,))]
        d = layers.Subtract()([encoder(one) for one in inputs])
        return keras.Model(inputs, layers.Dot(axes=1)([d, d]))
""")
q3.right("""
    def distance_model(encoder):
        a, b = keras.Input((64,)), keras.Input((64,))
        d = ops.square(encoder(b) - encoder(a))
        return keras.Model((a, b), ops.reshape(ops.sum(d, axis=1), (-1, 1)))
""")
DISTANCE = """
    def distance_model(encoder):
        a, b = keras.Input((64,)), keras.Input((64,))
        {rest}
"""
q3.wrong(
    DISTANCE.format(
        rest="""other = keras.Sequential([layers.Dense(5, activation="tanh")])
        d = encoder(a) - other(b)
        return keras.Model([a, b], ops.sum(d**2, axis=-1, keepdims=True))"""
    ),
    says="is the second encoder another one?",
)
q3.wrong(
    DISTANCE.format(
        rest="""copy = keras.models.clone_model(encoder)
        copy.set_weights(encoder.get_weights())
        d = copy(a) - copy(b)
        return keras.Model([a, b], ops.sum(d**2, axis=-1, keepdims=True))"""
    ),
    says="it has a copy",
)
q3.wrong(
    DISTANCE.format(
        rest="""d = encoder(a) - encoder(b)
        return keras.Model([a, b], ops.sum(d, axis=-1, keepdims=True))"""
    ),
    says="Plus and minus cancel",
    points=2,
)
q3.wrong(
    DISTANCE.format(
        rest="""d = encoder(a) - encoder(b)
        return keras.Model([a, b], ops.sum(d**2, axis=-1))"""
    ),
    says="Keep an axis",
    points=2,
)
q3.wrong(
    DISTANCE.format(
        rest="""d = encoder(a) - encoder(b)
        return keras.Model([a, b], ops.sum(d**2))"""
    ),
    says="One number for the whole batch",
)
q3.wrong(
    DISTANCE.format(
        rest="""both = layers.Concatenate()([encoder(a), encoder(b)])
        return keras.Model([a, b], layers.Dense(1)(both))"""
    ),
    says="There is nothing else to learn",
)
q3.same_as_reference("line 4: -1 -> 1", because="axis 1 is the last axis")
q3.wrong(
    DISTANCE.format(
        rest="""d = a - b
        return keras.Model([a, b], ops.sum(d**2, axis=-1, keepdims=True))"""
    ),
    says="The encoder is not in it.",
)


# --- q4: count the parameters -----------------------------------------------------

COUNTS = {
    "one Dense for a, one for b": (288 + 33, 3),
    "the same Dense for both": (144 + 33, 1),
    "the same Dense, added": (144 + 17, 1),
    "month and weather": (48 + 56, 2),
}


@check(
    points=4,
    hints=[
        "A layer object has one kernel and one bias, however often it is called.",
        "An Embedding(12, 4) is a table of 12 rows and 4 columns, and has no bias.",
        "Dense(16) on 8 numbers has 8 * 16 + 16. Behind Concatenate, count the inputs "
        "of the next layer: 16 + 16.",
    ],
)
def q4(counts):
    expect_type(counts, (list, tuple), "A list of four numbers is wanted.")
    expect(
        len(counts) == 4,
        say("There are four models, you have {n} numbers.", n=len(counts)),
    )
    counts = [int(n) for n in counts]
    with part("one Dense for a, one for b", 1):
        expect(counts[0] != 144 + 33, "Here are two Dense layers, not one.", hint=1)
        expect(
            counts[0] not in (256 + 32, 256 + 33), "Did you count the biases?", hint=3
        )
        expect(
            counts[0] != 288 + 17, "Behind Concatenate there are 32 numbers.", hint=3
        )
        expect(counts[0] == 321, "Count again: three layers.", hint=3)
    with part("the same Dense for both", 1):
        expect(
            counts[1] != 321,
            "The same layer is called twice, but it has only one kernel.",
            hint=1,
        )
        expect(
            counts[1] != 144 + 17, "Behind Concatenate there are 32 numbers.", hint=3
        )
        expect(counts[1] == 177, "Count again: two layers.", hint=3)
    with part("the same Dense, added", 1):
        expect(
            counts[2] != 177,
            "Add does not widen: 16 numbers plus 16 numbers are 16 numbers.",
            hint=3,
        )
        expect(counts[2] == 161, "Count again: what does the last layer get?", hint=3)
    with part("month and weather", 1):
        expect(counts[3] not in (60 + 56, 52 + 56), "An Embedding has no bias.", hint=2)
        expect(
            counts[3] != 48 + 32 + 8,
            "Concatenate: the Dense layer gets the two numbers of the weather as well.",
            hint=3,
        )
        expect(counts[3] == 104, "Count again: a table, and a Dense layer.", hint=2)


q4.answer("""
    counts = [2 * (8 * 16 + 16) + 32 + 1, 8 * 16 + 16 + 32 + 1, 144 + 16 + 1, 48 + 56]
""")
q4.right("""
    a, b, dense = keras.Input((8,)), keras.Input((8,)), layers.Dense(16)
    def count(inputs, *parts, join=layers.Concatenate(), last=1):
        return keras.Model(inputs, layers.Dense(last)(join(parts))).count_params()
    w, m = keras.Input((2,)), keras.Input((1,))
    counts = (
        count([a, b], layers.Dense(16)(a), layers.Dense(16)(b)),
        count([a, b], dense(a), dense(b)),
        count([a, b], dense(a), dense(b), join=layers.Add()),
        count([w, m], w, layers.Flatten()(layers.Embedding(12, 4)(m)), last=8),
    )
""")
q4.right("counts = np.array([321, 177, 161, 104]).tolist()")
q4.wrong(
    "counts = [321, 321, 305, 104]",
    says="called twice, but it has only one kernel",
    points=2,
)
q4.wrong("counts = [321, 177, 177, 104]", says="Add does not widen", points=3)
q4.wrong("counts = [288, 160, 144, 96]", says="Did you count the biases?")
q4.wrong(
    "counts = [321, 177, 161, 88]",
    says="gets the two numbers of the weather as well",
    points=3,
)
q4.wrong(
    "counts = [305, 161, 161, 116]",
    says="An Embedding has no bias.",
    points=1,
)
q4.wrong("counts = [177, 177, 161, 104]", says="two Dense layers, not one", points=3)


# --- q5: two questions at once ----------------------------------------------------


@check(
    points=4,
    seconds=60,
    hints=[
        "One trunk, two heads: both begin at the same hidden layer.",
        'Outputs as a dictionary: `{"digit": ..., "even": ...}`. Losses likewise.',
        'One of ten: softmax. Yes or no: one unit with "sigmoid".',
        'loss_weights={"digit": 1.0, "even": 0.5} multiplies each loss before the sum.',
    ],
)
def q5(build_two_heads):
    keras.utils.set_random_seed(0)
    model = build_two_heads()
    the_model(model)
    (pictures, labels), _ = keras.datasets.digits.load_data()
    x, y = pictures[:100].reshape(-1, 64) / 16, labels[:100]
    even = (y % 2 == 0).astype("float32")[:, None]
    answers = model.predict(x, verbose=0)
    with part("two answers", 1) as two:
        expect(
            isinstance(answers, dict) and {"digit", "even"} <= set(answers),
            'It should answer with a dictionary: "digit" and "even".',
            hint=2,
        )
        digit, is_even = answers["digit"], answers["even"]
        expect_shape(digit, (100, 10), "digit: ten probabilities a picture.", hint=3)
        expect_close(
            digit.sum(axis=1),
            np.ones(100),
            "digit: a picture is exactly one digit. Ten probabilities sum to 1.",
            hint=3,
            rtol=1e-3,
        )
        expect_shape(is_even, (100, 1), "even: one probability a picture.", hint=3)
        expect(
            is_even.min() < 1,
            "even: always 1. A softmax over one unit has no choice.",
            hint=3,
        )
        wide = model.predict(100 * numbers(200, 64), verbose=0)["even"]
        expect(
            wide.min() >= 0 and wide.max() <= 1 and wide.min() < 0.4,
            "even: a probability lies between 0 and 1, anywhere in it.",
            hint=3,
        )
    if not two.passed:
        return
    with part("from one trunk", 1):
        moved = []
        for name in ("digit", "even"):
            with keras.GradientTape() as tape:
                value = ops.sum(
                    ops.log(model(x)[name] + 1e-7) * numbers(*answers[name].shape)
                )
            slopes = tape.gradient(value, model.trainable_variables)
            moved.append(
                [g is not None and np.abs(np.asarray(g)).max() > 1e-7 for g in slopes]
            )
        expect(
            not _is_linear(x[:90], np.log(digit[:90, 1:] / digit[:90, :1])),
            "The scores of the digits are a straight function of the pixels: let the "
            "trunk bend.",
            hint=1,
        )
        expect(
            np.logical_and(*moved).any(),
            "The two heads share no weights: these are two models in one.",
            hint=1,
        )
    with part("and the right sum of losses", 2):
        each = np.clip(digit[np.arange(100), y], 1e-7, 1)
        digit_loss = -np.log(each).mean()
        p = np.clip(is_even, 1e-7, 1 - 1e-7)
        even_loss = -(even * np.log(p) + (1 - even) * np.log(1 - p)).mean()
        try:
            logs = model.evaluate(
                x, {"digit": y, "even": even}, verbose=0, return_dict=True
            )
        except ValueError as error:
            expect(
                False,
                say("Compiled for classes as numbers? It said: {error}", error=error),
                hint=2,
            )
        loss = logs["loss"]
        expect_not_close(
            loss,
            digit_loss + even_loss,
            "Both losses count the same. Even should count half.",
            hint=4,
            rtol=1e-3,
        )
        expect_not_close(
            loss,
            0.5 * digit_loss + even_loss,
            "The weights are the wrong way round.",
            hint=4,
            rtol=1e-3,
        )
        expect_close(
            loss,
            digit_loss + 0.5 * even_loss,
            "The loss should be the cross-entropy of digit + 0.5 times that of even.",
            hint=4,
            rtol=1e-3,
        )


q5.answer("""
    def build_two_heads():
        inputs = keras.Input((64,))
        trunk = layers.Dense(32, activation="relu")(inputs)
        digit = layers.Dense(10, activation="softmax")(trunk)
        even = layers.Dense(1, activation="sigmoid")(trunk)
        model = keras.Model(inputs, {"digit": digit, "even": even})
        model.compile(
            "adam",
            loss={
                "digit": "sparse_categorical_crossentropy",
                "even": "binary_crossentropy",
            },
            loss_weights={"digit": 1.0, "even": 0.5},
        )
        return model
""")
q5.right("""
    def build_two_heads():
        trunk = keras.Sequential([keras.Input((64,)), layers.Dense(20, "tanh")])
        outputs = {
            "even": layers.Activation("sigmoid")(layers.Dense(1)(trunk.output)),
            "digit": layers.Softmax()(layers.Dense(10)(trunk.output)),
        }
        model = keras.Model(trunk.input, outputs)
        losses = {
            "even": keras.losses.BinaryCrossentropy(),
            "digit": keras.losses.SparseCategoricalCrossentropy(),
        }
        model.compile("sgd", losses, loss_weights={"even": 0.5, "digit": 1})
        return model
""")
q5.right("""
    def build_two_heads():
        x = keras.Input((64,))
        digit = layers.Dense(10, "softmax")(layers.Dense(30, "relu")(x))
        even = layers.Dense(1, "sigmoid")(digit)
        model = keras.Model(x, dict(digit=digit, even=even))
        cross_entropy = keras.losses.binary_crossentropy
        model.compile("adam", {
            "digit": "sparse_categorical_crossentropy",
            "even": lambda y, p: 0.5 * cross_entropy(y, p),
        })
        return model
""")
HEADS = """
    def build_two_heads():
        inputs = keras.Input((64,))
        trunk = layers.Dense(32, activation="relu")(inputs)
        digit = layers.Dense(10, activation="{digit}")({trunk})
        even = layers.Dense(1, activation="{even}")({other})
        model = keras.Model(inputs, {outputs})
        model.compile(
            "adam",
            loss={{
                "digit": "sparse_categorical_crossentropy",
                "even": "binary_crossentropy",
            }},
            loss_weights={weights},
        )
        return model
"""
heads = answer_template(
    HEADS,
    digit="softmax",
    even="sigmoid",
    trunk="trunk",
    other="trunk",
    outputs='{"digit": digit, "even": even}',
    weights='{"digit": 1.0, "even": 0.5}',
)


q5.wrong(heads(weights="None"), says="Even should count half.", points=2)
q5.wrong(
    heads(weights='{"digit": 0.5, "even": 1.0}'),
    says="the wrong way round",
    points=2,
)
q5.wrong(
    heads(other='layers.Dense(32, activation="relu")(inputs)'),
    says="these are two models in one",
    points=3,
)
q5.wrong(heads(even="softmax"), says="A softmax over one unit has no choice.")
q5.wrong(heads(digit="sigmoid"), says="a picture is exactly one digit")
q5.wrong(heads(even="linear"), says="a probability lies between 0 and 1")
q5.wrong(
    """
    def build_two_heads():
        inputs = keras.Input((64,))
        trunk = layers.Dense(32, activation="relu")(inputs)
        digit = layers.Dense(10, activation="softmax")(trunk)
        even = layers.Dense(1, activation="sigmoid")(trunk)
        model = keras.Model(inputs, [digit, even])
        model.compile("adam", ["sparse_categorical_crossentropy", "mse"])
        return model
    """,
    says="It should answer with a dictionary",
)
q5.wrong(
    heads(weights='{"digit": 0.5, "even": 0.25}'),
    says="the cross-entropy of digit + 0.5 times that of even",
    points=2,
)
q5.same_as_reference(
    "line 3: 32 -> 33",
    "line 3: 'relu' -> 'sigmoid'",
    because="the trunk may be of any width and bend",
)


# --- q6: what a trained model has learned -----------------------------------------


@check(
    points=5,
    seconds=60,
    hints=[
        "Not the ten probabilities, but what comes before: "
        "`trained.layers[-2].output`.",
        "Freeze what was learned: `layer.trainable = False` for the old layers, or "
        "for a model made of them.",
        "`keras.Model(trained.inputs, trained.layers[-2].output)` is the old model "
        "without its head. Call it like a layer, and put a Dense layer behind it.",
    ],
)
def q6(new_head):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((64,))
    hidden = layers.Dense(12, activation="tanh")(inputs)
    for width in (8, 6):
        hidden = layers.Dense(width, activation="tanh")(hidden)
    trained = keras.Model(inputs, layers.Dense(10, activation="softmax")(hidden))
    cut = keras.Model(inputs, hidden)
    x = numbers(90, 64)
    features, before = np.asarray(cut(x)), trained.get_weights()
    answers = np.asarray(trained(x))
    model = new_head(trained, 3)
    the_model(model)
    with part("three new probabilities", 1) as shape:
        y = np.asarray(model(x))
        expect(
            y.shape != (90, 10), "These are the ten old answers: no new head.", hint=3
        )
        expect_shape(y, (90, 3), "One probability for each new class.", hint=3)
        expect_close(
            y.sum(axis=1), np.ones(90), "They should sum to 1.", hint=3, rtol=1e-3
        )
        expect(y.min() >= 0, "A probability is never below 0.", hint=3)
        expect_shape(
            np.asarray(new_head(trained, 4)(x)),
            (90, 4),
            "The number of classes is an argument.",
            hint=3,
        )
        expect_close(np.asarray(trained(x)), answers, "The old model was changed.")
    if not shape.passed:
        return
    with part("from what it had learned", 2) as learned:
        scores = np.log(y[:, 1:] / y[:, :1])
        expect(
            not _is_linear(answers, scores),
            "The head sits on the ten old probabilities. Much of what was learned is "
            "lost there: look one layer deeper.",
            hint=1,
        )
        expect(
            _is_linear(features, scores),
            "The scores are not a sum of the learned features: are these the trained "
            "weights, or fresh ones? And is the head one Dense layer?",
            hint=1,
        )
    if not learned.passed:
        return
    with part("and only the head learns", 2):
        n = sum(int(np.prod(w.shape)) for w in model.trainable_variables)
        expect(n > 0, "Nothing can learn: the new head is frozen as well.", hint=2)
        expect(
            n <= 6 * 3 + 3,
            say("{n} numbers can learn. The head alone has fewer.", n=n),
            hint=2,
        )
        model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
        target = features[:, :3].argmax(axis=1)
        model.fit(x, target, epochs=40, verbose=0)
        expect(
            all(np.array_equal(a, b) for a, b in zip(before, trained.get_weights())),
            "Training the head changed the old model.",
            hint=2,
        )
        right = np.mean(model.predict(x, verbose=0).argmax(axis=1) == target)
        expect(
            right > 0.85,
            say("The head learns badly: {right:.0%} right.", right=right),
            hint=1,
        )


def _is_linear(inputs, outputs):
    """Whether the outputs are weighted sums of the inputs, and a constant."""
    columns = np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1)
    fit, *_ = np.linalg.lstsq(columns.astype(float), outputs.astype(float), rcond=None)
    return np.allclose(columns @ fit, outputs, atol=1e-3)


q6.answer("""
    def new_head(trained, classes):
        body = keras.Model(trained.inputs, trained.layers[-2].output)
        body.trainable = False
        inputs = keras.Input((64,))
        outputs = layers.Dense(classes, activation="softmax")(body(inputs))
        return keras.Model(inputs, outputs)
""")
q6.right("""
    def new_head(trained, classes):
        for layer in trained.layers:
            layer.trainable = False
        features = trained.layers[-2].output
        scores = layers.Dense(classes)(features)
        return keras.Model(trained.input, layers.Softmax()(scores))
""")
q6.right("""
    def new_head(trained, classes):
        model = keras.Sequential([keras.Input((64,))])
        for layer in trained.layers[1:-1]:
            layer.trainable = False
            model.add(layer)
        model.add(layers.Dense(classes, "softmax", kernel_initializer="he_normal"))
        return model
""")
HEAD = """
    def new_head(trained, classes):
        body = keras.Model(trained.inputs, trained.layers[-2].output)
        {rest}
"""
q6.wrong(
    HEAD.format(
        rest="""outputs = layers.Dense(classes, activation="softmax")(body.output)
        return keras.Model(body.inputs, outputs)"""
    ),
    says="numbers can learn. The head alone has fewer.",
    points=3,
)
q6.wrong(
    HEAD.format(
        rest="""trained.trainable = False
        outputs = layers.Dense(classes, activation="softmax")(trained.output)
        return keras.Model(trained.inputs, outputs)"""
    ),
    says="look one layer deeper",
    points=1,
)
q6.wrong(
    HEAD.format(
        rest="""body = keras.models.clone_model(body)
        body.trainable = False
        outputs = layers.Dense(classes, activation="softmax")(body.output)
        return keras.Model(body.inputs, outputs)"""
    ),
    says="are these the trained weights, or fresh ones?",
    points=1,
)
q6.wrong(
    HEAD.format(
        rest="""outputs = layers.Dense(classes, activation="softmax")(body.output)
        model = keras.Model(body.inputs, outputs)
        model.trainable = False
        return model"""
    ),
    says="the new head is frozen as well",
    points=3,
)
q6.wrong(
    HEAD.format(
        rest="""body.trainable = False
        return keras.Model(body.inputs, layers.Dense(classes)(body.output))"""
    ),
    says="They should sum to 1.",
)
q6.wrong("def new_head(trained, classes): return trained", says="no new head")
q6.wrong(
    """
    def new_head(trained, classes):
        return keras.Sequential(
            [keras.Input((64,)), layers.Dense(classes, activation="softmax")]
        )
    """,
    says="not a sum of the learned features",
    points=1,
)
