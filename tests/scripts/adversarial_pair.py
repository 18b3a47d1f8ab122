"""Two networks against each other: a generator learns the data of a distribution.

For edukeras only: Keras 3 has a GradientTape in its backend, not in `keras`.
"""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(10)
random = np.random.RandomState(0)
generator = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
judge = keras.Sequential(
    [keras.Input((1,)), layers.Dense(16, activation="tanh"), layers.Dense(1)]
)
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
generator_optimizer = keras.optimizers.Adam(0.02, beta_1=0.5)
judge_optimizer = keras.optimizers.Adam(0.02, beta_1=0.5)


def step(real, noise):
    """One update of the judge and one of the generator; both losses."""
    size = len(real)
    with keras.GradientTape() as tape:
        scores = judge(ops.concatenate([real, generator(noise)], axis=0))
        labels = np.concatenate([np.ones((size, 1)), np.zeros((size, 1))])
        judge_loss = cross_entropy(labels, scores)
    variables = judge.trainable_weights
    judge_optimizer.apply(tape.gradient(judge_loss, variables), variables)
    with keras.GradientTape() as tape:
        loss = cross_entropy(np.ones((size, 1)), judge(generator(noise)))
    variables = generator.trainable_weights
    generator_optimizer.apply(tape.gradient(loss, variables), variables)
    return float(judge_loss), float(loss)


for _ in range(500):
    real = random.normal(4.0, 1.0, size=(64, 1)).astype("float32")
    losses = step(real, random.normal(size=(64, 1)).astype("float32"))

made = generator.predict(random.normal(size=(2000, 1)), verbose=0)
assert abs(made.mean() - 4) < 0.7, made.mean()
assert np.isfinite(losses).all()
print(f"mean of the generated numbers {made.mean():.1f}")
