"""SwapEMAWeights: evaluates a model with the running averages of its weights."""

from __future__ import annotations

from edukeras.callbacks.callback import Callback, Logs


class SwapEMAWeights(Callback):
    """Puts the averages of an optimizer with `use_ema=True` into the model meanwhile.

    The averages mostly predict better than the weights of the last step (Polyak and
    Juditsky 1992, "Acceleration of Stochastic Approximation by Averaging").

    Args:
        swap_on_epoch: whether to exchange them at the end of each epoch too, so that a
            ModelCheckpoint saves the averages.  Comes after EarlyStopping in the list.
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        self.swap_on_epoch = swap_on_epoch
        self._swapped = False

    def _put(self, averages: bool) -> None:
        """Has the averages in the model, or the weights."""
        if averages != self._swapped:
            self.model.optimizer.swap_averages()
            self._swapped = averages

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._put(averages=False)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if not self.swap_on_epoch:
            return
        model = self.model
        if epoch == self.params["epochs"] - 1 or model.stop_training:
            # The last: for good, as `fit` would do it.
            model.optimizer.finalize_variable_values(model.trainable_variables)
        else:
            self._put(averages=True)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self._put(averages=True)

    def on_test_end(self, logs: Logs | None = None) -> None:
        self._put(averages=False)

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._put(averages=True)

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._put(averages=False)
