"""Scenario files: read, played, compared. The format is described in README.md beside this file."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.rasa_runtime.replies import Reply, answer_of, buttons_of, texts_of
from knowledge.plain_yaml import plain_yaml

SCENARIO_KEYS = {"requirements", "turns", "also", "desk"}
TURN_KEYS = {"user", "press", "expect"}
EXPECT_KEYS = {
    "contains",
    "not_contains",
    "contains_any",
    "buttons_include",
    "buttons_exclude",
    "answer",
    "slots",
    "bot",
}


class ScenarioError(Exception):
    """A scenario file that does not follow the format."""


@dataclass(frozen=True)
class Turn:
    """What the citizen does, and what must follow. `user` or `press`, never both."""

    user: str | None
    press: str | None
    expect: Mapping[str, Any]


@dataclass(frozen=True)
class Scenario:
    """One conversation."""

    name: str
    turns: tuple[Turn, ...]
    requirements: tuple[str, ...] = ()
    desk: str = "nobody"


def find_scenarios(folder: Path) -> list[Scenario]:
    """All scenarios of `folder`, by feature and behaviour."""
    files = sorted(p for p in folder.glob("*/*/*") if p.suffix in (".yml", ".txt"))
    return [scenario for file in files for scenario in read_scenarios(file, folder)]


def read_scenarios(path: Path, folder: Path) -> list[Scenario]:
    """The scenario in `path`, and the variants it asks for."""
    name = path.relative_to(folder).with_suffix("").as_posix()
    text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8"))
    if path.suffix == ".txt":
        return [Scenario(name, tuple(_read_dialogue(text, path)))]
    data = plain_yaml(text)
    _check_keys(data, SCENARIO_KEYS, path)
    turns = tuple(_read_turn(turn, path) for turn in data.get("turns") or ())
    if not turns:
        raise ScenarioError(f"{path}: no turns")
    first = Scenario(name, turns, tuple(data.get("requirements") or ()), data.get("desk", "nobody"))
    variants = [
        replace(first, name=f"{name}[{n}]", turns=(replace(turns[0], user=words, press=None), *turns[1:]))
        for n, words in enumerate(data.get("also") or (), 2)
    ]
    return [first, *variants]


def _read_turn(data: Any, path: Path) -> Turn:
    _check_keys(data, TURN_KEYS, path)
    if ("user" in data) == ("press" in data):
        raise ScenarioError(f"{path}: a turn has either user or press")
    expect = data.get("expect") or {}
    _check_keys(expect, EXPECT_KEYS, path)
    return Turn(data.get("user"), data.get("press"), expect)


def _check_keys(data: Any, known: set[str], path: Path) -> None:
    if not isinstance(data, dict):
        raise ScenarioError(f"{path}: a mapping is needed, not {data!r}")
    if unknown := set(data) - known:
        raise ScenarioError(f"{path}: unknown keys {sorted(unknown)}; known are {sorted(known)}")


def _read_dialogue(text: str, path: Path) -> Iterator[Turn]:
    """Turns of a `user:` / `bot:` dialogue."""
    turn: dict[str, Any] | None = None
    for number, line in enumerate(_joined_lines(text), 1):
        who, _, words = line.partition(":")
        who, words = who.strip(), words.strip()
        if who in ("user", "press"):
            if turn:
                yield Turn(turn.get("user"), turn.get("press"), turn["expect"])
            turn = {who: words, "expect": {"bot": [], "buttons_include": []}}
        elif who in ("bot", "button") and turn:
            turn["expect"]["bot" if who == "bot" else "buttons_include"].append(words)
        else:
            raise ScenarioError(f"{path}, entry {number}: {line!r} is none of user:, press:, bot:, button:")
    if turn:
        yield Turn(turn.get("user"), turn.get("press"), turn["expect"])


def _joined_lines(text: str) -> list[str]:
    """Lines with their indented continuations, without comments and blank lines."""
    joined: list[str] = []
    for line in text.splitlines():
        if line[:1].isspace() and line.strip() and joined:
            joined[-1] += "\n" + line.strip()
        elif line.strip() and not line.startswith("#"):
            joined.append(line)
    return joined


async def play(scenario: Scenario, talker: Any, sender: str) -> tuple[list[str], str]:
    """Play it; returns what did not come as expected, and the transcript."""
    problems: list[str] = []
    transcript: list[str] = []
    offered: dict[str, str] = {}
    for number, turn in enumerate(scenario.turns, 1):
        said = turn.user if turn.user is not None else f"[{turn.press}]"
        transcript.append(f"user: {said}")
        if turn.user is not None:
            replies = await talker.say(sender, turn.user)
        elif turn.press in offered:
            replies = await talker.press(sender, offered[turn.press])
        else:
            problems.append(f"turn {number}: there is no button {turn.press!r} among {sorted(offered)}")
            break
        transcript += [f"bot: {text}" for text in texts_of(replies)]
        transcript += [f"button: {button.title}" for button in buttons_of(replies)]
        transcript.append(f"answer: {answer_of(replies)}")
        offered = {button.title: button.payload for button in buttons_of(replies)} or offered
        slots = await talker.slots(sender) if "slots" in turn.expect else {}
        problems += [f"turn {number} ({said}): {problem}" for problem in compare(turn.expect, replies, slots)]
    return problems, "\n".join(transcript)


def compare(expect: Mapping[str, Any], replies: Sequence[Reply], slots: Mapping[str, Any]) -> Iterator[str]:
    """Each way in which the replies differ from what is expected."""
    text = _plain("\n".join(texts_of(replies)))
    titles = [button.title for button in buttons_of(replies)]
    yield from (f"does not contain {x!r}" for x in _list(expect.get("contains")) if _plain(x) not in text)
    yield from (f"contains {x!r}" for x in _list(expect.get("not_contains")) if _plain(x) in text)
    any_of = _list(expect.get("contains_any"))
    if any_of and not any(_plain(x) in text for x in any_of):
        yield f"contains none of {any_of}"
    yield from (f"no button {x!r} among {titles}" for x in _list(expect.get("buttons_include")) if x not in titles)
    yield from (f"offers the button {x!r}" for x in _list(expect.get("buttons_exclude")) if x in titles)
    if "answer" in expect:
        yield from _compare_answer(expect["answer"], answer_of(replies))
    if "bot" in expect:
        yield from _compare_messages(expect["bot"], texts_of(replies))
    for name, value in (expect.get("slots") or {}).items():
        if slots.get(name) != value:
            yield f"slot {name} is {slots.get(name)!r}, not {value!r}"


def _compare_answer(expected: Mapping[str, Any] | None, answer: Mapping[str, Any] | None) -> Iterator[str]:
    if expected is None or answer is None:
        if expected is not answer:
            yield f"answer is {answer}, not {expected}"
        return
    for key, value in expected.items():
        if key == "fields_include":
            missing = [field for field in _list(value) if field not in (answer.get("fields") or ())]
            if missing:
                yield f"answer.fields {answer.get('fields')} lacks {missing}"
        elif answer.get(key) != value:
            yield f"answer.{key} is {answer.get(key)!r}, not {value!r}"


def _compare_messages(patterns: Sequence[str], texts: Sequence[str]) -> Iterator[str]:
    if len(patterns) != len(texts):
        yield f"{len(texts)} messages, not {len(patterns)}"
    for pattern, text in zip(patterns, texts, strict=False):
        # Only the star is special: brackets and question marks stand in many answers.
        escaped = re.sub(r"([\[?])", r"[\1]", _plain(pattern))
        if not fnmatch.fnmatchcase(_plain(text), escaped):
            yield f"said {text!r}, not {pattern!r}"


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(item) for item in value]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()
