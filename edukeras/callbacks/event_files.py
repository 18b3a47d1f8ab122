"""Event files: what the program TensorBoard shows, written through its own package.

A file is a row of events: a tag, a step, and a tensor; a plugin's name says how to
show it.

Source: https://github.com/tensorflow/tensorboard, docs/
"""

from __future__ import annotations

import importlib
import struct
import time
import zlib
from typing import Any

import numpy as np

BUCKETS = 30  # of histograms, as many as TensorBoard's own functions make
_MOST_IMAGES = 3


def tensorboard(module: str = "") -> Any:
    """A module of the package tensorboard; not having it is said clearly."""
    try:
        return importlib.import_module(f"tensorboard{module}")
    except ImportError:
        raise ImportError(
            "Event files need the package tensorboard (TensorFlow is not needed). "
            "Try: pip install tensorboard"
        ) from None


class EventWriter:
    """Writes the events of one run, to a new file in a folder.

    Args:
        folder: its name is that of the run.
    """

    def __init__(self, folder: str) -> None:
        writers = tensorboard(".summary.writer.event_file_writer")
        self._file = writers.EventFileWriter(folder)

    def scalar(self, tag: str, value: float, step: int) -> None:
        """A number: a point of a curve."""
        summaries = tensorboard(".plugins.scalar.summary_v2")
        self._write(summaries.scalar_pb(tag, float(value)), step)

    def histogram(self, tag: str, values: np.ndarray, step: int) -> None:
        """How many of the values lie in each of 30 intervals."""
        summaries = tensorboard(".plugins.histogram.summary_v2")
        numbers = np.asarray(values, np.float64)
        self._write(summaries.histogram_pb(tag, numbers, buckets=BUCKETS), step)

    def images(self, tag: str, images: np.ndarray, step: int) -> None:
        """Up to three pictures: (B, H, W, 1) or (B, H, W, 3), values from 0 to 1."""
        height, width = images.shape[1:3]
        pixels = np.clip(np.asarray(images, np.float64) * 255.5, 0, 255).astype("uint8")
        texts = [str(width).encode(), str(height).encode()]
        texts += [png(image) for image in pixels[:_MOST_IMAGES]]
        metadata = tensorboard(".plugins.image.metadata")
        about = metadata.create_summary_metadata(display_name=None, description=None)
        self._write_texts(tag, texts, about, step)

    def model(self, text: str) -> None:
        """The config of a model as JSON, which TensorBoard draws as a graph."""
        about = tensorboard(".compat.proto.summary_pb2").SummaryMetadata()
        about.plugin_data.plugin_name = "graph_keras_model"
        about.plugin_data.content = b"1"
        self._write_texts("keras", text.encode(), about, step=0)

    def _write_texts(self, tag: str, texts: Any, about: Any, step: int) -> None:
        summary = tensorboard(".compat.proto.summary_pb2").Summary()
        tensors = tensorboard(".util.tensor_util")
        tensor = tensors.make_tensor_proto(np.array(texts, dtype=object))
        summary.value.add(tag=tag, metadata=about, tensor=tensor)
        self._write(summary, step)

    def _write(self, summary: Any, step: int) -> None:
        events = tensorboard(".compat.proto.event_pb2")
        event = events.Event(wall_time=time.time(), step=int(step), summary=summary)
        self._file.add_event(event)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def png(pixels: np.ndarray) -> bytes:
    """A picture (H, W, channels) of 1, 3 or 4 channels as a PNG file.

    Source: https://www.w3.org/TR/png/
    """
    height, width, channels = pixels.shape
    kind = {1: 0, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)  # "\0": not filtered

    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(name + content)
        return (
            struct.pack(">I", len(content))
            + name
            + content
            + checksum.to_bytes(4, "big")
        )

    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
