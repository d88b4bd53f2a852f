"""Understanding without Rasa: spaCy alone, imported without TensorFlow, which it would only look for."""

from __future__ import annotations

import sys

if "spacy" not in sys.modules and "tensorflow" not in sys.modules:
    sys.modules["tensorflow"] = None
    import spacy  # noqa: F401

    del sys.modules["tensorflow"]
