from __future__ import annotations

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.errors import AssistantDownError
from bot.hub.counting import CHANNELS, count_failure, count_turn
from bot.hub.models import Answerer, Conversation, Turn
from bot.monitoring.exposition import as_text
from bot.monitoring.figures import Figure
from bot.ops.metrics import DECLARED, READ_ON_ASKING, REGISTRY, in_text, is_authorised, one_of
from knowledge.settings import ROOT


def families(text):
    return {family.name: family for family in text_string_to_metric_families(text.decode())}


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
