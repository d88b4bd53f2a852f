"""The linter's rules: one per class of defect. Each yields what it sees; texts and gravity are in content/linting."""

from __future__ import annotations

from knowledge.linting.models import Rule
from knowledge.linting.rules import across, fees, guides, papers, parts, times, titles, words

RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        *(fees.fee_zero_with_amount, fees.fee_zero_with_council, fees.fee_zero_unexplained, fees.fee_missing),
        *(fees.fee_ended, fees.fee_cell_and_note, fees.fee_cell_of_other_period, fees.fee_periods),
        *(times.time_without_unit, times.times_differ, times.time_missing, times.same_day_in_part),
        *(papers.note_or_paper, papers.paper_without_quantity, papers.rows_shuffled, papers.steps_in_dossier),
        *(papers.household_book_required, papers.steps_out_of_order, papers.steps_in_one_block),
        *(parts.mandatory_part_missing, parts.legal_basis_missing, parts.result_missing, parts.online_without_channel),
        *(parts.decision_placeholder, parts.decision_number_odd, parts.decision_missing, parts.decision_without_date),
        *(words.abolished_body, words.old_paper, words.old_portal, words.repealed_law, words.repealed_law_in_text),
        *(words.long_sentence, words.invisible_characters, words.double_blanks, words.trial_record),
        *(titles.near_duplicate, titles.level_twin, titles.provincial_copy, titles.sibling_unnamed),
        *(across.wrong_record, across.newer_decision, across.no_longer_published, across.addition_outdated),
        *(across.unknown_reference, across.shared_alias, across.old_code_published),
        *(guides.guide_question_unused, guides.guide_options_alike, guides.guide_paper_unreached),
        *(guides.guide_branch_without_paper, guides.guide_case_undecided, guides.guide_condition_lost),
    )
}

NEED_THE_CATALOGUE = frozenset(
    {
        *("newer_decision", "no_longer_published", "addition_outdated", "unknown_reference", "old_code_published"),
        *("wrong_record", "near_duplicate", "level_twin", "sibling_unnamed", "provincial_copy"),
    }
)
"""Rules that see more, in our own records, when the portal's are at hand."""
