"""Python, the locked packages, the model."""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterator
from importlib import metadata

from bot.doctor.findings import Deployment, Finding, error, ok, warning
from bot.rasa_runtime.model_files import find_newest_model, fingerprint, model_path

PYTHON = (3, 10)


def python(_at: Deployment) -> Iterator[Finding]:
    """Rasa 3.6 runs on no other."""
    here = sys.version_info[:2]
    found = ".".join(map(str, sys.version_info[:3]))
    yield ok("python", version=found) if here == PYTHON else error("python", "python_other", version=found)
    if not _is_optimised():
        yield warning("python", "python_slow", path=sys.executable)


def _is_optimised() -> bool:
    """Whether the interpreter was built with what it learned of itself; true where the build left no word of it."""
    said = sysconfig.get_config_var("CONFIG_ARGS")
    flags = str(sysconfig.get_config_var("PY_CFLAGS_NODIST") or "")
    return said is None or "--enable-optimizations" in said or "-fprofile-use" in flags


def packages(at: Deployment) -> Iterator[Finding]:
    """What pyproject.toml pins is what is installed."""
    text = (at.root / "pyproject.toml").read_text("utf-8")
    listed = text.partition("dependencies = [")[2].partition("\n]")[0]
    wrong = []
    for name, wanted in re.findall(r'"([a-z0-9-]+)==([^"]+)"', listed):
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "–"
        if found != wanted:
            wrong.append(f"{name} {found} ({wanted})")
    yield error("packages", "packages_other", packages=", ".join(wrong)) if wrong else ok("packages")


def model(at: Deployment) -> Iterator[Finding]:
    """There is one, and it was trained from these sources."""
    newest = find_newest_model(at.settings.model_dir)
    if newest is None:
        yield error("model", "model_missing", folder=at.settings.model_dir)
        return
    wanted = model_path(at.settings.model_dir, fingerprint(at.root))
    yield ok("model", name=newest.name) if newest == wanted else warning("model", "model_other", name=newest.name)
