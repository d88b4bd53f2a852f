"""Questions made from titles and dossiers, for the thousands of procedures that nobody wrote a sample question for.

They stand in for formal questions of the long tail when the ranker learns; nothing is kept of them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

import numpy as np

from knowledge.search.corpus import Entry
from knowledge.search.labelled import Asked
from knowledge.text import words

_OPENINGS = (
    "Tôi muốn hỏi", "Cho tôi hỏi", "Xin hỏi", "Đề nghị cho biết", "Công ty chúng tôi", "Trường hợp", "Tôi cần",
    "Gia đình tôi", "Doanh nghiệp muốn", "Khi", "Để", "", "",
)  # fmt: skip
_ENDINGS = (
    "cần giấy tờ gì", "thủ tục thế nào", "thời hạn giải quyết bao lâu", "lệ phí bao nhiêu", "nộp hồ sơ ở đâu",
    "phải làm sao", "điều kiện như thế nào", "thì có được không", "cần đáp ứng điều kiện gì", "xin hướng dẫn",
    "do cơ quan nào giải quyết", "thành phần hồ sơ gồm những gì", "được thực hiện thế nào", "", "",
)  # fmt: skip
_PUNCTUATION = re.compile(r'[(),;:.“”"/]')
_LONGEST_TITLE, _WEIGHT = 24, 1.4
_LEAST_TITLES = 3
_NAMES_AGENCY = 0.25
"""How often a question names a piece of the sector, the agency or the result."""


def made_questions(entries: Sequence[Entry], count: int, seed: int = 5) -> Iterator[Asked]:
    """Yield `count` questions over the procedures of the city, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    of_title: dict[str, set[str]] = {}
    for entry in entries:
        of_title.setdefault(entry.row.title, set()).add(entry.row.code)
    pool = [entry for entry in entries if entry.row.applies_to_city and len(entry.row.title.split()) > 2]
    for _ in range(count if pool else 0):
        entry = chance.choice(pool)
        text = _question(entry, chance)
        nothing = np.zeros(0, dtype=np.int64)
        yield Asked(text, frozenset(of_title[entry.row.title]), nothing, _WEIGHT)


def shared_words(entries: Sequence[Entry], count: int, seed: int = 5) -> Iterator[Asked]:
    """Yield runs of two to four words that several titles of the city share and none is: no one knows what is meant."""
    titles = {tuple(words(entry.row.title)) for entry in entries if entry.row.applies_to_city}
    names = {tuple(words(name)) for entry in entries for name in (entry.row.title, *entry.aliases)}
    holders: dict[tuple[str, ...], int] = {}
    for title in titles:
        runs = {title[start : start + size] for size in (2, 3, 4) for start in range(len(title) - size + 1)}
        for run in runs:
            holders[run] = holders.get(run, 0) + 1
    shared = sorted(run for run, number in holders.items() if number >= _LEAST_TITLES and run not in names)
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    for run in chance.sample(shared, min(count, len(shared))):
        yield Asked(" ".join(run), frozenset(), np.zeros(0, dtype=np.int64))


def _question(entry: Entry, chance: random.Random) -> str:
    found = _PUNCTUATION.sub(" ", entry.row.title).split()[:_LONGEST_TITLE]
    if chance.random() < 0.35:
        title = _piece(found, chance.randint(3, 10), chance)
    else:
        most = min(len(found), max(2, int(len(found) * chance.uniform(0.3, 0.9))))
        kept = sorted(chance.sample(range(len(found)), most))
        title = " ".join(found[place] for place in kept)
    body = entry.body.split()
    detail = _piece(body, chance.randint(4, 14), chance) if body and chance.random() < 0.5 else ""
    context = entry.context.split()
    if context and chance.random() < _NAMES_AGENCY:  # which twin is meant, is often told by the agency only
        detail = f"{detail} {_piece(context, chance.randint(3, 8), chance)}".strip()
    opening, ending = chance.choice(_OPENINGS), chance.choice(_ENDINGS)
    parts = (opening, title, detail) if chance.random() < 0.6 else (detail, opening, title)
    return " ".join(part for part in (*parts, ending) if part).capitalize()


def _piece(words: Sequence[str], length: int, chance: random.Random) -> str:
    start = chance.randrange(max(1, len(words) - length + 1))
    return " ".join(words[start : start + length])
