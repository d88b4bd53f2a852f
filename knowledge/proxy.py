"""Whether somebody else may hand a dossier in: what the record says of it, or that it says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge import blocks as b
from knowledge.answers import source_note
from knowledge.formatting import short_title
from knowledge.models import Procedure
from knowledge.wording import Wording

_BY_ANOTHER = re.compile(r"ủy quyền|uỷ quyền|nộp thay|làm thay|nhận thay|người đại diện|giám hộ|nhờ người|người khác")
_OF_MINORS = re.compile(r"chưa thành niên|dưới 14|trẻ")
_SENTENCE = re.compile(r"(?<=[.;])\s+")
_MOST = 4
"""Lines from the record: more, and the papers are to be read whole."""


def proxy_blocks(procedure: Procedure, say: Wording) -> tuple[b.Block, ...]:
    """Return who may hand in, every line of the record on acting for another, and the source.

    Where the record has no such line, that is said: nobody is told that a proxy is allowed, or that it is not.
    """
    heading = b.heading(say("proxy.heading", title=short_title(procedure.title)))
    lines = list(dict.fromkeys(_lines(procedure)))
    told = bool(lines) or any(map(_is_on_proxies, _SENTENCE.split(procedure.who)))
    parts: list[b.Block] = [heading] if told else [heading, b.notice(say("proxy.unknown"))]
    if procedure.who:
        parts.append(b.paragraph(procedure.who))
    if lines:
        parts += [b.paragraph(say("proxy.record_says")), b.ItemList(tuple(b.Item(line) for line in lines[:_MOST]))]
    if len(lines) > _MOST:
        parts.append(b.paragraph(say("proxy.more")))
    return (*parts, source_note(procedure, say))


def _lines(procedure: Procedure) -> Iterator[str]:
    parts = [part for case in procedure.dossier for part in case.components]
    papers = (f"{part.name} ({part.condition})" if part.condition else part.name for part in parts)
    ways = (way.note for way in procedure.submission_methods)
    for text in (*papers, *procedure.requirements, *procedure.notes, *ways):
        if _is_on_proxies(text):
            yield text


def _is_on_proxies(text: str) -> bool:
    """Say whether `text` is on acting for a grown person."""
    return bool(_BY_ANOTHER.search(text.lower())) and not _OF_MINORS.search(text.lower())
