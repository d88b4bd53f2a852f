"""What the processes under load wrote into their logs as errors, while answers looked well.

Rasa goes on without its tracker store where that fails, and says so nowhere else.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

WRONG = ("error", "critical")


def ends_of(folder: Path) -> dict[Path, int]:
    """Return where each log in `folder` ends now, in bytes."""
    return {log: log.stat().st_size for log in folder.glob("*.log")}


def errors_since(folder: Path, ends: Mapping[Path, int]) -> Counter[str]:
    """Count the errors behind these ends, by the log and what is said of them."""
    found: Counter[str] = Counter()
    for log in sorted(folder.glob("*.log")):
        with log.open("rb") as lines:
            lines.seek(ends.get(log, 0))
            found.update(f"{log.stem}: {what}" for line in lines if (what := _wrong(line)))
    return found


def _wrong(line: bytes) -> str:
    """Return what a line says went wrong; "" where nothing did, or where it is none of the project's lines."""
    try:
        entry = json.loads(line)
    except ValueError:
        return ""
    if not isinstance(entry, dict) or entry.get("level") not in WRONG:
        return ""
    said = (entry.get(key) for key in ("logger", "event", "error"))
    return " ".join(str(one) for one in said if one) or str(entry["level"])
