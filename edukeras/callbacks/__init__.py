"""keras.callbacks: what happens around epochs and batches, besides training.

callback.py has the hooks; the other files are small programs that use them.

Source: https://keras.io/api/callbacks/
"""

from edukeras.callbacks.added import (
    added_callbacks as added_callbacks,
    with_added as with_added,
)
from edukeras.callbacks.averages import SwapEMAWeights as SwapEMAWeights
from edukeras.callbacks.callback import (
    Callback as Callback,
    LambdaCallback as LambdaCallback,
)
from edukeras.callbacks.callback_list import CallbackList as CallbackList
from edukeras.callbacks.checkpoints import (
    BackupAndRestore as BackupAndRestore,
    ModelCheckpoint as ModelCheckpoint,
)
from edukeras.callbacks.learning_rates import (
    LearningRateScheduler as LearningRateScheduler,
    ReduceLROnPlateau as ReduceLROnPlateau,
)
from edukeras.callbacks.progress import (
    Progbar as Progbar,
    ProgbarLogger as ProgbarLogger,
)
from edukeras.callbacks.records import (
    CSVLogger as CSVLogger,
    History as History,
    RemoteMonitor as RemoteMonitor,
)
from edukeras.callbacks.stopping import (
    EarlyStopping as EarlyStopping,
    TerminateOnNaN as TerminateOnNaN,
)
from edukeras.callbacks.tensorboard import TensorBoard as TensorBoard
from edukeras.callbacks.weight_history import WeightHistory as WeightHistory
