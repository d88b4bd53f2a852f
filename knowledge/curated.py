"""Curated records (knowledge/content/procedures): read, checked against the published schema, located by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import cattrs
import yaml

from knowledge.codec import from_dict
from knowledge.errors import RecordInvalidError
from knowledge.guide_faults import guide_faults
from knowledge.importers.base import Incoming
from knowledge.models import Procedure
from knowledge.record_faults import schema_faults
from knowledge.settings import CONTENT_DIR

PROCEDURES_DIR = CONTENT_DIR / "procedures"
RECORDS_KEPT = 200
"""Records that a process keeps once read; some dozens ship with the project."""


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Written in C where the library was built with it: the same values some ten times faster."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class _Loader(_SafeLoader):  # type: ignore[misc]
    """Safe YAML with dates kept as text, which schema and codec read; `on` and `no` are words, as in YAML 1.2."""


_OTHERWISE_READ = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _OTHERWISE_READ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), ["t", "f"])


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    """A field that stands twice is a fault: YAML would silently take the last."""
    seen: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.value in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"{key.value} stands twice, first on line {seen[key.value]}", key.start_mark
            )
        seen[key.value] = line
    return dict(loader.construct_mapping(node, deep=True))


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(path: Path) -> Any:
    """Return the values in a YAML file; raise `RecordInvalidError` with the line of a fault."""
    return _values_in(_text_of(path), path)


def _values_in(text: str, path: Path) -> Any:
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else f"{path}:1"
        raise RecordInvalidError(place, f"broken YAML: {getattr(error, 'problem', None) or error}") from error


def _text_of(path: Path) -> str:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RecordInvalidError(f"{path}:{line}", "not UTF-8 text: save the file as UTF-8") from error
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise RecordInvalidError(f"{path}:{line}", f"an invisible control character (U+{ord(control.group()):04X})")
    return text


def faults_of(path: Path) -> list[RecordInvalidError]:
    """Return every fault of the curated record in `path`, each with file and line."""
    try:
        data = read_yaml(path)
    except RecordInvalidError as fault:
        return [fault]
    return _faults_in(data, path)


def _faults_in(data: Any, path: Path) -> list[RecordInvalidError]:
    found = [
        RecordInvalidError(f"{path}:{line_of(path, list(fault.keys), fault.key)}", str(fault))
        for fault in schema_faults(data) or guide_faults(data)
    ]
    if not found and path.stem != data["code"]:
        place = f"{path}:{line_of(path, ['code'])}"
        found.append(RecordInvalidError(place, f"code {data['code']} does not match the file's name"))
    return found


def read_record(path: Path) -> Procedure:
    """Return the curated record in `path`; raise `RecordInvalidError` with file and line."""
    return _record_in(_text_of(path), path)


@lru_cache(maxsize=RECORDS_KEPT)
def _record_in(text: str, path: Path) -> Procedure:
    """The text is kept with the record: what was checked once need not be checked again, unless the file changes."""
    data = _values_in(text, path)
    for fault in _faults_in(data, path):
        raise fault
    try:
        return from_dict({"title": ""} | data)
    except (cattrs.BaseValidationError, ValueError) as error:
        raise RecordInvalidError(f"{path}:1", str(error)) from error


def line_of(path: Path, keys: list[Any], of_key: bool = False) -> int:
    """Return the line (from 1) on which the value at `keys`, or its key, starts; or that of its nearest parent."""
    node = yaml.compose(path.read_text("utf-8"), _Loader)
    found = node
    for key in keys:
        pair = _child(node, key)
        if pair is None:
            break
        found, node = pair
    shown = found if of_key else node
    return int(shown.start_mark.line) + 1 if shown is not None else 1


def _child(node: yaml.Node | None, key: Any) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the nodes of the key and of its value; of a list's entry, its value for both."""
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == str(key)), None)
    return None


def read_all(folder: Path = PROCEDURES_DIR) -> Iterator[Procedure]:
    """Yield every curated record of `folder`, ordered by code."""
    for incoming in incoming_from(folder):
        yield incoming.procedure


def incoming_from(folder: Path) -> Iterator[Incoming]:
    """Yield every curated record of `folder` with the file it stands in, ordered by code."""
    for path in sorted(folder.glob("*.yml")):
        yield Incoming(read_record(path), path.name, path.read_bytes(), "curated")
