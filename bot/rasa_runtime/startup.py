"""Loads the assistant into the present process, for the tools that talk to it without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import MotCuaError
from bot.rasa_runtime.lean_import import import_rasa
from bot.rasa_runtime.model_files import find_newest_model
from bot.settings import Settings
from knowledge.settings import ROOT

if TYPE_CHECKING:
    import_rasa(ROOT / "config.yml")
    from bot.rasa_runtime.conversation import Conversations


class ModelMissingError(MotCuaError):
    """No model has been trained yet."""

    code = "MODEL_MISSING"


def load_conversations(settings: Settings | None = None) -> Conversations:
    """The newest model, ready to talk; logs go to `var/log/tools.log`, so the terminal stays free."""
    settings = settings or Settings.from_env()
    model = find_newest_model(settings.model_dir)
    if model is None:
        raise ModelMissingError("There is no trained model yet. Run `make train`.")
    from bot.rasa_runtime.logs import configure_logging

    configure_logging(settings.log_level, file=settings.data_dir / "log" / "tools.log")
    import_rasa(ROOT / "config.yml")
    from bot.rasa_runtime.conversation import Conversations
    from bot.rasa_runtime.speedups import apply_speedups

    apply_speedups()
    return Conversations.load(model)
