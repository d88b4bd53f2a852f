"""Folded words that carry a conversation: `knowledge/content/conversation.yml`."""

from __future__ import annotations

from functools import lru_cache

from knowledge.curated import read_yaml
from knowledge.settings import CONTENT_DIR


@lru_cache(maxsize=8)
def conversation_words(section: str) -> frozenset[str]:
    """Return the words of a section, or its phrases where it is a list; raise KeyError for an unknown one."""
    listed = read_yaml(CONTENT_DIR / "conversation.yml")[section]
    return frozenset(listed.split() if isinstance(listed, str) else map(str, listed))
