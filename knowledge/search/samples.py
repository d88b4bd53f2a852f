"""How people ask: everyday names and sample questions of procedures, `knowledge/content/samples/*.yml`.

A procedure may stand in several files; what they say of it adds up, and to what its record says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import jsonschema

from knowledge.curated import read_yaml
from knowledge.errors import CatalogueError
from knowledge.settings import CONTENT_DIR

SAMPLES_DIR = CONTENT_DIR / "samples"

_TEXTS = {"type": "array", "items": {"type": "string", "minLength": 2, "maxLength": 400}, "minItems": 1}
_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "patternProperties": {
        r"^\d\.\d{6}$": {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "properties": {"aliases": _TEXTS, "questions": _TEXTS},
        }
    },
}


class SamplesInvalidError(CatalogueError):
    """A file of sample questions has another shape than it must."""

    code = "SAMPLES_INVALID"


@dataclass(frozen=True)
class Samples:
    """What people call one procedure (`aliases`) and how they ask about it (`questions`)."""

    aliases: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@lru_cache(maxsize=4)
def load_samples(folder: Path = SAMPLES_DIR) -> Mapping[str, Samples]:
    """Return code → samples of all files in `folder`; raise `SamplesInvalidError` naming file and place."""
    found: dict[str, Samples] = {}
    for path in sorted(folder.glob("*.yml")):
        for code, entry in read_samples(path):
            known = found.get(code, Samples())
            found[code] = Samples(known.aliases + entry.aliases, known.questions + entry.questions)
    return found


def read_samples(path: Path) -> Iterator[tuple[str, Samples]]:
    """Yield the entries of one file."""
    data = read_yaml(path)
    data = {} if data is None else data
    bare = [key for key in data if not isinstance(key, str)] if isinstance(data, dict) else []
    if bare:
        raise SamplesInvalidError(f"{path.name}: {bare[0]}: a code stands in quotation marks, else it is a number")
    for fault in jsonschema.Draft7Validator(_SCHEMA).iter_errors(data):
        place = "/".join(map(str, fault.absolute_path)) or "the whole file"
        raise SamplesInvalidError(f"{path.name}: {place}: {fault.message[:160]}")
    for code, entry in data.items():
        yield code, Samples(tuple(entry.get("aliases", ())), tuple(entry.get("questions", ())))
