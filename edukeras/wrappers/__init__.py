"""keras.wrappers: models as scikit-learn estimators.

Only what is asked for is loaded, since scikit-learn may not be there.
"""

from typing import Any

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from edukeras.wrappers import scikit_learn
    except ModuleNotFoundError as error:
        raise ImportError(
            f"{name} needs scikit-learn. Try: pip install scikit-learn"
        ) from error
    return getattr(scikit_learn, name)
