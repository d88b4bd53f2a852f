"""Curated records (knowledge/content/procedures): read, checked against the published schema, located by line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cattrs
import jsonschema
import yaml

from knowledge.codec import from_dict
from knowledge.errors import RecordInvalidError
from knowledge.importers.base import Incoming
from knowledge.models import Procedure
from knowledge.settings import CONTENT_DIR

PROCEDURES_DIR = CONTENT_DIR / "procedures"
SCHEMA_PATH = CONTENT_DIR / "procedure.schema.json"


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Written in C where the library was built with it: the same values some ten times faster."""


class _Loader(_SafeLoader):  # type: ignore[misc]
    """Safe YAML with dates kept as text, which schema and codec read; `on` and `no` are words, as in YAML 1.2."""


_OTHERWISE_READ = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _OTHERWISE_READ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), ["t", "f"])


def read_yaml(path: Path) -> Any:
    """Return the values in a YAML file; raise `RecordInvalidError` with the line of a fault."""
    try:
        return yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 - a subclass of SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise RecordInvalidError(place, str(getattr(error, "problem", error))) from error


def read_record(path: Path) -> Procedure:
    """Return the curated record in `path`; raise `RecordInvalidError` with file and line."""
    data = read_yaml(path)
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA_PATH.read_text("utf-8")))
    fault = next(iter(sorted(validator.iter_errors(data), key=lambda e: [str(part) for part in e.path])), None)
    if fault is not None:
        where = ".".join(str(part) for part in fault.path) or "record"
        raise RecordInvalidError(f"{path}:{line_of(path, list(fault.path))}", f"{where}: {fault.message[:200]}")
    if path.stem != data["code"]:
        raise RecordInvalidError(f"{path}:1", f"code {data['code']} does not match the file's name")
    try:
        return from_dict({"title": ""} | data)
    except (cattrs.BaseValidationError, ValueError) as error:
        raise RecordInvalidError(f"{path}:1", str(error)) from error


def line_of(path: Path, keys: list[Any]) -> int:
    """Return the line (from 1) on which the value at `keys` starts, or of its nearest parent."""
    node = yaml.compose(path.read_text("utf-8"), _Loader)
    for key in keys:
        child = _child(node, key)
        if child is None:
            break
        node = child
    return int(node.start_mark.line) + 1 if node is not None else 1


def _child(node: yaml.Node | None, key: Any) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key]  # type: ignore[no-any-return]
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None


def read_all(folder: Path = PROCEDURES_DIR) -> Iterator[Procedure]:
    """Yield every curated record of `folder`, ordered by code."""
    for incoming in incoming_from(folder):
        yield incoming.procedure


def incoming_from(folder: Path) -> Iterator[Incoming]:
    """Yield every curated record of `folder` with the file it stands in, ordered by code."""
    for path in sorted(folder.glob("*.yml")):
        yield Incoming(read_record(path), path.name, path.read_bytes(), "curated")
