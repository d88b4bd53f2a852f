"""`python -m bot.converse IN OUT`: play conversations through the real pipeline in one process.

IN:  JSON lines `{"id": "…", "turns": ["…", …]}`
OUT: JSON lines `{"id": "…", "turns": [{"user", "texts": […], "buttons": [{"title", "payload"}], "answer": {…}|null}]}`

A turn that is a button's payload (`/intent{…}`) is pressed, not typed. OUT appears whole or not at all.
Exit codes: 0 all played, 1 a file or line is wrong or a turn failed (said on stderr).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from bot.errors import MotCuaError, SettingInvalidError
from bot.rasa_runtime.replies import Reply, answer_of, buttons_of, texts_of
from bot.rasa_runtime.startup import load_conversations


class ConversationFileError(MotCuaError):
    """The file of conversations cannot be read, or a line of it is wrong."""

    code = "CONVERSATION_FILE"


class Talker(Protocol):
    """What plays a turn."""

    async def say(self, sender: str, text: str) -> list[Reply]: ...

    async def press(self, sender: str, payload: str) -> list[Reply]: ...


@dataclass(frozen=True)
class Script:
    """One conversation to play."""

    id: str
    turns: tuple[str, ...]


def main(argv: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.converse", description="Play conversations from a file.")
    parser.add_argument("input", type=Path, metavar="IN", help="JSON lines to play")
    parser.add_argument("output", type=Path, metavar="OUT", help="where the JSON lines with the answers go")
    options = parser.parse_args(argv)
    try:
        scripts = read_scripts(options.input)
        if not options.output.parent.is_dir():
            raise ConversationFileError(f"{options.output}: its folder does not exist")
        results, failures = asyncio.run(play_all(load_conversations(), scripts))
        write_atomically(options.output, results)
    except (ConversationFileError, SettingInvalidError, MotCuaError) as error:
        sys.stderr.write(f"converse: {error}\n")
        return 1
    for failure in failures:
        sys.stderr.write(f"converse: {failure}\n")
    sys.stderr.write(f"{len(results)} conversations written to {options.output}\n")
    return 1 if failures else 0


def read_scripts(path: Path) -> list[Script]:
    """Read and check the whole file before anything is played."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ConversationFileError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConversationFileError(f"{path}: not UTF-8 text") from error
    scripts = [_read_line(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not scripts:
        raise ConversationFileError(f"{path}: no conversation in it")
    return scripts


def _read_line(path: Path, number: int, line: str) -> Script:
    where = f"{path}, line {number}"
    try:
        record = json.loads(line)
    except ValueError as error:
        raise ConversationFileError(f"{where}: not JSON ({error})") from error
    if not isinstance(record, dict) or not isinstance(record.get("id"), (str, int)):
        raise ConversationFileError(f'{where}: must be {{"id": "…", "turns": ["…", …]}}; "id" is missing')
    turns = record.get("turns")
    if not isinstance(turns, list) or not turns or not all(isinstance(t, str) and t.strip() for t in turns):
        raise ConversationFileError(f'{where}: "turns" must be a list of texts, none of them empty')
    return Script(str(record["id"]), tuple(turns))


async def play_all(talker: Talker, scripts: Sequence[Script]) -> tuple[list[dict[str, Any]], list[str]]:
    """Play each conversation with a sender of its own; returns the records and what failed."""
    results, failures = [], []
    for number, script in enumerate(tqdm(scripts, unit="conversation", file=sys.stderr, disable=None), 1):
        turns = []
        for turn, text in enumerate(script.turns, 1):
            try:
                replies = await play_turn(talker, f"converse-{number}", text)
            except Exception as error:
                failures.append(f"conversation {script.id}, turn {turn}: {type(error).__name__}: {error}")
                replies = []
            turns.append(turn_record(text, replies))
        results.append({"id": script.id, "turns": turns})
    return results, failures


async def play_turn(talker: Talker, sender: str, text: str) -> list[Reply]:
    """One turn: pressed when it is a payload, typed otherwise."""
    if text.lstrip().startswith("/"):
        return await talker.press(sender, text.strip())
    return await talker.say(sender, text)


def turn_record(text: str, replies: Sequence[Reply]) -> dict[str, Any]:
    """One turn as it is written."""
    answer = answer_of(replies)
    return {
        "user": text,
        "texts": texts_of(replies),
        "buttons": [asdict(button) for button in buttons_of(replies)],
        "answer": dict(answer) if answer is not None else None,
    }


def write_atomically(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """Write all records, or leave what was there."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise ConversationFileError(f"{path}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            for record in records:
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


if __name__ == "__main__":
    sys.exit(main())
