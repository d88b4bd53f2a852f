"""Commands of search: search, index, fit, eval."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from knowledge.commands.base import OK, open_store, write_out
from knowledge.settings import CatalogueSettings

# scikit-learn and the arrays take a second to import; only these commands need them.


def register(commands: Any) -> None:
    search = commands.add_parser("search", help="procedures for a question")
    search.add_argument("text")
    search.add_argument("--json", action="store_true")
    search.add_argument("--limit", type=int, default=5)
    search.set_defaults(run=_search)

    index = commands.add_parser("index", help="make the search index of the catalogue, with sentence vectors")
    index.add_argument("--words-only", action="store_true", help="without sentence vectors")
    index.set_defaults(run=_index)

    fit = commands.add_parser("fit", help="learn the ranker's numbers from our sample questions, over this catalogue")
    fit.add_argument("--beside", type=Path, required=True, help="utterances about no procedure, one a line")
    fit.add_argument("--out", type=Path, help="default: the ranker that ships with the project")
    fit.set_defaults(run=_fit)

    evaluate = commands.add_parser("eval", help="how well procedures are found for a set of labelled questions")
    evaluate.add_argument("file", type=Path, help='lines of {"text", "codes": […], "expect"?}')
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument("--words-only", action="store_true", help="without sentence vectors")
    evaluate.set_defaults(run=_eval)


def _made(settings: CatalogueSettings, words_only: bool = False) -> Any:
    from knowledge.search.index_files import ensure_index
    from knowledge.search.vectors import installed_encoder

    encoder = installed_encoder() if settings.vectors and not words_only else None
    return ensure_index(open_store(settings), settings.index_dir, encoder)


def _search(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    ranked = _made(settings).search(options.text, max(1, options.limit))
    if options.json:
        print(json.dumps(asdict(ranked), ensure_ascii=False))
        return OK
    for hit in ranked.hits:
        print(f"{hit.score:6.3f}  {hit.code}  {hit.title}")
    print(f"right: {ranked.sure:.0%}, about a procedure: {ranked.inside:.0%}" if ranked.hits else "nothing found")
    return OK


def _index(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    index = _made(settings, options.words_only)
    vectors = "with" if index.matrices.has_vectors else "without"
    examples = len(index.matrices.owners)
    print(f"index of {len(index.rows)} procedures and {examples} names and questions, {vectors} sentence vectors")
    return OK


def _fit(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    from knowledge.search.fitting import fit_over
    from knowledge.search.index_files import known_vectors
    from knowledge.search.ranking import RANKER_PATH
    from knowledge.search.vectors import installed_encoder

    beside = options.beside.read_text("utf-8").splitlines()
    encoder = installed_encoder() if settings.vectors else None
    numbers = fit_over(open_store(settings), encoder, beside, known_vectors(settings.index_dir, encoder))
    write_out(json.dumps(numbers, separators=(",", ":")) + "\n", options.out or RANKER_PATH)
    return OK


def _eval(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    from knowledge.search.evaluation import read_set, report

    found = report(_made(settings, options.words_only), read_set(options.file))
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return OK
    for noise, figures in found["figures"].items():
        _tell(noise, figures)
    if found["outside_auc"] is not None:
        print(f"inside from outside, AUC: {found['outside_auc']:.3f}")
    for wanted, given, times in found["confusions"]:
        print(f"  {times:>3}  {wanted} taken for {given}")
    for miss in found["worst"]:
        given = miss["given"][0] if miss["given"] else "nothing found"
        print(f"  {miss['sure']:.2f}  {miss['text'][:100]}  wanted {', '.join(miss['wanted'][:3])}; {given}")
    return OK


def _tell(noise: str, figures: dict[str, Any]) -> None:
    shares: Sequence[str] = ("hit_1", "hit_3", "hit_5", "mean_reciprocal_rank", "answered", "right_at_once", "offered")
    told = "  ".join(f"{name} {figures[name]:.3f}" for name in shares)
    cost = f"{figures['milliseconds']:.1f} ms, 95 %: {figures['milliseconds_95']:.1f} ms"
    print(f"{noise}: {figures['questions']} questions  {told}  CPU {cost}, vectors {figures['vectors_used']:.0%}")
    for expect, decided in figures["expected"].items():
        print(f"    expected {expect}: " + "  ".join(f"{name} {value:.2f}" for name, value in decided.items()))
