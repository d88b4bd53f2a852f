from __future__ import annotations

from bot.run import actions_port, children, listeners, reachable_host
from bot.settings import Settings


def names(**env: str) -> list[str]:
    return [spec.name for spec in children(Settings.from_env(env))]


def test_by_default_the_hub_and_rasa_are_started():
    assert names() == ["hub", "Rasa"]


def test_a_rasa_that_runs_elsewhere_is_not_started_and_its_port_not_checked():
    env = {"MOTCUA_RASA_URL": "http://rasa.internal:5005"}
    assert names(**env) == ["hub"]
    assert [x.setting for x in listeners(Settings.from_env(env))] == ["MOTCUA_WEB_PORT"]


def test_the_stock_action_server_is_started_when_the_setting_asks_for_it():
    assert names(MOTCUA_ACTIONS="http") == ["hub", "Rasa", "actions"]
    assert names(MOTCUA_ACTIONS="http", MOTCUA_ACTIONS_URL="http://actions.internal/webhook") == ["hub", "Rasa"]
    env = {"MOTCUA_ACTIONS": "http", "MOTCUA_ACTIONS_URL": "http://localhost:7001/webhook"}
    assert actions_port(Settings.from_env(env)) == 7001
    assert [x.port for x in listeners(Settings.from_env(env))] == [8080, 5005, 7001]


def test_addresses_that_mean_everywhere_are_shown_as_this_machine():
    assert reachable_host("0.0.0.0") == "127.0.0.1"
    assert reachable_host("hub.local") == "hub.local"
