"""`make eval`: what is masked of personal data, over `tests/evaluation/masking.jsonl`.

By kind how many are clean, by look-alike how many stay. Exit code 1 where a floor of
`tests/evaluation/masking_floors.json` is missed. `--write` makes the set anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.ops.screening.masking import mask
from knowledge.settings import ROOT
from tools.masking_samples import Sample, write

SETS = ROOT / "tests" / "evaluation"
SET, FLOORS = SETS / "masking.jsonl", SETS / "masking_floors.json"


@dataclass
class Count:
    """right: masked where it must be, or left where it must be."""

    right: int = 0
    all: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.right / self.all if self.all else 1.0


def load() -> list[Sample]:
    """Return the set."""
    rows = (json.loads(line) for line in SET.read_text("utf-8").splitlines())
    return [Sample(**{**row, "secrets": tuple(row["secrets"]), "keep": tuple(row["keep"])}) for row in rows]


def measure(found: Iterable[Sample]) -> dict[str, Count]:
    """Return the counts by kind; of a sample with a secret, all of it must be gone, in any spelling of its digits."""
    counts: dict[str, Count] = defaultdict(Count)
    for sample in found:
        masked = mask(sample.text)
        right = is_gone(sample, masked.text) if sample.secrets else masked.text == sample.text
        count = counts[sample.kind]
        count.all += 1
        count.right += right
        if not right:
            count.missed.append(f"{sample.text} → {masked.text}")
    return dict(counts)


def is_gone(sample: Sample, text: str) -> bool:
    """Say whether nothing of four digits or more, or of an address, is left of the secrets."""
    left = "".join(char for char in text if char.isdigit())
    for secret in sample.secrets:
        digits = "".join(char for char in secret if char.isdigit())
        pieces = [digits[start : start + 4] for start in range(len(digits) - 3)] if "@" not in secret else [secret]
        if any(piece in (left if "@" not in secret else text) for piece in pieces):
            return False
    return True


def totals(counts: dict[str, Count], found: Iterable[Sample]) -> dict[str, float]:
    """recall: of samples with a secret, those that are clean. precision: of masked messages, those with one."""
    secret_kinds = {sample.kind for sample in found if sample.secrets}
    hits = sum(count.right for kind, count in counts.items() if kind in secret_kinds)
    secrets = sum(count.all for kind, count in counts.items() if kind in secret_kinds)
    wrong = sum(count.all - count.right for kind, count in counts.items() if kind not in secret_kinds)
    return {
        "recall": hits / secrets,
        "precision": hits / (hits + wrong),
        "samples": secrets,
        "look_alikes_masked": wrong,
    }


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="show what went wrong")
    parser.add_argument("--write", action="store_true", help="make the set anew")
    options = parser.parse_args()
    if options.write:
        print(f"{write(SET)} samples")
    found = load()
    counts = measure(found)
    for kind, count in counts.items():
        print(f"{kind:<18} {count.right:>4} of {count.all:<4} {count.share:6.1%}")
        for line in count.missed if options.misses else ():
            print(f"    {line}")
    reached, floors = totals(counts, found), json.loads(FLOORS.read_text("utf-8"))
    print(f"{len(found)} samples: recall {reached['recall']:.1%}, precision {reached['precision']:.1%}")
    return int(any(reached[name] < floor for name, floor in floors.items()))


if __name__ == "__main__":
    sys.exit(main())
