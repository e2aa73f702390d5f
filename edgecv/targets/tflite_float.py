"""The float32 TFLite file of an exported network: a build of its own, and what integer files are held against."""

import functools
from pathlib import Path

from edgecv.targets.exported import open_exported


@functools.lru_cache(maxsize=1)
def float_file(folder: Path) -> bytes:
    """Converted once in a process, whoever asks."""
    return converted(open_exported(folder).saved_model)


def converted(saved_model: Path) -> bytes:
    import tensorflow as tf

    content: bytes = tf.lite.TFLiteConverter.from_saved_model(str(saved_model)).convert()
    return content
