"""What a title is about, without level, note in brackets and the words that offices put before it.

Two records of one matter (the portal's of another level, an older and a newer edition) are no choice for a citizen.
"""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge.search.matrices import title_words
from knowledge.search.normalise import load_lexicon

_NOTE = re.compile(r"\([^()]*\)")
_BEFORE = re.compile(r"^(?:giai quyet|thuc hien)\s+(?:viec\s+)?")


@lru_cache(maxsize=20_000)
def matter_of(title: str) -> str:
    """Return the folded words that tell one matter from another; the whole title where nothing else is left."""
    lexicon = load_lexicon()
    found = title_words(_NOTE.sub(" ", title), lexicon) or title_words(title, lexicon)
    return _BEFORE.sub("", " ".join(found))
