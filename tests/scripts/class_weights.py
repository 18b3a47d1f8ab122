"""A rare class: class weights and sample weights make it count."""

import keras
import numpy as np
from keras import layers

random = np.random.RandomState(0)
y = (random.uniform(size=2000) < 0.05).astype("int64")  # one in twenty
x = (random.normal(size=(2000, 2)) + 1.5 * y[:, None]).astype("float32")


def recall_after_training(**weights):
    keras.utils.set_random_seed(27)
    model = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(8, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(0.02),
        "binary_crossentropy",
        metrics=[keras.metrics.Recall(name="recall")],
        weighted_metrics=["accuracy"],
    )
    history = model.fit(x, y, epochs=6, verbose=0, **weights).history
    assert {"loss", "recall", "accuracy"} == set(history)
    return model.evaluate(x, y, verbose=0, return_dict=True)["recall"], history


plain, _ = recall_after_training()
weighted, history = recall_after_training(class_weight={0: 1.0, 1: 19.0})
sampled, same = recall_after_training(sample_weight=np.where(y == 1, 19.0, 1.0))
assert weighted > plain + 0.2, (plain, weighted)
np.testing.assert_allclose(history["loss"], same["loss"], rtol=1e-4)
assert abs(weighted - sampled) < 0.02
print(f"recall {plain:.2f} -> {weighted:.2f}")
