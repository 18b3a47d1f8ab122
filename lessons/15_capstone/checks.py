"""Capstone: one project from raw data to an honest report."""

import numpy as np

import edukeras as keras
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
    variant,
)
from edukeras.inspect import diagnose

# What the notebook has run before the first exercise.
SETUP = """
import numpy as np
import edukeras as keras
from edukeras import layers
from edukeras.grading import variant

(first, _), (last, _) = keras.datasets.seattle_weather.load_data()
weather = np.concatenate([first, last])
rain, high, low, wind = weather.T
before = np.concatenate([high[:1], high[:-1]])
question = variant("15_capstone", ["rain", "windy", "warmer"])
answers = {
    "rain": rain > 0, "windy": wind > 3, "warmer": high > before
}[question].astype("int64")
"""


def expect_pair(value, what):
    expect(value is not None, "There is no answer. Did you forget `return`?")
    expect(isinstance(value, (tuple, list)) and len(value) == 2, what)


# --- q1: from days to samples -----------------------------------------------------


@check(
    points=4,
    hints=[
        "Write down for 5 days and windows of 3: which days are in the first sample, "
        "and which day is its answer?",
        "Sample i holds the days i, ..., i + days - 1. Its answer is that of day "
        "i + days.",
        "`weather[i : i + days].ravel()` for i in range(len(weather) - days).",
    ],
)
def q1(windows):
    weather = numbers(10, 4)
    answers = np.array([0, 1, 1, 0, 1, 0, 0, 1, 1, 1])
    pair = windows(weather.copy(), answers.copy(), 3)
    expect_pair(pair, "Return two arrays: the samples X and their answers y.")
    X, y = (np.asarray(array) for array in pair)
    correct = np.stack([weather[i : i + 3].ravel() for i in range(7)])
    with part("a window a row", 2):
        expect(
            X.shape != (7, 3, 4),
            "Each sample still is a table of 3 days. Make one row of it.",
            hint=3,
        )
        expect(
            len(X) != 8,
            "One window too many: after the last one there is no day to predict.",
            hint=1,
        )
        expect(
            len(X) != 10, "Each day has a row of its own. A sample is 3 days.", hint=2
        )
        expect_shape(X, (7, 12), "10 days, windows of 3, 4 numbers a day.", hint=2)
        expect(
            not np.allclose(X[:-1], correct[1:]),
            "The window holds the very day that is to be predicted. Tomorrow must not "
            "be in it: with that, everybody is a prophet.",
            hint=2,
        )
        backwards = correct.reshape(7, 3, 4)[:, ::-1].reshape(7, 12)
        expect_not_close(X, backwards, "The oldest day comes first.", hint=2)
        by_column = correct.reshape(7, 3, 4).transpose(0, 2, 1).reshape(7, 12)
        expect_not_close(
            X, by_column, "Day after day, each with its 4 numbers together.", hint=3
        )
        expect_close(X, correct, "Which days are in the first row?", hint=2)
    with part("the answer of the day after", 2):
        expect_not_close(
            y,
            answers[2:-1],
            "That is the answer of the last day of the window: it is known already.",
            hint=2,
        )
        expect_not_close(y, answers[:7], "That is the first day of the window.", hint=2)
        expect(
            len(y) != 6, "You skip a day: the answer is that of the next day.", hint=2
        )
        expect_close(y, answers[3:], "The day after the window.", hint=2)
        short = windows(weather.copy(), answers.copy(), 2)
        expect_shape(
            short[0], (8, 8), "For windows of 2 days. Is the 3 fixed somewhere?", hint=3
        )
        expect_close(
            short[1], answers[2:], "For windows of 2 days. Is the 3 fixed?", hint=3
        )


q1.answer("""
    def windows(weather, answers, days):
        X = [weather[i : i + days].ravel() for i in range(len(weather) - days)]
        return np.array(X), answers[days:]
""")
q1.right("""
    def windows(weather, answers, days):
        n = len(weather) - days
        X = np.hstack([weather[k : k + n] for k in range(days)])
        return X, answers[-n:]
""")
q1.right("""
    def windows(weather, answers, days):
        view = np.lib.stride_tricks.sliding_window_view(weather, days, axis=0)
        return view[:-1].transpose(0, 2, 1).reshape(len(view) - 1, -1), answers[days:]
""")
WINDOWS = """
    def windows(weather, answers, days):
        n = len(weather) - days
        X = [{row} for i in range({n})]
        return np.array(X), {y}
"""
windows_code = answer_template(
    WINDOWS,
    row="weather[i : i + days].ravel()",
    n="n",
    y="answers[days:]",
)
q1.wrong(
    windows_code(row="weather[i + 1 : i + 1 + days].ravel()"),
    says="everybody is a prophet",
    points=2,
)
q1.wrong(
    windows_code(y="answers[days - 1 : -1]"),
    says="it is known already",
    points=2,
)
q1.wrong(windows_code(y="answers[:n]"), says="the first day", points=2)
q1.wrong(
    windows_code(y="answers[days + 1:]"),
    says="You skip a day",
    points=2,
)
q1.wrong(
    windows_code(row="weather[i : i + days]"),
    says="still is a table",
)
q1.wrong(
    windows_code(row="weather[i : i + days][::-1].ravel()"),
    says="The oldest day comes first.",
    points=2,
)
q1.wrong(
    windows_code(row="weather[i : i + days].T.ravel()"),
    says="Day after day",
    points=2,
)
q1.wrong(windows_code(n="n + 1"), says="One window too many")
q1.wrong(
    windows_code(
        row="weather[i : i + 3].ravel()", n="len(weather) - 3", y="answers[3:]"
    ),
    says="Is the 3 fixed",
    points=2,
)
q1.wrong(
    "def windows(weather, answers, days): return weather[days:]",
    says="Return two arrays",
)


# --- q2: an honest split ----------------------------------------------------------


@check(
    points=4,
    hints=[
        "The future must not help to predict the past: cut, do not shuffle.",
        "`i, j = int(0.6 * n), int(0.8 * n)` are the two places to cut.",
        "Mean and standard deviation of the columns of the training part, for all.",
    ],
)
def q2(split_and_scale):
    X = numbers(100, 3) * [1, 10, 100] + np.arange(100)[:, None] + [5, 0, -50]
    y = np.arange(100)  # the number of the day: tells where each row went
    parts = split_and_scale(X.copy(), y.copy())
    expect(parts is not None, "There is no answer. Did you forget `return`?")
    expect(
        isinstance(parts, (tuple, list))
        and len(parts) == 3
        and all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in parts),
        "Return three pairs: (X, y) to train, to validate, to test.",
    )
    days = [np.asarray(pair[1]) for pair in parts]
    with part("past and future", 2) as split:
        sizes = [len(part_days) for part_days in days]
        expect(
            sum(sizes) == 100 and len(set(np.concatenate(days).tolist())) == 100,
            say("Each day belongs to one part. You have {sizes}.", sizes=sizes),
            hint=2,
        )
        expect(
            days[0].max() < days[1].min() and days[1].max() < days[2].min(),
            "Days of the future are in the training part. Neighbouring days are alike: "
            "whoever has seen tomorrow and yesterday knows today.",
            hint=1,
        )
        expect(
            sizes == [60, 20, 20],
            say("60, 20 and 20 of 100 days are wanted, not {sizes}.", sizes=sizes),
            hint=2,
        )
    if not split.passed:
        return
    with part("one scale for all", 2):
        mean, std = X[:60].mean(axis=0), X[:60].std(axis=0)
        train, validation, test = (np.asarray(pair[0]) for pair in parts)
        message = "Is each row still with its answer, and the oldest first?"
        expect_not_close(train, X[:60], "These are not scaled yet.", hint=3)
        whole = (X - X.mean(axis=0)) / X.std(axis=0)
        expect_not_close(
            train,
            whole[:60],
            "The mean of all days was used: so the future has leaked into the past.",
            hint=3,
        )
        expect_not_close(
            train,
            (X[:60] - X[:60].mean()) / X[:60].std(),
            "Each column has a mean of its own: axis 0.",
            hint=3,
        )
        expect_not_close(train, X[:60] - mean, "And the standard deviation?", hint=3)
        expect_close(train, (X[:60] - mean) / std, message, hint=3)
        own = (X[80:] - X[80:].mean(axis=0)) / X[80:].std(axis=0)
        expect_not_close(
            test,
            own,
            "The test part was scaled with its own mean: then the same number means "
            "another temperature than in training.",
            hint=3,
        )
        expect_not_close(test, X[80:], "The test part is not scaled.", hint=3)
        expect_close(test, (X[80:] - mean) / std, message, hint=3)
        expect_close(validation, (X[60:80] - mean) / std, message, hint=3)


q2.answer("""
    def split_and_scale(X, y):
        i, j = int(0.6 * len(X)), int(0.8 * len(X))
        mean, std = X[:i].mean(axis=0), X[:i].std(axis=0)
        X = (X - mean) / std
        return (X[:i], y[:i]), (X[i:j], y[i:j]), (X[j:], y[j:])
""")
q2.right("""
    def split_and_scale(X, y):
        cuts = [len(X) * 3 // 5, len(X) * 4 // 5]
        scale = layers.Normalization()
        scale.adapt(X[:cuts[0]])
        parts = np.split(np.asarray(scale(X)), cuts)
        return list(zip(parts, np.split(y, cuts)))
""")
q2.right("""
    def split_and_scale(X, y):
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
        X, X_test, y, y_test = train_test_split(X, y, test_size=0.2, shuffle=False)
        X, X_val, y, y_val = train_test_split(X, y, test_size=0.25, shuffle=False)
        scaler = StandardScaler().fit(X)
        pairs = (X, y), (X_val, y_val), (X_test, y_test)
        return [(scaler.transform(a), b) for a, b in pairs]
""")
SPLIT = """
    def split_and_scale(X, y):
        {first}
        i, j = int({share} * len(X)), int(0.8 * len(X))
        mean, std = {known}.mean(axis=0), {known}.std(axis=0)
        scale = lambda part: {scaled}
        return (scale(X[:i]), y[:i]), (scale(X[i:j]), y[i:j]), (scale(X[j:]), y[j:])
"""
split_code = answer_template(
    SPLIT,
    first="pass",
    share="0.6",
    known="X[:i]",
    scaled="(part - mean) / std",
)
q2.wrong(
    split_code(
        first="p = np.random.default_rng(0).permutation(len(X)); X, y = X[p], y[p]"
    ),
    says="whoever has seen tomorrow and yesterday knows today",
)
q2.wrong(split_code(known="X"), says="the future has leaked", points=2)
q2.wrong(
    split_code(scaled="(part - part.mean(axis=0)) / part.std(axis=0)"),
    says="scaled with its own mean",
    points=2,
)
q2.wrong(split_code(scaled="part"), says="not scaled yet", points=2)
q2.wrong(
    split_code(scaled="part - mean"),
    says="And the standard deviation?",
    points=2,
)
q2.wrong(
    split_code(scaled="(part - X[:i].mean()) / X[:i].std()"),
    says="Each column has a mean of its own",
    points=2,
)
q2.wrong(split_code(share="0.7"), says="60, 20 and 20")
q2.wrong(
    """
    def split_and_scale(X, y):
        i = int(0.8 * len(X))
        return (X[:i], y[:i]), (X[i:], y[i:])
    """,
    says="Return three pairs",
)
q2.wrong(
    """
    def split_and_scale(X, y):
        return (X[:60], y[:60]), (X[60:], y[60:]), (X[80:], y[80:])
    """,
    says="Each day belongs to one part.",
)


# --- q3: what costs nothing -------------------------------------------------------


@check(
    points=3,
    hints=[
        "What would you answer if you had seen only y_train, and no weather at all?",
        "The commoner of 0 and 1 in y_train; then `np.mean(y_new == common)`.",
        "Compare each new day with the one before: `y_new[1:]` and `y_new[:-1]`.",
    ],
)
def q3(baselines):
    y_train = np.array([1, 1, 0, 1, 0, 1, 1])
    y_new = np.array([0, 0, 1, 0, 0, 0, 1, 0])
    pair = baselines(y_train.copy(), y_new.copy())
    expect_pair(pair, "Return two numbers: always the same, and as the day before.")
    always, same = pair
    with part("always the same", 2):
        expect_not_close(
            always,
            6 / 8,
            "You looked at the new days to find the commonest answer. Only y_train is "
            "known when you decide.",
            hint=1,
        )
        expect_not_close(
            always, 5 / 7, "How good is it on the new days, not on the old?", hint=2
        )
        expect_not_close(always, 2, "The share that is right, not the count.", hint=2)
        expect_close(always, 2 / 8, "In y_train, 1 is commoner.", hint=2)
        other = baselines(1 - y_train, y_new.copy())[0]
        expect_close(other, 6 / 8, "Here 0 is commoner in y_train.", hint=2)
    with part("as the day before", 1):
        expect_not_close(same, 3 / 8, "The first day has none before it.", hint=3)
        expect_not_close(
            same, 4 / 7, "That is how often it changes. How often is it the same?", 3
        )
        expect_not_close(same, 3, "The share, not the count.", hint=3)
        expect_close(same, 3 / 7, "Of 7 pairs of days, how many are alike?", hint=3)


q3.answer("""
    def baselines(y_train, y_new):
        common = np.bincount(y_train).argmax()
        return np.mean(y_new == common), np.mean(y_new[1:] == y_new[:-1])
""")
q3.right("""
    def baselines(y_train, y_new):
        share = float(np.mean(y_new))
        always = share if sum(y_train) * 2 > len(y_train) else 1 - share
        return [always, 1 - np.abs(np.diff(y_new)).mean()]
""")
q3.right("""
    from collections import Counter

    def baselines(y_train, y_new):
        common = Counter(y_train.tolist()).most_common(1)[0][0]
        right = [a == b for a, b in zip(y_new, y_new[1:])]
        return list(y_new).count(common) / len(y_new), sum(right) / len(right)
""")
FREE = """
    def baselines(y_train, y_new):
        common = np.bincount({seen}).argmax()
        return {always}, {same}
"""
free_code = answer_template(
    FREE,
    seen="y_train",
    always="np.mean(y_new == common)",
    same="np.mean(y_new[1:] == y_new[:-1])",
)
q3.wrong(
    free_code(seen="y_new"),
    says="Only y_train is known",
    points=1,
)
q3.wrong(
    free_code(always="np.mean(y_train == common)"),
    says="not on the old",
    points=1,
)
q3.wrong(
    free_code(always="np.sum(y_new == common)"),
    says="not the count",
    points=1,
)
q3.wrong(
    free_code(always="np.mean(y_new)"),
    says="Here 0 is commoner",
    points=1,
)
q3.wrong(
    free_code(same="np.mean(y_new[1:] != y_new[:-1])"),
    says="how often it changes",
    points=2,
)
q3.wrong(
    free_code(same="np.sum(y_new[1:] == y_new[:-1]) / len(y_new)"),
    says="The first day has none before it.",
    points=2,
)
q3.wrong(
    "def baselines(y_train, y_new): return np.mean(y_new == 1)",
    says="Return two numbers",
)


# --- q4: the model, and its diagnosis ---------------------------------------------


def curved(n, seed):
    """Twelve numbers a sample; two of them decide, along a curve."""
    X = numbers(n, 12, seed=seed)
    return X, (X[:, 0] + X[:, 1] ** 2 > 1).astype("int64")


def noise(n, seed):
    """Answers that have nothing to do with the numbers."""
    return numbers(n, 12, seed=seed), np.random.default_rng(seed + 9).integers(0, 2, n)


def log_loss(y, p):
    p = np.clip(np.asarray(p, dtype=float).ravel(), 1e-7, 1 - 1e-7)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


@check(
    points=6,
    seconds=90,
    hints=[
        "A small network: a hidden layer, then one unit that gives a probability.",
        "One unit with sigmoid, and binary_crossentropy as the loss.",
        "`keras.callbacks.EarlyStopping(patience=..., restore_best_weights=True)`, "
        "with `validation_data=validation` in `fit`.",
        "`%doctor model X y` says what it finds. Look up its code with lesson 12.",
    ],
)
def q4(train_model):
    train, validation, fresh = curved(900, 1), curved(300, 2), curved(1000, 3)
    keras.utils.set_random_seed(0)
    model = train_model(train, validation)
    expect(model is not None, "There is no model. Did you forget `return`?")
    expect(
        isinstance(model, keras.Model),
        say("Return the model, not a {kind}.", kind=type(model).__name__),
    )
    p = np.asarray(model.predict(fresh[0], verbose=0))
    with part("gives probabilities", 1) as probabilities:
        expect(
            p.shape in ((1000, 1), (1000,)),
            say(
                "One number a day is wanted: how probable is yes? You have shape "
                "{shape}.",
                shape=p.shape,
            ),
            hint=2,
        )
        expect(
            p.min() >= 0 and p.max() <= 1,
            "Below 0 or above 1 there are no probabilities. What squeezes a sum into "
            "that range?",
            hint=2,
        )
        expect(
            np.ptp(p) > 1e-3,
            "The same answer for every sample. One unit with softmax is always 1; and "
            "a dead network is constant, too.",
            hint=2,
        )
    if not probabilities.passed:
        return
    with part("learns what can be learned", 2):
        right = float(np.mean((p.ravel() > 0.5) == fresh[1]))
        expect(
            right > 0.3,
            "More often wrong than right. Are the answers turned over?",
            hint=2,
        )
        expect(
            right > 0.8,
            say(
                "On a curved problem it is right in {right:.0%} of new samples. A "
                "straight line reaches as much. Is there a hidden layer with an "
                "activation, and time to learn?",
                right=right,
            ),
            hint=1,
        )
    with part("does not learn noise", 2):
        known, unknown = noise(300, 4), noise(300, 5)
        keras.utils.set_random_seed(0)
        other = train_model(known, unknown)
        q = np.asarray(other.predict(unknown[0], verbose=0)).ravel()
        seen = float(np.mean((q > 0.5) == unknown[1]))
        expect(
            seen < 0.66,
            say(
                "Answers by the toss of a coin, and it is right in {seen:.0%} of the "
                "validation part? It must have been trained on it.",
                seen=seen,
            ),
            hint=3,
        )
        loss = log_loss(unknown[1], q)
        expect(
            loss < 0.8,
            say(
                "Given answers by the toss of a coin, it learned them by heart: the "
                "validation loss is {loss:.2f}, saying 50% always gives 0.69. Who "
                "stops the training, and with which weights?",
                loss=loss,
            ),
            hint=3,
        )
    with part("the doctor is content", 1):
        found = diagnose(
            model, train[0], train[1], validation_data=validation, source=""
        )
        serious = [f for f in found.findings if f.severity != "note"]
        expect(
            not serious,
            say(
                "The doctor finds: {title} ({code}).",
                title=serious[0].title if serious else "",
                code=serious[0].code if serious else "",
            ),
            hint=4,
        )


q4.answer("""
    def train_model(train, validation):
        model = keras.Sequential([
            keras.Input((train[0].shape[1],)),
            layers.Dense(16, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ])
        model.compile(
            keras.optimizers.Adam(0.005), "binary_crossentropy", ["accuracy"])
        stop = keras.callbacks.EarlyStopping(patience=8, restore_best_weights=True)
        model.fit(*train, validation_data=validation, epochs=100, callbacks=[stop],
                  verbose=0)
        return model
""")
q4.right("""
    def train_model(train, validation):
        x = inputs = keras.Input((train[0].shape[1],))
        x = layers.Dense(24, activation="tanh")(x)
        x = layers.Dropout(0.1)(x)
        model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
        model.compile("adam", "binary_crossentropy")
        best, weights = np.inf, model.get_weights()
        for _ in range(60):  # early stopping by hand
            model.fit(*train, batch_size=16, verbose=0)
            loss = model.evaluate(*validation, verbose=0)
            if loss < best:
                best, weights = loss, model.get_weights()
        model.set_weights(weights)
        return model
""")
MODEL = """
    def train_model(train, validation):
        model = keras.Sequential([
            keras.Input((train[0].shape[1],)),
            {hidden}
            {last},
        ])
        model.compile(keras.optimizers.Adam({rate}), "binary_crossentropy")
        model.fit({fit}, verbose=0)
        {end}
"""
model_code = answer_template(
    MODEL,
    hidden='layers.Dense(16, activation="relu"),',
    last='layers.Dense(1, activation="sigmoid")',
    rate="0.005",
    fit="*train, validation_data=validation, epochs=100, callbacks=["
    "keras.callbacks.EarlyStopping(patience=8, restore_best_weights=True)]",
    end="return model",
)
BOTH = "*(np.concatenate(pair) for pair in zip(train, validation))"
q4.wrong(model_code(end="pass"), says="Did you forget `return`?")
q4.wrong(model_code(end="return model.history"), says="not a History")
q4.wrong(
    model_code(last="layers.Dense(1)"),
    says="What squeezes a sum into that range?",
)
q4.wrong(
    model_code(last='layers.Dense(1, activation="softmax")'),
    says="One unit with softmax is always 1",
)
q4.wrong(
    model_code(last='layers.Dense(2, activation="sigmoid")'),
    says="give the last layer as many units",
)
q4.wrong(
    model_code(hidden=""),
    says="A straight line reaches as much.",
    points=4,
)
q4.wrong(model_code(rate="0.000001"), says="time to learn?", points=3)
q4.wrong(
    model_code(hidden='layers.Dense(64, activation="relu"),', fit="*train, epochs=100"),
    says="it learned them by heart",
    points=4,
)
q4.wrong(
    model_code(hidden='layers.Dense(64, activation="relu"),', fit=BOTH + ", epochs=40"),
    says="It must have been trained on it.",
    points=4,
)


# --- q5: the report ---------------------------------------------------------------


def weather_of_test_days():
    """The answers of the last fifth of all days, for this learner's question."""
    (first, _), (last, _) = keras.datasets.seattle_weather.load_data()
    rain, high, _, wind = np.concatenate([first, last]).T
    question = variant("15_capstone", ["rain", "windy", "warmer"])
    before = np.concatenate([high[:1], high[:-1]])
    yes = {"rain": rain > 0, "windy": wind > 3, "warmer": high > before}[question]
    return yes[-round(0.2 * len(yes)) :]


@check(
    points=6,
    needs=[q1, q2, q3, q4],
    seconds=60,
    hints=[
        "Yes where the probability is above 0.5. Mind the shape: (n, 1) and (n,).",
        "Accuracy p of n days is known to 1.96 * sqrt(p (1 - p) / n).",
        "Row: what it was. Column: what was said. Count the pairs.",
        "Better is only what is still better with the margin taken off.",
        "Put it together: windows, split_and_scale, train_model, and the test part.",
    ],
)
def q5(report, final):
    truth = np.array([1] * 30 + [0] * 70)
    p = np.array([0.9] * 24 + [0.2] * 6 + [0.6] * 14 + [0.1] * 56)[:, None]
    found = report(truth.copy(), p.copy(), 0.7)
    expect(found is not None, "There is no answer. Did you forget `return`?")
    expect(
        isinstance(found, dict)
        and {"accuracy", "margin", "table", "better"} <= set(found),
        "Return a dictionary with accuracy, margin, table and better.",
    )
    with part("accuracy and its margin", 2):
        expect(
            np.size(found["accuracy"]) == 1,
            "One accuracy for all days. (n,) beside (n, 1) makes n times n.",
            hint=1,
        )
        mixed = np.mean((p > 0.5) == truth)
        expect_not_close(
            found["accuracy"],
            mixed,
            "(n,) and (n, 1) were compared: each with each. Make both (n,).",
            hint=1,
        )
        expect_close(found["accuracy"], 0.8, "80 of 100 days are right.", hint=1)
        margin = 1.96 * np.sqrt(0.8 * 0.2 / 100)
        expect_not_close(
            found["margin"], margin / 1.96, "One standard error: take 1.96 of it.", 2
        )
        expect_not_close(
            found["margin"], 1.96 * 0.16 / 100, "The root is missing.", hint=2
        )
        expect_not_close(
            found["margin"], 1.96 * 0.4, "Many days make the margin small: n.", hint=2
        )
        expect_close(found["margin"], margin, "Look at the formula.", hint=2)
    with part("who was taken for what", 1) as counted:
        table = found["table"]
        expect_not_close(
            table, [[56, 6], [14, 24]], "Turned over: rows are what it was.", hint=3
        )
        expect_not_close(
            table, [[24, 6], [14, 56]], "First row and first column are no: 0.", hint=3
        )
        expect_close(table, [[56, 14], [6, 24]], "Count the pairs.", hint=3)
    with part("better than nothing?", 1):
        expect(found["better"], "0.80, known to 0.08, against 0.70: better.", hint=4)
        close = report(truth.copy(), p.copy(), 0.75)["better"]
        expect(
            not close,
            "0.80, known to 0.08, against 0.75: that may be luck.",
            hint=4,
        )
    if not counted.passed:
        return
    with part("your project", 2):
        expect(
            isinstance(final, dict) and "table" in final,
            "`final` should be what `report` returns.",
            hint=5,
        )
        table, yes = np.asarray(final["table"]), weather_of_test_days()
        expect(
            abs(table.sum() - len(yes)) <= 6,
            say(
                "The test part has {n} days; your table counts {m}.",
                n=len(yes),
                m=int(table.sum()),
            ),
            hint=5,
        )
        expect(
            abs(table[1].sum() / table.sum() - yes.mean()) < 0.02,
            "These are not the answers of the last days, for your question.",
            hint=5,
        )
        accuracy = float(np.trace(table) / table.sum())
        expect(
            accuracy < 0.9,
            "Too good to be true: nobody knows tomorrow that well. Is it in X?",
            hint=5,
        )
        expect(
            accuracy > 0.52,
            "Hardly better than a coin. Is the model trained on your question?",
            hint=5,
        )


q5.answer("""
    def report(y, probabilities, baseline):
        said = (np.ravel(probabilities) > 0.5).astype(int)
        accuracy = np.mean(said == y)
        margin = 1.96 * np.sqrt(accuracy * (1 - accuracy) / len(y))
        table = np.zeros((2, 2), dtype=int)
        np.add.at(table, (y, said), 1)
        return {"accuracy": accuracy, "margin": margin, "table": table,
                "better": bool(accuracy - margin > baseline)}

    keras.utils.set_random_seed(0)
    train, validation, test = split_and_scale(*windows(weather, answers, 3))
    model = train_model(train, validation)
    best = max(baselines(train[1], test[1]))
    final = report(test[1], model.predict(test[0], verbose=0), best)
""")
q5.right("""
    def report(y, probabilities, baseline):
        said = [int(p > 0.5) for p in np.asarray(probabilities).reshape(-1)]
        table = [[sum(a == r and b == c for a, b in zip(y, said)) for c in (0, 1)]
                 for r in (0, 1)]
        n = len(said)
        accuracy = (table[0][0] + table[1][1]) / n
        margin = 1.96 * (accuracy * (1 - accuracy) / n) ** 0.5
        return dict(accuracy=accuracy, margin=margin, table=table, n=n,
                    better=accuracy > baseline + margin)

    keras.utils.set_random_seed(1)
    a, b, c = split_and_scale(*windows(weather, answers, 5))
    final = report(c[1], train_model(a, b).predict(c[0], verbose=0), 0.7)
""")
REPORT = """
    def report(y, probabilities, baseline):
        said = ({flat} > 0.5).astype(int)
        accuracy = np.mean(said == y)
        margin = {margin}
        table = np.zeros((2, 2), dtype=int)
        np.add.at(table, {pairs}, 1)
        return {{"accuracy": accuracy, "margin": margin, "table": table,
                "better": bool({better})}}

    keras.utils.set_random_seed(0)
    train, validation, test = split_and_scale(*windows({data}, 3))
    model = train_model(train, validation)
    final = report({on}[1], model.predict({on}[0], verbose=0), 0.7)
"""
report_code = answer_template(
    REPORT,
    flat="np.ravel(probabilities)",
    margin="1.96 * np.sqrt(accuracy * (1 - accuracy) / len(y))",
    pairs="(y, said)",
    better="accuracy - margin > baseline",
    data="weather, answers",
    on="test",
)
q5.wrong(
    report_code(margin="np.sqrt(accuracy * (1 - accuracy) / len(y))"),
    says="take 1.96 of it",
    points=3,
)
q5.wrong(
    report_code(margin="1.96 * accuracy * (1 - accuracy) / len(y)"),
    says="The root is missing.",
    points=3,
)
q5.wrong(
    report_code(margin="1.96 * np.sqrt(accuracy * (1 - accuracy))"),
    says="Many days make the margin small",
    points=3,
)
q5.wrong(report_code(pairs="(said, y)"), says="Turned over", points=3)
q5.wrong(
    report_code(pairs="(1 - y, 1 - said)"),
    says="First row and first column are no",
    points=3,
)
q5.wrong(
    report_code(better="accuracy > baseline"),
    says="that may be luck",
    points=5,
)
q5.wrong(report_code(on="train"), says="The test part has", points=4)
q5.wrong(
    report_code(data="np.c_[weather, np.roll(answers, -1)], answers"),
    says="Too good to be true",
    points=4,
)
q4.same_as_reference(
    "line 3: keras.Input((train[0].shape[1],)) left out",
    because="a Sequential model takes the shape from the first data it sees",
)
q4.same_as_reference(
    "line 9: 8 -> 9",
    "line 9: patience=8 left out",
    "line 10: 100 -> 101",
    "line 4: 16 -> 17",
    "line 4: 'relu' -> 'sigmoid'",
    because="these are choices: the small network learns the same, and no noise",
)
q5.same_as_reference(
    "line 10: keras.utils.set_random_seed(0) -> pass",
    "line 10: 0 -> 1",
    because="the report is about a model, not about one seed",
)
q5.same_as_reference(
    "line 5: dtype=int left out", because="counts are the same numbers as floats"
)
q5.same_as_reference(
    "line 11: 3 -> 4", because="how many days the model looks back is free"
)
