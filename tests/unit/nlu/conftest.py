"""Understanding without TensorFlow, as in production: Rasa and spaCy would import it if they found it."""

from __future__ import annotations

import sys

from bot.rasa_runtime.lean_import import import_rasa
from knowledge.settings import ROOT

if sys.modules.get("tensorflow") is None:
    sys.modules.pop("tensorflow", None)
    import_rasa(ROOT / "config.yml")
