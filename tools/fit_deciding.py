"""`python -m tools.fit_deciding`: learn content/deciding.json over the catalogue in use; then `make eval`.

After `python -m knowledge fit`, and after changes to the messages that it learns from or to lexicon/outside.yml.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from knowledge.commands.base import open_store
from knowledge.curated import read_yaml
from knowledge.search.corpus import entries
from knowledge.search.doubts import DECIDING_PATH
from knowledge.search.index_files import ensure_index
from knowledge.search.learning_doubts import Lessons, scale_from
from knowledge.search.life import examples, load_life
from knowledge.search.samples import load_samples
from knowledge.search.vectors import installed_encoder
from knowledge.settings import ROOT, CatalogueSettings

_NLU = ROOT / "data" / "nlu"
_OF_PROCEDURES = "procedure.yml"
_BESIDE, _SEED = 1000, 7


def utterances_beside(folder: Path = _NLU) -> list[str]:
    """Return some of the examples of the intents that are about no procedure, the same ones each time."""
    found: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        for group in read_yaml(path).get("nlu", ()) if path.name != _OF_PROCEDURES else ():
            lines = str(group.get("examples", "")).splitlines() if "intent" in group else []
            found += [line.removeprefix("- ").strip() for line in lines if line.strip()]
    return random.Random(_SEED).sample(found, min(_BESIDE, len(found)))  # noqa: S311 - not for secrets


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=DECIDING_PATH)
    out = parser.parse_args().out
    settings = CatalogueSettings.from_env()
    store = open_store(settings)
    index = ensure_index(store, settings.index_dir, installed_encoder())
    records = {record.code: record for record in store.merged()}
    listed = list(entries(store.search_rows(), records, load_samples(), examples(load_life())))
    lessons = Lessons(index, listed, utterances_beside())
    found = {"several": scale_from(lessons.of_several()), "inside": scale_from(lessons.of_inside())}
    out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
