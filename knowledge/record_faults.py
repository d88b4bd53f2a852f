"""What is wrong with a curated record against its schema, as lines that an editor understands."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jsonschema

from knowledge.settings import CONTENT_DIR

SCHEMA_PATH = CONTENT_DIR / "procedure.schema.json"
_SHOWN = 60
_KINDS = {
    "string": "a text (put it in quotes)",
    "integer": "a whole number without dots or words",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list (each entry on a line of its own, after a dash)",
    "object": "a record with fields (name: value)",
}


@dataclass(frozen=True)
class SchemaFault:
    """One fault: the keys that lead to where it is, and what is wrong. `key`: it is the key itself that is wrong."""

    keys: tuple[Any, ...]
    reason: str
    key: bool = False

    def __str__(self) -> str:
        way = self.keys[:-1] if self.key else self.keys
        return f"{'.'.join(map(str, way)) or 'record'}: {self.reason}"


@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = json.loads(SCHEMA_PATH.read_text("utf-8"))
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker(["date"]))


def schema_faults(data: Any) -> list[SchemaFault]:
    """Return every fault of a record, in the order of their place."""
    errors = list(_validator().iter_errors(data))
    missing: dict[tuple[Any, ...], list[str]] = {}
    for error in errors:
        if error.validator == "required":
            named = missing.setdefault(tuple(error.absolute_path), [])
            named += [name for name in error.validator_value if name not in error.instance and name not in named]
    found = [SchemaFault(way, f"{', '.join(names)} {_is(names)} missing") for way, names in missing.items()]
    found += dict.fromkeys(fault for error in errors for fault in _faults_of(error))
    return sorted(found, key=lambda fault: [str(part) for part in fault.keys])


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _faults_of(error: Any) -> Iterator[SchemaFault]:
    way = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        for name in sorted(set(error.instance) - set(known), key=str):
            yield SchemaFault((*way, name), f"there is no field {name}{_nearest(str(name), known)}", key=True)
    elif error.validator == "required":
        return  # told together, all of one place
    elif error.validator != "format" or re.search(error.schema.get("pattern", ""), error.instance):
        # Where the pattern does not fit, its fault says all there is to say of the format.
        say = _SAYING.get(error.validator)
        yield SchemaFault(way, say(error) if say else error.message[:200])


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; the fields are {', '.join(known)}"


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _either(error: Any) -> str:
    names = [name for option in error.validator_value for name in option.get("required", ())]
    return f"needs {' or '.join(names)}"


def _pattern(error: Any) -> str:
    example = (error.schema.get("examples") or [""])[0]
    return f"{_brief(error.instance)} is not written as it must be" + (f", such as {example}" if example else "")


_SAYING: dict[str, Callable[[Any], str]] = {
    "type": lambda error: f"expected {_KINDS[error.validator_value]}, not {_brief(error.instance)}",
    "enum": lambda error: f"{_brief(error.instance)} is none of {', '.join(map(str, error.validator_value))}",
    "const": lambda error: f"can only be {_brief(error.validator_value)}",
    "pattern": _pattern,
    "format": lambda error: f"there is no day {error.instance}",
    "anyOf": _either,
    "dependencies": lambda error: error.message.replace(" is a dependency of ", " must stand beside ").replace("'", ""),
    "maxItems": lambda error: f"has more than {error.validator_value} entries",
    "minProperties": lambda error: "is empty; leave the field out instead",
    "minItems": lambda error: f"needs at least {error.validator_value} entries, not {len(error.instance)}",
    "uniqueItems": lambda error: "an entry stands there twice",
    "minLength": lambda error: "is empty; leave the field out instead",
    "maxLength": lambda error: f"is longer than {error.validator_value} characters",
    "minimum": lambda error: f"{error.instance} is less than {error.validator_value}",
}
