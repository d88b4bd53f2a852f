"""`make eval`: is the verdict on a paper that an office asks for right, over tests/evaluation/paper_check*.jsonl.

Each ask is read by the grammar of the assistant and checked against its procedure's real record; the look-alikes must
not be taken for asks. A wrong "not on the list" is the worst that can be said, and is counted apart. Exit code 1 where,
over all sets, the verdicts given are less than --at-least right or the asks heard less than --heard, or where a paper
was wrongly said not to be on the list.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.nlu.papers import read_ask
from bot.services import default_services
from knowledge.errors import ProcedureUnknownError
from knowledge.paper_check.matching import check_paper
from knowledge.paper_check.models import Verdict
from knowledge.paper_check.naming import asked_paper

SETS = Path(__file__).resolve().parent.parent / "tests" / "evaluation"
NOT_ASKED = "none"


@dataclass(frozen=True)
class Row:
    """One ask and what came of it. got: a verdict, or "none" where no ask was seen. place_right: None if not asked."""

    text: str
    expected: str
    got: str
    place_right: bool | None


def judge(line: str) -> Row | None:
    """Return what comes of one line of a set; None where the catalogue in use lacks its procedure."""
    item = json.loads(line)
    ask = read_ask(item["text"])
    if ask is None or item["expect"] == NOT_ASKED:
        return Row(item["text"], item["expect"], NOT_ASKED if ask is None else "asked", None)
    try:
        record = default_services().catalogue.get(item["code"])
    except ProcedureUnknownError:
        return None
    found = check_paper(asked_paper(ask.papers[0].said), record)
    wanted = item.get("component")
    place = wanted in [place.key for place in found.places] if wanted and found.verdict is not Verdict.UNSURE else None
    return Row(item["text"], item["expect"], found.verdict.value, place)


def tell(name: str, rows: list[Row], misses: bool) -> None:
    """Print the figures of one set."""
    asked = [row for row in rows if row.expected != NOT_ASKED]
    beside = [row for row in rows if row.expected == NOT_ASKED]
    print(f"{name}: {len(asked)} asks, {len(beside)} look-alikes")
    for verdict in (item.value for item in Verdict):
        right = sum(row.got == row.expected == verdict for row in asked)
        print(
            f"  {verdict:13} precision {_share(right, sum(row.got == verdict for row in asked))}"
            f"  recall {_share(right, sum(row.expected == verdict for row in asked))}"
        )
    given = _given(asked)
    right = sum(row.got == row.expected for row in given)
    placed = [row.place_right for row in given if row.place_right is not None]
    print(f"  verdicts given and right {_share(right, len(given))}; component named {_share(sum(placed), len(placed))}")
    print(f"  wrongly said not to be on the list: {len(_worst(asked))}; asks not seen: {_count(asked, NOT_ASKED)}")
    print(f"  look-alikes taken for asks: {_count(beside, 'asked')} of {len(beside)}")
    for row in rows if misses else []:
        if row.got != row.expected:
            print(f"  {row.expected} → {row.got}: {row.text}")


def _given(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.got not in (NOT_ASKED, Verdict.UNSURE.value)]


def _worst(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.got == Verdict.NOT_ON_LIST.value != row.expected]


def is_fine(rows: list[Row], at_least: float, heard: float) -> bool:
    """Say whether the asks of all sets together reach the shares, and none was wrongly said not to be on the list."""
    asked = [row for row in rows if row.expected != NOT_ASKED]
    given = _given(asked)
    right = sum(row.got == row.expected for row in given)
    unheard = _count(asked, NOT_ASKED)
    return not _worst(asked) and right >= at_least * len(given) and len(asked) - unheard >= heard * len(asked)


def _count(rows: Iterable[Row], got: str) -> int:
    return Counter(row.got for row in rows)[got]


def _share(part: int, whole: int) -> str:
    return f"{part:3} of {whole:3} {part / whole:6.1%}" if whole else "  0 of   0      –"


def main() -> int:
    """Print the tables of the sets; see the module for the exit codes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path, default=sorted(SETS.glob("paper_check*.jsonl")))
    parser.add_argument("--at-least", type=float, default=0.95)
    parser.add_argument("--heard", type=float, default=0.90)
    parser.add_argument("--misses", action="store_true", help="print what was not as expected")
    options = parser.parse_args()
    everything: list[Row] = []
    for path in options.sets:
        judged = [judge(line) for line in path.read_text("utf-8").splitlines()]
        rows = [row for row in judged if row is not None]
        if len(rows) < len(judged):
            print(f"{path.stem}: {len(judged) - len(rows)} asks left out, the catalogue in use lacks their procedures")
        tell(path.stem, rows, options.misses)
        everything += rows
    return 0 if is_fine(everything, options.at_least, options.heard) else 1


if __name__ == "__main__":
    sys.exit(main())
