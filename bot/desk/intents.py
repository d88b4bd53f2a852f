"""The intents that the assistant knows: what an example may be one of."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from knowledge.curated import read_yaml
from knowledge.settings import ROOT

NLU_DIR = ROOT / "data" / "nlu"


@lru_cache(maxsize=2)
def known_intents(folder: Path = NLU_DIR) -> tuple[str, ...]:
    """Return the names of all intents with examples, in order; none where there are no examples."""
    names = set()
    for path in sorted(folder.glob("**/*.yml")):
        entries = (read_yaml(path) or {}).get("nlu") or ()
        names |= {str(one["intent"]).partition("/")[0] for one in entries if isinstance(one, dict) and "intent" in one}
    return tuple(sorted(names))
