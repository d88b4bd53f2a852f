"""Logging of a process that holds Rasa: what people write never reaches a log.

Rasa puts messages, slots and tracker states into its structured log entries and into warnings. Here an entry keeps
only names, a warning only its kind and place; `bot.ops.logging` does the same for exceptions.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

from bot.ops.logging import ROOT, JsonLines, describe

KEPT_KEYS = ("event", "action", "action_name", "policy_name", "status", "exception")
# Loggers that have something to say at INFO. At DEBUG Rasa prints conversations, so it never gets that far.
TALKATIVE = ("rasa.core.run", "rasa.core.processor", "rasa.engine.training.hooks")
# Kinds of warnings that concern the authors of libraries, not the operator of this application.
FOR_AUTHORS = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)
EventDict = MutableMapping[str, Any]


def configure_logging(level: str, stream: TextIO | None = None, file: Path | None = None) -> None:
    """Send our events from `level` up, and the libraries' warnings, to `file` or `stream` (stderr) as JSON lines."""
    logging.basicConfig(level=logging.WARNING, handlers=[_handler(stream, file)], force=True)
    logging.getLogger(ROOT).setLevel(level)
    informative = logging.getLogger(ROOT).isEnabledFor(logging.INFO)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.INFO if informative else logging.WARNING)
    _configure_structlog()
    warnings.showwarning = _log_warning_without_message


def take_over_sanic() -> None:
    """Sanic sets up handlers of its own when an application is made; they print exceptions with their words."""
    for name in ("sanic.root", "sanic.error", "sanic.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.WARNING)


def hide_deprecations() -> None:
    """Show warnings as ever, but not those that concern the authors of libraries."""
    show = warnings.showwarning

    def show_ours(message: Warning | str, category: type[Warning], *args: Any, **kwargs: Any) -> None:
        if not issubclass(category, FOR_AUTHORS):
            show(message, category, *args, **kwargs)

    warnings.showwarning = show_ours


def keep_names_only(_: Any, method: str, entry: EventDict) -> EventDict:
    """structlog processor: drop every value that could hold a person's words."""
    error = entry.pop("exc_info", None)
    if error is True or (error is None and method == "exception"):
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        entry["exception"] = describe(error)
    return {key: entry[key] for key in KEPT_KEYS if key in entry}


def _handler(stream: TextIO | None, file: Path | None) -> logging.Handler:
    handler: logging.Handler = logging.StreamHandler(stream)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(JsonLines())
    return handler


def _configure_structlog() -> None:
    structlog.configure(
        processors=[keep_names_only, structlog.processors.KeyValueRenderer(key_order=["event"], drop_missing=True)],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=True,
    )


def _log_warning_without_message(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if not issubclass(category, FOR_AUTHORS):
        logging.getLogger("py.warnings").warning("%s at %s:%s", category.__name__, Path(filename).name, lineno)
