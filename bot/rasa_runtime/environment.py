"""What has to stand in the process environment before Rasa and TensorFlow are imported.

These are switches of those libraries, not settings of ours: nothing is read here.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import tempfile
from pathlib import Path

LIBRARY_SWITCHES = {
    "RASA_TELEMETRY_ENABLED": "false",  # nothing about this installation is sent anywhere
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",  # SQLAlchemy 1.4 is Rasa's pin
    "TF_CPP_MIN_LOG_LEVEL": "3",  # TensorFlow is imported, never used
    "CUDA_VISIBLE_DEVICES": "-1",
    "TOKENIZERS_PARALLELISM": "false",
}

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
"""For files that are mapped: on a disk that is full, writing to one would end the process."""
FIGURES = "motcua-figures-"


def prepare_environment() -> None:
    """Set the switches that the operator has not set."""
    for name, value in LIBRARY_SWITCHES.items():
        os.environ.setdefault(name, value)


def keep_figures() -> Path:
    """Have the Prometheus client keep its figures in files, one for each process; return their folder, new and empty.

    Where the client has been imported before, each process counts for itself. What killed processes have left goes.
    """
    parent = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    for left in parent.glob(f"{FIGURES}*"):
        if _hold(left):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=FIGURES, dir=parent))
    _hold(folder)
    if "prometheus_client" not in sys.modules:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder


def _hold(folder: Path) -> bool:
    """Take the folder for as long as this process and those that it makes live; False where others have it."""
    try:
        fcntl.flock(os.open(folder, os.O_RDONLY | os.O_CLOEXEC), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
