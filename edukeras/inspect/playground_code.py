"""Show the code: the playground's network as an ordinary Keras script.

The script makes the same points, draws the same weights and the same batches, so with
edukeras it ends with the loss that the playground shows.  With `import keras` instead,
batches come in another order, and the loss is a similar one.
"""

from __future__ import annotations

import inspect

import numpy as np

from edukeras.inspect.playground_data import FEATURES, GENERATORS
from edukeras.inspect.playground_model import Settings, head_of
from edukeras.inspect.playground_training import PlaygroundTraining

_OPTIMIZERS = {
    "sgd": "SGD({rate})",
    "momentum": "SGD({rate}, momentum=0.9)",
    "rmsprop": "RMSprop({rate})",
    "adam": "Adam({rate})",
}


def script_of(training: PlaygroundTraining) -> str:
    """A script that trains the same network for the same number of epochs."""
    parts = [_beginning(training), _points(training), _model(training), _fit(training)]
    return "\n\n".join(parts) + "\n"


def _beginning(training: PlaygroundTraining) -> str:
    return (
        "import numpy as np\n\n"
        "import edukeras as keras\n"
        "from edukeras import layers\n\n"
        f"keras.utils.set_random_seed({training.settings.seed})"
    )


def _points(training: PlaygroundTraining) -> str:
    settings, points = training.settings, training.points
    if settings.data == "own":
        centre, scale = points.centre.tolist(), points.scale.tolist()
        lines = [
            "# x (N, 2) and y (N,) are your data: scaled, and mixed.",
            f"x = (np.asarray(x) - {centre}) / {scale}",
            f"order = np.random.default_rng({settings.seed}).permutation(len(x))",
            "x, y = x[order], np.asarray(y).reshape(-1, 1)[order]",
        ]
    else:
        source = inspect.getsource(GENERATORS[settings.data]).rstrip()
        lines = [
            source,
            "",
            "",
            f"generator = np.random.default_rng({settings.seed})",
            f"x, y = {settings.data}(generator, {settings.points}, {settings.noise})",
        ]
    kept = len(points.x)
    chosen = ", ".join(FEATURES[name] for name in settings.features)
    lines += [
        "x1, x2 = x[:, 0], x[:, 1]",
        f'inputs = np.stack([{chosen}], axis=1).astype("float32")',
        f"train, test = slice(0, {kept}), slice({kept}, None)",
    ]
    return "\n".join(lines)


def _model(training: PlaygroundTraining) -> str:
    settings = training.settings
    # The seeds that `build_model` draws, in the same order.
    seeds = iter(np.random.default_rng(settings.seed).integers(1, 10**6, 20).tolist())
    lines = [f"keras.Input(({len(settings.features)},))"]
    for units in settings.layers:
        lines.append(_dense(units, settings.activation, next(seeds), settings))
        if settings.batch_norm:
            lines.append("layers.BatchNormalization()")
        if settings.dropout:
            lines.append(f"layers.Dropout({settings.dropout}, seed={next(seeds)})")
    units, activation, loss = head_of(training.points)
    lines.append(_dense(units, activation, next(seeds), None))
    body = "".join(f"        {line},\n" for line in lines)
    optimizer = _OPTIMIZERS[settings.optimizer].format(rate=training.rates[0])
    return (
        "draw = keras.initializers.GlorotUniform\n"
        f"model = keras.Sequential(\n    [\n{body}    ]\n)\n"
        f'model.compile(keras.optimizers.{optimizer}, "{loss}")'
    )


def _dense(
    units: int, activation: str | None, seed: int, settings: Settings | None
) -> str:
    arguments = [str(units)]
    if activation is not None:
        arguments.append(f'activation="{activation}"')
    arguments.append(f"kernel_initializer=draw(seed={seed})")
    if settings is not None and settings.penalty != "none":
        name, rate = settings.penalty.upper(), settings.penalty_rate
        arguments.append(f"kernel_regularizer=keras.regularizers.{name}({rate})")
    return f"layers.Dense({', '.join(arguments)})"


def _fit(training: PlaygroundTraining) -> str:
    settings, callbacks, lines = training.settings, "", []
    if len(training.rates) > 1:
        callbacks = "    callbacks=[steered],\n"
        lines = [
            "# The learning rate as it was moved: from which epoch on it was what.",
            f"rates = {training.rates}",
            "steered = keras.callbacks.LearningRateScheduler(",
            "    lambda epoch, rate: rates.get(epoch, rate)",
            ")",
        ]
    lines += [
        "history = model.fit(",
        "    inputs[train],",
        "    y[train],",
        f"    batch_size={settings.batch_size},",
        f"    epochs={training.epoch},",
        "    validation_data=(inputs[test], y[test]),",
        f"{callbacks}    verbose=0,",
        ")",
        'print("training loss", model.evaluate(inputs[train], y[train], verbose=0))',
        'print("test loss", model.evaluate(inputs[test], y[test], verbose=0))',
    ]
    return "\n".join(lines)
