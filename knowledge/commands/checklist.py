"""The command that shows a record's guide: questions, branches, the list. Guide: docs/vi/bien-tap-danh-muc.md."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from knowledge import blocks as b
from knowledge.checklist import branches, checklist, guided, next_question
from knowledge.checklist_text import checklist_blocks
from knowledge.commands.base import OK, open_store
from knowledge.curated import read_record
from knowledge.guide import Answers, GuideQuestion
from knowledge.history import VIETNAM
from knowledge.models import Procedure
from knowledge.settings import CatalogueSettings


def register(commands: Any) -> None:
    shows = commands.add_parser("checklist", help="the guided checklist of a procedure: questions, branches, the list")
    shows.add_argument("code")
    shows.add_argument("--answers", nargs="+", metavar="QUESTION=OPTION", default=[], help="show the list for these")
    shows.add_argument("--branches", action="store_true", help="show the list of every branch")
    shows.add_argument("--stored", action="store_true", help="the record in the catalogue, not the curated file")
    shows.add_argument("--today", type=date.fromisoformat, help=argparse.SUPPRESS)
    shows.set_defaults(run=_show)


def _show(options: argparse.Namespace, settings: CatalogueSettings) -> int:
    record = _record(options, settings)
    today = options.today or datetime.now(VIETNAM).date()
    answers = _answers(record, options.answers)
    if not options.answers:
        _tell_questions(record)
    all_branches = list(branches(record))
    for number, branch in enumerate(all_branches, start=1):
        papers = checklist(record, branch, today).component_ids
        print(f"branch {number}: {_named(branch)}: {', '.join(papers) or 'no component'}")
        if options.branches:
            print(_list(record, branch, today, settings))
    question = next_question(record, answers)
    if question is not None and options.answers:
        print(f"next question: {question.id}: {question.ask}")
    elif options.answers or not _asks(record):
        print(_list(record, answers, today, settings))
    return OK


def _asks(record: Procedure) -> bool:
    return bool(guided(record).guide)


def _record(options: argparse.Namespace, settings: CatalogueSettings) -> Procedure:
    """The file as the editor has it now, which need not be taken in yet; else what the catalogue holds."""
    path = settings.curated_dir / f"{options.code}.yml"
    return read_record(path) if path.exists() and not options.stored else open_store(settings).get(options.code)


def _answers(record: Procedure, given: list[str]) -> dict[str, str]:
    answers = dict(item.split("=", 1) for item in given if "=" in item)
    if len(answers) < len(given):
        raise ValueError("write answers as QUESTION=OPTION, such as dwelling=rented")
    for name, chosen in answers.items():
        question = guided(record).guide.question(name)
        if question is None or question.option(chosen) is None:
            raise ValueError(f"the guide has no {name}={chosen}")
    return answers


def _tell_questions(record: Procedure) -> None:
    for number, question in enumerate(guided(record).guide.questions, start=1):
        print(f"question {number}: {question.id}: {question.ask}{_only_if(question)}")
        for option in question.options:
            words = f"  (also: {', '.join(option.words)})" if option.words else ""
            print(f"    {option.id}: {option.label}{words}")


def _only_if(question: GuideQuestion) -> str:
    needs = "; ".join(f"{name} = {' or '.join(options)}" for name, options in question.when.needs)
    return f"  [only if {needs}]" if needs else ""


def _named(branch: Mapping[str, str]) -> str:
    return " ".join(f"{name}={option}" for name, option in branch.items()) or "no question"


def _list(record: Procedure, answers: Answers, today: date, settings: CatalogueSettings) -> str:
    made = checklist(record, answers, today)
    return b.to_text(checklist_blocks(made, today, settings.stale_after_days))
