"""The wrappers keep scikit-learn's contract, and do what they are there for."""

import subprocess
import sys

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers, wrappers

sklearn = pytest.importorskip("sklearn", reason="scikit-learn is not installed")

from sklearn.base import clone  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import check_estimator  # noqa: E402

RANDOM = np.random.RandomState(0)
X = RANDOM.normal(size=(90, 3))
CLASSES = np.array(["low", "middle", "high"])[np.digitize(X[:, 0], [-0.4, 0.4])]


def make(X, y, loss="mse", units=12, activation=None):
    """A small model for any data, always with the same first weights."""
    keras.utils.set_random_seed(0)
    outputs = 1 if np.ndim(y) == 1 else y.shape[1]
    model = keras.Sequential(
        [
            keras.Input((X.shape[1],)),
            layers.Dense(units, activation="relu"),
            layers.Dense(outputs, activation=activation),
        ]
    )
    model.compile(keras.optimizers.Adam(0.05), loss)
    return model


TO_CLASSIFY = {"loss": "categorical_crossentropy", "activation": "softmax"}
QUICK = {"verbose": 0, "epochs": 20}
ESTIMATORS = [
    wrappers.SKLearnClassifier(make, model_kwargs=TO_CLASSIFY, fit_kwargs=QUICK),
    wrappers.SKLearnRegressor(make, fit_kwargs=QUICK),
    wrappers.SKLearnTransformer(make, fit_kwargs=QUICK),
]


@pytest.mark.filterwarnings("default")  # scikit-learn counts and makes warnings itself
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_scikit_learn_finds_nothing_to_object_to(estimator):
    results = check_estimator(
        estimator,
        expected_failed_checks={
            "check_regressor_multioutput": "models compute in float32, not float64",
            "check_estimators_pickle": "models are saved, not pickled",
        },
        on_skip=None,
        on_fail=None,
    )
    failed = {
        result["check_name"]: result["exception"]
        for result in results
        if result["status"] == "failed"
    }
    assert failed == {}
    assert sum(result["status"] == "passed" for result in results) > 35


def test_a_classifier_learns_words_as_classes():
    classifier = clone(ESTIMATORS[0]).fit(X, CLASSES, epochs=60)
    assert list(classifier.classes_) == ["high", "low", "middle"]
    assert classifier.score(X, CLASSES) > 0.9
    assert classifier.predict(X[:4]).dtype == classifier.classes_.dtype
    assert classifier.decision_function(X[:4]).shape == (4, 3)
    assert len(classifier.history_.history["loss"]) == 60  # fit's own arguments win
    assert classifier.n_features_in_ == 3


def test_two_classes_have_one_score():
    y = X[:, 0] > 0
    classifier = clone(ESTIMATORS[0]).fit(X, y)
    scores = classifier.decision_function(X)
    assert scores.shape == (90,)
    np.testing.assert_array_equal(scores > 0, classifier.predict(X))
    assert roc_auc_score(y, scores) > 0.95


def test_a_regressor_predicts_in_the_shape_of_the_targets():
    regressor = clone(ESTIMATORS[1])
    assert regressor.fit(X, X[:, 0]).predict(X).shape == (90,)
    assert regressor.score(X, X[:, 0]) > 0.9
    assert regressor.fit(X, X[:, :1]).predict(X).shape == (90, 1)
    assert regressor.fit(X, X[:, :2]).predict(X).shape == (90, 2)


def test_a_transformer_is_a_step_of_a_pipeline():
    embedding = wrappers.SKLearnTransformer(make, fit_kwargs=QUICK)
    pipeline = make_pipeline(StandardScaler(), embedding)
    assert pipeline.fit_transform(X, X[:, :2]).shape == (90, 2)
    np.testing.assert_allclose(
        pipeline.transform(X),
        embedding.model_.predict(pipeline[0].transform(X), verbose=0),
    )


def test_grid_search_and_cross_validation():
    search = GridSearchCV(
        clone(ESTIMATORS[1]),
        {"model_kwargs": [{"units": 1}, {"units": 16}]},
        cv=2,
    ).fit(X, np.abs(X[:, 0]))
    assert search.best_params_ == {"model_kwargs": {"units": 16}}
    assert cross_val_score(clone(ESTIMATORS[0]), X, CLASSES, cv=2).mean() > 0.6


def test_a_given_model_is_trained_as_a_copy_unless_warm_start():
    model = make(X, X[:, 0])
    before = model.get_weights()
    regressor = wrappers.SKLearnRegressor(model, fit_kwargs=QUICK).fit(X, X[:, 0])
    assert regressor.model_ is not model
    assert regressor.model_.optimizer is not model.optimizer
    for old, new in zip(before, model.get_weights()):
        np.testing.assert_array_equal(old, new)

    warm = wrappers.SKLearnRegressor(model, warm_start=True, fit_kwargs=QUICK)
    first = warm.fit(X, X[:, 0]).history_.history["loss"]
    assert warm.model_ is model
    second = warm.fit(X, X[:, 0]).history_.history["loss"]
    assert second[0] < first[0]
    assert int(model.optimizer.iterations) == 2 * 20 * 3


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (3, TypeError, "a Model or a function"),
        (lambda X, y: "no model", TypeError, "'no model'"),
        (
            keras.Sequential([keras.Input((3,)), layers.Dense(1)]),
            keras.errors.NotCompiledError,
            "model.compile",
        ),
    ],
)
def test_wrong_models_are_explained(model, error, message):
    with pytest.raises(error, match=message):
        wrappers.SKLearnRegressor(model).fit(X, X[:, 0])


def test_measured_targets_are_no_classes():
    with pytest.raises(ValueError, match="Unknown label type.*SKLearnRegressor"):
        clone(ESTIMATORS[0]).fit(X, X[:, 0])


def test_without_scikit_learn_the_rest_works_and_the_wrappers_say_why():
    program = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from edukeras import wrappers\n"
        "print(wrappers.__all__)\n"
        "try:\n    wrappers.SKLearnClassifier\n"
        "except ImportError as error:\n    print(error)\n"
        "print(hasattr(wrappers, 'nothing'))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "pip install scikit-learn" in result.stdout
    assert result.stdout.endswith("False\n")
