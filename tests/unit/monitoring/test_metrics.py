from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.cases.gateways.city import CityGateway, CitySystem
from bot.errors import AssistantDownError, CaseSystemDownError
from bot.hub.counting import CHANNELS, count_failure, count_turn
from bot.hub.models import Answerer, Conversation, Message, Role, Turn
from bot.monitoring.exposition import as_text
from bot.monitoring.figures import Figure
from bot.ops.case_codes import CaseCode
from bot.ops.logging import bind_turn
from bot.ops.metrics import DECLARED, READ_ON_ASKING, REGISTRY, in_text, is_authorised, one_of
from bot.store.engine import make_engine
from bot.zalo.client import Sent
from bot.zalo.codes import Remedy
from bot.zalo.counting import count_refused, count_sent
from knowledge.settings import ROOT


def families(data):
    return {family.name: family for family in text_string_to_metric_families(data.decode())}


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_the_page_lists_every_figure_with_its_kind_and_labels_and_no_other():
    page = (ROOT / "docs" / "metrics-prometheus.md").read_text("utf-8")
    listed = {
        name: (kind, tuple(re.findall(r"`(\w+)`", labels)))
        for name, kind, labels in re.findall(r"^\| `(motcua_\w+)` \| (\w+) \| ([^|]+) \|", page, re.M)
    }
    assert listed == {one.name: (one.kind, one.labels) for one in DECLARED}


def test_what_is_counted_is_what_is_declared():
    found = families(in_text())
    for one in DECLARED:
        if one not in READ_ON_ASKING:
            assert one.name.removesuffix("_total") in found, one.name
    ours = {name for name in found if name.startswith("motcua_")}
    assert ours <= {one.name.removesuffix("_total") for one in DECLARED}
    assert "process_resident_memory_bytes" in found


def test_no_label_may_name_a_person_or_a_conversation():
    for one in DECLARED:
        assert not {"conversation", "person", "user", "sender", "phone", "case", "text", "turn"} & set(one.labels)


def test_values_outside_a_list_become_one():
    assert one_of("web", CHANNELS) == "web"
    for strange in ("0912345678", None, 3, {"a": 1}, ["web"]):
        assert one_of(strange, CHANNELS) == "other"


def test_a_turn_is_counted_by_channel_and_outcome():
    conversation = Conversation("0" * 36, "web", Answerer.ASSISTANT, "web-1", 1, 1, False)
    turn = Turn(conversation, 1, "số điện thoại 0912345678", None, 0)
    before = value("motcua_turns_total", channel="web", outcome="answered_procedure")
    strange = value("motcua_turns_total", channel="web", outcome="other")
    count_turn(turn, ["answered_procedure", "answered_tips"], [])
    count_turn(turn, ["0912345678"], [])
    count_turn(turn, [], [])
    assert value("motcua_turns_total", channel="web", outcome="answered_procedure") == before + 1
    assert value("motcua_turns_total", channel="web", outcome="other") == strange + 2
    assert b"0912345678" not in in_text()


def test_a_turn_that_was_given_up_is_an_error_to_the_citizen():
    conversation = Conversation("0" * 36, "zalo", Answerer.ASSISTANT, "zalo-1", 1, 1, False)
    now = datetime(2026, 11, 26, 3, tzinfo=timezone.utc)
    turn = Turn(conversation, 1, "x", None, 0, asked_at=now)
    apology = Message("c", 2, Role.SYSTEM, now + timedelta(seconds=7), {"text": "Xin lỗi"})
    before = value("motcua_turns_total", channel="zalo", outcome="error_internal")
    took = value("motcua_stage_seconds_sum", stage="turn")
    count_turn(turn, [], [apology])
    assert value("motcua_turns_total", channel="zalo", outcome="error_internal") == before + 1
    assert value("motcua_stage_seconds_sum", stage="turn") == pytest.approx(took + 7)


def test_what_zalo_says_is_counted():
    sent, refused = value("motcua_zalo_sends_total", result="sent"), value("motcua_zalo_refused_total", remedy="wait")
    count_sent("template", Sent("m", "x", 41))
    count_sent("template", Sent("m"))
    count_refused(Remedy.WAIT)
    assert value("motcua_zalo_sends_total", result="sent") == sent + 2
    assert value("motcua_zalo_quota_remaining", message="template") == 41
    assert value("motcua_zalo_refused_total", remedy="wait") == refused + 1


def look_ups():
    return [value("motcua_gateway_requests_total", gateway="CITY", result=one) for one in ("found", "none", "down")]


async def test_a_look_up_is_counted_timed_and_named_to_the_one_stop_system():
    asked = []

    async def answer(request):
        asked.append(request.headers.get("X-Request-Id"))
        code = (await request.json())["MaHoSo"]
        return web.json_response(
            {"MaHoSo": code} if code.endswith("1") else {}, status=200 if code[-1] in "12" else 401
        )

    app = web.Application()
    app.router.add_post("/TraCuuHoSo", answer)
    async with TestServer(app) as server:
        gateway = CityGateway(CitySystem("CITY", str(server.make_url("")).rstrip("/")))
        before = [
            value("motcua_gateway_requests_total", gateway="CITY", result=one) for one in ("found", "none", "down")
        ]
        count = value("motcua_stage_seconds_count", stage="gateway")
        bind_turn("3f2a9c11-4")
        await gateway.look_up(CaseCode("H29.12", date(2026, 11, 2), "0001"))
        bind_turn("")
        await gateway.look_up(CaseCode("H29.12", date(2026, 11, 2), "0002"))
        with pytest.raises(CaseSystemDownError):
            await gateway.look_up(CaseCode("H29.12", date(2026, 11, 2), "0003"))
        await gateway.close()
    after = look_ups()
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1, 1]
    assert value("motcua_stage_seconds_count", stage="gateway") == count + 3
    assert asked == ["3f2a9c11-4", None, None]


def test_an_error_of_a_database_is_counted_by_its_class(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    before = value("motcua_database_errors_total", error="OperationalError")
    with pytest.raises(OperationalError), engine.begin() as connection:
        connection.execute(text("SELECT * FROM nowhere"))
    engine.dispose()
    assert value("motcua_database_errors_total", error="OperationalError") == before + 1


def test_failures_of_the_assistant_are_counted_by_reason():
    before = value("motcua_assistant_failures_total", reason="timeout")
    count_failure(AssistantDownError("timed out", reason="timeout"))
    count_failure(AssistantDownError("x"))
    assert value("motcua_assistant_failures_total", reason="timeout") == before + 1


@pytest.mark.parametrize(
    ("header", "token", "may"),
    [
        ("Bearer s3cret", "s3cret", True),
        ("bearer s3cret", "s3cret", False),
        ("Bearer s3cret ", "s3cret", False),
        ("Bearer ", "", False),
        (None, "", False),
        (None, "s3cret", False),
        ("Bearer ẩn", "ẩn", True),
    ],
)
def test_only_the_token_opens_the_figures(header, token, may):
    assert is_authorised(header, token) is may


def test_figures_become_text_and_an_undeclared_one_is_a_bug():
    found = families(as_text([Figure("motcua_pending_turns", 3), Figure("motcua_job_failed", True, ("case_words",))]))
    assert found["motcua_pending_turns"].samples[0].value == 3
    assert found["motcua_job_failed"].samples[0].labels == {"job": "case_words"}
    with pytest.raises(KeyError):
        as_text([Figure("motcua_secret", 1)])
