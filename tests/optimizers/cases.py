"""The optimizers of the recorded trajectories: name -> Keras record.

`record_from_keras.py` and `test_trajectories.py` both build their optimizers from
these records, so that they cannot drift apart.
"""

import numpy as np

STEPS = 7

# One variable of every rank that optimizers treat differently.  The name of the last
# one matters to Muon.
SHAPES = {
    "dense/kernel": (3, 4),
    "dense/bias": (4,),
    "conv/kernel": (2, 3, 2),
    "embedding/table": (5, 2),
}


def record(class_name, **config):
    return {
        "module": "keras.optimizers",
        "class_name": class_name,
        "config": config,
        "registered_name": None,
    }


def schedule(class_name, **config):
    return {**record(class_name, **config), "module": "keras.optimizers.schedules"}


CASES = {
    "sgd": record("SGD", learning_rate=0.1),
    "sgd_momentum": record("SGD", learning_rate=0.1, momentum=0.9),
    "sgd_nesterov": record("SGD", learning_rate=0.1, momentum=0.9, nesterov=True),
    "sgd_weight_decay": record("SGD", learning_rate=0.1, weight_decay=0.1),
    "sgd_clipnorm": record("SGD", learning_rate=0.1, clipnorm=0.5),
    "sgd_clipvalue": record("SGD", learning_rate=0.1, clipvalue=0.2),
    "sgd_global_clipnorm": record("SGD", learning_rate=0.1, global_clipnorm=0.5),
    "sgd_loss_scale": record("SGD", learning_rate=0.1, loss_scale_factor=4.0),
    "sgd_average": record("SGD", learning_rate=0.1, use_ema=True, ema_momentum=0.8),
    "sgd_average_overwrites": record(
        "SGD",
        learning_rate=0.1,
        use_ema=True,
        ema_momentum=0.8,
        ema_overwrite_frequency=3,
    ),
    "sgd_accumulation": record(
        "SGD", learning_rate=0.1, momentum=0.5, gradient_accumulation_steps=3
    ),
    "sgd_everything": record(
        "SGD",
        learning_rate=schedule(
            "ExponentialDecay",
            initial_learning_rate=0.1,
            decay_steps=2,
            decay_rate=0.5,
        ),
        momentum=0.9,
        weight_decay=0.05,
        clipnorm=0.7,
        use_ema=True,
        ema_momentum=0.9,
        ema_overwrite_frequency=2,
        gradient_accumulation_steps=2,
    ),
    "rmsprop": record("RMSprop", learning_rate=0.01),
    "rmsprop_momentum": record("RMSprop", learning_rate=0.01, momentum=0.9),
    "rmsprop_centered": record(
        "RMSprop", learning_rate=0.01, rho=0.8, momentum=0.5, centered=True
    ),
    "adagrad": record("Adagrad", learning_rate=0.1),
    "adadelta": record("Adadelta", learning_rate=1.0, rho=0.9),
    "adam": record("Adam", learning_rate=0.01),
    "adam_amsgrad": record(
        "Adam", learning_rate=0.01, beta_1=0.8, beta_2=0.5, amsgrad=True
    ),
    "adam_accumulation": record(
        "Adam", learning_rate=0.01, gradient_accumulation_steps=2
    ),
    "adamw": record("AdamW", learning_rate=0.01, weight_decay=0.1),
    "adamax": record("Adamax", learning_rate=0.01),
    "nadam": record("Nadam", learning_rate=0.01),
    "lion": record("Lion", learning_rate=0.01, weight_decay=0.01),
    "lamb": record("Lamb", learning_rate=0.01),
    "ftrl": record("Ftrl", learning_rate=0.1),
    "ftrl_all": record(
        "Ftrl",
        learning_rate=0.1,
        learning_rate_power=-0.7,
        initial_accumulator_value=0.2,
        l1_regularization_strength=0.05,
        l2_regularization_strength=0.1,
        l2_shrinkage_regularization_strength=0.02,
        beta=0.3,
    ),
    "adafactor": record("Adafactor", learning_rate=0.9),
    "adafactor_absolute": record("Adafactor", learning_rate=0.1, relative_step=False),
    "muon": record("Muon", learning_rate=0.01),
    "muon_plain": record(
        "Muon",
        learning_rate=0.01,
        nesterov=False,
        rms_rate=None,
        exclude_embeddings=False,
        exclude_layers=["dense"],
        adam_lr_ratio=0.5,
        weight_decay=None,
    ),
    "schedule_free": record("ScheduleFreeAdamW", learning_rate=0.05, warmup_steps=3),
    "loss_scale": record(
        "LossScaleOptimizer",
        inner_optimizer=record("Adam", learning_rate=0.01),
        initial_scale=8.0,
        dynamic_growth_steps=2,
    ),
}


def starting_values():
    """The variables before the first step, by path."""
    rng = np.random.default_rng(1)
    return {
        path: rng.normal(size=shape).astype("float32") for path, shape in SHAPES.items()
    }


def gradients(case):
    """One list of gradients per step; that of step 4 overflows for `loss_scale`."""
    rng = np.random.default_rng(2)
    steps = [
        [rng.normal(size=shape).astype("float32") for shape in SHAPES.values()]
        for _ in range(STEPS)
    ]
    if case == "loss_scale":
        steps[4][1][0] = np.inf
    return steps
