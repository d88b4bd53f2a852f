"""`python -m bot.rasa_runtime.training`: train the model, but only when its sources have changed.

Calls Rasa's training directly: the `rasa` command adds seconds of start-up and nothing else.
"""

from __future__ import annotations

import argparse
import fcntl
import io
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from yaml import YAMLError

from bot.errors import MotCuaError, SettingInvalidError
from bot.model_sources import fingerprint
from bot.rasa_runtime.lean_import import import_rasa
from bot.rasa_runtime.logs import hide_deprecations
from bot.rasa_runtime.model_files import find_current_model, model_path, remove_old_models
from bot.settings import Settings
from knowledge.settings import ROOT

SOURCES = ("config.yml", "domain.yml", "data")


class TrainingFailedError(MotCuaError):
    """Rasa refused the training data, or produced no model."""

    code = "TRAINING_FAILED"


def main(argv: list[str] | None = None) -> int:
    """Command line; 0 when a model for the present sources stands ready."""
    parser = argparse.ArgumentParser(prog="python -m bot.rasa_runtime.training", description=__doc__)
    parser.add_argument("--force", action="store_true", help="train even when nothing has changed")
    options = parser.parse_args(argv)
    try:
        hide_deprecations()
        path = ensure_model(ROOT, Settings.from_env().model_dir, force=options.force, prepare=_show_progress)
    except (SettingInvalidError, TrainingFailedError) as error:
        sys.stderr.write(f"Training: {error}\n")
        return 1
    say(f"Model ready: {os.path.relpath(path)}")
    return 0


def ensure_model(
    root: Path, model_dir: Path, *, force: bool = False, prepare: Callable[[], None] = lambda: None
) -> Path:
    """The model of the present sources, trained now if it does not exist. `prepare` runs before a training."""
    current = None if force else find_current_model(root, model_dir)
    if current is not None:
        return current
    model_dir.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(model_dir):
        current = None if force else find_current_model(root, model_dir)  # trained while we waited
        return current or _train(root, model_dir, prepare)


def _train(root: Path, model_dir: Path, prepare: Callable[[], None]) -> Path:
    started = time.monotonic()
    target = model_path(model_dir, fingerprint(root))
    with tempfile.TemporaryDirectory(dir=model_dir, prefix=".training-") as folder, _working_in(root):
        os.replace(_train_with_rasa(folder, prepare), target)  # a half-written model is never seen
    os.utime(target)
    remove_old_models(model_dir)
    say(f"Trained in {time.monotonic() - started:.0f} s.")
    return target


def _train_with_rasa(output: str, prepare: Callable[[], None]) -> str:
    say("Loading Rasa …")
    import_rasa(Path("config.yml"))
    from rasa.model_training import train
    from rasa.shared.exceptions import RasaException

    from bot.rasa_runtime.training_speedups import apply_training_speedups

    apply_training_speedups()
    prepare()
    config, domain, data = SOURCES
    printed = io.StringIO()  # Rasa prints why it stops, and otherwise nothing that is needed
    try:
        with redirect_stdout(printed):
            result = train(domain, config, [data], output=output, fixed_model_name="model", force_training=True)
    except (RasaException, YAMLError, SystemExit) as error:
        raise TrainingFailedError(f"Rasa stopped. {printed.getvalue()}{error}") from error
    if not result.model or result.code != 0:
        raise TrainingFailedError(f"Rasa trained nothing. {printed.getvalue()}")
    return str(result.model)


def say(text: str) -> None:
    """A line for the person at the terminal, or for the supervisor's spinner."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _show_progress() -> None:
    """Print each component as it starts, and warnings; leave out Rasa's debugging and progress bars."""
    import structlog
    from rasa.utils.common import configure_logging_and_warnings

    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    configure_logging_and_warnings(logging.WARNING, filter_repeated_logs=False)
    logging.getLogger("rasa.engine.training.hooks").setLevel(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


@contextmanager
def _one_at_a_time(model_dir: Path) -> Iterator[None]:
    """Hold the folder's lock file, so that `make test` beside `make run` waits instead of training too."""
    with (model_dir / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    """Rasa resolves names in config.yml against the working directory and the import path."""
    before = Path.cwd()
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        os.chdir(before)
        sys.path.remove(str(folder))


if __name__ == "__main__":
    sys.exit(main())
