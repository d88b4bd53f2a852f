"""`make bench-catalogue`: what the whole catalogue costs, as a table of medians beside the targets.

Each figure is that of a process of its own, on a data folder of its own; nothing of the real one is touched. Records
are those of `--catalogue`, else as many made-up ones (tests/fixtures/made_up_portal.py).
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.fixtures.made_up_portal import announced_again, list_item, made_up, write_packed
from tools.measuring import PYTHON, ROOT, Row, Run, note, run, show

PORTAL_RECORDS = 5664
OPEN_PARTS = {
    "open": "Opening the catalogue at start",
    "processor": "  its processor time",
    "store": "  of it the store: file, schema, revision",
    "index": "  of it the search index",
    "modules": "  before it: loading the program's modules",
    "question": "  after it: the first question",
    "record": "  after it: one record",
}


def main() -> int:
    """Command line; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--catalogue", type=Path, help="detail records of the portal, JSON lines, packed or not")
    parser.add_argument("--records", type=int, default=PORTAL_RECORDS, help="how many to make up (default 5664)")
    parser.add_argument("--runs", type=int, default=3, help="runs to take the median of (default 3)")
    parser.add_argument("--open", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.open:
        print(json.dumps(open_catalogue(options.open)))
        return 0
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as name:
        rows = measure(Path(name), options)
    show(rows)
    return 1 if any(row.missed for row in rows) else 0


def measure(folder: Path, options: argparse.Namespace) -> list[Row]:
    """All figures."""
    note("preparing the records and a second version of all of them")
    count = write_files(folder, options.catalogue, options.records)
    print(f"{count} records {'of ' + options.catalogue.name if options.catalogue else 'made up'}, {options.runs} runs")
    bench = Bench(folder, options.runs)
    rows = [*bench.importing(count), *bench.syncing(count)]
    return [*rows, *bench.comparing(), *bench.checking(), *bench.opening()]


def write_files(folder: Path, catalogue: Path | None, count: int) -> int:
    """Write the list and the records for the local portal, and two versions for the import; return how many.

    Never all at once in memory: a measured process inherits the size of this one as its first peak.
    """

    def records() -> Iterator[dict[str, Any]]:
        return records_in(catalogue) if catalogue else made_up(count)

    write_packed(folder / "one_2026-07-18.jsonl.gz", map(entry, records()))
    write_packed(folder / "two_2026-08-18.jsonl.gz", (entry(announced_again(record)) for record in records()))
    return write_packed(folder / "list.jsonl.gz", map(list_item, records()))


def entry(record: dict[str, Any]) -> dict[str, Any]:
    return {"code": record["code"], "name": record["name"], "detail": record}


def records_in(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the detail records of a file of JSON lines."""
    packed = path.read_bytes()[:2] == b"\x1f\x8b"
    with gzip.open(path, "rt", "utf-8") if packed else path.open(encoding="utf-8") as lines:
        for line in filter(str.strip, lines):
            document = json.loads(line)
            yield document.get("detail") or document.get("data") or document


class Bench:
    """The figures, from the files in `folder`. Each catalogue begins with the curated records."""

    def __init__(self, folder: Path, runs: int) -> None:
        self._folder, self._runs = folder, runs

    def importing(self, count: int) -> list[Row]:
        """Into a catalogue that has the curated records only."""
        done = [self._into_new("import", number, self._import_of("one")) for number in range(self._runs)]
        return _cost(f"Import of {count} records", done, 60, 500)

    def syncing(self, count: int) -> list[Row]:
        """From a local portal that answers at once, without any pause."""
        done = []
        with portal(self._folder) as url:
            env = {"MOTCUA_PORTAL_URL": url, "MOTCUA_PORTAL_PAUSE_MS": "0"}
            for number in range(self._runs):
                done.append(self._into_new("sync", number, ("sync",), env))
        return _cost(f"Sync of {count} records from a local portal", done, 60, 500)

    def comparing(self) -> list[Row]:
        """Two versions of the whole catalogue, each record changed in several facts."""
        note("importing the second version")
        data = self._folder / "import-0"
        self._knowledge(data, self._import_of("two"))
        done = [self._repeat("diff", data, ("diff", "--loads", "2", "3")) for _ in range(self._runs)]
        return _cost("Diff of two versions, every record changed", done, 10)

    def checking(self) -> list[Row]:
        """Every rule over every record."""
        data, command = self._folder / "sync-0", ("check", "--all", "--fail-on", "never")
        done = [self._repeat("check", data, command) for _ in range(self._runs)]
        return _cost("Lint of everything: check --all", done, 20)

    def opening(self) -> list[Row]:
        """What an assistant does before it can find a procedure."""
        data = self._folder / "sync-0"
        made = self._repeat("making the search index", data, ("index", "--words-only"))
        command = [*PYTHON, "tools.bench_catalogue", "--open", str(data)]
        note("opening")
        found = [json.loads(run(command, dict(os.environ)).output) for _ in range(self._runs)]
        target = {"open": 1.0}
        return _cost("Making the search index, by words only", [made], 300) + [
            Row(label, tuple(parts[name] for parts in found), "s", target.get(name))
            for name, label in OPEN_PARTS.items()
        ]

    def _into_new(self, name: str, number: int, command: tuple[str, ...], env: dict[str, str] | None = None) -> Run:
        note(f"{name} {number + 1}/{self._runs}")
        data = self._folder / f"{name}-{number}"
        self._knowledge(data, ("build",))
        done = self._knowledge(data, command, env)
        if number:
            shutil.rmtree(data)
        return done

    def _repeat(self, name: str, data: Path, command: tuple[str, ...]) -> Run:
        note(name)
        return self._knowledge(data, command)

    def _import_of(self, version: str) -> tuple[str, ...]:
        return "import", str(next(self._folder.glob(f"{version}_*")))

    def _knowledge(self, data: Path, command: tuple[str, ...], env: dict[str, str] | None = None) -> Run:
        own = {"MOTCUA_DATA_DIR": str(data), "MOTCUA_CATALOGUE_URL": f"sqlite:///{data / 'catalogue.db'}"}
        return run([*PYTHON, "knowledge", *command], os.environ | own | (env or {}))


@contextmanager
def portal(folder: Path) -> Iterator[str]:
    """A local server that speaks the portal's interface, in a process of its own."""
    files = (str(folder / "list.jsonl.gz"), str(next(folder.glob("one_*"))))
    command = [*PYTHON, "tests.fixtures.portal_server", *files]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


def open_catalogue(data: Path) -> dict[str, float]:
    """Do what the assistant does with the catalogue when it starts; return the seconds of each part."""
    began = time.perf_counter()
    from knowledge.search.index_files import load_index  # importing is one of the parts
    from knowledge.store import CatalogueStore

    marks, computed = [began, time.perf_counter()], time.process_time()
    store = CatalogueStore(f"sqlite:///{data / 'catalogue.db'}")
    store.create()
    revision = store.revision()
    marks.append(time.perf_counter())
    index = load_index(data / "index", revision, None)
    assert index is not None  # noqa: S101 - it was made just before
    marks.append(time.perf_counter())
    computed = time.process_time() - computed
    index.search("đăng ký tạm trú cần giấy tờ gì")
    marks.append(time.perf_counter())
    store.get(index.rows[-1].code)
    marks.append(time.perf_counter())
    parts = [after - before for before, after in pairwise(marks)]
    found = dict(zip(("modules", "store", "index", "question", "record"), parts, strict=True))
    return found | {"open": found["store"] + found["index"], "processor": computed}


def _cost(name: str, done: list[Run], seconds: float, peak: float | None = None) -> list[Row]:
    return [
        Row(name, tuple(one.seconds for one in done), "s", seconds),
        Row("  its processor time", tuple(one.processor for one in done), "s"),
        Row("  its memory at most", tuple(one.peak for one in done), "MB", peak),
    ]


if __name__ == "__main__":
    sys.exit(main())
