"""Long dossiers by case: which cases a citizen has to choose from, and the record narrowed to one."""

from __future__ import annotations

from dataclasses import replace

from knowledge.models import DossierCase, Procedure
from knowledge.text import fold

ALL_CASES = "all"
"""Asks for every case at once."""
_LONG = 2500
"""Characters of papers beyond which a phone's reader is asked for the case first (about four screens)."""
_FEWEST_CASES = 3
_ONE_OF = ("mot trong", "chi can mot")
"""Words of a label that names alternatives of one paper, needed in every case."""


def case_choices(procedure: Procedure) -> tuple[DossierCase, ...]:
    """Return the cases to choose from, or none where the whole list is short enough to be read."""
    special = tuple(case for case in procedure.dossier if is_special(case))
    length = sum(len(f"{part.name}{part.condition}") for case in procedure.dossier for part in case.components)
    return special if len(special) >= _FEWEST_CASES and length > _LONG else ()


def narrowed(procedure: Procedure, case_id: str) -> Procedure:
    """Return `procedure` with the papers of all cases common to everyone and of `case_id` ("" for none of them)."""
    if case_id == ALL_CASES:
        return procedure
    kept = tuple(case for case in procedure.dossier if case.id == case_id or not is_special(case))
    return replace(procedure, dossier=kept)


def is_special(case: DossierCase) -> bool:
    """Say whether a case holds for some people only: it has a label, and not one of alternatives of one paper."""
    label = fold(case.case)
    return bool(label) and not any(words in label for words in _ONE_OF)
