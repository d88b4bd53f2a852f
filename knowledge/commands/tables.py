"""Lists for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Sequence[Mapping[str, Any]], for_file: bool = False) -> str:
    """Return rows of the same columns as CSV; for a file with the byte-order mark that Excel needs for Vietnamese."""
    stream = io.StringIO()
    if rows:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return ("\ufeff" if for_file else "") + stream.getvalue().rstrip("\n")


def _cell(value: Any) -> str:
    """A cell as text; one that a spreadsheet would run as a formula is quoted."""
    text = ("yes" if value else "no") if isinstance(value, bool) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
