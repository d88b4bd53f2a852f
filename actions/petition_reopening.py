"""The answer to a petition was found wrong: it can be looked at again."""

from __future__ import annotations

from actions.petition_status_telling import StatusTalk
from actions.petition_talk import wording
from bot.ops.outcomes import Outcome
from bot.petitions.models import PetitionView
from knowledge.formatting import day_text

NOT_SOLVED = "/tell_not_solved"
"""Of the assistant's own answer: what a button says is not doubted."""


def offer_reopen(talk: StatusTalk, view: PetitionView) -> None:
    """Offer to open `view` again, and ask what is wrong; it may have been the assistant's answer that was meant."""
    until = day_text(view.reopen_until) if view.reopen_until else ""
    buttons = [
        {"title": wording()("buttons.not_this_answer"), "payload": NOT_SOLVED},
        talk.button("leave_it", view.code, "close"),
    ]
    talk.say("offer_reopen", Outcome.CLARIFIED_PETITION_STEP, buttons, code=view.code, until=until)
