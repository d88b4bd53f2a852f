"""Changing one curated file: a fact, a name, a check. Comments and order stay; each change says who, when and why.

A procedure that only the portal describes gets a file that adds to the portal's record (`extends_portal`).
"""

from __future__ import annotations

import fcntl
import io
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any
from unicodedata import normalize

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from knowledge.codec import to_dict
from knowledge.curated import read_record, read_yaml
from knowledge.errors import EditRefusedError, RecordInvalidError
from knowledge.models import ComponentRole, FeeKind, Procedure

_NAMES = ("id", "method", "code", "number", "name")
_OF_THE_PORTAL = {
    *("origin", "raw_refs", "applies_to_city", "kind", "promulgated_by", "completeness", "ward_receives"),
    *("checked_on", "source", "changes"),
}
"""Fields that stay the portal's: its file says only what an editor may restate."""
_MISSING = object()
_PLACE = ".edit-"
_LONGEST_WHAT = 300
_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


@dataclass(frozen=True)
class Signature:
    """Who changes something, when and why."""

    by: str
    why: str
    on: date


class CuratedFiles:
    """The folder of curated files. Every change is validated before it replaces the file: whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, code: str) -> Path:
        return self._folder / f"{code}.yml"

    def set_value(self, code: str, field: str, text: str, sign: Signature) -> Path:
        """Put the YAML value `text` at `field`, such as `summary` or `submission_methods.online.fees.0.amount`."""
        value = _value(text)

        def change(record: CommentedMap) -> str:
            parent, key = _place(record, field)
            before = _get(parent, key)
            parent[key] = value
            return f"{field}: {_brief(before)} → {_brief(value)}"

        return self._change(code, change, sign)

    def add_value(self, code: str, field: str, text: str, sign: Signature) -> Path:
        """Add the YAML value `text` to the list at `field`."""
        value = _value(text)

        def change(record: CommentedMap) -> str:
            parent, key = _place(record, field)
            items = _get(parent, key)
            if items is _MISSING:
                items = parent[key] = CommentedSeq()
            if not isinstance(items, list):
                raise EditRefusedError(f"{field} is no list; use `edit {code} {field} VALUE` to replace it")
            if value in items:
                raise EditRefusedError(f"{field} has {_brief(value)} already")
            items.append(value)
            return f"{field}: + {_brief(value)}"

        return self._change(code, change, sign)

    def remove_value(self, code: str, field: str, sign: Signature, text: str | None = None) -> Path:
        """Take out what stands at `field`, or of a list the entry that equals the YAML value `text`."""

        def change(record: CommentedMap) -> str:
            parent, key = _place(record, field)
            before = _get(parent, key)
            if before is _MISSING:
                raise EditRefusedError(f"{code} has nothing at {field}")
            if text is None:
                del parent[key]
                return f"{field}: − {_brief(before)}"
            if not isinstance(before, list) or _value(text) not in before:
                raise EditRefusedError(f"{field} does not hold {text!r}")
            before.remove(_value(text))
            return f"{field}: − {text}"

        return self._change(code, change, sign)

    def mark_checked(self, code: str, sign: Signature, still_waits: bool = False) -> Path:
        """Note that the record was held against its source; unless `still_waits`, it needs no recheck any more."""

        def change(record: CommentedMap) -> str:
            record["checked_on"] = sign.on
            record["checked_by"] = sign.by
            if not still_waits:
                record["needs_recheck"] = False
                record.pop("recheck_reason", None)
            return f"checked_on: {sign.on.isoformat()}"

        return self._change(code, change, sign)

    def adopt(self, record: Procedure, sign: Signature) -> Path:
        """Write all of the portal's `record` as a file that adds to it, for an editor to restate fact by fact."""
        if self.path(record.code).is_file():
            raise EditRefusedError(f"{record.code} has a curated file already: {self.path(record.code)}")
        data = {name: value for name, value in to_dict(record).items() if name not in _OF_THE_PORTAL}
        for case in data.get("dossier", ()):
            case.setdefault("case", "")
            for part in case["components"]:
                part.setdefault("role", ComponentRole.SUBMIT)
        for way in data.get("submission_methods", ()):
            for fee in way.get("fees", ()):
                fee.setdefault("kind", FeeKind.FEE)

        def change(current: CommentedMap) -> str:
            current.update(_commented(data))
            return f"taken over from {record.version}"

        return self._change(record.code, change, sign)

    def revert(self, code: str, text: bytes, version: str, sign: Signature) -> Path:
        """Write the file again as it was in a version; the entries of later changes stay."""
        earlier = _yaml().load(text.decode("utf-8"))

        def change(current: CommentedMap) -> str:
            changes = current.get("changes")
            current.clear()
            current.update(earlier)
            if changes is not None:
                current["changes"] = changes
            return f"as in {version}"

        return self._change(code, change, sign)

    def _change(self, code: str, change: Callable[[CommentedMap], str], sign: Signature) -> Path:
        path = self.path(code)
        with self._locked():
            self._clear_up()
            record = self._read(path, code)
            what = change(record)
            entry = {"on": sign.on, "by": sign.by, "why": sign.why, "what": what[:_LONGEST_WHAT]}
            record.setdefault("changes", CommentedSeq()).append(CommentedMap(entry))
            self._replace(path, record)
        return path

    def _read(self, path: Path, code: str) -> CommentedMap:
        if not path.is_file():
            return CommentedMap({"code": code, "extends_portal": True})
        read_yaml(path)  # names file and line of a fault
        record = _yaml().load(path.read_text("utf-8"))
        if not isinstance(record, CommentedMap):
            raise RecordInvalidError(f"{path}:1", "expected a record")
        return record

    def _replace(self, path: Path, record: CommentedMap) -> None:
        """Validate the new text as a file of the same name, then put it in the old one's place."""
        text = io.StringIO()
        _yaml().dump(record, text)
        with self._place() as place:
            part = Path(place) / path.name
            part.write_text(text.getvalue(), "utf-8")
            try:
                read_record(part)
            except RecordInvalidError as fault:
                _refuse_broken(path)
                raise EditRefusedError(f"{path.name} would no longer be valid: {fault.reason}") from fault
            part.replace(path)

    def _place(self) -> tempfile.TemporaryDirectory[str]:
        try:
            return tempfile.TemporaryDirectory(dir=self._folder, prefix=_PLACE)
        except OSError as error:
            raise EditRefusedError(f"{self._folder} cannot be written to: {error.strerror}") from error

    def _clear_up(self) -> None:
        """Take away what an edit left that was killed; nobody else edits now."""
        for left in self._folder.glob(f"{_PLACE}*"):
            shutil.rmtree(left, ignore_errors=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Two editors at once take turns."""
        if not self._folder.is_dir():
            raise EditRefusedError(f"there is no folder of curated records at {self._folder}")
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def _refuse_broken(path: Path) -> None:
    """Where the file is not valid as it stands, that is what the editor has to know first."""
    if path.is_file():
        read_record(path)


def _yaml() -> Any:
    yaml: Any = YAML()  # the library declares its settings as None
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.representer.ignore_aliases = lambda *_: True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _value(text: str) -> Any:
    try:
        return _yaml().load(normalize("NFC", text))  # some keyboards give letters and marks apart
    except YAMLError as error:
        raise EditRefusedError(f"{text!r} is no YAML value; put texts with : or # in quotes") from error


def _place(record: CommentedMap, field: str) -> tuple[Any, Any]:
    """Return where `field` leads: the mapping or list, and the key in it. Entries of lists go by number or by name."""
    *way, last = field.split(".")
    node: Any = record
    for part in way:
        node = _get(node, _key(node, part, field))
        if not isinstance(node, (dict, list)):
            raise EditRefusedError(f"{field} leads nowhere: there is no {part}")
    return node, _key(node, last, field)


def _key(node: Any, part: str, field: str) -> Any:
    if isinstance(node, dict):
        return part
    for number, entry in enumerate(node):
        if isinstance(entry, dict) and part in {str(entry.get(name)) for name in _NAMES}:
            return number
    if part.isdecimal() and int(part) < len(node):
        return int(part)
    raise EditRefusedError(f"{field} leads nowhere: the list has no entry {part}")


def _get(node: Any, key: Any) -> Any:
    return node.get(key, _MISSING) if isinstance(node, dict) else node[key]


def _brief(value: Any) -> str:
    text = "–" if value is _MISSING else str(dict(value) if isinstance(value, dict) else value)
    return text if len(text) <= 80 else f"{text[:80]}…"


def _commented(data: Any) -> Any:
    if isinstance(data, dict):
        return CommentedMap({name: _commented(value) for name, value in data.items()})
    if isinstance(data, (list, tuple)):
        return CommentedSeq(_commented(value) for value in data)
    if isinstance(data, Enum):
        return data.value
    return date.fromisoformat(data) if isinstance(data, str) and _DAY.match(data) else data
