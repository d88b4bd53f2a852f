"""Where and when a unit's team can be met: verified support points only, else said to be unknown."""

from __future__ import annotations

from actions.referral_talk import ReferralTalk
from bot.referrals.words import referral_wording
from knowledge.places import unit


def where_and_when(talk: ReferralTalk, commune_code: str) -> str:
    """Return the sentence on where help is to be had."""
    say, place = referral_wording(), unit(commune_code)
    return say("where.unit_unknown", unit=place.name) if place else say("where.unknown")
