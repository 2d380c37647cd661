"""The model: an autoencoder of a window in ONNX; what it cannot build again is strange."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime


class Model:
    """One model, on one thread of the CPU: an edge device has other work."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waits without drawing power
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        (taken,) = self._session.get_inputs()
        self._input: str = taken.name
        self.window: int = taken.shape[-1]
        """Samples that it takes."""

    def __call__(self, window: Sequence[float]) -> float:
        """Mean squared error of the window built again."""
        (score,) = self._session.run(None, {self._input: np.asarray([window], np.float32)})
        return float(np.ravel(score)[0])
