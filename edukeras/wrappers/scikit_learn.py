"""Keras models as scikit-learn estimators: for pipelines, grid search and scores.

`fit` makes a compiled model (`model_`), trains it and keeps the History. The three
classes differ in what they make of the targets and of the predictions.

Source: https://keras.io/api/utils/sklearn_wrappers/ and
https://scikit-learn.org/stable/developers/develop.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    RegressorMixin,
    TransformerMixin,
)
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from edukeras.errors import NotCompiledError, explain
from edukeras.models import Model, clone_model


class SKLearnBase(BaseEstimator):
    """What the estimators share.

    Args:
        model: a compiled Model, of which each `fit` trains a copy with new weights;
            or a function `make(X, y, **model_kwargs)` that returns one.
        warm_start: train the given (or the last) model on instead.
        model_kwargs: further arguments of the function.
        fit_kwargs: arguments of `Model.fit`, such as {"epochs": 10}.
    """

    def __init__(
        self,
        model: Model | Callable[..., Model],
        warm_start: bool = False,
        model_kwargs: Mapping[str, Any] | None = None,
        fit_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def fit(self, X: Any, y: Any = None, **kwargs: Any) -> Any:
        """Trains; `kwargs` go to `Model.fit`, before those of `fit_kwargs`."""
        X, y = self._validated(X, y)
        targets = self._targets(y)
        self.model_ = self._make_model(X, targets)
        arguments = {**(self.fit_kwargs or {}), **kwargs}
        self.history_ = self.model_.fit(X, targets, **arguments)
        return self

    def predict(self, X: Any) -> Any:
        """The predictions, in the form of the targets that `fit` was given."""
        return self._predictions(self._outputs(X))

    def _validated(self, X: Any, y: Any) -> tuple[np.ndarray, Any]:
        return validate_data(self, X, y, multi_output=True, y_numeric=True)

    def _targets(self, y: Any) -> Any:
        """What the model is trained on."""
        return y

    def _predictions(self, outputs: np.ndarray) -> np.ndarray:
        return outputs

    def _outputs(self, X: Any) -> np.ndarray:
        check_is_fitted(self, "model_")
        X = validate_data(self, X, reset=False)
        return self.model_.predict(X, verbose=0)

    def _make_model(self, X: np.ndarray, targets: Any) -> Model:
        if self.warm_start and hasattr(self, "model_"):
            return self.model_
        if isinstance(self.model, Model):
            model = self.model if self.warm_start else _new_copy(self.model)
        elif callable(self.model):
            model = self.model(X=X, y=targets, **(self.model_kwargs or {}))
        else:
            model = self.model
        if not isinstance(model, Model):
            raise TypeError(
                explain(
                    f"{type(self).__name__} trains Keras models.",
                    expected="model=, a Model or a function that returns one",
                    received=f"{type(model).__name__} {model!r}"[:200],
                )
            )
        if not model.compiled:
            raise NotCompiledError(
                f"{type(self).__name__} needs a compiled model: it must know the loss "
                "and the optimizer. Try: call model.compile(...) first."
            )
        return model

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True  # initial weights, the order of the samples
        tags.target_tags.required = True
        tags.target_tags.multi_output = not isinstance(self, ClassifierMixin)
        return tags


def _new_copy(model: Model) -> Model:
    """The same architecture, compiled alike, with new weights."""
    copy = clone_model(model)
    if model.compiled:
        copy.compile_from_config(model.get_compile_config())
    return copy


class SKLearnClassifier(ClassifierMixin, SKLearnBase):
    """A classifier: classes of any kind become one-hot rows for the model.

    The model ends in as many outputs as there are classes, for
    "categorical_crossentropy". The arguments are those of `SKLearnBase`.

    >>> import edukeras as keras
    >>> def make(X, y):
    ...     layers = [keras.Input((X.shape[1],)), keras.layers.Dense(y.shape[1])]
    ...     model = keras.Sequential([*layers, keras.layers.Softmax()])
    ...     model.compile(keras.optimizers.Adam(0.1), "categorical_crossentropy")
    ...     return model
    >>> classifier = SKLearnClassifier(make, fit_kwargs={"verbose": 0, "epochs": 50})
    >>> X = np.array([[0.0], [0.1], [0.9], [1.0]])
    >>> classifier.fit(X, ["low", "low", "high", "high"]).classes_
    array(['high', 'low'], dtype='<U4')
    >>> classifier.predict([[0.0], [1.0]])
    array(['low', 'high'], dtype='<U4')
    """

    classes_: np.ndarray

    def _validated(self, X: Any, y: Any) -> tuple[np.ndarray, Any]:
        return validate_data(self, X, y)

    def _targets(self, y: Any) -> np.ndarray:
        kind = type_of_target(y, raise_unknown=True)
        if kind not in ("binary", "multiclass"):
            raise ValueError(
                explain(
                    f"Unknown label type: {kind!r}. A classifier needs one class for "
                    "each sample.",
                    received=f"y of shape {np.shape(y)}, of numbers as {y[:3]}",
                    hint="SKLearnRegressor, for targets that are measured.",
                )
            )
        column = np.reshape(y, (-1, 1))
        if not (self.warm_start and hasattr(self, "_encoder")):
            self._encoder = OneHotEncoder(sparse_output=False).fit(column)
        self.classes_ = self._encoder.categories_[0]
        return self._encoder.transform(column)

    def _predictions(self, outputs: np.ndarray) -> np.ndarray:
        return self.classes_[outputs.argmax(axis=-1)]

    def decision_function(self, X: Any) -> np.ndarray:
        """The outputs of the model, one column for each of `classes_`.

        With two classes one number, positive for the second class: scikit-learn's
        scores ask for it. Keras returns two columns.
        """
        outputs = self._outputs(X)
        if len(self.classes_) == 2:
            return outputs[:, 1] - outputs[:, 0]
        return outputs


class SKLearnRegressor(RegressorMixin, SKLearnBase):
    """A regressor, of one number or several. The arguments are those of `SKLearnBase`.

    Predictions have as many axes as the targets had.
    """

    def _targets(self, y: Any) -> Any:
        self._target_ndim = np.ndim(y)
        return y

    def _predictions(self, outputs: np.ndarray) -> np.ndarray:
        return outputs[:, 0] if self._target_ndim == 1 else outputs


class SKLearnTransformer(TransformerMixin, SKLearnBase):
    """A step of a pipeline: the outputs of the model are its result.

    The arguments are those of `SKLearnBase`.
    """

    def transform(self, X: Any) -> np.ndarray:
        """The outputs of the model."""
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
