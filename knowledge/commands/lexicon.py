"""Commands of the lexicon of life: lexicon check, lexicon try. Guide: docs/vi/tu-dien-doi-thuong.md."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from knowledge.commands.base import FAULTY, OK, open_store
from knowledge.settings import CatalogueSettings

# The search index takes a second to import; only these commands need it.

_SHOWN = 40
_CODE = re.compile(r"\d\.\d{6}")
_FIGURES = ("hit_1", "hit_3", "hit_5", "mean_reciprocal_rank", "answered", "right_at_once", "offered")


def register(commands: Any) -> None:
    family = commands.add_parser("lexicon", help="life as people call it: check the file, try an entry")
    parts = family.add_subparsers(required=True, metavar="part")

    check = parts.add_parser("check", help="faults of the file: shape, codes, phrases")
    check.add_argument("--file", type=Path, help="default: the lexicon that ships with the project")
    check.add_argument("--shape", action="store_true", help="without looking codes up in the catalogue")
    check.set_defaults(run=_check)

    trial = parts.add_parser("try", help="what an entry changes in the figures of a set of questions")
    what = trial.add_mutually_exclusive_group(required=True)
    what.add_argument("--say", action="append", metavar="PHRASE", help="a phrase to try; may be given several times")
    what.add_argument("--without", metavar="PHRASE", help="a phrase of the lexicon to leave out")
    trial.add_argument("--codes", nargs="+", default=[], metavar="CODE", help="procedures meant, in their order")
    trial.add_argument("--means", default="", help="official words to add in search")
    trial.add_argument("--kind", default="everyday_name", choices=["life_event", "everyday_name", "thing"])
    trial.add_argument(
        "--set", type=Path, required=True, metavar="FILE", help="labelled questions, as `eval` takes them"
    )
    trial.add_argument("--words-only", action="store_true", help="without sentence vectors: faster")
    trial.add_argument("--json", action="store_true")
    trial.set_defaults(run=_try)


def _check(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    from knowledge.search.life import LIFE_PATH, load_life
    from knowledge.search.life_check import life_faults
    from knowledge.search.normalise import load_lexicon

    path = options.file or LIFE_PATH
    codes = None if options.shape else {row.code for row in open_store(settings).search_rows()}
    faults = life_faults(path, load_lexicon(), codes)
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"{len(faults)} faults")
        return FAULTY
    entries = load_life(path)
    print(f"{len(entries)} entries, {sum(len(entry.say) for entry in entries)} phrases, no fault")
    return OK


def _try(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    from knowledge.search.evaluation import read_set
    from knowledge.search.index_files import known_vectors
    from knowledge.search.life import load_life
    from knowledge.search.life_trial import Workshop, as_dict, without_phrase
    from knowledge.search.vectors import installed_encoder

    store, life = open_store(settings), load_life()
    known = {row.code for row in store.search_rows()}
    changed = without_phrase(life, options.without) if options.without else _with_new(life, options, known)
    encoder = installed_encoder() if settings.vectors and not options.words_only else None
    workshop = Workshop(store, encoder, known_vectors(settings.index_dir, encoder))
    found = as_dict(workshop.trial(life, changed, read_set(options.set)))
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _tell(found)
    return OK


def _with_new(life: Sequence[Any], options: argparse.Namespace, known: set[str]) -> Sequence[Any]:
    from knowledge.search.life import Kind, LifeEntry
    from knowledge.search.life_trial import with_entry

    if not options.codes:
        raise ValueError("say which procedures are meant: --codes CODE …")
    for code in options.codes:
        if not _CODE.fullmatch(code) or code not in known:
            raise ValueError(f"no procedure of the catalogue has the code {code}")
    return with_entry(life, LifeEntry(tuple(options.say), Kind(options.kind), tuple(options.codes), options.means))


def _tell(found: dict[str, Any]) -> None:
    before, after = found["before"], found["after"]
    print(f"{before['questions']} questions{'':<14}before   after  change")
    for name in _FIGURES:
        print(f"  {name:<22} {before[name]:>7.4f} {after[name]:>7.4f} {after[name] - before[name]:>+7.4f}")
    print(
        f"{len(found['changed'])} questions changed"
        + (": rank and decision, before → after" if found["changed"] else "")
    )
    for item in found["changed"][:_SHOWN]:
        told = " → ".join(f"{item[when]['rank'] or '-':>2} {item[when]['decision']:<5}" for when in ("before", "after"))
        print(f"  {told}  {item['text'][:90]}")
    if len(found["changed"]) > _SHOWN:
        print(f"  … and {len(found['changed']) - _SHOWN} more: --json shows them all")
