"""`make eval`: finding procedures and reading facts, over the sets in tests/evaluation; compared with the floors.

With CATALOGUE=records.jsonl.gz over the portal's records beside the curated ones, in a folder of its own; else over
the catalogue in use. `--part` takes one in twelve of these records and all that a question asks for: the sentence
vectors of all take twenty minutes of processor time. A figure that fell more than two points below its floor
(floors.json, of a part floors_part.json) ends with exit code 1.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from knowledge.commands.base import open_store
from knowledge.facts import Fact
from knowledge.search.deciding import Certainty
from knowledge.search.evaluation import Labelled, Result, evaluate, figures, outside_auc, read_set
from knowledge.search.index import ProcedureIndex
from knowledge.search.index_files import ensure_index
from knowledge.search.noise import NOISES
from knowledge.search.vectors import installed_encoder
from knowledge.settings import ROOT, CatalogueSettings

SETS = ROOT / "tests" / "evaluation"
FLOORS = SETS / "floors.json"
PART_FLOORS = SETS / "floors_part.json"
ONE_IN = 12
"""Records of which a part takes one, besides those that are asked for."""
LINKING = ("colloquial", "hard", "formal")
FACTS = ("facts", "facts_second")
TOLERANCE = 0.02
_TOLD = (
    "questions", "hit_1", "hit_3", "answered", "right_at_once", "milliseconds", "milliseconds_95", "vectors_used",
)  # fmt: skip
_OVERVIEW = Fact.OVERVIEW.value


def prepared(catalogue: Path | None, part: bool = False) -> CatalogueSettings:
    """Return the settings of the catalogue to measure over, made first where a file of records is named."""
    if catalogue is None:
        return CatalogueSettings.from_env()
    folder = ROOT / "var" / ("evaluation_part" if part else "evaluation")
    env = os.environ | {"MOTCUA_DATA_DIR": str(folder)}
    env.pop("MOTCUA_CATALOGUE_URL", None)
    _lend_vectors(CatalogueSettings.from_env().index_dir, CatalogueSettings.from_env(env).index_dir)
    if part:
        catalogue = _write_part(catalogue, folder / catalogue.name)
    for command in (["build"], ["import", str(catalogue.resolve())]):
        subprocess.run([sys.executable, "-m", "knowledge", *command], cwd=ROOT, env=env, check=True, stdout=sys.stderr)
    return CatalogueSettings.from_env(env)


def _write_part(records: Path, part: Path) -> Path:
    """Write the records that a part takes, under the same name, which tells of when they are."""
    asked = {code for name in LINKING for item in read_set(SETS / f"{name}.jsonl") for code in item.codes}
    packed = records.read_bytes()[:2] == b"\x1f\x8b"
    reads: Any = gzip.open if packed else open
    part.parent.mkdir(parents=True, exist_ok=True)
    with reads(records, "rt", encoding="utf-8") as lines, reads(part, "wt", encoding="utf-8") as taken:
        for line in filter(str.strip, lines):
            code = json.loads(line)["code"]
            if code in asked or zlib.crc32(code.encode()) % ONE_IN == 0:
                taken.write(line)
    return part


def _lend_vectors(made: Path, own: Path) -> None:
    """Copy the indexes in use where there is none: names and questions that are in both are not encoded twice."""
    if made.is_dir() and not own.is_dir():
        shutil.copytree(made, own, ignore=shutil.ignore_patterns("*.part"))


def measure(index: ProcedureIndex, extra: list[Path]) -> dict[str, dict[str, float]]:
    """Return set → figure → value."""
    found: dict[str, dict[str, float]] = {}
    inside: list[Result] = []
    for path in [SETS / f"{name}.jsonl" for name in LINKING] + extra:
        questions = [item for item in read_set(path) if item.codes]
        for noise, change in NOISES.items():
            results = evaluate(index, questions, change)
            found[path.stem if noise == "as typed" else f"{path.stem}, {noise}"] = _linking(results)
            inside += results if noise == "as typed" and path.stem != "formal" else []
    found["ask_back"] = _asking_back(evaluate(index, read_set(SETS / "ask_back.jsonl")))
    outside = evaluate(index, read_set(SETS / "outside.jsonl"))
    found["outside"] = _outside(outside, inside)
    for name in FACTS:
        for noise, change in NOISES.items():
            title = name if noise == "as typed" else f"{name}, {noise}"
            found[title] = fact_figures(index, SETS / f"{name}.jsonl", change)
    return found


def _linking(results: list[Result]) -> dict[str, float]:
    told = figures(results)
    return {name: getattr(told, name) for name in _TOLD}


def _asking_back(results: list[Result]) -> dict[str, float]:
    asked = {
        expect: [result.certainty is not Certainty.CLEAR for result in results if result.labelled.expect == expect]
        for expect in ("clarify", "answer")
    }
    return {f"asked back when {expect}": sum(values) / max(1, len(values)) for expect, values in asked.items()}


def _outside(outside: list[Result], inside: list[Result]) -> dict[str, float]:
    kept = sum(result.certainty in (Certainty.NONE, Certainty.WEAK) for result in outside)
    lost = sum(result.certainty is Certainty.NONE for result in inside)
    auc = outside_auc(outside + inside)
    return {"auc": auc or 0.0, "said so": kept / max(1, len(outside)), "lost inside": lost / max(1, len(inside))}


def fact_figures(index: ProcedureIndex, path: Path, change: Callable[[str], str] = str) -> dict[str, float]:
    """Return precision and recall of the facts asked, averaged over facts (macro), and how many questions are exact."""
    right, told, wanted, exact = Counter(), Counter(), Counter(), 0
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for line in lines:
        labels = set(line["fields"]) - {_OVERVIEW}
        found = {fact.value for fact in index.facts(index.read(change(line["text"]))).facts} - {_OVERVIEW}
        right.update(labels & found)
        told.update(found)
        wanted.update(labels)
        exact += labels == found
    names = sorted(wanted)
    f1 = [2 * right[name] / max(1, told[name] + wanted[name]) for name in names]
    return {"macro_f1": sum(f1) / len(f1), "exact": exact / len(lines)} | dict(zip(names, f1, strict=True))


def fallen(found: Mapping[str, Mapping[str, float]], floors: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return what lies more than `TOLERANCE` below its floor."""
    return [
        f"{name}: {figure} is {found.get(name, {}).get(figure, 0.0):.3f}, was {floor:.3f}"
        for name, values in floors.items()
        for figure, floor in values.items()
        if found.get(name, {}).get(figure, 0.0) < floor - TOLERANCE
    ]


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--catalogue", type=Path, help="the portal's records, as for `python -m knowledge import`")
    parser.add_argument("--part", action="store_true", help="over one in twelve of these, and those that are asked for")
    parser.add_argument("--words-only", action="store_true", help="without sentence vectors")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--floors", action="store_true", help="fail where a figure fell below its floor")
    parser.add_argument("more", nargs="*", type=Path, help="more sets of labelled questions")
    options = parser.parse_args()
    if options.part and options.catalogue is None:
        parser.error("--part is of the records of --catalogue")
    settings = prepared(options.catalogue, options.part)
    encoder = None if options.words_only else installed_encoder()
    index = ensure_index(open_store(settings), settings.index_dir, encoder)
    found = measure(index, options.more)
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        show(found, len(index.rows))
    floors = PART_FLOORS if options.part else FLOORS
    faults = fallen(found, json.loads(floors.read_text("utf-8"))) if options.floors else []
    for fault in faults:
        print(f"fell: {fault}", file=sys.stderr)
    return 1 if faults else 0


def show(found: Mapping[str, Mapping[str, Any]], procedures: int) -> None:
    """Print the figures."""
    print(f"over {procedures} procedures")
    for name, values in found.items():
        print(f"{name:<32} " + "  ".join(f"{figure} {value:.3g}" for figure, value in values.items()))


__all__ = ["Labelled", "fact_figures", "fallen", "main", "measure"]

if __name__ == "__main__":
    sys.exit(main())
