"""How well procedures are found for a set of labelled questions: `python -m knowledge eval FILE.jsonl`.

A line is `{"text", "codes": […], "expect"?: "answer" | "clarify" | "oos" | "outside"}`; lines without codes count for
what is outside only. Shares are of 1.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from knowledge.errors import CatalogueError
from knowledge.search.deciding import Certainty, decide
from knowledge.search.index import ProcedureIndex, Ranked
from knowledge.search.noise import NOISES

_DEPTH = 10
_OUTSIDE = ("oos", "outside")


class EvaluationSetInvalidError(CatalogueError):
    """A line of the set is not what it must be."""

    code = "EVALUATION_SET_INVALID"


@dataclass(frozen=True)
class Labelled:
    """A question with the codes that are right, and what should be done with it."""

    text: str
    codes: frozenset[str]
    expect: str = ""


@dataclass(frozen=True)
class Result:
    """Where the first right code came (1 is best, 0 nowhere), and what was decided."""

    labelled: Labelled
    ranked: Ranked
    rank: int
    certainty: Certainty
    milliseconds: float


@dataclass(frozen=True)
class Figures:
    """Shares of the questions with codes. right_at_once: of those `answered` at once. milliseconds: CPU, a question."""

    questions: int
    hit_1: float
    hit_3: float
    hit_5: float
    mean_reciprocal_rank: float
    answered: float
    right_at_once: float
    offered: float
    milliseconds: float
    milliseconds_95: float
    vectors_used: float
    expected: dict[str, dict[str, float]] = field(default_factory=dict)


def read_set(path: Path) -> list[Labelled]:
    """Return the labelled questions of a file; raise `EvaluationSetInvalidError` naming the line."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.strip():
            found.append(_labelled(line, f"{path.name}:{number}"))
    return found


def _labelled(line: str, where: str) -> Labelled:
    try:
        data = json.loads(line)
        text, codes, expect = data["text"], data.get("codes") or [], data.get("expect") or ""
        if not (isinstance(text, str) and isinstance(codes, list) and all(isinstance(code, str) for code in codes)):
            raise TypeError("text must be a string, codes a list of strings")
        return Labelled(text, frozenset(codes), str(expect))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvaluationSetInvalidError(f"{where}: {error}") from error


def evaluate(index: ProcedureIndex, questions: Sequence[Labelled], noise: Callable[[str], str] = str) -> list[Result]:
    """Ask every question, changed by `noise`."""
    return [_asked(index, question, noise(question.text)) for question in questions]


def _asked(index: ProcedureIndex, question: Labelled, text: str) -> Result:
    began = time.process_time()
    ranked = index.search(text, _DEPTH)
    spent = (time.process_time() - began) * 1000
    rank = next((place for place, hit in enumerate(ranked.hits, start=1) if hit.code in question.codes), 0)
    return Result(question, ranked, rank, decide(ranked), spent)


def figures(results: Sequence[Result]) -> Figures:
    """Count the results."""
    about = [result for result in results if result.labelled.codes]
    count = max(1, len(about))
    clear = [result for result in about if result.certainty is Certainty.CLEAR]
    times = sorted(result.milliseconds for result in results) or [0.0]
    return Figures(
        questions=len(about),
        hit_1=_share(about, 1),
        hit_3=_share(about, 3),
        hit_5=_share(about, 5),
        mean_reciprocal_rank=sum(1 / result.rank for result in about if result.rank) / count,
        answered=len(clear) / count,
        right_at_once=sum(result.rank == 1 for result in clear) / max(1, len(clear)),
        offered=sum(result.certainty is Certainty.CLOSE and 0 < result.rank <= _OFFERED for result in about) / count,
        milliseconds=sum(times) / len(times),
        milliseconds_95=times[int(0.95 * (len(times) - 1))],
        vectors_used=sum(result.ranked.by_vectors for result in results) / max(1, len(results)),
        expected=_expected(results),
    )


_OFFERED = 4


def _share(results: Sequence[Result], depth: int) -> float:
    return sum(0 < result.rank <= depth for result in results) / max(1, len(results))


def _expected(results: Sequence[Result]) -> dict[str, dict[str, float]]:
    """What was decided, by what was expected: shares."""
    found: dict[str, dict[str, float]] = {}
    for expect in sorted({result.labelled.expect for result in results if result.labelled.expect}):
        decided = Counter(result.certainty.value for result in results if result.labelled.expect == expect)
        total = sum(decided.values())
        found[expect] = {name: count / total for name, count in sorted(decided.items())} | {"questions": total}
    return found


def outside_auc(results: Sequence[Result]) -> float | None:
    """Chance that a question about a procedure scores higher than one outside; None where one kind is missing."""
    inside = [result.ranked.inside for result in results if result.labelled.expect not in _OUTSIDE]
    outside = [result.ranked.inside for result in results if result.labelled.expect in _OUTSIDE]
    if not inside or not outside:
        return None
    above = sum((one > other) + 0.5 * (one == other) for one in inside for other in outside)
    return above / (len(inside) * len(outside))


def confusions(results: Sequence[Result], count: int = 15) -> list[tuple[str, str, int]]:
    """Return the commonest (code wanted, code given, times)."""
    wrong = Counter(
        (sorted(result.labelled.codes)[0], result.ranked.hits[0].code)
        for result in results
        if result.labelled.codes and result.rank != 1 and result.ranked.hits
    )
    return [(wanted, given, times) for (wanted, given), times in wrong.most_common(count)]


def worst(results: Sequence[Result], count: int = 20) -> Iterator[Result]:
    """Yield the misses that the index was surest of."""
    missed = [result for result in results if result.labelled.codes and result.rank != 1]
    yield from sorted(missed, key=lambda result: -result.ranked.sure)[:count]


def report(index: ProcedureIndex, questions: Sequence[Labelled]) -> dict[str, Any]:
    """Return figures for each noise, with the confusions and worst misses of the questions as typed."""
    by_noise = {name: evaluate(index, questions, noise) for name, noise in NOISES.items()}
    plain = by_noise["as typed"]
    return {
        "figures": {name: asdict(figures(results)) for name, results in by_noise.items()},
        "outside_auc": outside_auc(plain),
        "confusions": confusions(plain),
        "worst": [
            {
                "text": result.labelled.text,
                "wanted": sorted(result.labelled.codes),
                "given": [f"{hit.code} {hit.score:.2f}" for hit in result.ranked.hits[:3]],
                "sure": round(result.ranked.sure, 3),
            }
            for result in worst(plain)
        ],
    }
