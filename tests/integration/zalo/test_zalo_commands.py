"""`python -m bot.zalo` on a real database and a local Zalo."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.zalo.__main__ import main
from tests.fixtures.zalo_server import ZaloServer


@pytest.fixture
def served(database_url, tmp_path, monkeypatch):
    """A local Zalo in a loop of its own thread: the commands run loops of their own."""
    import threading

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = ZaloServer()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    settings = {
        "MOTCUA_DATA_DIR": str(tmp_path / "data"),
        "MOTCUA_DATABASE_URL": database_url,
        "MOTCUA_SECRET": "test secret",
        "MOTCUA_ZALO_APP_ID": "360846524940903967",
        "MOTCUA_ZALO_APP_SECRET": "app-secret",
        "MOTCUA_ZALO_OA_SECRET": "oa-secret",
        "MOTCUA_ZALO_OAUTH_URL": server.url,
        "MOTCUA_ZALO_TEMPLATE_URL": server.url,
        "MOTCUA_ZALO_REDIRECT_URL": "https://mot-cua.example/zalo",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    yield server
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def test_from_the_link_to_the_tokens(served, capsys):
    assert main(["state"]) == 1
    assert "none yet" in capsys.readouterr().out
    assert main(["consent"]) == 0
    link = capsys.readouterr().out.split("\n")[0]
    assert link.startswith(
        f"{served.url}/v4/oa/permission?app_id=360846524940903967&redirect_uri=https%3A%2F%2Fmot-cua"
    )
    state = link.split("state=")[1]
    assert main(["consent", f"https://mot-cua.example/zalo?code=wrong&oa_id=1&state={state}"]) == 1
    assert "không đúng hoặc đã hết hạn" in capsys.readouterr().err
    assert main(["consent", f"https://mot-cua.example/zalo?code=wrong&oa_id=1&state={state}"]) == 1  # used once


def test_the_way_back_stores_the_tokens_and_shows_none(served, capsys, monkeypatch):
    made = []
    monkeypatch.setattr("bot.zalo.consents.new_verifier", lambda: made.append("v" * 43) or made[-1])
    main(["consent"])
    state = capsys.readouterr().out.split("\n")[0].split("state=")[1]
    served.codes["code-1"] = made[-1]
    assert main(["consent", f"https://mot-cua.example/zalo?code=code-1&oa_id=1&state={state}"]) == 0
    told = capsys.readouterr().out
    assert "pair 1" in told
    assert served.access not in told
    assert served.refresh not in told
    assert main(["state"]) == 0


def test_tokens_by_hand_are_not_shown(served, capsys, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: "access-x" if "Access" in prompt else "refresh-x")
    assert main(["tokens"]) == 0
    assert "access-x" not in capsys.readouterr().out


def test_a_templates_prices_are_shown(served, capsys, monkeypatch):
    served.templates["12345"] = {
        "templateId": "12345",
        "status": "ENABLE",
        "listParams": [{"name": "code", "maxLength": 30}],
        "price_uid": "560",
        "price_sdt": "800",
    }
    served.templates["6"] = {"templateId": "6", "status": "REJECT", "listParams": []}
    monkeypatch.setattr("getpass.getpass", lambda prompt: served.access if "Access" in prompt else served.refresh)
    assert main(["tokens"]) == 0
    capsys.readouterr()
    assert main(["template", "12345"]) == 0
    told = capsys.readouterr().out
    for words in ("enabled", "code: at most 30", "by user id: 560 VND", "by phone: 800 VND"):
        assert words in told
    assert main(["template", "6"]) == 1
    assert "NOT enabled" in capsys.readouterr().out
    assert main(["template", "7"]) == 1
    assert "ZALO_REFUSED" in capsys.readouterr().err


def test_an_address_that_is_none_of_ours(served, capsys):
    assert main(["consent", "không phải địa chỉ"]) == 1
    assert "ZALO_REFUSED" in capsys.readouterr().err


def test_without_the_channel_there_is_nothing_to_do(served, capsys, monkeypatch):
    monkeypatch.delenv("MOTCUA_ZALO_APP_ID")
    assert main(["state"]) == 2
    assert "MOTCUA_ZALO_APP_ID" in capsys.readouterr().err
    monkeypatch.setenv("MOTCUA_ZALO_APP_ID", "1")
    monkeypatch.delenv("MOTCUA_ZALO_OA_SECRET")
    assert main(["state"]) == 2
    assert "MOTCUA_ZALO_OA_SECRET" in capsys.readouterr().err


FILE = """
case_changed:
  template_id: "301"
  price: {price}
  parameters:
    ma: {{from: case_code, most: {most}}}
"""
PARAMETERS = [{"name": "ma", "maxLength": 30}]


def test_the_file_of_templates_is_held_against_zalo(served, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("getpass.getpass", lambda prompt: served.access if "Access" in prompt else served.refresh)
    assert main(["tokens"]) == 0
    assert main(["templates"]) == 0
    assert "not set" in capsys.readouterr().out
    path = tmp_path / "templates.yml"
    monkeypatch.setenv("MOTCUA_ZALO_TEMPLATES", str(path))
    assert main(["templates"]) == 2
    assert "cannot be read" in capsys.readouterr().err
    path.write_text(FILE.format(price=560, most=30), encoding="utf-8")
    assert main(["templates"]) == 1
    assert "Zalo refused template 301 (-109)" in capsys.readouterr().out
    served.templates["301"] = {"status": "ENABLE", "listParams": PARAMETERS, "price_uid": "560"}
    assert main(["templates"]) == 0
    assert "case_changed: agrees" in capsys.readouterr().out
    served.templates["301"] = {"status": "PENDING", "listParams": [*PARAMETERS, {"name": "ten", "maxLength": 9}]}
    path.write_text(FILE.format(price=560, most=31), encoding="utf-8")
    assert main(["templates"]) == 1
    told = capsys.readouterr().out
    for words in ("is not enabled", "ten: the template wants it", "the template takes 30", "no price by user id"):
        assert words in told
    served.templates["301"] = {"status": "ENABLE", "listParams": [], "price_uid": "561"}
    assert main(["templates"]) == 1
    told = capsys.readouterr().out
    for words in ("ma: the template has no such parameter", "price is 560, Zalo charges 561"):
        assert words in told


def test_the_state_is_shown_as_json(served, capsys, monkeypatch):
    assert main(["state", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["tokens"] is None
    monkeypatch.setattr("getpass.getpass", lambda prompt: served.access if "Access" in prompt else served.refresh)
    assert main(["tokens"]) == 0
    capsys.readouterr()
    assert main(["state", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["tokens"]["pair"], told["tokens"]["alive"]) == (1, True)
    assert (told["outbox"], told["templates"], told["template_costs"]) == ({}, {}, [])
