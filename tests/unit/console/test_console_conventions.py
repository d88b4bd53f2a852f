"""Every route says who may open it; pages load only vendored files that are what the manifest says."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from bot.approval.models import ApprovalFault, HeldState
from bot.approval.words import approval_wording
from bot.attachments.models import PhotoRefusal
from bot.console.access import Access, safe_next
from bot.console.app import routes
from bot.console.conversation_steps import STEPS
from bot.console.referrals import STEPS as REFERRAL_STEPS
from bot.console.rendering import HERE, PARTS, console_wording
from bot.console.reports import TILES
from bot.console.reports import TYPES as REPORT_TYPES
from bot.desk.models import DeskFault, ExampleKind, Judgement
from bot.handoff.lists import Order
from bot.handoff.models import Deed as HandedDeed
from bot.handoff.models import Outcome, RequestState, Trigger
from bot.petitions.officer_steps import StepFault
from bot.petitions.refusals import load_refusals
from bot.referrals.models import DeclineReason, HelpOutcome, ReferralState
from bot.reports.words import report_wording
from bot.staff.models import Deed, Feature, Role, StaffFault
from bot.staff.telling import staff_wording
from tools.vendor import PACKAGES

VENDOR = HERE / "static" / "vendor"
PUBLIC = {"/sign-in", "/static/{path:.+}", "/{rest:.*}"}


def test_every_route_says_who_may_open_it():
    found = routes()
    assert len(found) > 30
    assert [route.path for route in found if not isinstance(getattr(route.handler, "access", None), Access)] == []
    assert {route.path for route in found if route.handler.access.public} == PUBLIC


def test_what_changes_something_is_never_got():
    reads = {"listed", "show", "new", "first", "photo", "wrong", "nothing", "stream", "session", "messages"}
    reads |= {"search", "unanswered", "count"}
    assert [route.path for route in routes() if route.method == "GET" and route.handler.__name__ not in reads] == []


@pytest.mark.parametrize("area", ["/people", "/audit", "/switches", "/approval"])
def test_what_is_the_administrators(area):
    mine = [route for route in routes() if route.path.startswith(area)]
    assert mine
    assert {route.handler.access.roles for route in mine} == {(Role.ADMINISTRATOR,)}


def test_the_navigation_leads_only_to_what_there_is():
    paths = {f"/desk{route.path}" for route in routes() if route.method == "GET"}
    assert {part.address for part in PARTS} <= paths


def test_vendored_files_are_what_the_manifest_says():
    entries = json.loads((VENDOR / "MANIFEST.json").read_text("utf-8"))
    for entry in entries:
        assert hashlib.sha256((VENDOR / entry["path"]).read_bytes()).hexdigest() == entry["sha256"], entry["path"]
        assert entry["licence"] in ("0BSD", "MIT")
    there = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert there - {"MANIFEST.json"} == {entry["path"] for entry in entries}
    assert {entry["package"] for entry in entries} == {f"{one.name}@{one.version}" for one in PACKAGES}


def test_templates_load_only_what_is_there_and_hold_nothing_inline():
    for template in (HERE / "templates").glob("*.html"):
        text = template.read_text("utf-8")
        for name in re.findall(r"\{\{ root \}\}/static/([\w./-]+)", text):
            assert (HERE / "static" / name).is_file(), f"{template.name}: {name}"
        inline = r"\son\w+=|\sstyle=|<script(?! src=)|<style|javascript:|\|\s*safe|https?://"
        assert not re.search(inline, text), template.name


def test_every_form_that_changes_something_carries_the_token():
    for template in (HERE / "templates").glob("*.html"):
        for form in re.findall(r'<form[^>]*method="post".*?(?=<form|\Z)', template.read_text("utf-8"), re.S):
            assert "token(csrf)" in form or 'name="csrf"' in form, (template.name, form[:80])


def test_there_are_words_for_everything():
    say, staff = console_wording(), staff_wording()
    assert all(approval_wording()(f"fault.{one.value}", most=1) for one in ApprovalFault)
    assert all(say(f"review_mark.{one.value}") for one in HeldState if one not in (HeldState.HELD, HeldState.DROPPED))
    assert all(say(f"file_fault.{one.value}") for one in PhotoRefusal)
    assert all(say(f"done.answer_{name}") for name in ("approve", "edit", "refuse"))
    for fault in StepFault:
        assert say(f"step_fault.{fault.value}", least=1, most=1, state="s", person="p", unit="u")
    assert all(say(f"refusal.{name}") for name in load_refusals().names())
    assert all(say(f"report_file.{kind}", month="10/2026") for kind in REPORT_TYPES)
    assert all(report_wording()(f"summary_of.{key}") for key in TILES)
    assert all(say(f"part.{part.name}") for part in PARTS)
    assert all(say(f"desk_fault.{fault.value}") for fault in DeskFault)
    assert all(say(f"trigger.{one.value}") for one in Trigger)
    assert all(say(f"outcome.{one.value}") for one in Outcome)
    assert all(say(f"handed_state.{one.value}") for one in RequestState)
    assert all(say(f"handed_deed.{one.value}") for one in HandedDeed)
    assert all(say(f"done.handed_{name}") for name in STEPS)
    assert all(say(f"order.{one.value}") for one in Order)
    assert all(say(f"judgement.{one.value}") for one in Judgement)
    assert all(say(f"example_kind.{one.value}") for one in ExampleKind)
    assert all(say(f"referral_outcome.{one.value}") for one in (*HelpOutcome, *DeclineReason))
    assert all(say(f"referral_step.{name}") and say(f"done.referral_{name}") for name in REFERRAL_STEPS)
    assert all(say(f"referral_event.{one.value}") for one in ReferralState if one is not ReferralState.DRAFT)
    assert all(staff(f"fault.{fault.value}", unit="u") for fault in StaffFault)
    assert all(staff(f"deed.{deed.value}") for deed in Deed)
    assert all(staff(f"role.{role.value}") for role in Role)
    assert all(staff(f"feature.{one.value}") and staff(f"sentence.{one.value}") for one in Feature)


@pytest.mark.parametrize("inside", ["/desk", "/desk/petitions?late=1&words=a", "/desk/petitions/PA-1234-5678"])
def test_pages_of_ours_are_gone_to(inside):
    assert safe_next(inside) == inside


@pytest.mark.parametrize(
    "outside",
    ["", "//x.example/desk", "https://x.example/desk", "/desk\\@x", "/deskx", "/desk/../x", "/desk\n", "javascript:1"],
)
def test_others_are_not(outside):
    assert safe_next(outside) == "/desk/"
