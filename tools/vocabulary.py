"""`make lint`: nothing a citizen reads names what no longer exists (knowledge/content/vocabulary.yml).

Read are all files that speak to citizens, and every answer that the curated records give, on all facts. What people
*type* (aliases, sample questions, lexicon, training examples) may be in any words.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from knowledge import blocks
from knowledge.answers import answer
from knowledge.curated import read_all, read_yaml
from knowledge.dossier_cases import ALL_CASES
from knowledge.facts import Fact
from knowledge.settings import CONTENT_DIR, ROOT
from knowledge.vocabulary import exemptions, groups, lowered, repealed_laws, words

# Parts of records that people type, and what a button sends; nobody is shown them.
TYPED_KEYS = {"aliases", "sample_questions", "say", "names", "payload"}
# Files in knowledge/content that no citizen reads: what people type, and what editors read.
NOT_READ = (
    "samples", "lexicon", "fact_questions", "ambiguity_questions", "linting", "scope", "coverage", "calendar",
    "editing", "vocabulary", "places/former_units", "places/ways", "places/outside",
)  # fmt: skip
_DAY = date(2026, 11, 26)
"""The day on which answers are rendered; only fees and freshness hang on it."""
_QUOTED = re.compile(r"[\"`]([^\"`]+)[\"`]|>([^<>]+)<|(?:title|alt|placeholder|aria-label)=\"([^\"]+)\"")


@dataclass(frozen=True)
class Fault:
    """An old word where a citizen reads it."""

    place: str
    word: str
    why: str
    text: str


def strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield (place, text) of every text in a document, but for what people type."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from strings(item, f"{place}.{number}")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in TYPED_KEYS:
                yield from strings(item, f"{place}.{key}")


def everything_said() -> Iterator[tuple[str, str]]:
    """Yield (place, text) of everything that a citizen can read, as it stands in its file."""
    for path in sorted(CONTENT_DIR.rglob("*.yml")):
        name = path.relative_to(CONTENT_DIR).as_posix()
        if not name.startswith(NOT_READ):
            yield from strings(read_yaml(path), name)
    yield from strings(read_yaml(ROOT / "bot" / "hub" / "wording.yml"), "hub/wording.yml")
    yield from strings(read_yaml(ROOT / "bot" / "links" / "wording.yml"), "links/wording.yml")
    for path in sorted((ROOT / "domain").glob("*.yml")):
        yield from strings((read_yaml(path) or {}).get("responses") or {}, f"domain/{path.name}")
    for path in sorted((ROOT / "bot" / "widget").glob("*")):
        if path.suffix == ".html" or path.name == "words.js":
            yield from _quoted(path)


def _quoted(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        for found in _QUOTED.finditer(line):
            yield f"{path.name}.{number}", next(part for part in found.groups() if part)


def everything_answered() -> Iterator[tuple[str, str]]:
    """Yield (place, text) of every block of every answer that the curated records give."""
    for record in read_all():
        for fact in Fact:
            for case in ("", ALL_CASES) if fact is Fact.DOCUMENTS else ("",):
                shown = answer(record, (fact,), _DAY, case_id=case).blocks
                # An exemption looks at what stands beside the word: one item at a time.
                for line in blocks.to_text(shown).splitlines():
                    yield f"answer/{record.code}.yml/{fact.value}", line


def faults_in(said: Iterable[tuple[str, str]], day: date = _DAY) -> Iterator[Fault]:
    """Yield every old word in `said` (place, text) that no exemption allows; laws replaced up to `day`."""
    for place, text in said:
        plain = lowered(text)
        for name in groups():
            for found in words(name).pattern.finditer(plain):
                if not _may_stand(place, found[0], text):
                    yield Fault(place, found[0], words(name).why, text)
        for law in repealed_laws():
            if law.since <= day and law.loose_pattern.search(plain) and not _may_stand(place, law.number.lower(), text):
                yield Fault(place, law.number, f"nay là {law.by}", text)


def _may_stand(place: str, word: str, text: str) -> bool:
    return any(entry.covers(place, word, text) for entry in exemptions())


def main() -> int:
    """Print what was found; 1 if anything was."""
    said = [*everything_said(), *everything_answered()]
    faults = list(dict.fromkeys(faults_in(said)))
    for fault in faults:
        print(f"{fault.place}: “{fault.word}” ({fault.why}): {fault.text[:160]}")
    print(f"{len(said)} texts read, {len(faults)} old words")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
