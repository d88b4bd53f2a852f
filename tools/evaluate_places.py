"""`make eval`: places in messages (tests/evaluation/places*.jsonl): what is found against what is meant, and how fast.

Right is: every place of the message, and no other; of each the kind, and the units of today (of a name with several
meanings: at least those named). A silent pick is one unit given for a ward that was split, or for a name that several
places have. In all other sets of tests/evaluation any mention that does not stand in `places_elsewhere.txt` (those
that were looked at, and are places) is a false one. Exit code 1 where a floor is not reached.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from knowledge.places import MentionKind, PlaceMention, find_places
from knowledge.settings import ROOT

FOLDER = ROOT / "tests" / "evaluation"
SETS = {"places.jsonl": 0.97, "places_blind.jsonl": 0.90}
MOST_SLOW_MS = 3.0


@dataclass(frozen=True)
class Verdict:
    """What came of one message. mentions: meant ones, and how many of them were right."""

    text: str
    origin: str
    meant: int
    right: int
    silent_picks: int
    wrong_units: int
    false_mentions: int
    found: tuple[PlaceMention, ...]
    ms: float

    @property
    def is_right(self) -> bool:
        return self.right == self.meant and not self.false_mentions


def judged(row: dict[str, Any]) -> Verdict:
    """Read one message and compare."""
    before = time.process_time()
    found = find_places(row["text"])
    ms = (time.process_time() - before) * 1000
    meant = row["mentions"]
    pairs = list(zip(meant, found, strict=False)) if len(meant) == len(found) else []
    right = sum(_fits(one, mention) for one, mention in pairs)
    pairs = pairs or [(one, mention) for one in meant for mention in found]
    certain = [(one, mention) for one, mention in pairs if mention.kind is MentionKind.CERTAIN]
    silent = sum(one["kind"] in ("split", "ambiguous") for one, _ in certain)
    wrong = sum(_is_wrong(one, mention) for one, mention in certain)
    false = max(0, len(found) - len(meant))
    return Verdict(row["text"], row.get("from", ""), len(meant), right, silent, wrong, false, found, ms)


def _fits(one: dict[str, Any], mention: PlaceMention) -> bool:
    if one["kind"] != mention.kind.value:
        return False
    if "units" in one:
        return sorted(one["units"]) == sorted(unit.name for unit in mention.candidates)
    if "senses" in one:
        return set(one["senses"]) <= {sense.name for sense in mention.senses}
    return bool(one["former"] == mention.former)


def _is_wrong(one: dict[str, Any], mention: PlaceMention) -> bool:
    return one["kind"] == "certain" and mention.candidates[0].name not in one["units"]


def rows_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


def other_texts() -> Iterator[str]:
    """Yield the messages of the other evaluation sets, which are about everything else."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        if not path.name.startswith("places"):
            for row in rows_of(path.name):
                yield from [str(row["text"])] if "text" in row else (str(turn["user"]) for turn in row["turns"])


def told(name: str, floor: float, misses: bool) -> bool:
    """Print the figures of one set; False where the floor is not reached."""
    verdicts = [judged(row) for row in rows_of(name)]
    meant = sum(verdict.meant for verdict in verdicts)
    right = sum(verdict.right for verdict in verdicts)
    silent = sum(verdict.silent_picks for verdict in verdicts)
    wrong = sum(verdict.wrong_units for verdict in verdicts)
    false = sum(verdict.false_mentions for verdict in verdicts)
    print(f"{name}: {len(verdicts)} messages, {right} of {meant} mentions right ({right / max(1, meant):.1%})")
    print(f"  one unit for a split or ambiguous name: {silent}; a wrong unit: {wrong}; mentions of nothing: {false}")
    for origin in sorted({verdict.origin for verdict in verdicts}):
        own = [verdict for verdict in verdicts if verdict.origin == origin]
        share = sum(one.right for one in own) / max(1, sum(one.meant for one in own))
        print(f"  {origin:<12} {sum(one.meant for one in own):4} mentions in {len(own):4} messages  {share:6.1%}")
    for verdict in verdicts:
        if misses and not verdict.is_right:
            shown = [(one.kind.value, one.said, [unit.name for unit in one.candidates][:4]) for one in verdict.found]
            print(f"    {verdict.text} → {shown}")
    _tell_speed([verdict.ms for verdict in verdicts])
    return right >= floor * meant and not silent


def _tell_speed(times: list[float]) -> None:
    times = sorted(times)
    slow = times[int(len(times) * 0.95)]
    print(f"  {statistics.median(times):.2f} ms a message (median), {slow:.2f} (p95) of processor time")


def told_others(misses: bool) -> bool:
    """Print what is found in messages about everything else, against the list of those that do name a place."""
    known = set((FOLDER / "places_elsewhere.txt").read_text("utf-8").splitlines())
    texts, false, times = list(dict.fromkeys(other_texts())), 0, []
    for text in texts:
        before = time.process_time()
        said = [one.said for one in find_places(text)]
        times.append((time.process_time() - before) * 1000)
        unknown = [one for one in said if one not in known]
        false += len(unknown)
        if misses and unknown:
            print(f"    {unknown}: {text}")
    print(f"other sets: {len(texts)} messages, {false} mentions that are none")
    _tell_speed(times)
    slow = sorted(times)[int(len(times) * 0.95)] > MOST_SLOW_MS
    return not false and not slow


def main() -> int:
    """Print all figures; 1 where a floor is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print what was not right")
    options = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    find_places("phường 12 quận 10")
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    good = [told(name, floor, options.misses) for name, floor in SETS.items() if (FOLDER / name).is_file()]
    good.append(told_others(options.misses))
    print(f"names in memory: {memory:.0f} MB")
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
