"""`make eval`: play the residents' questions through the real pipeline and count what came of them.

A turn counts as: right (the procedure asked for was answered), offered (it was among the choices),
wrong (another procedure was answered), missed (neither). Facts are counted where the procedure was right.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bot.rasa_runtime.replies import Reply, answer_of, buttons_of
from bot.rasa_runtime.startup import load_conversations
from bot.services import default_services

SET = Path(__file__).resolve().parent.parent / "tests" / "evaluation" / "residents.jsonl"
WORST_SHOWN = 40


@dataclass(frozen=True)
class Verdict:
    """What came of one turn; `facts_right` only where the procedure was."""

    outcome: str
    facts_right: bool
    text: str
    got: str


def judge(turn: dict[str, Any], replies: list[Reply]) -> Verdict:
    """Compare the replies to one turn with its codes and fields."""
    answer = answer_of(replies) or {}
    code = answer.get("procedure_code")
    payloads = " ".join(button.payload for button in buttons_of(replies))
    if code in turn["codes"]:
        outcome = "right"
    elif code:
        outcome = "wrong"
    else:
        outcome = "offered" if any(wanted in payloads for wanted in turn["codes"]) else "missed"
    facts_right = outcome == "right" and set(turn["fields"]) <= set(answer.get("fields") or [])
    return Verdict(outcome, facts_right, turn["user"], f"{code} {answer.get('outcome')} {answer.get('fields')}")


async def play(path: Path) -> tuple[list[Verdict], list[Verdict]]:
    """Return the verdicts on procedure turns, and on turns that are about no procedure."""
    conversations = load_conversations()
    about, beside = [], []
    for line in tqdm(path.read_text("utf-8").splitlines(), desc="playing", file=sys.stderr, disable=None):
        script = json.loads(line)
        for turn in script["turns"]:
            verdict = judge(turn, await conversations.say(script["id"], turn["user"]))
            if turn["codes"]:
                about.append(verdict)
            elif script["kind"] == "other":
                beside.append(verdict)
    return about, beside


def main() -> int:
    """Print the table; 0 unless a floor given with --at-least is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", type=Path, default=SET)
    parser.add_argument("--at-least", type=float, default=0.0, help="share of turns that must be right at once")
    parser.add_argument("--misses", action="store_true", help="print the turns that were not right")
    options = parser.parse_args()
    about, beside = asyncio.run(play(options.set))
    counts = Counter(verdict.outcome for verdict in about)
    print(
        f"catalogue: {default_services().catalogue.counts()['procedures']} procedures, {len(about)} turns on procedures"
    )
    for outcome in ("right", "offered", "wrong", "missed"):
        print(f"  {outcome:8} {counts[outcome]:4}  {counts[outcome] / len(about):6.1%}")
    right = counts["right"]
    facts = sum(verdict.facts_right for verdict in about)
    print(f"  facts asked, where the procedure was right: {facts} of {right}, {facts / max(1, right):.1%}")
    kept = sum(verdict.outcome != "wrong" for verdict in beside)
    print(f"  beside procedures: {kept} of {len(beside)} not answered with a procedure")
    if options.misses:
        misses = [verdict for verdict in about if verdict.outcome != "right" or not verdict.facts_right]
        for verdict in misses[:WORST_SHOWN]:
            print(f"  {verdict.outcome:8} {verdict.text} → {verdict.got}")
    return 0 if right / len(about) >= options.at_least else 1


if __name__ == "__main__":
    sys.exit(main())
