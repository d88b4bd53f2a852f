"""`make eval`: old words, VNeID and slower turns, each utterance of tests/evaluation/guidance_words.jsonl played.

Said beside each kind: how many came right. Look-alikes are about something else: a false alarm is one that was
answered as if it were not. Exit code 1 where a share falls below
the floors here: what was last measured over a whole catalogue, less one or two.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from bot.rasa_runtime.conversation import Conversations
from bot.rasa_runtime.replies import Reply, answer_of, buttons_of, texts_of
from bot.rasa_runtime.startup import load_conversations
from knowledge.settings import ROOT
from knowledge.topics import old_words, vneid_topics

SET = ROOT / "tests" / "evaluation" / "guidance_words.jsonl"
FLOORS = {
    "old_word": 0.93,
    "vneid": 0.88,
    "slower": 1.0,
    "normal": 1.0,
    "read_on": 1.0,
    "proxy": 1.0,
    "look_alike": 0.93,
}
MOST_FALSE_ALARMS = 0.05
_BEFORE = {
    "normal": ("nói chậm thôi",),
    "read_on": ("nói chậm thôi", "đăng ký tạm trú cần giấy tờ gì"),
}
_OURS = {"answered_old_word", "answered_vneid", "clarified_pace"}


@dataclass(frozen=True)
class Verdict:
    """What came of one utterance."""

    kind: str
    right: bool
    false_alarm: bool
    text: str
    got: str


async def played(row: dict[str, Any], number: int, conversations: Conversations) -> Verdict:
    """Play one utterance in a conversation of its own and judge it."""
    sender = f"words-{number}"
    for text in _BEFORE.get(row["kind"], ()):
        await conversations.say(sender, text)
    before = await conversations.slots(sender)
    replies = await conversations.say(sender, row["text"])
    after = await conversations.slots(sender)
    answer = answer_of(replies) or {}
    right = _right(row, replies, answer, before, after)
    alarm = row["kind"] == "look_alike" and answer.get("outcome") in _OURS
    got = f"{answer.get('outcome')} {answer.get('procedure_code')} {answer.get('topic', '')}"
    return Verdict(row["kind"], right, alarm, row["text"], got)


def _right(row: dict[str, Any], replies: list[Reply], answer: dict[str, Any], before: Any, after: Any) -> bool:
    kind, outcome = row["kind"], answer.get("outcome")
    if kind == "old_word":
        topic = next(topic for topic in old_words() if topic.id == row["topic"])
        said = "\n".join(texts_of(replies))
        return answer.get("topic") == topic.id or topic.note in said
    if kind == "vneid":
        topic = next(topic for topic in vneid_topics() if topic.id == row["topic"])
        return answer.get("topic") == topic.id or answer.get("procedure_code") in {item.code for item in topic.choices}
    if kind == "slower":
        return bool(after.get("slow"))
    if kind == "normal":
        return bool(before.get("slow")) and not after.get("slow")
    if kind == "read_on":
        return _left(before) > 0 and _left(after) == _left(before) - 1
    if kind == "proxy":
        return bool(after.get("slow")) and (outcome == "clarified_subject" or "who" in (answer.get("fields") or []))
    offered = " ".join(button.payload for button in buttons_of(replies))
    codes = row.get("codes", [])
    return outcome not in _OURS and (
        not codes or any(code in (answer.get("procedure_code") or offered) for code in codes)
    )


def _left(slots: Any) -> int:
    return len((slots.get("pace__pieces") or {}).get("pieces", ()))


async def play_all() -> list[Verdict]:
    conversations = load_conversations()
    rows = [json.loads(line) for line in SET.read_text("utf-8").splitlines()]
    return [await played(row, number, conversations) for number, row in enumerate(rows)]


def main() -> int:
    """Print the table; 1 where a floor is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print what was not right")
    options = parser.parse_args()
    verdicts = asyncio.run(play_all())
    by_kind: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_kind[verdict.kind].append(verdict)
    fallen = False
    for kind, floor in FLOORS.items():
        share = sum(verdict.right for verdict in by_kind[kind]) / max(1, len(by_kind[kind]))
        fallen |= share < floor
        print(f"{kind:<11} {sum(verdict.right for verdict in by_kind[kind]):3} of {len(by_kind[kind]):3}  {share:6.1%}")
    alarms = sum(verdict.false_alarm for verdict in verdicts)
    print(f"false alarms {alarms} of {len(by_kind['look_alike'])}")
    for verdict in (item for item in verdicts if options.misses and not item.right):
        print(f"  {verdict.kind}: {verdict.text} → {verdict.got}")
    return int(fallen or alarms > MOST_FALSE_ALARMS * len(by_kind["look_alike"]))


if __name__ == "__main__":
    sys.exit(main())
