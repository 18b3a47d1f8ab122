"""The two losses whose formula needs more than a line, against their definitions."""

import itertools

import numpy as np
import pytest

from edukeras import losses
from edukeras.autodiff import GradientTape
from edukeras.tensor import Tensor, Variable

# -- circle -------------------------------------------------------------------

# Embeddings and what real Keras returned for them.
EMBEDDINGS = np.float32(
    [
        [0.857718289, 0.194564596, 0.475882381],
        [0.728406012, 0.607052803, -0.317665786],
        [0.981911838, -0.156426936, -0.106676184],
        [0.270490795, 0.094891861, 0.958034575],
        [0.855694175, 0.136808723, 0.499070138],
        [0.216030374, 0.96730983, -0.132825375],
    ]
)
LABELS = np.array([0, 1, 0, 2, 1, 0])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [92.1463, 40.2777, 89.74177, 0, 70.44851, 92.37245]),
        (
            {"gamma": 2, "margin": 0.2},
            [3.66683, 2.51081, 3.65322, 0, 2.97786, 3.68045],
        ),
        (
            {"gamma": 2, "remove_diagonal": False},
            [3.43242, 2.53788, 3.3236, 1.71151, 3.00582, 3.32752],
        ),
        (
            {
                "gamma": 2.0,
                "remove_diagonal": False,
                "ref_labels": LABELS[:3],
                "ref_embeddings": EMBEDDINGS[:3],
            },
            [1.17949, 1.19483, 1.28978, 0, 2.23884, 2.75849],
        ),
    ],
)
def test_circle_values_of_keras(options, expected):
    result = losses.circle(LABELS, EMBEDDINGS, **options)
    np.testing.assert_allclose(result, expected, rtol=1e-5)


def test_circle_counts_only_samples_with_a_partner():
    loss = losses.Circle(gamma=2.0)(LABELS, EMBEDDINGS)
    assert float(loss) == pytest.approx(2.843144, rel=1e-5)  # of real Keras


def test_circle_pulls_a_class_together():
    x = Variable(EMBEDDINGS)
    with GradientTape() as tape:
        loss = losses.Circle(gamma=2.0)(LABELS, x)
    moved = EMBEDDINGS - 0.01 * tape.gradient(loss, x).array
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    assert float(losses.Circle(gamma=2.0)(LABELS, moved)) < float(loss)


# -- CTC ----------------------------------------------------------------------


def spelled(path):
    """Repeated classes are one; then blanks are dropped."""
    return [c for c, _ in itertools.groupby(path) if c != 0]


def ctc_by_enumeration(labels, logits):
    """-log of the sum over every path that spells the labels."""
    p = np.exp(logits - np.log(np.exp(logits).sum(-1, keepdims=True)))
    steps, classes = p.shape
    total = sum(
        np.prod([p[t, c] for t, c in enumerate(path)])
        for path in itertools.product(range(classes), repeat=steps)
        if spelled(path) == labels
    )
    return -np.log(total)


@pytest.mark.parametrize("labels", [[1], [1, 2], [2, 2], [1, 2, 1], []])
def test_ctc_is_the_sum_over_all_paths(labels):
    logits = np.random.default_rng(len(labels)).normal(size=(1, 5, 3))
    padded = np.array([labels + [0] * (4 - len(labels))])
    result = losses.ctc(padded, Tensor(logits))
    assert float(result[0]) == pytest.approx(ctc_by_enumeration(labels, logits[0]))


def test_ctc_values_of_keras():
    logits = np.float32(
        [
            [
                [0.31306770, -0.85409576, -2.55298972, 0.65361857],
                [0.86443621, -0.74216503, 2.26975465, -1.45436573],
                [0.04575852, -0.18718386, 1.53277922, 1.46935880],
                [0.15494743, 0.37816253, -0.88778573, -1.98079646],
                [-0.34791216, 0.15634897, 1.23029065, 1.20237982],
            ],
            [
                [-0.38732681, -0.30230275, -1.04855299, -1.42001796],
                [-1.70627022, 1.95077538, -0.50965220, -0.43807429],
                [-1.25279534, 0.77749038, -1.61389780, -0.21274029],
                [-0.89546657, 0.38690251, -0.51080513, -1.18063223],
                [-0.02818223, 0.42833188, 0.06651722, 0.30247191],
            ],
        ]
    )
    labels = np.array([[1, 2, 0], [3, 3, 1]])
    np.testing.assert_allclose(
        losses.ctc(labels, logits), [4.648094, 8.061536], rtol=1e-5
    )
    assert float(losses.CTC()(labels, logits)) == pytest.approx(6.354815, rel=1e-5)


def test_ctc_of_a_text_that_does_not_fit_is_large_and_moves_nothing_by_nan():
    logits = Variable(np.zeros((1, 2, 3), "float32"))
    with GradientTape() as tape:
        loss = losses.ctc(np.array([[1, 1, 2]]), logits)
    assert float(loss[0]) > 1e4
    assert np.isfinite(tape.gradient(loss, logits).array).all()
