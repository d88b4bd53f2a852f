"""Alert rules: every figure they ask for is declared, with labels it has, and every alert has a runbook."""

from __future__ import annotations

import re

from bot.hub.counting import OUTCOMES
from bot.ops.metrics import DECLARED, Stage
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT
from tests.fixtures.promtool import promtool

RULES = [
    rule
    for group in plain_yaml((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
OTHERS = {"process_resident_memory_bytes"}  # of the client library
BEHAVIOUR = ROOT / "tests" / "unit" / "deploy" / "alert_rules_test.yml"
LABELS = {one.name: set(one.labels) for one in DECLARED}


def figures(rule):
    """(name, matched labels) of every figure in an expression."""
    for name, matched in re.findall(r"\b((?:motcua|process)_\w+)(?:\{([^}]*)\})?", rule["expr"]):
        yield name.removesuffix("_bucket"), dict(re.findall(r'(\w+)=~?"([^"]*)"', matched))


def test_every_figure_exists_and_has_the_labels_that_are_matched():
    asked = set()
    for rule in RULES:
        for name, matched in figures(rule):
            if name not in OTHERS:
                assert name in LABELS, rule["alert"]
                assert set(matched) <= LABELS[name], rule["alert"]
                asked.add(name)
            if "stage" in matched:
                assert matched["stage"] in {stage.value for stage in Stage}
            if "outcome" in matched:
                assert any(re.fullmatch(matched["outcome"], outcome) for outcome in OUTCOMES)
        by = re.search(r"by \((\w+)\)", rule["expr"])
        if by and by[1] not in ("le", "instance"):
            assert any(by[1] in LABELS.get(name, ()) for name, _ in figures(rule)), rule["alert"]
    assert len(asked) >= 18


def test_every_alert_says_how_bad_it_is_and_what_to_do():
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert (ROOT / rule["annotations"]["runbook"]).is_file(), rule["alert"]
        assert rule["annotations"]["summary"]
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_the_list_of_runbooks_names_every_alert_with_its_page():
    rows = (ROOT / "docs" / "runbooks" / "README.md").read_text("utf-8").splitlines()
    for rule in RULES:
        page = rule["annotations"]["runbook"].rpartition("/")[2]
        assert any(f"`{rule['alert']}`" in row and f"({page})" in row for row in rows), rule["alert"]


def test_brackets_of_expressions_close():
    for rule in RULES:
        for left, right in ("()", "{}", "[]"):
            assert rule["expr"].count(left) == rule["expr"].count(right), rule["alert"]


def test_jobs_that_an_alert_names_exist():
    named = [matched["job"].split("|") for rule in RULES for _, matched in figures(rule) if "job" in matched]
    listed = re.findall(r'"([a-z]+_[a-z]+)"', (ROOT / "bot" / "jobs" / "registry.py").read_text("utf-8"))
    jobs = {one for names in named for one in names} - {"mot-cua"}
    assert jobs
    assert jobs - set(listed) == set()


def test_a_deployment_whose_jobs_never_ran_is_told():
    """Without a first success there is no figure, and a comparison with nothing never fires."""
    assert any("absent(motcua_job_last_success_seconds)" in rule["expr"] for rule in RULES)


def test_prometheus_takes_the_rules_and_raises_each_alert_when_it_should_and_not_before():
    found = promtool("check", "rules", ROOT / "deploy" / "prometheus" / "alerts.yml")
    assert found.returncode == 0, found.stdout + found.stderr
    assert f"{len(RULES)} rules found" in found.stdout
    found = promtool("test", "rules", BEHAVIOUR)
    assert found.returncode == 0, found.stdout + found.stderr


def test_every_alert_is_raised_once_in_these_tests_and_is_silent_where_all_is_well():
    *each, well = plain_yaml(BEHAVIOUR.read_text("utf-8"))["tests"]
    raised = [rule["alertname"] for test in each for rule in test["alert_rule_test"] if rule["exp_alerts"]]
    assert sorted(raised) == sorted(rule["alert"] for rule in RULES)
    assert [rule["alertname"] for rule in well["alert_rule_test"] if not rule["exp_alerts"]] == raised
