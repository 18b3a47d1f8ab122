"""Weights and files: looking at weights, moving them, saving them, going on."""

import contextlib
import tempfile
from pathlib import Path

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
    expect_type,
    numbers,
    part,
    say,
)

# What the notebook has run before the first exercise.
SETUP = """
import json
import tempfile
from pathlib import Path
import h5py
import numpy as np
import edukeras as keras
from edukeras import layers


def make_reader(classes=10):
    return keras.Sequential([
        keras.Input((64,)),
        layers.Dense(32, activation="relu", name="features"),
        layers.Dense(classes, activation="softmax", name="head"),
    ])
"""


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def reader(classes=10, seed=0):
    """The small network of the lesson, with weights of its own."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(32, activation="relu", name="features"),
            layers.Dense(classes, activation="softmax", name="head"),
        ]
    )


def same(first, second):
    return len(first) == len(second) and all(
        a.shape == b.shape and np.allclose(a, b, atol=1e-6)
        for a, b in zip(first, second)
    )


# --- q1: weights from another library ---------------------------------------------


def square_model():
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(5, activation="tanh"),
            layers.Dense(5, activation="tanh"),
            layers.Dense(2),
        ]
    )


def foreign_weights(seed=0):
    """(units, inputs) and (units,) for each layer of the square model."""
    shapes = [(5, 5), (5, 5), (2, 5)]
    return [
        (numbers(*shape, seed=seed + k), numbers(shape[0], seed=seed + 10 + k))
        for k, shape in enumerate(shapes)
    ]


def foreign_answer(x, pairs, turned=True):
    for k, (weight, bias) in enumerate(pairs):
        square = weight.shape[0] == weight.shape[1]
        x = x @ (weight.T if turned or not square else weight) + bias
        x = np.tanh(x) if k < 2 else x
    return x


@check(
    points=4,
    hints=[
        "`model.set_weights` takes one flat list: kernel, bias, kernel, bias ...",
        "A kernel of Keras is (inputs, units). Turn each weight over: `weight.T`.",
        "Collect `weight.T` and `bias` of each pair in a list, in this order, and give "
        "the list to `model.set_weights`.",
    ],
)
def q1(adopt):
    model, pairs = square_model(), foreign_weights()
    start = model.get_weights()
    try:
        adopt(model, [(w.copy(), b.copy()) for w, b in pairs])
    except ValueError as error:
        expect(
            False,
            say("These weights do not fit into the model. It says: {e}", e=error),
            hint=2,
        )
    now = model.get_weights()
    x = numbers(6, 5, seed=99)
    with part("all weights have arrived", 2) as arrived:
        expect(
            not same(now, start),
            "The weights of the model are what they were. Use `set_weights`.",
            hint=1,
        )
        moved = [not np.allclose(a, b) for a, b in zip(now, start)]
        expect(
            all(moved[::2]), "Not all kernels were replaced. Take all layers.", hint=3
        )
        expect(
            all(moved[1::2]),
            "Some biases are still 0. Each pair has a bias, too.",
            hint=3,
        )
        biases = [w for w in now if w.ndim == 1]
        expect(
            all(np.allclose(b, pair[1]) for b, pair in zip(biases, pairs)),
            "The biases are not those of the pairs, in the same order.",
            hint=1,
        )
    if not arrived.passed:
        return
    with part("the right way round", 2):
        y = np.asarray(model.predict(x, verbose=0))
        expect_not_close(
            y,
            foreign_answer(x, pairs, turned=False),
            "A square kernel fits both ways, so there is no error: but its rows are "
            "the inputs.",
            hint=2,
            rtol=1e-3,
            atol=1e-4,
        )
        expect_close(
            y,
            foreign_answer(x, pairs),
            "The model answers other than x @ weight.T + bias, layer by layer.",
            hint=2,
            rtol=1e-3,
            atol=1e-4,
        )


q1.answer("""
    def adopt(model, pairs):
        weights = []
        for weight, bias in pairs:
            weights += [weight.T, bias]
        model.set_weights(weights)
""")
q1.right("""
    def adopt(model, pairs):
        for layer, (weight, bias) in zip(model.layers, pairs):
            layer.kernel.assign(np.transpose(weight))
            layer.bias.assign(bias)
""")
q1.right("""
    def adopt(model, pairs):
        flat = [array for pair in pairs for array in pair]
        for variable, array in zip(model.trainable_variables, flat):
            variable.assign(np.einsum("ij->ji", array) if array.ndim == 2 else array)
""")
ADOPT = """
    def adopt(model, pairs):
        for layer, (weight, bias) in zip(model.layers, {pairs}):
            {do}
"""
q1.wrong(
    ADOPT.format(pairs="pairs", do="layer.set_weights([weight, bias])"),
    says="do not fit into the model",
)
q1.wrong(
    ADOPT.format(
        pairs="pairs",
        do="layer.set_weights([weight.reshape(layer.kernel.shape), bias])",
    ),
    says="answers other than x @ weight.T + bias",
    points=2,
)
q1.wrong(
    ADOPT.format(
        pairs="pairs",
        do="layer.set_weights([weight if weight.shape == layer.kernel.shape "
        "else weight.T, bias])",
    ),
    says="A square kernel fits both ways",
    points=2,
)
q1.wrong(
    ADOPT.format(pairs="pairs", do="layer.kernel.assign(weight.T)"),
    says="Some biases are still 0.",
)
q1.wrong(
    ADOPT.format(pairs="pairs[:2]", do="layer.set_weights([weight.T, bias])"),
    says="Not all kernels were replaced.",
)
q1.wrong(
    ADOPT.format(pairs="pairs", do="layer.get_weights()[0][...] = weight.T"),
    says="The weights of the model are what they were.",
)
q1.wrong(
    """
    def adopt(model, pairs):
        model.set_weights([w.T for w, b in pairs] + [b for w, b in pairs])
    """,
    says="do not fit into the model",
)


# --- q2: a soup of models ---------------------------------------------------------


@check(
    points=4,
    hints=[
        "`model.get_weights()` is a list of arrays. Average the first arrays of all "
        "models, then the second arrays, and so on: `zip(*lists)`.",
        "A new model of the same kind: `keras.models.clone_model(models[0])`.",
        "weights = [np.mean(w, axis=0) for w in zip(*lists)], then `set_weights`.",
    ],
)
def q2(soup):
    models = [reader(3, seed=k) for k in range(3)]
    for k, model in enumerate(models):
        model.set_weights(
            [w + 0.1 * numbers(*w.shape, seed=k) for w in model.get_weights()]
        )
    lists = [model.get_weights() for model in models]
    mean = [np.mean(w, axis=0) for w in zip(*lists)]
    result = soup(list(models))
    expect(result is not None, "There is no answer. Did you forget `return`?")
    expect(
        not isinstance(result, list),
        "A list of weights is no model yet. Make a new model and set them.",
        hint=2,
    )
    expect_type(result, keras.Model, "Return a model.", hint=2)
    now = result.get_weights()
    with part("the mean of the weights", 2):
        for weights in lists:
            expect(
                not same(now, weights),
                "That is one of the models, not their mean.",
                hint=1,
            )
        expect(
            [w.shape for w in now] == [w.shape for w in mean],
            "Your model has weights of other shapes.",
            hint=2,
        )
        expect(
            not same(now, [3 * w for w in mean]),
            "That is the sum of the three. The mean?",
            hint=3,
        )
        expect(
            not same(now, [np.mean(w, axis=0) for w in zip(*lists[:2])]),
            "That is the mean of the first two. There may be more models.",
            hint=1,
        )
        expect(
            not all(np.ptp(w) < 1e-6 for w in now),
            "Each array has become a single number. Take the mean over the models "
            "only: axis 0.",
            hint=3,
        )
        expect(same(now, mean), "The weights are not the mean of the three.", hint=1)
    with part("the models stay as they were", 2):
        expect(
            all(same(m.get_weights(), w) for m, w in zip(models, lists)),
            "One of the models was changed. Put the soup into a new model.",
            hint=2,
        )
        expect(
            all(result is not model for model in models),
            "That is one of the models again. Put the soup into a new model.",
            hint=2,
        )


q2.answer("""
    def soup(models):
        lists = [model.get_weights() for model in models]
        result = keras.models.clone_model(models[0])
        result.set_weights([np.mean(w, axis=0) for w in zip(*lists)])
        return result
""")
q2.right("""
    def soup(models):
        result = keras.Sequential.from_config(models[0].get_config())
        result.build((None, 64))
        for k, variable in enumerate(result.weights):
            total = sum(np.asarray(model.weights[k]) for model in models)
            variable.assign(total / len(models))
        return result
""")
q2.right("""
    def soup(models):
        result = keras.models.model_from_json(models[0].to_json())
        weights = [np.zeros_like(w) for w in models[0].get_weights()]
        for model in models:
            for total, w in zip(weights, model.get_weights()):
                total += w / len(models)
        result.set_weights(weights)
        return result
""")
q2.same_as_reference("line 3: 0 -> 1", because="any of the models shows the kind")
SOUP = """
    def soup(models):
        lists = [model.get_weights() for model in models]
        result = {new}
        weights = {weights}
        result.set_weights(weights)
        return {out}
"""
soup_code = answer_template(
    SOUP,
    new="keras.models.clone_model(models[0])",
    weights="[np.mean(w, axis=0) for w in zip(*lists)]",
    out="result",
)
q2.wrong(
    soup_code(new="models[0]"),
    says="One of the models was changed.",
    points=2,
)
q2.wrong(
    soup_code(weights="[np.sum(w, axis=0) for w in zip(*lists)]"),
    says="The mean?",
    points=2,
)
q2.wrong(
    soup_code(weights="[(a + b) / 2 for a, b in zip(*lists[:2])]"),
    says="There may be more models.",
    points=2,
)
q2.wrong(
    soup_code(weights="[np.mean(w) + 0 * w[0] for w in zip(*lists)]"),
    says="Each array has become a single number.",
    points=2,
)
q2.wrong(soup_code(out="weights"), says="A list of weights is no model yet.")
q2.wrong(
    soup_code(weights="lists[-1]"),
    says="That is one of the models, not their mean.",
    points=2,
)
q2.wrong(
    soup_code().replace("return result", "result"),
    says="Did you forget `return`?",
)


# --- q3: what is in the file? -----------------------------------------------------


@check(
    points=3,
    hints=[
        "An HDF5 file is like a disk: groups are folders, datasets are the arrays in "
        "them. Only datasets are wanted, at any depth.",
        "`file.visititems(f)` calls `f(name, thing)` for everything, at any depth.",
        "`isinstance(thing, h5py.Dataset)` tells an array from a group.",
    ],
)
def q3(arrays_in):
    import h5py

    with folder() as place:
        path = place / "some.h5"
        with h5py.File(path, "w") as file:
            file["top"] = numbers(7)
            file["one/kernel"] = numbers(4, 2)
            file["one/bias"] = numbers(2)
            file["one/deep/er/kernel"] = numbers(2, 3, 1)
            file.create_group("empty")
        found = arrays_in(str(path))
    correct = {
        "top": (7,),
        "one/kernel": (4, 2),
        "one/bias": (2,),
        "one/deep/er/kernel": (2, 3, 1),
    }
    expect(found is not None, "There is no answer. Did you forget `return`?")
    expect_type(found, dict, "A dictionary is wanted: names and shapes.")
    names = {str(name).strip("/") for name in found}
    with part("all arrays, and nothing else", 2) as complete:
        expect(
            not names & {"one", "empty", "one/deep"},
            "Groups are in your list, too. They are only folders.",
            hint=3,
        )
        expect(
            "one/kernel" in names or "kernel" not in names,
            "Only `kernel` is not enough: there are two. The whole path is wanted.",
            hint=2,
        )
        expect(
            "one/kernel" in names,
            "Arrays inside groups are missing. Look into the groups.",
            hint=2,
        )
        expect(
            "one/deep/er/kernel" in names,
            "An array that lies three groups deep is missing. Go to any depth.",
            hint=2,
        )
        expect(names == set(correct), "Some arrays are missing, or too many.", hint=1)
    if not complete.passed:
        return
    with part("their shapes", 1):
        shapes = {str(name).strip("/"): shape for name, shape in found.items()}
        expect(
            all(np.ndim(shape) == 1 for shape in shapes.values()),
            "Not the arrays or their sizes: their shapes.",
        )
        expect(
            {name: tuple(shape) for name, shape in shapes.items()} == correct,
            "Not the arrays or their sizes: their shapes.",
        )


q3.answer("""
    def arrays_in(path):
        found = {}

        def look(name, thing):
            if isinstance(thing, h5py.Dataset):
                found[name] = thing.shape

        with h5py.File(path, "r") as file:
            file.visititems(look)
        return found
""")
q3.right("""
    def arrays_in(path):
        def inside(group):
            shapes = {}
            for thing in group.values():
                if hasattr(thing, "shape"):
                    shapes[thing.name] = thing.shape
                else:
                    shapes.update(inside(thing))
            return shapes

        with h5py.File(path) as file:
            return inside(file)
""")
q3.right("""
    def arrays_in(path):
        with h5py.File(path) as file:
            names = []
            file.visit(names.append)
            return {n: list(file[n].shape) for n in names if hasattr(file[n], "shape")}
""")
VISIT = """
    def arrays_in(path):
        found = {{}}
        def look(name, thing):
            if {condition}:
                found[{key}] = {value}
        with h5py.File(path) as file:
            {walk}
        return found
"""
visit_code = answer_template(
    VISIT,
    condition="isinstance(thing, h5py.Dataset)",
    key="name",
    value="thing.shape",
    walk="file.visititems(look)",
)
q3.wrong(
    visit_code(condition="True", value="getattr(thing, 'shape', ())"),
    says="Groups are in your list, too.",
)
q3.wrong(
    visit_code(walk="[look(n, t) for n, t in file.items()]"),
    says="Look into the groups.",
)
q3.wrong(
    visit_code(
        walk="[look(t.name, t) for g in [file, file['one']] for t in g.values()]"
    ),
    says="Go to any depth.",
)
q3.wrong(
    visit_code(key="name.split('/')[-1]"),
    says="The whole path is wanted.",
)
q3.wrong(visit_code(value="thing.size"), says="their shapes", points=2)
q3.wrong(visit_code(value="thing[...]"), says="their shapes", points=2)


# --- q4: a new head on known features ---------------------------------------------


@check(
    points=4,
    seconds=20,
    hints=[
        "A layer of the same name gets the weights of the file: "
        "`load_weights(path, by_name=True)`.",
        "The first layer is called features. The head needs `classes` units, and "
        "should be new: call it something that the file does not know.",
        "Or keep the name head and leave out what does not fit: "
        "`load_weights(path, by_name=True, skip_mismatch=True)`.",
    ],
)
def q4(with_new_head):
    old = reader(10, seed=7)
    old.set_weights([w + 0.01 for w in old.get_weights()])
    with folder() as place:
        path = str(place / "digits.weights.h5")
        old.save_weights(path)
        keras.utils.set_random_seed(3)
        try:
            model = with_new_head(path, 4)
        except ValueError as error:
            expect(
                False,
                say(
                    "A layer of the same name has another shape in the file: {error}",
                    error=error,
                ),
                hint=2,
            )
    expect(model is not None, "There is no answer. Did you forget `return`?")
    expect_type(model, keras.Model, "Return the new model.")
    x = numbers(5, 64).astype("float32")
    y = np.asarray(model.predict(x, verbose=0))
    with part("a head for the new classes", 2):
        expect_shape(y, (5, 4), "One number for each of the new classes.", hint=2)
        expect_close(
            y.sum(axis=1),
            np.ones(5),
            "Probabilities are wanted: the softmax is missing.",
            hint=2,
            rtol=1e-3,
        )
        expect(
            not np.allclose(y, y[:, :1]),
            "The head is all zeros. A new head begins at random.",
            hint=2,
        )
    kernels = [w for w in model.get_weights() if w.ndim == 2]
    kernel, bias = old.get_weights()[:2]
    with part("the old features", 2):
        expect(
            any(w.shape == kernel.shape for w in kernels),
            "The features need a layer of 32 units for 64 numbers, as in the file.",
            hint=2,
        )
        expect(
            any(w.shape == kernel.shape and np.allclose(w, kernel) for w in kernels),
            "The features are not those of the file. By name, a layer of another name "
            "gets nothing, and nobody tells you.",
            hint=1,
        )
        biases = [w for w in model.get_weights() if w.shape == bias.shape]
        expect(
            any(np.allclose(w, bias) for w in biases),
            "The kernel of the features has arrived, but not the bias.",
            hint=1,
        )
        hidden = np.maximum(x @ kernel + bias, 0)
        z = hidden @ kernels[-1] + model.get_weights()[-1]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        probabilities = e / e.sum(axis=1, keepdims=True)
        close = {"rtol": 1e-3, "atol": 1e-5}
        expect(
            np.allclose(y, probabilities, **close) or np.allclose(y, z, **close),
            "The new head should stand on the relu of the features, as the old one "
            "did.",
            hint=2,
        )


q4.answer("""
    def with_new_head(path, classes):
        model = keras.Sequential([
            keras.Input((64,)),
            layers.Dense(32, activation="relu", name="features"),
            layers.Dense(classes, activation="softmax", name="new_head"),
        ])
        model.load_weights(path, by_name=True)
        return model
""")
q4.right("""
    def with_new_head(path, classes):
        model = make_reader(classes)
        model.load_weights(path, by_name=True, skip_mismatch=True)
        return model
""")
q4.right("""
    def with_new_head(path, classes):
        old = make_reader()
        old.load_weights(path)
        inputs = keras.Input((64,))
        outputs = layers.Dense(classes, activation="softmax")(old.layers[0](inputs))
        return keras.Model(inputs, outputs)
""")
q4.right("""
    def with_new_head(path, classes):
        model = make_reader(classes)
        with h5py.File(path) as file:
            arrays = {}
            file.visititems(lambda name, thing: arrays.update({name: np.array(thing)})
                            if isinstance(thing, h5py.Dataset) else None)
        for variable in model.layers[0].weights:
            for array in arrays.values():
                if array.shape == tuple(variable.shape):
                    variable.assign(array)
        return model
""")
HEAD = """
    def with_new_head(path, classes):
        model = keras.Sequential([
            keras.Input((64,)),
            layers.Dense(32, activation={hidden!r}, name={first!r}),
            layers.Dense({units}, activation={last!r}, name={second!r}),
        ])
        {load}
        return model
"""
head_code = answer_template(
    HEAD,
    hidden="relu",
    first="features",
    units="classes",
    last="softmax",
    second="new_head",
    load="model.load_weights(path, by_name=True)",
)
q4.wrong(
    head_code(first="hidden"),
    says="a layer of another name gets nothing",
    points=2,
)
q4.wrong(
    head_code(load="pass"),
    says="The features are not those of the file.",
    points=2,
)
q4.wrong(
    head_code(second="head"),
    says="A layer of the same name has another shape",
)
q4.wrong(
    head_code(load="model.load_weights(path)"),
    says="has another shape in the file",
)
q4.wrong(
    head_code(units=10, second="head"),
    says="One number for each of the new classes.",
    points=2,
)
q4.wrong(head_code(last=None), says="the softmax is missing", points=2)
q4.wrong(
    head_code(hidden=None),
    says="should stand on the relu of the features",
    points=2,
)


# --- q5: frozen -------------------------------------------------------------------


@check(
    points=4,
    seconds=30,
    hints=[
        "`model.layers[0].trainable = False` freezes the first layer.",
        "The optimizer has its list of weights from `compile`. So freeze first, then "
        "compile.",
        "Freeze every layer but the last, then call `model.compile(optimizer, loss)`.",
    ],
)
def q5(freeze_features):
    keras.utils.set_random_seed(2)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(8, activation="tanh"),
            layers.Dense(5, activation="tanh"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    # It comes compiled: whoever only sets trainable changes nothing.
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
    start = model.get_weights()
    result = freeze_features(model)
    if isinstance(result, keras.Model):
        model = result
    x = numbers(60, 6).astype("float32")
    y = np.argmax(x @ numbers(6, 3, seed=1), axis=1)
    expect(
        same(model.get_weights(), start),
        "Freezing must not change any weight: they are the knowledge to keep.",
    )
    expect(
        getattr(model, "optimizer", None) is not None,
        "The model is not compiled any more.",
        hint=3,
    )
    try:
        model.fit(x, y, epochs=3, verbose=0)
    except ValueError as error:
        expect(
            False,
            say("fit with labels 0, 1, 2 does not work any more: {e}", e=error),
            hint=3,
        )
    moved = [not np.array_equal(a, b) for a, b in zip(start, model.get_weights())]
    with part("the features stay", 2):
        if all(moved):
            stale = not any(layer.trainable for layer in model.layers[:-1])
            expect(
                not stale,
                "trainable is False, and yet the features moved: the optimizer has its "
                "list from the last compile. Compile again, after it.",
                hint=2,
            )
            expect(False, "The features moved, all of them.", hint=1)
        expect(
            not (moved[2] or moved[3]),
            "The second layer moved. All layers but the last are features.",
            hint=3,
        )
        expect(not any(moved[:4]), "Some features moved.", hint=1)
    with part("the head learns", 2):
        expect(
            any(moved),
            "Nothing moved at all: the head is frozen, too, or the steps are 0.",
            hint=3,
        )
        expect(moved[4] and moved[5], "The head did not learn.", hint=3)


q5.answer("""
    def freeze_features(model):
        for layer in model.layers[:-1]:
            layer.trainable = False
        model.compile("adam", "sparse_categorical_crossentropy")
""")
q5.right("""
    def freeze_features(model):
        for layer in model.layers:
            layer.trainable = layer is model.layers[-1]
        model.compile(optimizer=keras.optimizers.SGD(0.1),
                      loss=keras.losses.SparseCategoricalCrossentropy())
        return model
""")
q5.right("""
    def freeze_features(model):
        twin = keras.models.clone_model(model)
        twin.set_weights(model.get_weights())
        *features, head = twin.layers
        for layer in features:
            layer.trainable = False
        twin.compile("rmsprop", "sparse_categorical_crossentropy")
        return twin
""")
FREEZE = """
    def freeze_features(model):
        {first}
        {second}
"""
COMPILE = 'model.compile("adam", "sparse_categorical_crossentropy")'
ALL_BUT = "for layer in model.layers[:-1]: layer.trainable = False"
q5.wrong(
    FREEZE.format(first=ALL_BUT, second="return model"),
    says="Compile again, after it.",
    points=2,
)
q5.wrong(
    FREEZE.format(first=COMPILE, second=ALL_BUT),
    says="Compile again, after it.",
    points=2,
)
q5.wrong(
    FREEZE.format(first="model.layers[0].trainable = False", second=COMPILE),
    says="The second layer moved.",
    points=2,
)
q5.wrong(
    FREEZE.format(first="model.trainable = False", second=COMPILE),
    says="the head is frozen, too",
    points=2,
)
q5.wrong(
    FREEZE.format(first="model.layers[-1].trainable = False", second=COMPILE),
    says="The second layer moved.",
)
q5.wrong(
    FREEZE.format(first=ALL_BUT, second='model.compile("adam", "mse")'),
    says="does not work any more",
)
q5.wrong(
    """
    def freeze_features(model):
        for layer in model.layers[:-1]:
            layer.set_weights([0 * w for w in layer.get_weights()])
    """,
    says="Freezing must not change any weight",
)


# --- q6: pause and go on ----------------------------------------------------------


@check(
    points=4,
    seconds=60,
    hints=[
        "`model.save(path)` writes architecture, weights and the state of the "
        "optimizer; `save_weights` and `to_json` write a part of it.",
        "`keras.models.load_model(path)` gives it all back, compiled.",
        'The path needs an ending: `Path(folder) / "paused.keras"`.',
    ],
)
def q6(pause, resume):
    x = numbers(80, 64).astype("float32")
    y = np.argmax(x @ numbers(64, 10, seed=1), axis=1)

    def go(model, epochs):
        model.fit(x, y, epochs=epochs, batch_size=20, shuffle=False, verbose=0)

    model = reader(10, seed=5)
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    go(model, 3)
    paused = np.asarray(model.predict(x, verbose=0))
    with folder() as place:
        pause(model, str(place))
        expect(
            any(place.rglob("*")),
            "There is no file in the folder. After a restart only files are left.",
            hint=3,
        )
        go(model, 3)
        straight = np.asarray(model.predict(x, verbose=0))
        model.set_weights([0 * w for w in model.get_weights()])  # the power fails
        again = resume(str(place))
        expect(again is not None, "resume returns nothing. Did you forget `return`?")
        expect_type(again, keras.Model, "resume should return the model.")
        expect(
            again is not model,
            "That is the model that was running: after a restart it is gone.",
            hint=2,
        )
        with part("it knows what it knew", 2) as knows:
            answers = np.asarray(again.predict(x, verbose=0))
            expect_not_close(
                answers,
                straight,
                "These are the weights of later: a pause must write them at once.",
                hint=1,
            )
            expect_close(
                answers,
                paused,
                "It answers otherwise than before. Are the weights in the files?",
                hint=1,
                rtol=1e-3,
                atol=1e-5,
            )
        if not knows.passed:
            return
        with part("and goes on as if nothing had happened", 2):
            expect(
                getattr(again, "optimizer", None) is not None,
                "It is not compiled: it cannot go on.",
                hint=2,
            )
            go(again, 3)
            end = np.asarray(again.predict(x, verbose=0))
            expect_close(
                end,
                straight,
                "After three more epochs it is elsewhere than without the pause: Adam "
                "remembers earlier gradients, and has forgotten them.",
                hint=1,
                rtol=1e-3,
                atol=1e-5,
            )


q6.answer("""
    def pause(model, folder):
        model.save(Path(folder) / "paused.keras")


    def resume(folder):
        return keras.models.load_model(Path(folder) / "paused.keras")
""")
q6.right("""
    def pause(model, folder):
        model.save(folder + "/paused.h5")

    def resume(folder):
        return keras.models.load_model(folder + "/paused.h5")
""")
q6.right("""
    import pickle

    def pause(model, folder):
        model.save_weights(Path(folder) / "w.weights.h5")
        state = [np.asarray(v) for v in model.optimizer.variables]
        setup = (model.to_json(), model.optimizer.get_config(), state)
        (Path(folder) / "rest.pickle").write_bytes(pickle.dumps(setup))

    def resume(folder):
        text, config, state = pickle.loads((Path(folder) / "rest.pickle").read_bytes())
        model = keras.models.model_from_json(text)
        optimizer = keras.optimizers.Adam.from_config(config)
        model.compile(optimizer, "sparse_categorical_crossentropy")
        model.load_weights(Path(folder) / "w.weights.h5")
        optimizer.build(model.trainable_variables)
        for variable, value in zip(optimizer.variables, state):
            variable.assign(value)
        return model
""")
PAUSE = """
    def pause(model, folder):
        {save}

    def resume(folder):
        {load}
        model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
        return model
"""
q6.wrong(
    PAUSE.format(
        save='model.save_weights(folder + "/a.weights.h5")',
        load='model = make_reader(); model.load_weights(folder + "/a.weights.h5")',
    ),
    says="Adam remembers earlier gradients",
    points=2,
)
q6.wrong(
    PAUSE.format(
        save='model.save(folder + "/a.keras")',
        load='model = keras.models.load_model(folder + "/a.keras")',
    ),
    says="Adam remembers earlier gradients",
    points=2,
)
q6.wrong(
    PAUSE.format(
        save='(Path(folder) / "a.json").write_text(model.to_json())',
        load="model = keras.models.model_from_json("
        '(Path(folder) / "a.json").read_text())',
    ),
    says="Are the weights in the files?",
)
q6.wrong(
    """
    def pause(model, folder):
        global kept
        kept = model

    def resume(folder):
        return kept
    """,
    says="There is no file in the folder.",
)
q6.wrong(
    """
    def pause(model, folder):
        global kept
        kept = model
        model.save(folder + "/a.keras")

    def resume(folder):
        return kept
    """,
    says="That is the model that was running",
)
q6.wrong(
    """
    def pause(model, folder):
        model.save(folder + "/a.keras")

    def resume(folder):
        return keras.models.load_model(folder + "/a.keras", compile=False)
    """,
    says="It is not compiled",
    points=2,
)
q6.wrong(
    """
    def pause(model, folder):
        model.save(folder + "/a.keras")

    def resume(folder):
        keras.models.load_model(folder + "/a.keras")
    """,
    says="resume returns nothing.",
)
