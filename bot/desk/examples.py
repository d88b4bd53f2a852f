"""Citizens' words that the assistant is to learn: examples of an intent, words for the lexicon. Exported as YAML.

Nothing personal may stand in them: what the screening finds is masked, and a reviewer has read them before.
"""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence

import yaml
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.desk.hiding import hidden_words
from bot.desk.models import DeskFault, Example, ExampleKind
from bot.desk.tables import DESK_EXAMPLE
from bot.errors import DeskRefusedError
from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.store.reach import ReachableStore

LONGEST_TEXT, LONGEST_TARGET = 300, 120
INTENT = re.compile(r"[a-z][a-z0-9_]{1,79}")
_LEFT_OVER = re.compile(r"\d[\d .\-]{6,}\d|\S+@\S+\.\S+")
"""What may still be somebody's number or address after masking."""


class Examples:
    """Raises `DeskRefusedError` whose context holds the `fault`."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._store = ReachableStore(database)
        self._clock = clock

    async def add(self, kind: ExampleKind, text: str, target: str, by: str) -> Example:
        """Keep words; the same ones for the same target are kept once."""
        said, means = masked_line(text), " ".join(target.split())
        if not said or len(said) > LONGEST_TEXT:
            raise DeskRefusedError(fault=(DeskFault.TOO_LONG if said else DeskFault.NO_TEXT).value)
        if _LEFT_OVER.search(said):
            raise DeskRefusedError(fault=DeskFault.PRIVATE.value)
        fits = INTENT.fullmatch(means) if kind is ExampleKind.INTENT else 0 < len(means) <= LONGEST_TARGET
        if not fits:
            raise DeskRefusedError(fault=DeskFault.TARGET.value)
        new = Example(str(uuid.uuid4()), kind, said, means, by[:80], self._clock.now())
        return await self._store.write(_add, new)

    async def all(self) -> list[Example]:
        """Return what is kept, the newest first."""
        return await self._store.read(_all)

    async def remove(self, example_id: str) -> None:
        """Keep it no longer."""
        await self._store.write(_remove, example_id)

    async def export(self) -> str:
        """Return all as YAML, and note that they were taken."""
        found = await self._store.write(_mark_exported, self._clock.now())
        return as_yaml(found)


def masked_line(text: str) -> str:
    """Return words on one line, with what is personal masked."""
    return " ".join(hidden_words(text).split())


def as_yaml(examples: Sequence[Example]) -> str:
    """Return `nlu:` as Rasa reads it, and `lexicon:` with what people say by what it means."""
    intents: dict[str, list[str]] = defaultdict(list)
    lexicon: dict[str, list[str]] = defaultdict(list)
    for one in sorted(examples, key=lambda each: (each.target, each.text)):
        (intents if one.kind is ExampleKind.INTENT else lexicon)[one.target].append(one.text)
    nlu = [{"intent": name, "examples": _Block("".join(f"- {_flat(said)}\n" for said in texts))}
           for name, texts in intents.items()]  # fmt: skip
    content = {"version": "3.1", "nlu": nlu, "lexicon": dict(lexicon)}
    return yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)


class _Block(str):
    """Text that stands in YAML as a block of lines."""


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    _Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")
)


def _flat(text: str) -> str:
    """Rasa reads brackets as entities: in somebody's words they are none."""
    return re.sub(r"[\[\](){}]", " ", text).strip()


def _add(connection: Connection, new: Example) -> Example:
    same = (DESK_EXAMPLE.c.kind == new.kind.value, DESK_EXAMPLE.c.text == new.text, DESK_EXAMPLE.c.target == new.target)
    row = connection.execute(select(DESK_EXAMPLE).where(*same)).first()
    if row is None:
        values = {**vars(new), "kind": new.kind.value, "removed": False}
        connection.execute(insert(DESK_EXAMPLE).values(**values))
        return new
    connection.execute(update(DESK_EXAMPLE).where(DESK_EXAMPLE.c.id == row.id).values(removed=False))
    return _example(row)


def _all(connection: Connection) -> list[Example]:
    kept = select(DESK_EXAMPLE).where(DESK_EXAMPLE.c.removed.is_(False)).order_by(DESK_EXAMPLE.c.at.desc())
    return [_example(row) for row in connection.execute(kept)]


def _remove(connection: Connection, example_id: str) -> None:
    connection.execute(update(DESK_EXAMPLE).where(DESK_EXAMPLE.c.id == example_id).values(removed=True))


def _mark_exported(connection: Connection, now: object) -> list[Example]:
    found = _all(connection)
    kept = update(DESK_EXAMPLE).where(DESK_EXAMPLE.c.removed.is_(False), DESK_EXAMPLE.c.exported_at.is_(None))
    connection.execute(kept.values(exported_at=now))
    return found


def _example(row: Row) -> Example:
    return Example(row.id, ExampleKind(row.kind), row.text, row.target, row.by, row.at, row.exported_at)
