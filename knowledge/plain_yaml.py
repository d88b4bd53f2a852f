"""YAML read by the library's part in C, where it was built with it: the same values, some ten times faster."""

from __future__ import annotations

from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def plain_yaml(text: str) -> Any:
    """Return the values in `text`, as `yaml.safe_load` does; raise `yaml.YAMLError` where it is none."""
    return yaml.load(text, _LOADER)  # noqa: S506 - a safe loader
