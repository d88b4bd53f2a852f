"""Exceptions to the rule of scope (content/scope/exceptions.yml): read, and checked against their schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.settings import CONTENT_DIR

EXCEPTIONS_PATH = CONTENT_DIR / "scope" / "exceptions.yml"
SCHEMA_PATH = CONTENT_DIR / "scope" / "exceptions.schema.json"


class Applies(str, Enum):
    """Whether a procedure applies to the city. What is unknown stays in, and is told apart."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ScopeException:
    """What the rule gets wrong about one code; None leaves that part to the rule."""

    code: str
    why: str
    source: str
    on: date
    applies: Applies | None = None
    ward: bool | None = None


@lru_cache(maxsize=4)
def load_exceptions(path: Path = EXCEPTIONS_PATH) -> Mapping[str, ScopeException]:
    """Return the exceptions by code; raise `RecordInvalidError` with file and line."""
    data = read_yaml(path) or []
    schema = json.loads(SCHEMA_PATH.read_text("utf-8"))
    for fault in jsonschema.Draft7Validator(schema).iter_errors(data):
        raise RecordInvalidError(f"{path}:{line_of(path, list(fault.path))}", fault.message[:200])
    found: dict[str, ScopeException] = {}
    for number, entry in enumerate(data):
        if entry["code"] in found:
            raise RecordInvalidError(f"{path}:{line_of(path, [number])}", f"{entry['code']} stands here twice")
        found[entry["code"]] = _exception(entry)
    return found


def _exception(entry: dict[str, Any]) -> ScopeException:
    applies = Applies(entry["applies"]) if "applies" in entry else None
    return ScopeException(**(entry | {"on": date.fromisoformat(entry["on"]), "applies": applies}))
