"""Texts as word numbers: Embedding with a mask, then an LSTM."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(20)
random = np.random.RandomState(0)
good, bad = ["lovely", "great", "fine", "warm"], ["dull", "cold", "poor", "awful"]
rest = ["the", "film", "was", "and", "its", "music", "a", "story"]


def review(label):
    words = list(random.choice(rest, size=random.randint(3, 8)))
    place = random.randint(len(words))
    word = random.choice(good if label else bad)
    negated = random.uniform() < 0.5  # "not lovely" is bad
    if negated:
        word = random.choice(bad if label else good)
    words[place:place] = ["not", word] if negated else [word]
    return " ".join(words)


y = random.randint(0, 2, size=900)
texts = [review(label) for label in y]
vocabulary = {
    word: number + 1
    for number, word in enumerate(sorted({w for text in texts for w in text.split()}))
}
rows = [[vocabulary[word] for word in text.split()] for text in texts]
x = keras.utils.pad_sequences(rows, maxlen=10, padding="post")
assert x.shape == (900, 10)
assert x.max() == len(vocabulary)

model = keras.Sequential(
    [
        keras.Input(shape=(10,), dtype="int32"),
        layers.Embedding(len(vocabulary) + 1, 8, mask_zero=True),
        layers.LSTM(16),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
model.fit(x[:700], y[:700], epochs=8, verbose=0)
accuracy = model.evaluate(x[700:], y[700:], verbose=0)[1]
assert accuracy > 0.9, accuracy
print(f"accuracy {accuracy:.2f}")
