"""What became of the messages that citizens sent while something was broken: counted against the hub's transcripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

Frame = dict[str, Any]
"""A message as the hub shows it: seq, role, id (the citizen's own name for it), content."""
LONG = 5.0
"""Seconds above which a citizen was kept waiting."""


@dataclass
class Sent:
    """One message. at, answered_at: seconds of one clock; answered_at is None while nobody has answered."""

    client_id: str
    at: float
    confirmed: bool = False
    refused: str = ""
    answered_at: float | None = None


@dataclass
class Count:
    """Messages by what became of them. gaps: numbers missing or twice in a transcript.

    lost: neither answered nor refused, whether confirmed or not. apologies: answered with "ask again", by the hub.
    """

    sent: int = 0
    answered: int = 0
    apologies: int = 0
    refused: int = 0
    lost: int = 0
    doubled: int = 0
    gaps: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, other: Count) -> None:
        """Take another conversation's figures in."""
        for name in ("sent", "answered", "apologies", "refused", "lost", "doubled", "gaps"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.reasons += other.reasons

    @property
    def well(self) -> bool:
        """Nothing lost, nothing twice."""
        return not (self.lost or self.doubled or self.gaps)


def count_conversation(sent: Sequence[Sent], transcript: Sequence[Frame], away: Collection[str]) -> Count:
    """Hold what one citizen sent against the transcript, in its order. away: sentences while one waits, no answers."""
    numbers = [frame["seq"] for frame in transcript]
    count = Count(sent=len(sent), gaps=len(set(range(1, len(numbers) + 1)).symmetric_difference(numbers)))
    count.gaps += len(numbers) - len(set(numbers))
    said = _answers_by_id(transcript, away)
    for message in sent:
        answers = said.get(message.client_id, [])
        if message.refused:
            count.refused += 1
            count.reasons[message.refused] += 1
            count.doubled += bool(answers)  # refused, and yet there
        elif len(answers) > 1 or any(_twice(replies) for replies in answers):
            count.doubled += 1
        elif not answers or not answers[0]:
            count.lost += 1
        elif all(role == "system" for role, _ in answers[0]):
            count.apologies += 1
        else:
            count.answered += 1
    known = {message.client_id for message in sent}
    count.doubled += sum(len(answers) for name, answers in said.items() if name not in known)
    return count


def _answers_by_id(transcript: Sequence[Frame], away: Collection[str]) -> dict[str, list[list[tuple[str, str]]]]:
    """Each citizen's message, by its id, with what follows it up to the next; once for each time that it stands there.

    Citizens of a crowd wait for an answer before they go on, so what follows a message is its answer.
    """
    found: dict[str, list[list[tuple[str, str]]]] = {}
    open_one: list[tuple[str, str]] = []
    for frame in transcript:
        if frame["role"] == "citizen":
            open_one = []
            found.setdefault(str(frame["id"]), []).append(open_one)
        elif frame["content"]["text"] not in away:
            open_one.append((frame["role"], frame["content"]["text"]))
    return found


def _twice(replies: Sequence[tuple[str, str]]) -> bool:
    """Whether an answer stands there a second time. One answer may be several messages, but none of them twice."""
    return len(set(replies)) < len(replies)


def failings(log_lines: Iterable[Frame]) -> Counter[str]:
    """Answers that told the citizen of a failing, by outcome, as the hubs have logged them."""
    outcomes = (name for line in log_lines if line.get("event") == "turn_answered" for name in line["outcomes"])
    return Counter(name for name in outcomes if str(name).startswith("error_"))


def answered_twice(log_lines: Iterable[Frame]) -> int:
    """Turns that hubs have logged as answered more than once."""
    turns = Counter(line["turn"] for line in log_lines if line.get("event") == "turn_answered")
    return sum(1 for times in turns.values() if times > 1)


@dataclass(frozen=True)
class Recovery:
    """Seconds since the break. first: until a message sent after it was answered; None: never.

    well: until the last that had waited longer than `LONG` was answered, 0 where nobody did. longest: one wait.
    """

    first: float | None
    well: float
    longest: float


def recovery(sent: Iterable[Sent], broken_at: float) -> Recovery:
    """How long citizens felt the break."""
    touched = [(one.at, one.answered_at) for one in sent if one.answered_at is not None and one.answered_at > broken_at]
    after = [answered for at, answered in touched if at >= broken_at]
    waited = [answered for at, answered in touched if answered - at > LONG]
    return Recovery(
        first=min(after) - broken_at if after else None,
        well=max(waited) - broken_at if waited else 0.0,
        longest=max((answered - at for at, answered in touched), default=0.0),
    )
