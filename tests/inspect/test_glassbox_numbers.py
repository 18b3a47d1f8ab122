"""The numbers in the glass box against NumPy, written out by hand, in float64."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.inspect import glassbox
from edukeras.inspect.glass_box.check import numeric_gradient
from tests.inspect.glass_box_models import LABELS, MODELS, SAMPLES, compiled

EXACT = {"rtol": 1e-10, "atol": 1e-12}


@pytest.fixture(autouse=True)
def _float64():
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx("float32")


def close(found, expected):
    np.testing.assert_allclose(found, expected, **EXACT)


def gradients(box):
    """The gradient of each weight, by its path."""
    recording = box.recording
    return {
        weight.name: recording.updates[slot].gradient
        for slot, weight in recording.weights.items()
    }


def relu(z):
    return np.maximum(z, 0)


def softmax(z):
    powers = np.exp(z)
    return powers / powers.sum(axis=1, keepdims=True)


# -- finite differences -------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_every_gradient_equals_finite_differences(name):
    model, x, y = compiled(name)
    recording = glassbox(model, x, y).recording
    assert recording.weights
    for slot, weight in recording.weights.items():
        gradient = recording.updates[slot].gradient
        largest = np.unravel_index(np.argmax(np.abs(gradient)), gradient.shape)
        for index in {largest, (0,) * gradient.ndim}:
            numeric, *_ = numeric_gradient(recording, slot, index)
            np.testing.assert_allclose(
                gradient[index], numeric, rtol=1e-6, atol=1e-9, err_msg=weight.name
            )


@pytest.mark.parametrize("name", MODELS)
def test_gradients_and_loss_are_those_of_training(name):
    model, x, y = compiled(name, keras.optimizers.SGD(1.0))
    box = glassbox(model, x, y)
    before = [v.numpy() for v in model.trainable_variables]
    loss = model.train_on_batch(x, y, return_dict=True)["loss"]
    close(box.recording.loss, loss)
    for variable, old in zip(model.trainable_variables, before, strict=True):
        close(
            old - variable.numpy(),
            gradients(box)[variable.path.removeprefix(f"{model.name}/")],
        )


def test_the_loss_after_the_step_is_that_of_the_trained_model():
    model, x, y = compiled("conv", "adam")
    box = glassbox(model, x, y)
    model.train_on_batch(x, y)
    close(box.loss_after, model.evaluate(x, y, verbose=0))
    assert box.loss_after < box.recording.loss


def test_float32_is_checked_in_float64():
    keras.config.set_floatx("float32")
    model, x, y = compiled("conv")
    assert glassbox(model, x, y).step("check").values["error"] < 1e-4


# -- dense, softmax, cross-entropy --------------------------------------------


@pytest.mark.parametrize("sample", [0, 4])
def test_a_dense_network_by_hand(sample):
    model, x, y = compiled("dense")
    w1, b1, w2, b2 = model.get_weights()
    z1 = x @ w1 + b1
    a1 = relu(z1)
    z2 = a1 @ w2 + b2
    p = softmax(z2)
    losses = -np.log(p[np.arange(SAMPLES), y])
    dz2 = (p - np.eye(3)[y]) / SAMPLES
    da1 = dz2 @ w2.T
    dz1 = da1 * (z1 > 0)

    box = glassbox(model, x, y, sample=sample, unit=1)
    hidden, out = box.step("forward", "hidden"), box.step("forward", "out")
    close(hidden.values["z"], z1[sample, 1])
    close(hidden.values["a"], a1[sample, 1])
    close(out.values["z"], z2[sample, 1])
    close(out.values["a"], p[sample, 1])
    entropy, mean = box.of_phase("loss")
    close(entropy.values["p"], p[sample])
    close(entropy.values["loss"], losses[sample])
    close(mean.values["losses"], losses)
    close(mean.values["loss"], losses.mean())

    back = box.step("backward", "hidden").values
    close(back["da"], da1[sample, 1])
    close(back["dz"], dz1[sample, 1])
    i, j = back["weight_index"]
    assert j == 1
    close(back["dw"], x[:, i] @ dz1[:, j])
    close(back["db"], dz1[:, j].sum())
    back = box.step("backward", "out").values
    close(back["dz"], dz2[sample, 1])
    close(back["dx"], da1[sample, back["input"]])
    close(gradients(box)["hidden/kernel"], x.T @ dz1)
    close(gradients(box)["out/kernel"], a1.T @ dz2)
    close(gradients(box)["out/bias"], dz2.sum(axis=0))


def test_logits_and_cross_entropy_by_hand():
    model, x, y = compiled("logits")
    w, b = model.get_weights()
    p = softmax(x @ w + b)
    box = glassbox(model, x, y, sample=2)
    close(box.step("loss").values["p"], p[2])
    close(box.step("loss").values["loss"], -np.log(p[2, LABELS[2]]))
    entropy = box.of_phase("backward")[1]
    close(entropy.values["dz"], (p[2] - y[2]) / SAMPLES)


def test_sample_weights_count_in_the_mean_and_in_the_gradient():
    model, x, y = compiled("logits")
    w, b = model.get_weights()
    p = softmax(x @ w + b)
    counts = np.array([0.0, 1.0, 2.0, 0.5, 1.0, 3.0])
    losses = -np.log(p[np.arange(SAMPLES), LABELS])
    box = glassbox(model, x, y, sample=5, sample_weight=counts)
    mean = box.of_phase("loss")[-1]
    close(mean.values["weights"], counts)
    close(mean.values["loss"], (losses * counts).sum() / SAMPLES)
    close(box.step("backward").values["dloss"], counts / SAMPLES)
    dz = (p - y) * counts[:, None] / SAMPLES
    close(gradients(box)["out/kernel"], x.T @ dz)


def test_binary_cross_entropy_by_hand():
    model, x, y = compiled("binary")
    w1, b1, w2, b2 = model.get_weights()
    p = 1 / (1 + np.exp(-(np.tanh(x @ w1 + b1) @ w2 + b2)))
    terms = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    box = glassbox(model, x, y, sample=3)
    close(box.step("loss").values["terms"], terms[3])
    close(box.step("loss").values["loss"], terms[3].mean())
    back = box.of_phase("backward")[1]
    close(back.values["dp"], (p[3] - y[3]) / (p[3] * (1 - p[3])) / 2 / SAMPLES)


def test_squares_layer_normalization_and_a_penalty_by_hand():
    model, x, y = compiled("squares")
    w1, b1, gamma, beta, w2, b2 = model.get_weights()
    a = 1 / (1 + np.exp(-(x @ w1 + b1)))
    mean, variance = a.mean(axis=1, keepdims=True), a.var(axis=1, keepdims=True)
    epsilon = model.layers[1].epsilon
    x_hat = (a - mean) / np.sqrt(variance + epsilon)
    n = gamma * x_hat + beta
    out = n @ w2 + b2
    box = glassbox(model, x, y, sample=1, unit=0)
    norm = box.step("forward", "norm").values
    close([norm["mean"], norm["variance"]], [mean[1, 0], variance[1, 0]])
    close([norm["x_hat"], norm["y"]], [x_hat[1, 0], n[1, 0]])
    squares = box.step("loss", op="mean_of_squares").values
    close(squares["errors"], out[1] - y[1])
    close(squares["loss"], ((out[1] - y[1]) ** 2).mean())
    penalty = 0.1 * (w2**2).sum()
    close(box.recording.loss, ((out - y) ** 2).mean() + penalty)
    dout = 2 * (out - y) / y.size
    close(gradients(box)["out/kernel"], n.T @ dout + 0.2 * w2)
    dn = dout @ w2.T
    close(gradients(box)["norm/gamma"], (dn * x_hat).sum(axis=0))
    close(gradients(box)["norm/beta"], dn.sum(axis=0))
    g = dn * gamma
    along = (g * x_hat).mean(axis=1, keepdims=True)
    da = (g - g.mean(axis=1, keepdims=True) - x_hat * along) / np.sqrt(
        variance + epsilon
    )
    back = box.step("backward", "norm").values
    close([back["dy"], back["dx"]], [dn[1, 0], da[1, 0]])


# -- batch normalization and dropout ------------------------------------------


def test_batch_normalization_in_both_modes_by_hand():
    model, x, y = compiled("batchnorm")
    bn = model.layers[1]
    bn.moving_mean.assign([0.5, -0.5, 1.0])
    bn.moving_variance.assign([2.0, 0.5, 1.5])
    bn.gamma.assign([1.5, 0.5, -1.0])
    bn.beta.assign([0.1, 0.2, 0.3])
    w1, b1 = model.layers[0].get_weights()
    w2, b2 = model.layers[2].get_weights()
    h = x @ w1 + b1
    mean, variance = h.mean(axis=0), h.var(axis=0)
    root = np.sqrt(variance + bn.epsilon)
    x_hat = (h - mean) / root
    n = bn.gamma.numpy() * x_hat + bn.beta.numpy()
    out = n @ w2 + b2

    box = glassbox(model, x, y, sample=2, unit=1)
    step = box.step("forward", "bn")
    values = step.values
    close(values["batch"], h[:, 1])
    close([values["mean"], values["variance"]], [mean[1], variance[1]])
    close([values["x_hat"], values["y"]], [x_hat[2, 1], n[2, 1]])
    inference = 0.5 * (h[2, 1] + 0.5) / np.sqrt(0.5 + bn.epsilon) + 0.2
    close(values["y_inference"], inference)
    close(values["new_moving_mean"], 0.9 * -0.5 + 0.1 * mean[1])
    close(values["new_moving_variance"], 0.9 * 0.5 + 0.1 * variance[1])
    table = step.explanation.tables[0]
    assert table.headers[1:] == (
        "training: this batch",
        "inference: moving averages",
    )
    assert [row[0] for row in table.rows] == ["mean", "variance", "x_hat", "y"]

    dn = 2 * (out - y) / SAMPLES @ w2.T
    g = dn * bn.gamma.numpy()
    dh = (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)) / root
    back = box.step("backward", "bn").values
    close([back["dy"], back["dx"]], [dn[2, 1], dh[2, 1]])
    close(back["dgamma"], (dn * x_hat)[:, 1].sum())
    close(back["dbeta"], dn[:, 1].sum())
    close(gradients(box)["hidden/kernel"], x.T @ dh)
    # What training then really does to the moving averages.
    model.train_on_batch(x, y)
    close(values["new_moving_mean"], bn.moving_mean.numpy()[1])
    close(values["new_moving_variance"], bn.moving_variance.numpy()[1])


def test_a_frozen_batch_normalization_uses_its_moving_averages():
    model, x, y = compiled("batchnorm")
    model.layers[1].trainable = False
    model.compile("sgd", "mse")
    step = glassbox(model, x, y, unit=0).step("forward", "bn")
    assert step.op == "batch_normalization"
    h = model.layers[0](x).numpy()[0, 0]
    close(step.values["y"], h / np.sqrt(1 + model.layers[1].epsilon))


def test_the_mask_of_dropout_is_the_one_that_was_used():
    model, x, y = compiled("dropout")
    w1, b1, w2, b2 = model.get_weights()
    h = x @ w1 + b1
    boxes = [glassbox(model, x, y, sample=s) for s in range(SAMPLES)]
    mask = np.array([box.step("forward", "drop").values["masks"] for box in boxes])
    assert set(np.unique(mask)) == {0.0, 2.0}  # 1 / (1 - rate)
    out = (h * mask) @ w2 + b2
    close(boxes[0].recording.loss, ((out - y) ** 2).mean())
    dh = 2 * (out - y) / SAMPLES @ w2.T * mask
    close(gradients(boxes[0])["hidden/kernel"], x.T @ dh)
    back = boxes[1].step("backward", "drop").values
    close(back["dx"], back["dy"] * back["mask"])


# -- convolution, pooling, embedding ------------------------------------------


def padded(images):
    return np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))


def test_a_convolution_by_hand():
    model, x, y = compiled("conv")
    kernel, bias = model.layers[0].get_weights()
    images = padded(x)
    z = np.zeros((SAMPLES, 6, 5, 3))
    for row in range(6):
        for column in range(5):
            window = images[:, row : row + 3, column : column + 3]
            z[:, row, column] = np.einsum("bijc,ijcf->bf", window, kernel) + bias
    box = glassbox(model, x, y, sample=1, unit=2, layer="conv")
    step = box.step("forward", "conv")
    record = box.recording.records[0]
    _, row, column, unit = box.focus.element_of(record)
    assert unit == 2
    window = images[1, row : row + 3, column : column + 3]
    close(step.values["window"], window)
    close(step.values["kernel"], kernel[..., 2])
    close(step.values["z"], z[1, row, column, 2])
    close(step.values["a"], relu(z[1, row, column, 2]))
    # The gradient of every weight of the kernel, from the gradient that arrives.
    dz = record.arriving[0] * (z > 0)
    expected = np.zeros_like(kernel)
    for i in range(3):
        for j in range(3):
            seen = images[:, i : i + 6, j : j + 5]
            expected[i, j] = np.einsum("bhwc,bhwf->cf", seen, dz)
    close(gradients(box)["conv/kernel"], expected)
    back = box.step("backward", "conv").values
    close(back["dw"], expected[back["weight_index"]])
    close(back["db"], dz[..., 2].sum())


def test_a_convolution_with_strides_shows_its_own_window():
    model, x, y = compiled("conv")
    box = glassbox(model, x, y, sample=3)
    step = box.step("forward", "next")
    record = next(r for r in box.recording.records if r.layer == "next")
    _, row, column, unit = box.focus.element_of(record)
    image = record.inputs[0].array[3]
    window = image[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
    close(step.values["window"], window)
    kernel, bias = model.layers[2].get_weights()
    z = (window * kernel[..., unit]).sum() + bias[unit]
    close([step.values["z"], step.values["a"]], [z, z])


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_groups_dilation_and_channels_first(data_format):
    if data_format == "channels_first":
        shape, axes = (4, 7, 7), (0, 2, 3, 1)
    else:
        shape, axes = (7, 7, 4), (0, 1, 2, 3)
    model = keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(
                6, 2, groups=2, dilation_rate=2, data_format=data_format,
                activation="tanh", name="conv",
            ),
            layers.Flatten(data_format=data_format),
            layers.Dense(1, name="out"),
        ]
    )  # fmt: skip
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(3, *shape))
    box = glassbox(model, x, np.ones((3, 1)))
    kernel, bias = model.layers[0].get_weights()
    step = box.step("forward", "conv")
    record = next(r for r in box.recording.records if r.layer == "conv")
    at = np.argwhere(_marked(record, box).transpose(axes))[0]
    _, row, column, unit = at
    group = 2 * (unit // 3)
    image = x.transpose(axes)[0]
    window = image[row : row + 3 : 2, column : column + 3 : 2, group : group + 2]
    close(step.values["window"], window)
    close(step.values["z"], (window * kernel[..., unit]).sum() + bias[unit])
    back = box.step("backward", "conv", "conv_with_bias").values
    close(back["dw"], gradients(box)["conv/kernel"][back["weight_index"]])


def _marked(record, box):
    marks = np.zeros(record.results[0].array.shape)
    marks[box.focus.element_of(record)] = 1
    return marks


def test_pooling_names_the_winner():
    model, x, y = compiled("conv")
    box = glassbox(model, x, y, sample=4)
    step = box.step("forward", "pool")
    record = next(r for r in box.recording.records if r.layer == "pool")
    _, row, column, channel = box.focus.element_of(record)
    image = record.inputs[0].array[4, :, :, channel]
    window = image[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
    close(step.values["window"], window)
    close(step.values["y"], window.max())
    source = box.step("backward", "pool").values["source"]
    close(image[source], window.max())
    # All of the gradient goes there.
    close(
        record.leaving[0][4][(*source, channel)],
        record.arriving[0][4, row, column, channel],
    )


def test_margins_do_not_count_in_an_average():
    model = keras.Sequential(
        [
            keras.Input((5, 1)),
            layers.Dense(1, name="in"),
            layers.AveragePooling1D(2, padding="same", name="pool"),
            layers.Flatten(),
            layers.Dense(1, use_bias=False, name="out"),
        ]
    )
    model.layers[-1].set_weights([np.array([[0.0], [0.0], [1.0]])])
    model.compile("sgd", "mse")
    box = glassbox(model, np.arange(5.0).reshape(1, 5, 1), np.zeros((1, 1)))
    step = box.step("forward", "pool")  # the last window has one number only
    assert np.isfinite(step.values["window"]).sum() == 1
    close(step.values["mean"], step.values["y"])
    assert box.step("backward", "pool").values["share"] == pytest.approx(
        box.step("backward", "pool").values["dy"]
    )


def test_an_embedding_looks_up_rows_and_adds_up_gradients():
    model, words, y = compiled("embedding")
    table, w, b = model.get_weights()
    mean = table[words].mean(axis=1)
    p = 1 / (1 + np.exp(-(mean @ w + b)))
    dmean = (p - y) / SAMPLES @ w.T
    expected = np.zeros_like(table)
    for sample in range(SAMPLES):
        for word in words[sample]:
            expected[word] += dmean[sample] / 5
    box = glassbox(model, words, y, sample=2)
    step = box.step("forward", "table")
    assert step.values["row"] in words[2]
    close(step.values["y"], table[step.values["row"]])
    close(gradients(box)["table/embeddings"], expected)
    back = box.step("backward", "table").values
    row, column = back["weight_index"]
    assert row in words[2]
    assert back["times"] == (words == row).sum()
    close(back["dw"], expected[row, column])


# -- arriving and leaving -----------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_what_leaves_one_op_arrives_at_the_one_before(name):
    model, x, y = compiled(name)
    recording = glassbox(model, x, y).recording
    leaving = {}
    for record in recording.records:
        for value, gradient in zip(record.inputs, record.leaving, strict=True):
            if gradient is not None:
                leaving[value.slot] = leaving.get(value.slot, 0) + gradient
    checked = 0
    for record in recording.records[:-1]:
        for value, gradient in zip(record.results, record.arriving, strict=True):
            if gradient is not None:
                close(gradient, leaving[value.slot])
                checked += 1
    for slot, update in recording.updates.items():
        close(update.gradient, leaving[slot])
    assert checked > 1
    close(recording.records[-1].arriving[0], 1.0)


def test_a_shared_layer_shows_each_of_its_calls():
    model, x, y = compiled("branches")
    box = glassbox(model, x, y, weight="shared/kernel[1, 2]")
    kernel, bias = model.get_layer("shared").get_weights()
    calls = [s for s in box.of_phase("forward") if s.layer == "shared"]
    assert len(calls) == 3  # of a, of b, and of a once more
    unit = [r for r in box.recording.records if r.layer == "shared"]
    for step, record, data in zip(calls, unit, [x[0], x[1], x[0]], strict=True):
        _, j = box.focus.element_of(record)
        close(step.values["z"], data[0] @ kernel[:, j] + bias[j])
    parts = [s.values["dw"] for s in box.of_phase("backward") if s.layer == "shared"]
    close(sum(parts), gradients(box)["shared/kernel"][1, 2])


def test_numbers_that_only_move_are_followed():
    model, x, y = compiled("branches")
    box = glassbox(model, x, y)
    step = box.step("forward", "joined")
    record = next(r for r in box.recording.records if r.layer == "joined")
    index = box.focus.element_of(record)
    k, source = step.values["input"], step.values["source"]
    assert source == (0, index[1] - 4 * k)
    close(record.inputs[k].array[source], step.values["y"])
    back = box.step("backward", "joined").values
    close(back["dx"], back["dy"])


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("dense", [("out", "dx", "hidden", "da")]),
        ("dropout", [("out", "dx", "drop", "dy"), ("drop", "dx", "hidden", "da")]),
        ("batchnorm", [("out", "dx", "bn", "dy"), ("bn", "dx", "hidden", "da")]),
        ("squares", [("out", "dx", "norm", "dy"), ("norm", "dx", "hidden", "da")]),
        ("conv", [("out", "dx", "flat", "dy"), ("flat", "dx", "next", "da")]),
    ],
)
def test_the_followed_elements_make_one_path(name, path):
    box = glassbox(*compiled(name))
    for later, leaves, earlier, arrives in path:
        left = box.step("backward", later).values[leaves]
        close(left, box.step("backward", earlier).values[arrives])
        assert left != 0


def test_the_followed_path_goes_through_the_winner():
    model, x, y = compiled("conv")
    box = glassbox(model, x, y, sample=2)
    pool = box.step("forward", "pool").values
    conv = box.step("forward", "conv").values
    close(conv["a"], pool["y"])
    dy = box.step("backward", "pool").values["dy"]
    close(box.step("backward", "conv").values["da"], dy)


def test_samples_that_are_merged_into_rows_are_not_mixed_up():
    model = keras.Sequential(
        [
            keras.Input((3, 2)),
            layers.TimeDistributed(layers.Dense(2, name="each")),
            layers.Dense(2, activation="relu", name="mix"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1, name="out"),
        ]
    )
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(4, 3, 2))
    box = glassbox(model, x, x[:, 0, :1], sample=2)
    for record in box.recording.records:
        if record.results[0].has_samples:
            assert box.focus.element_of(record)[0] == 2
