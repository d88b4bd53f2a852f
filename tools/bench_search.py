"""`make bench-search`: what finding a procedure costs, over the portal's catalogue and over 50,000 procedures.

Each figure is that of a process of its own. Records are those of `--catalogue`, else made up. The 50,000 are mixed
from these: a title is the beginning of one and the end of another, its dossier that of a third, so that words are as
frequent as they are in the records. Their vectors are sums of word vectors instead of encoded titles.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.fixtures.made_up_portal import made_up, write_packed
from tools.bench_catalogue import PORTAL_RECORDS, entry, records_in
from tools.measuring import PYTHON, ROOT, Row, Run, note, run, show

MANY = 50_000
SETS = ("colloquial", "hard", "formal")
_MEAN, _HIGH, _MEMORY, _MAKING, _TIMES = 15.0, 60.0, 400.0, 300.0, 2.0
_PART = "tools.bench_search_part"
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def main() -> int:
    """Command line; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--catalogue", type=Path, help="detail records of the portal, JSON lines, packed or not")
    parser.add_argument("--data", type=Path, help="a data folder whose catalogue is complete, instead of records")
    parser.add_argument("--records", type=int, default=PORTAL_RECORDS, help="how many to make up (default 5664)")
    parser.add_argument("--many", type=int, default=MANY, help="the large catalogue (default 50000; 0: none)")
    parser.add_argument("--words-only", action="store_true", help="without sentence vectors only")
    parser.add_argument("--runs", type=int, default=3, help="processes that ask, for the median (default 3)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as name:
        data = options.data or filled(Path(name) / "data", options)
        rows = list(measure(Path(name), data, options))
    show(rows)
    return 1 if any(row.missed for row in rows) else 0


def filled(data: Path, options: argparse.Namespace) -> Path:
    """Put the records into a new catalogue, as `make catalogue` and an import do."""
    note("preparing the catalogue")
    packed = data.parent / "bench_2026-07-18.jsonl.gz"
    write_packed(packed, map(entry, records_in(options.catalogue) if options.catalogue else made_up(options.records)))
    env = os.environ | {"MOTCUA_DATA_DIR": str(data), "MOTCUA_CATALOGUE_URL": f"sqlite:///{data / 'catalogue.db'}"}
    for command in (["build"], ["import", str(packed)]):
        run([*PYTHON, "knowledge", *command], env)
    return data


def measure(folder: Path, data: Path, options: argparse.Namespace) -> Iterator[Row]:
    """All figures: by words only, then with vectors."""
    for vectors in (False,) if options.words_only else (False, True):
        means: dict[str, float] = {}
        taught: Path | None = None
        for count in (0, options.many) if options.many else (0,):
            place = folder / f"index-{count}-{vectors}"
            note(f"making the index {'with' if vectors else 'without'} vectors, {count or 'all'} procedures")
            made = _made(data, place, count, vectors, taught)
            asked = [_asked(place, vectors) for _ in range(options.runs)]
            label = f"{asked[0]['procedures']} procedures, {'with' if vectors else 'without'} vectors"
            yield from _making(label, place, made, None if count else _MAKING)
            yield from _asking(asked, bool(count))
            for name in SETS if count else ():
                rows = tuple(one[name]["mean"] / means[name] for one in asked)
                yield Row(f"  {name}: times what the smaller costs", rows, "", _TIMES)
            means = {name: sorted(one[name]["mean"] for one in asked)[len(asked) // 2] for name in SETS}
            taught = place if vectors else None


def _made(data: Path, place: Path, count: int, vectors: bool, taught: Path | None) -> Run:
    command = [*PYTHON, _PART, "make", str(data), str(place), "--count", str(count)]
    command += ["--vectors"] if vectors else []
    return run([*command, *(["--taught", str(taught)] if taught else [])], os.environ | _ONE_THREAD)


def _asked(place: Path, vectors: bool) -> dict[str, Any]:
    command = [*PYTHON, _PART, "ask", str(place), *(["--vectors"] if vectors else [])]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | _ONE_THREAD, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _making(label: str, place: Path, made: Run, target: float | None) -> Iterator[Row]:
    size = sum(path.stat().st_size for path in place.iterdir()) / 1_000_000
    yield Row(f"{label}: making the index", (made.seconds,), "s", target)
    yield Row("  its processor time", (made.processor,), "s")
    yield Row("  its memory at most, of one process", (made.peak,), "MB")
    yield Row("  the index on disk", (size,), "MB")


def _asking(asked: list[dict[str, Any]], large: bool) -> Iterator[Row]:
    for name in SETS:
        told = [one[name] for one in asked]
        mean, high = (None, None) if large else (_MEAN, _HIGH)
        yield Row(f"  {name}: processor time a question, mean", tuple(one["mean"] for one in told), "ms", mean)
        yield Row(f"  {name}: 95th of a hundred", tuple(one["high"] for one in told), "ms", high)
        yield Row(f"  {name}: share that asked for a sentence vector", tuple(one["vectors"] for one in told), "")
    yield Row("  memory of the process that answers (RSS)", tuple(one["rss"] for one in asked), "MB", _MEMORY)
    yield Row("  memory of the process that answers (PSS)", tuple(one["pss"] for one in asked), "MB")


if __name__ == "__main__":
    sys.exit(main())
