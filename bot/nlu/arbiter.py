"""The last word on what a message is: the classifier knows the kinds of talk, the linker knows the procedures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.ops.screening.kinds import Kind
from bot.ops.screening.screening import MASKED, MATTER, SAYS_WHO
from knowledge.text import fold
from knowledge.topics import found, old_words

ASK_PROCEDURE = "ask_procedure"
CHECK_PAPER = "check_paper"
ASK_OLD_WORD, ASK_PROXY = "ask_old_word", "ask_proxy"
OUT_OF_SCOPE = "out_of_scope"
FALLBACK = "nlu_fallback"
ASK_CASE_STATUS = "ask_case_status"
ASK_OFFICE, GIVE_PLACE, GREET = "ask_office", "give_place", "greet"
ASK_PETITION = "ask_petition"
COMPARE, TELL_EVENT, RECALL = "compare_procedures", "tell_life_event", "recall_procedure"

# Told rather than asked: a dispute, a pothole, a clerk's manner. Their words name procedures too ("hàng xóm lấn đất").
_COURTESIES = {"greet", "goodbye", "thanks", "affirm", "deny", "ask_capabilities"}
# Not to be lost to a link that only seems to fit: danger, money, accusations.
_SAFETY = {
    "report_emergency",
    "report_violence",
    "express_distress",
    "share_credentials",
    "report_scam",
    "report_corruption",
}
SAFETY = frozenset(_SAFETY)
MATTERS = frozenset({"ask_legal_advice", "ask_city_service", "lodge_petition", "file_complaint", "report_trouble"})
"""Told rather than asked: a dispute, a pothole, a clerk's manner. Their words name procedures too."""
# A list for this person names the procedure too ("lập danh sách giấy tờ đăng ký tạm trú"): the wish goes first.
_START_CHECKLIST = "start_checklist"
# About the talk itself: their words need not stand in any record, and name none.
_TALK = {"request_slower", "request_usual_pace", "read_on", "ask_petition", "resume_petition", "tell_not_solved"}
_TALK |= {"ask_my_data", "erase_my_data", "correct_my_data", "withdraw_consent"}
# Asked about by name: a procedure that shares the name ("cấp tài khoản định danh") is not what is meant.
_BY_NAME = {"ask_vneid", ASK_OLD_WORD, ASK_PROXY}
# "làm tiếp nha" holds no word of the catalogue, and is no gibberish for that.
_REPLIES = {"affirm", "deny"}
_CHECKLIST_WISHES = {"change_checklist", "resend_checklist", "resume_checklist"}
# What else may be wanted of a dossier whose code is given.
_OF_CASES = {"follow_case", "stop_following"}
# Help and being shown: said in words of daily life that stand in no record, or beside the name of a procedure.
_HELP = {"ask_digital_help", "ask_how_to", "tell_stuck", "refuse_tips"}
_OF_REFERRALS = {"request_referral", "ask_referral", "cancel_referral"}
_ASK_REFERRAL, _STEPS = "ask_referral", "steps"
_EMERGENCY, _HOUSEHOLD_BOOK, _INSULT = "report_emergency", "ask_household_book", "insult"
_OF_MONEY = frozenset({"fee", "result"})
_CERTAIN_LINK, _CERTAIN_INSIDE, _LIKELY_INSIDE = 0.80, 0.95, 0.60
_FOLLOW_UP_WORDS = 2
_SURE_INTENT, _LIKELY_INTENT, _DOUBTFUL_INTENT = 0.80, 0.60, 0.50
_TOLD_INTENT, _CERTAIN_INTENT = 0.85, 0.95
# How sure the classifier must be that a paper is named and no list is asked for: whether one may act for a parent, say.
_OF_NO_LIST = {OUT_OF_SCOPE: _LIKELY_INTENT, ASK_PROXY: _SURE_INTENT}


def only_says_who(screening: Mapping[str, Any], link: Mapping[str, Any]) -> bool:
    """Whether a message is an introduction and nothing else: answered like a greeting, whatever the name is like."""
    found = screening.get(MATTER) or screening.get(MASKED) or link.get("certainty") == "clear"
    return bool(screening.get(SAYS_WHO)) and not found


def settle_intent(
    name: str,
    confidence: float,
    link: dict[str, Any],
    facts: list[str],
    entities: list[str],
    several: dict[str, Any] | None = None,
) -> tuple[str, float]:
    """Return intent and confidence.

    name, confidence: the classifier's best. link: `Link.to_json()`. facts, entities: what was found.
    several: `Several.to_json()`.
    """
    if name in _SAFETY and confidence >= _needed_for_safety(name, link, facts):
        return name, confidence
    of_no_list = name in _OF_NO_LIST and confidence >= _OF_NO_LIST[name] and link.get("certainty") != "clear"
    if "paper" in entities and not of_no_list:  # asked about by the grammar of `bot.nlu.papers`, not only named
        return CHECK_PAPER, 1.0
    if "choice" in entities:
        return "choose_option", 1.0
    coded = _by_code(name, confidence, entities)
    if coded is not None:
        return coded
    if _is_kept(name, confidence, link, facts) or _is_surely_told(name, confidence, facts):
        return name, confidence
    of_place = _of_place(name, link, entities)
    if of_place:
        return of_place, max(confidence, _SURE_INTENT)
    wider = _wider_than_one(name, confidence, link, several or {})
    if wider:
        return wider, max(confidence, _SURE_INTENT)
    rude_only_in_sound = name == _INSULT and bool(_OF_MONEY.intersection(facts))  # "may tram ngan 1 thang"
    name = ASK_PROCEDURE if name in (COMPARE, TELL_EVENT, RECALL) or rude_only_in_sound else name
    if name == ASK_PROCEDURE:
        return name, confidence
    return _against_link(name, confidence, link, facts)


_LEGAL_ADVICE = "ask_legal_advice"
_LATE = re.compile(r"\b(?:tre(?: han)?|muon|cham|qua han|qua \w+ ngay|het han|quen)\b")
_FINED = re.compile(r"\b(?:phat|dong phat|bi (?:gi|sao))\b")


def asks_of_being_late(name: str, link: dict[str, Any], text: str) -> bool:
    """Say whether what seems a wish for legal advice asks what happens when a procedure is done late.

    "Khai tử trễ một năm có bị phạt không" is a question on registering a death, answered from its record.
    """
    if name != _LEGAL_ADVICE or link.get("certainty") != "clear":
        return False
    folded = fold(text)
    return bool(_LATE.search(folded) and _FINED.search(folded))


def looks_up_by_identity(ranking: Sequence[Mapping[str, Any]], screening: Mapping[str, Any], link: Any) -> bool:
    """Say whether somebody wants a dossier looked up by the number of an identity card, which is masked by now.

    What is left ("coi giúp hồ sơ") also sounds like the papers of a procedure.
    """
    best = str(ranking[0].get("name")) if ranking else ""
    masked = Kind.CITIZEN_ID.value in (screening.get(MASKED) or ())
    return best == ASK_CASE_STATUS and masked and link.get("certainty") != "clear"


def names_nothing_old(name: str, link: dict[str, Any], facts: list[str], text: str) -> bool:
    """Say whether what seems to ask about a word of yesterday names none, and asks a fact of a procedure.

    "Tôi ở Thuận An thì làm cccd ở đâu" is answered from the record; the line on districts is no answer to it.
    """
    asks = link.get("certainty") == "clear" and bool(facts)
    return name == ASK_OLD_WORD and asks and not found(text, old_words())


_GONE = re.compile(
    r"\b(?:giai (?:tan|the)|dep (?:roi|bo|luon|di)|sap nhap|khong con|bo (?:cap )?(?:quan|huyen)"
    r"|chuyen (?:ve|qua|sang) (?:dau|ai)|gio ai (?:lam|lo|giai quyet))\b"
)
_BODIES_OF_YESTERDAY = {"district", "district_police", "justice_office", "district_tax", "thu_duc", "old_department"}
_MAY_BE_OF_THE_GONE = {ASK_PROCEDURE, ASK_OFFICE, ASK_CASE_STATUS, TELL_EVENT, OUT_OF_SCOPE}


def asks_of_the_gone(name: str, link: dict[str, Any], text: str) -> bool:
    """Say whether somebody asks who does today what a body of yesterday did, and no procedure is clearly meant.

    "Huyện dẹp rồi, giấy tờ trước đây huyện làm giờ ai làm": what people call a wedding or a move in their lives, and
    which office they ask for, sounds alike.
    """
    unclear = name in _MAY_BE_OF_THE_GONE and link.get("certainty") != "clear"
    if not unclear or _GONE.search(fold(text)) is None:
        return False
    return any(topic.id in _BODIES_OF_YESTERDAY for topic in found(text, old_words()))


_CORRECT = "correct_my_data"
_OWN = re.compile(
    r"\b(?:toi|tui|em|e|minh|chau|con|anh chi|may anh|cac anh|du lieu|phan anh|kien nghi|lien lac|lien he|tro ly"
    r"|nhan tin|o day|ben nay|de lai)\b"
)


def corrects_a_paper(name: str, text: str) -> bool:
    """Say whether what seems a wish to have one's data here put right names neither oneself nor what is held here.

    "Sửa thông tin hộ kinh doanh" is a question on a procedure.
    """
    return name == _CORRECT and not _OWN.search(fold(text))


def _by_code(name: str, confidence: float, entities: list[str]) -> tuple[str, float] | None:
    """Return what a message is that holds a petition's, procedure's or dossier's code, or a request's reference."""
    if "petition_code" in entities:
        return ASK_PETITION, 1.0
    if "procedure_code" in entities:
        return ASK_PROCEDURE, 1.0
    if "case_code" in entities or "case_code_fault" in entities:
        return (name, confidence) if name in _OF_CASES and confidence >= _LIKELY_INTENT else (ASK_CASE_STATUS, 1.0)
    if "referral_reference" in entities:
        return (name, confidence) if name in _OF_REFERRALS else (_ASK_REFERRAL, 1.0)
    return None


def _is_kept(name: str, confidence: float, link: dict[str, Any], facts: list[str]) -> bool:
    """Say whether an intent stands whatever the linker finds."""
    if name in _HELP and facts and _STEPS not in facts and confidence < _SURE_INTENT:
        return False  # "nộp online hay nộp trực tiếp" asks a fact, it does not want to be shown
    if name in _HELP | _OF_REFERRALS:
        return confidence >= (_LIKELY_INTENT if link.get("certainty") in ("clear", "close") else _DOUBTFUL_INTENT)
    if name in _TALK:
        return confidence >= (_SURE_INTENT if link.get("certainty") == "clear" else _DOUBTFUL_INTENT)
    return name in _BY_NAME | {_START_CHECKLIST} and confidence >= _LIKELY_INTENT


def _of_place(name: str, link: dict[str, Any], entities: list[str]) -> str:
    """Return the intent of a message that does nothing but name a place, or asks what it is today; else empty."""
    if "place_told" in entities:
        return GIVE_PLACE
    clear = link.get("certainty") == "clear"
    return ASK_OFFICE if "place_asked" in entities and not clear and name not in _SAFETY else ""


def _is_surely_told(name: str, confidence: float, facts: list[str]) -> bool:
    """Say whether a matter of another kind stands though a procedure fits; less surely where a fact is asked too."""
    return name in MATTERS | {_INSULT} and confidence >= (_CERTAIN_INTENT if facts else _TOLD_INTENT)


def _needed_for_safety(name: str, link: dict[str, Any], facts: list[str]) -> float:
    """Half sure is enough where no procedure is clearly meant; where one is, nearly sure. Emergencies go first.

    A fact asked ("có phải trả tiền không") is what people ask of procedures: no accusation on half a guess.
    """
    if name == _EMERGENCY:
        return _LIKELY_INTENT if link.get("certainty") == "clear" else _DOUBTFUL_INTENT
    asks = bool(facts) and name in ("report_corruption", "report_violence")
    return _SURE_INTENT if asks or link.get("certainty") == "clear" else _DOUBTFUL_INTENT


def _wider_than_one(name: str, confidence: float, link: dict[str, Any], several: dict[str, Any]) -> str:
    """Return the intent of a message about more than one procedure; empty where it is about one, or none.

    The classifier alone is believed only of messages that name no matter ("hai cái đó khác nhau sao").
    """
    near = link.get("certainty") in ("clear", "close")
    bare = int(link.get("words") or 0) <= _FOLLOW_UP_WORDS and not near
    if "compared" in several or (name == COMPARE and confidence >= _LIKELY_INTENT and bare):
        return COMPARE
    if "back" in several or (name == RECALL and confidence >= _LIKELY_INTENT and bare):
        return RECALL
    ours = name in (ASK_PROCEDURE, TELL_EVENT, FALLBACK) or name in _COURTESIES or confidence < _SURE_INTENT
    return TELL_EVENT if ours and tells_whole_event(link, several) else ""


def tells_whole_event(link: dict[str, Any], several: dict[str, Any]) -> bool:
    """All of an event is told where the message names nothing else, unless it asks a fact of a clear procedure."""
    event = several.get("event") or {}
    return bool(event.get("alone")) and (event["asks_all"] or link.get("certainty") != "clear")


def _against_link(name: str, confidence: float, link: dict[str, Any], facts: list[str]) -> tuple[str, float]:
    sure, inside = float(link.get("sure") or 0.0), float(link.get("inside") or 0.0)
    certainty = link.get("certainty", "none")
    near = certainty in ("clear", "close") and inside >= _LIKELY_INSIDE
    words = int(link.get("words") or 0)
    needed = _LIKELY_INTENT if name in _CHECKLIST_WISHES | _REPLIES else _SURE_INTENT
    if not link.get("known") and not facts and confidence < needed:
        return FALLBACK, confidence
    if certainty == "clear" and sure >= _CERTAIN_LINK and inside >= _CERTAIN_INSIDE:
        return ASK_PROCEDURE, sure
    if facts and certainty == "clear" and name in MATTERS and confidence < _CERTAIN_INTENT:
        return ASK_PROCEDURE, sure  # "đổi bằng lái bao nhiêu tiền" asks a fact; a dispute tells something
    if name in _COURTESIES and words >= 2 and near:
        return ASK_PROCEDURE, inside
    doubtful = confidence < _SURE_INTENT or name == _HOUSEHOLD_BOOK  # "tách sổ hộ khẩu" is a procedure
    likelier = sure * inside >= confidence or name == _HOUSEHOLD_BOOK
    if doubtful and certainty == "clear" and near and likelier:
        return ASK_PROCEDURE, sure
    if facts and words <= _FOLLOW_UP_WORDS and confidence < _SURE_INTENT:
        return ASK_PROCEDURE, confidence
    if facts and confidence < _LIKELY_INTENT and near:
        return ASK_PROCEDURE, inside
    if confidence < _DOUBTFUL_INTENT:
        return (ASK_PROCEDURE, confidence) if facts or certainty != "none" else (FALLBACK, confidence)
    return name, confidence
