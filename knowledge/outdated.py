"""What a published text still says in words of yesterday, told beside it: the text itself stays as it was published."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from knowledge import blocks as b
from knowledge.models import Procedure
from knowledge.vocabulary import groups, lowered, repealed_laws, words
from knowledge.wording import Wording

_MOST = 2
"""Notices beside one answer: more would bury it."""


def outdated_notices(shown: Sequence[b.Block], of: Procedure, today: date, say: Wording) -> tuple[str, ...]:
    """Return a sentence for each kind of old word in `shown` (an answer on `of`), at most two."""
    laws = {basis.number for basis in of.legal_bases}
    text = "\n".join(_texts(shown, laws))
    cited = lowered("\n".join(_texts(shown)))
    notices = [*_old_words(text, lowered(text), of.code), *_old_laws(cited, today, say)]
    return tuple(notices[:_MOST])


def _old_words(text: str, plain: str, code: str) -> Iterator[str]:
    for name in groups():
        group = words(name)
        found = None if code in group.lawful_in else group.to_be_noticed(plain)
        if found is not None:
            yield group.notice.format(term=text[found.start() : found.end()])


def _old_laws(plain: str, today: date, say: Wording) -> Iterator[str]:
    for law in repealed_laws():
        if law.since <= today and law.pattern.search(plain):
            yield say("notices.repealed_law", number=law.number, by=law.by)


def _texts(shown: Iterable[b.Block], laws: Collection[str] = ()) -> Iterator[str]:
    """The facts shown, without the items of `laws`: a law's title may name what it abolishes."""
    for block in shown:
        if isinstance(block, b.ItemList):
            yield from (f"{item.text} {item.detail}" for item in block.items if item.text not in laws)
        elif isinstance(block, b.Text):
            yield block.text
