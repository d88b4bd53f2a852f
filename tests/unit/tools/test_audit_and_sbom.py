"""The audit against sample advisories in OSV's format, and the bill of materials against the lock."""

from __future__ import annotations

import json
import zipfile
from datetime import date

import pytest

from tools import audit, sbom
from tools.lockfile import in_production, read_lock

TODAY = date(2026, 11, 26)


def affected(name, *events, versions=(), ecosystem="PyPI", kind="ECOSYSTEM"):
    ranges = [{"type": kind, "events": list(events)}] if events else []
    return {"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges, "versions": list(versions)}


def advisory(number, *of, **more):
    return {"id": f"PYSEC-2026-{number}", "summary": f"weak {number}", "affected": list(of), **more}


@pytest.mark.parametrize(
    ("version", "events", "is_in"),
    [
        ("1.5", [{"introduced": "0"}, {"fixed": "2.0"}], True),
        ("2.0", [{"introduced": "0"}, {"fixed": "2.0"}], False),
        ("1.10", [{"introduced": "1.9"}, {"fixed": "1.11"}], True),
        ("1.8", [{"introduced": "1.9"}, {"fixed": "1.11"}], False),
        ("3.0", [{"introduced": "0"}], True),
        ("2.0", [{"introduced": "0"}, {"last_affected": "2.0"}], True),
        ("2.1", [{"introduced": "0"}, {"last_affected": "2.0"}], False),
        ("2.5", [{"introduced": "0"}, {"fixed": "1"}, {"introduced": "2"}, {"fixed": "3"}], True),
        ("1.5", [{"introduced": "0"}, {"fixed": "1"}, {"introduced": "2"}, {"fixed": "3"}], False),
        ("2.5", [{"fixed": "3"}, {"introduced": "2"}], True),
        ("2.0rc1", [{"introduced": "0"}, {"fixed": "2.0"}], True),
        ("1.0", [{"introduced": "what?"}, {"fixed": "2"}], True),
    ],
)
def test_ranges(version, events, is_in):
    assert audit.is_affected(version, affected("x", *events)) is is_in


def test_listed_versions_count_and_git_ranges_do_not():
    assert audit.is_affected("1.0", affected("x", versions=["1.0"]))
    assert not audit.is_affected("1.1", affected("x", versions=["1.0"]))
    assert not audit.is_affected("1.0", affected("x", {"introduced": "0"}, kind="GIT"))


def sample():
    always = {"introduced": "0"}
    return [
        advisory(1, affected("aiohttp", always, {"fixed": "3.99"}), aliases=["CVE-2026-1"]),
        advisory(2, affected("AIOHTTP_Jinja2", always)),
        advisory(3, affected("aiohttp", always, {"fixed": "3.0"})),
        advisory(4, affected("aiohttp", always), withdrawn="2026-01-01T00:00:00Z"),
        advisory(5, affected("aiohttp", always, ecosystem="npm")),
        advisory(6, affected("no-such-package", always)),
        advisory(7, affected("ruff", always)),
    ]


def put(folder, found):
    folder.mkdir()
    for one in found:
        (folder / f"{one['id']}.json").write_text(json.dumps(one), "utf-8")
    return folder


def test_what_applies_to_the_lock_is_found(tmp_path, capsys):
    folder = put(tmp_path / "osv", sample())
    assert audit.main([str(folder), "--accepted", str(tmp_path / "none.yml")]) == 1
    said = capsys.readouterr().out
    assert "7 advisories, 3 apply, 3 not judged" in said
    assert "PYSEC-2026-1  aiohttp 3.9.5 (production)" in said
    assert "PYSEC-2026-2  aiohttp-jinja2 1.6 (production)" in said
    assert "PYSEC-2026-7  ruff 0.14.6 (development only)" in said
    assert "fixed in: 3.99" in said


def test_a_zip_is_read_as_it_comes(tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("PYSEC-2026-3.json", json.dumps(sample()[2]))
        archive.writestr("README.md", "not one")
    assert audit.main([str(tmp_path / "all.zip")]) == 0
    assert "1 advisories, 0 apply" in capsys.readouterr().out


def test_what_was_judged_is_accepted_until_its_day(tmp_path, capsys):
    folder = put(tmp_path / "osv", sample()[:1])
    file = tmp_path / "accepted.yml"
    file.write_text("CVE-2026-1: {reason: not called here, until: 2999-01-01}\n", "utf-8")
    assert audit.main([str(folder), "--accepted", str(file)]) == 0
    assert "accepted PYSEC-2026-1" in capsys.readouterr().out
    file.write_text("CVE-2026-1: {reason: not called here, until: 2026-11-25}\n", "utf-8")
    assert audit.accepted(file, TODAY) == {}
    assert audit.main([str(folder), "--accepted", str(file)]) == 1
    for broken in ("X: {reason: why}", "X: {until: 2027-01-01}", "X: later"):
        file.write_text(broken, "utf-8")
        assert audit.main([str(folder), "--accepted", str(file)]) == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}"])
def test_what_is_no_advisory_is_an_error_not_a_pass(tmp_path, content):
    (tmp_path / "osv").mkdir()
    assert audit.main([str(tmp_path / "osv")]) == 2
    (tmp_path / "osv" / "x.json").write_bytes(content)
    assert audit.main([str(tmp_path / "osv")]) == 2
    (tmp_path / "all.zip").write_bytes(content)
    assert audit.main([str(tmp_path / "all.zip")]) == 2
    assert audit.main([str(tmp_path / "nowhere")]) == 2


def test_the_repositorys_own_list_of_accepted_ones_is_whole():
    audit.accepted(audit.ACCEPTED, TODAY)


def test_production_is_what_the_application_needs_and_no_more():
    production, locked = in_production(), read_lock()
    assert {"rasa", "aiohttp", "sqlalchemy", "prometheus-client", "redis"} <= production
    assert not {"pytest", "ruff", "mypy", "pgserver", "playwright"} & production
    assert locked["aiohttp"][0].hashes


def test_the_bill_names_every_package_once_with_version_hashes_and_needs():
    found = sbom.production()
    bill = sbom.bill(found)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    refs = [one["bom-ref"] for one in bill["components"]]
    assert len(refs) == len(set(refs)) > 100
    assert "pkg:pypi/rasa@3.6.21" in refs
    needs = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert "pkg:pypi/yarl@" in " ".join(needs["pkg:pypi/aiohttp@3.9.5"])
    assert {ref for listed in needs.values() for ref in listed} <= set(refs)
    assert all(one["properties"] for one in bill["components"])
    assert json.dumps(sbom.bill(sbom.production())) == json.dumps(bill)


def test_licences_are_read_from_the_packages():
    assert "Apache" in sbom.licence_of("rasa")
    assert "BSD" in sbom.licence_of("jinja2")
    assert sbom.licence_of("no-such-package") == sbom.NOT_SAID


def test_the_page_of_licences_is_that_of_this_lock():
    listed = {line.split("`")[1]: line for line in sbom.LICENCES.read_text("utf-8").splitlines() if line[:3] == "| `"}
    for one, licence in sbom.production():
        assert f"| {one.version} | {licence} |" in listed[one.name]
    assert set(listed) <= in_production()
