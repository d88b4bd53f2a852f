"""What actions read and learn on first use, done before anybody waits for it: two seconds of processor together.

They are spent where nothing else can go on, and on a busy machine are ten; whoever looks takes the process for hung.
"""

from __future__ import annotations

from bot.nlu.petition_kind import guess_kind
from bot.services import default_services
from knowledge.topics import old_words, pace_topics


def load() -> None:
    """Services, the topics that every answer is looked through for, the model of kinds of petitions."""
    default_services()
    old_words()
    pace_topics()
    guess_kind("")
