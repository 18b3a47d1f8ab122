"""From what users pass as x and y to batches.

Each kind of source (arrays, a generator, a `PyDataset`, a DataLoader) becomes an
object with `steps`, the number of batches or None, and `batches()`, one epoch of
`(x, y, sample_weight)`.
"""

from edukeras.data.arrays import (
    DEFAULT_BATCH_SIZE as DEFAULT_BATCH_SIZE,
    ArrayData as ArrayData,
    count_samples as count_samples,
    split_off_validation as split_off_validation,
)
from edukeras.data.batch import (
    apply_class_weight as apply_class_weight,
    as_arrays as as_arrays,
    pack_x_y_sample_weight as pack_x_y_sample_weight,
    standardize_batch as standardize_batch,
    unpack_x_y_sample_weight as unpack_x_y_sample_weight,
)
from edukeras.data.datasets import DatasetData as DatasetData, PyDataset as PyDataset
from edukeras.data.generators import (
    IterableData as IterableData,
    Prefetched as Prefetched,
)
from edukeras.data.sources import (
    data_for as data_for,
    is_arrays as is_arrays,
    is_dataset as is_dataset,
)
