"""What has to stand in the process environment before Rasa and TensorFlow are imported.

These are switches of those libraries, not settings of ours: nothing is read here.
"""

from __future__ import annotations

import os

LIBRARY_SWITCHES = {
    "RASA_TELEMETRY_ENABLED": "false",  # nothing about this installation is sent anywhere
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",  # SQLAlchemy 1.4 is Rasa's pin
    "TF_CPP_MIN_LOG_LEVEL": "3",  # TensorFlow is imported, never used
    "CUDA_VISIBLE_DEVICES": "-1",
    "TOKENIZERS_PARALLELISM": "false",
}


def prepare_environment() -> None:
    """Set the switches that the operator has not set."""
    for name, value in LIBRARY_SWITCHES.items():
        os.environ.setdefault(name, value)
