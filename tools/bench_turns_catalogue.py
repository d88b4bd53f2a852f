"""What a turn costs over a catalogue ten times as large: two assistants, each over its own, talked to turn about.

Procedures beyond the curated ones are the portal's, where its records are given; the rest have titles that are put
together from halves of others, as in tools/bench_search_part.py, over records of the portal's shape and size.
"""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import aiohttp

from knowledge.store import CatalogueStore
from tests.fixtures.made_up_portal import made_up_of, write_packed
from tools.bench import Stand
from tools.bench_catalogue import entry, records_in
from tools.load_mix import load_mix
from tools.load_processes import RASA, family_seconds
from tools.load_race import typed_only
from tools.load_stands import Target, embedded
from tools.measuring import PYTHON, Row, note, run

PROCEDURES, TIMES = 790, 10
DEARER = 1.3
"""What a turn may cost over the larger catalogue, in times the smaller."""
LAPS = 5


def catalogue_rows(folder: Path, sizes: Sequence[int], portal: Path | None, *, vectors: bool) -> list[Row]:
    """Processor time of Rasa's process a turn, over a catalogue of each size; sizes: smaller and larger."""
    with ExitStack() as stack:
        targets = [stack.enter_context(over(folder, size, portal, vectors=vectors)) for size in sizes]
        costs: dict[int, list[float]] = {size: [] for size in sizes}
        for lap in range(LAPS + 1):
            for size, target in zip(sizes, targets, strict=True):
                cost = asyncio.run(lap_of(target))
                if lap:  # the first one fills caches
                    costs[size].append(cost)
            note(f"lap {lap} of {LAPS}")
        memory = [target.megabytes()[RASA] for target in targets]
    few, many = sizes
    return [
        *(Row(f"a turn, processor time, {size:,} procedures", tuple(costs[size]), "ms") for size in sizes),
        Row(f"{many:,} procedures in times {few:,}", tuple(map(ratio, costs[few], costs[many])), "×", DEARER),
        *(Row(f"memory of Rasa, {size:,} procedures", (held,), "MB") for size, held in zip(sizes, memory, strict=True)),
    ]


def ratio(before: float, after: float) -> float:
    """Return how many times as much `after` is."""
    return after / before


def over(folder: Path, size: int, portal: Path | None, *, vectors: bool) -> AbstractContextManager[Target]:
    """Return an assistant (a context) over so many procedures; a catalogue that is there is used again."""
    place = folder / f"catalogue-{size}{'-portal' if portal else ''}"
    more = {} if vectors else {"MOTCUA_VECTORS": "off"}
    if not (place / "made").is_file():
        place.mkdir(parents=True, exist_ok=True)
        note(f"making a catalogue of {size:,} procedures")
        env = {**Stand(place).env, **more}
        run([*PYTHON, "knowledge", "build"], env)
        store = CatalogueStore(f"sqlite:///{place / 'catalogue.db'}")
        known = {record.code: record.title for record in store.merged()}
        file = place / "mixed_2026-07-18.jsonl.gz"
        write_packed(file, map(entry, records(size, known, portal)))
        run([*PYTHON, "knowledge", "import", str(file)], env)
        (place / "made").touch()
    return embedded(place, more)


def records(size: int, known: dict[str, str], portal: Path | None) -> Iterator[dict[str, Any]]:
    """Yield as many records as are missing to `size`. known: code → title of what is there."""
    titles, missing = list(known.values()), size - len(known)
    for record in records_in(portal) if portal else ():
        if missing <= 0:
            return
        if record["code"] not in known:
            titles.append(record["name"])
            missing -= 1
            yield record
    yield from made_up_of(mixed_titles(titles, max(missing, 0)))


def mixed_titles(titles: Sequence[str], count: int) -> Iterator[str]:
    """Yield titles, each the first half of one and the second half of another."""
    chance = random.Random(0)  # noqa: S311 - not for secrets; the same ones in every run
    for _ in range(count):
        begin, end = (chance.choice(titles).split() for _ in range(2))
        yield " ".join([*begin[: 1 + len(begin) // 2], *end[len(end) // 2 :]])


async def lap_of(target: Target) -> float:
    """Play every conversation of the mix once; milliseconds of processor time a turn."""
    rasa, turns = target.pids()[RASA], 0
    began = family_seconds((rasa,))
    async with aiohttp.ClientSession() as session:
        for talk in typed_only(load_mix()):
            sender = str(uuid.uuid4())
            for words in talk.turns:
                message = json.dumps({"sender": sender, "message": words})
                async with session.post(target.rest, data=message) as response:
                    if response.status != 200:
                        raise SystemExit(f"not answered: {words}")
                    await response.read()
                turns += 1
    return 1000 * (family_seconds((rasa,)) - began) / turns
