"""`make eval`: help by the digital team, step guides, being stuck, no more tips; each message of the two sets played.

Said beside each kind: how many came right. Look-alikes ("other") are about something else: a false alarm is one that
was answered as if it were not. Exit code 1 where a share falls below the floors here: what was last measured, less two.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.rasa_runtime.conversation import Conversations
from bot.rasa_runtime.replies import answer_of, texts_of
from bot.rasa_runtime.startup import load_conversations
from knowledge.settings import ROOT

SETS = {"own": "digital_help.jsonl", "blind": "digital_help_blind.jsonl"}
FLOORS = {"own": 0.95, "blind": 0.83}
MOST_FALSE_ALARMS = 0.05
OURS = frozenset(
    {
        "answered_digital_help",
        "answered_how_to",
        "clarified_how_to",
        "answered_referral",
        "clarified_referral",
        "clarified_referral_phone",
        "answered_tips",
    }
)
_WANTED: dict[str, Callable[[str], bool]] = {
    "team": lambda outcome: outcome == "answered_digital_help",
    "request": lambda outcome: outcome == "clarified_referral",
    "mine": lambda outcome: outcome == "answered_referral",
    "cancel": lambda outcome: outcome == "answered_referral",
    "stuck": lambda outcome: outcome == "clarified_how_to",
    "tips_off": lambda outcome: outcome == "answered_tips",
    "other": lambda outcome: outcome not in OURS,
}
_BEGIN = '/ask_how_to{"how_to_guide": "sign_in"}'


@dataclass(frozen=True)
class Verdict:
    """What came of one message."""

    kind: str
    right: bool
    text: str
    got: str


async def played(row: dict[str, Any], sender: str, conversations: Conversations) -> Verdict:
    """Play one message, a reply to a step in a guide that was begun, any other in a conversation of its own."""
    kind = row["expect"]
    if kind == "reply":
        await conversations.press(sender, _BEGIN)
        await conversations.press(
            sender, '/answer_how_to{"how_to_reply": "done", "how_to_guide": "sign_in", "how_to_step": "open"}'
        )
    replies = await conversations.say(sender, row["text"])
    outcome = str((answer_of(replies) or {}).get("outcome"))
    slots = await conversations.slots(sender)
    said = " ".join(texts_of(replies))
    if kind == "reply":
        right = _replied(row["reply"], said)
    elif kind == "how_to":
        wanted = row.get("guide")
        right = outcome == "answered_how_to" and slots.get("how_to__guide") == wanted if wanted else "how_to" in outcome
    else:
        right = _WANTED[kind](outcome)
    return Verdict(kind, right, row["text"], f"{outcome} {slots.get('how_to__guide') or ''} {said[:60]!r}")


def _replied(reply: str, said: str) -> bool:
    """From the second of five steps: the third, the hint or the team, the first, put aside."""
    signs = {
        "done": ("Bước 3/5:",),
        "stuck": ("nếu bị kẹt", "khó thật"),
        "back": ("Bước 1/5:",),
        "stop": ("dừng ở bước 2/5",),
    }
    return any(sign in said for sign in signs[reply])


async def play_all() -> dict[str, list[Verdict]]:
    conversations = load_conversations()
    found: dict[str, list[Verdict]] = {}
    for name, file in SETS.items():
        lines = Path(ROOT / "tests" / "evaluation" / file).read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        found[name] = [await played(row, f"help-{name}-{n}", conversations) for n, row in enumerate(rows)]
    return found


def main() -> int:
    """Print the tables; 1 where a floor is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print what was not right in the own set")
    options = parser.parse_args()
    fallen = False
    for name, verdicts in asyncio.run(play_all()).items():
        fallen |= _tell(name, verdicts)
        for one in (item for item in verdicts if options.misses and name == "own" and not item.right):
            print(f"  {one.kind}: {one.text} → {one.got}")
    return int(fallen)


def _tell(name: str, verdicts: list[Verdict]) -> bool:
    by_kind: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_kind[verdict.kind].append(verdict)
    for kind, found in by_kind.items():
        print(f"{name:<6} {kind:<9} {sum(one.right for one in found):3} of {len(found):3}")
    share = sum(one.right for one in verdicts) / max(1, len(verdicts))
    alarms = sum(not one.right for one in by_kind["other"])
    print(f"{name:<6} all       {share:6.1%}, false alarms {alarms} of {len(by_kind['other'])}")
    return share < FLOORS[name] or alarms > MOST_FALSE_ALARMS * len(by_kind["other"]) + 1


if __name__ == "__main__":
    sys.exit(main())
