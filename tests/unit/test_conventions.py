"""Conventions that nobody has to remember, because these tests do."""

from __future__ import annotations

import ast
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.declared_settings import LIST_FILE, declared_settings, setting_groups, to_page
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT

PRODUCT = ("actions", "bot", "knowledge")
LONGEST_FILE = 400
TEXT = {".py", ".md", ".yml", ".yaml", ".js", ".css", ".html", ".json", ".toml", ".sh", ".txt", ".mako", ".cfg", ""}
# Modules that may look at the process environment, each for one reason.
READ_ENVIRONMENT = {
    "bot/settings.py",
    "knowledge/settings.py",
    "bot/rasa_runtime/environment.py",  # sets switches of libraries before they are imported
    "bot/doctor/command.py",  # looks for variables that are no settings
    "tools/topology.py",  # passes it on to the processes it starts
    "tools/faults_default.py",  # the same
    "tools/bench.py",  # passes it on to the processes it measures
    "tools/bench_catalogue.py",  # the same
    "tools/bench_search.py",  # the same
    "tools/load_stock.py",  # the same
    "tools/evaluate_sets.py",  # the same
}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [name.decode() for name in listed.split(b"\0") if name and (ROOT / name.decode()).is_file()]


FILES = tracked() if (ROOT / ".git").exists() else []
pytestmark = pytest.mark.skipif(
    not FILES, reason="not a git checkout: no list of files to hold the conventions against"
)


def product_modules() -> Iterator[tuple[str, ast.Module]]:
    for name in FILES:
        if name.endswith(".py") and name.split("/")[0] in PRODUCT:
            yield name, ast.parse((ROOT / name).read_text("utf-8"))


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def table_rows(name: str) -> list[list[str]]:
    rows = [line.strip().strip("|") for line in page(name).splitlines() if line.startswith("|") and "---" not in line]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)] for row in rows]


def test_file_names_are_ascii():
    assert [name for name in FILES if not name.isascii() or " " in name] == []


def test_text_is_composed_clean_and_ends_with_a_line_end():
    faults = []
    for name in FILES:
        if Path(name).suffix not in TEXT:
            continue
        data = (ROOT / name).read_bytes()
        text = data.decode("utf-8")
        if unicodedata.normalize("NFC", text) != text:
            faults.append(f"{name}: not NFC")
        if b"\r" in data or "\ufeff" in text:
            faults.append(f"{name}: carriage return or byte order mark")
        if text and not text.endswith("\n"):
            faults.append(f"{name}: no line end at the end")
    assert faults == []


def test_code_files_are_short():
    code = [name for name in FILES if Path(name).suffix in {".py", ".js", ".css", ".html", ".sh"}]
    lengths = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name in code}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_identifiers_are_ascii():
    faults = []
    for name in (name for name in FILES if name.endswith(".py")):
        for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8"))):
            for field in ("id", "name", "attr", "arg"):
                word = getattr(node, field, None)
                if isinstance(word, str) and not word.isascii():
                    faults.append(f"{name}:{getattr(node, 'lineno', 0)}: {word}")
    assert faults == []


def test_no_machine_paths_in_product_and_documents():
    found = []
    for name in FILES:
        if Path(name).suffix in TEXT and not name.startswith("tests/") and name != "uv.lock":
            text = (ROOT / name).read_text("utf-8")
            found += [f"{name}: {path}" for path in re.findall(r"/(?:home|root|Users|work)/[\w./-]+|\.\./shared", text)]
    assert found == []


def test_only_the_settings_read_the_environment():
    readers = set()
    for name in (name for name in FILES if name.endswith(".py") and not name.startswith("tests/")):
        for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
                readers.add(name)
            if isinstance(node, ast.ImportFrom) and node.module == "os":
                readers |= {name for alias in node.names if alias.name in {"environ", "getenv"}}
    assert readers - READ_ENVIRONMENT == set()


def test_every_variable_that_is_read_is_declared_and_every_declared_one_is_read():
    used = set()
    for name in (name for name in FILES if name != LIST_FILE.relative_to(ROOT).as_posix()):
        if Path(name).suffix in {".py", ".sh", ".yml", ".yaml", ".js", ""} and not name.startswith("docs/"):
            used |= set(re.findall(r"\bMOTCUA_[A-Z_]*[A-Z]\b", (ROOT / name).read_text("utf-8")))
    declared = [one.name for group in setting_groups() for one in group.settings]
    assert len(declared) == len(set(declared))
    assert used == set(declared)


def test_settings_are_those_that_the_two_modules_of_settings_read():
    sources = "".join((ROOT / package / "settings.py").read_text("utf-8") for package in ("bot", "knowledge"))
    assert set(re.findall(r'"(MOTCUA_[A-Z_]*[A-Z])"', sources)) == set(declared_settings())


def test_the_page_of_settings_is_made_from_the_list():
    assert page("settings.md") == to_page(), "python -m tools.settings_page"


def test_every_setting_says_what_it_means_and_what_holds_without_it():
    for one in declared_settings().values():
        assert one.meaning, one.name
        assert bool(one.default) != bool(one.unset), one.name


def test_declared_defaults_are_those_of_the_code():
    from bot.settings import Settings

    settings = Settings.from_env({})
    for variable, value in {
        "MOTCUA_WEB_HOST": settings.web_host,
        "MOTCUA_WEB_PORT": settings.web_port,
        "MOTCUA_RASA_PORT": settings.rasa_port,
        "MOTCUA_ACTIONS": settings.actions,
        "MOTCUA_ACTIONS_URL": settings.actions_url,
        "MOTCUA_STALE_AFTER_DAYS": settings.catalogue.stale_after_days,
        "MOTCUA_LOG_LEVEL": settings.log_level,
    }.items():
        assert declared_settings()[variable].default == str(value)


def test_a_variable_that_is_set_to_its_declared_default_changes_nothing():
    """All of them, not only those that are named above."""
    from bot.settings import Settings

    plain = {one.name: one.default for one in declared_settings().values() if one.default}
    assert len(plain) > 25
    unset = Settings.from_env({})
    wrong = {name for name, value in plain.items() if Settings.from_env({name: value}) != unset}
    files = {"MOTCUA_CURATED_DIR", "MOTCUA_SHIFTS", "MOTCUA_TEAMS", "MOTCUA_PETITION_ROUTING"}  # named from the project
    assert wrong - files == set()
    assert [name for name in files if not (ROOT / plain[name]).exists()] == []


@pytest.mark.parametrize("name", sorted(name for name in FILES if name.startswith("docs/") and name.endswith(".md")))
def test_no_row_of_a_table_is_torn_from_it(name):
    """A blank line before a row ends the table: the rest is shown as text full of bars."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    torn = [
        f"{name}:{number + 1}"
        for number in range(1, len(lines) - 1)
        if lines[number].startswith("| ") and not lines[number - 1].strip() and not lines[number + 1].startswith("|--")
    ]
    assert torn == []


def test_every_error_code_is_documented_and_every_documented_one_exists():
    codes = set()
    for _, tree in product_modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                codes |= {
                    part.value.value
                    for part in node.body
                    if isinstance(part, ast.Assign)
                    and isinstance(part.targets[0], ast.Name)
                    and part.targets[0].id == "code"
                    and isinstance(part.value, ast.Constant)
                }
    rows = {row[0].strip("`"): row for row in table_rows("errors.md") if row[0].startswith("`")}
    assert codes == set(rows)
    for code, row in rows.items():
        assert len(row) == 4, code
        assert row[1], code
        assert "never raised" in row[1] or (row[2] and row[3]), code


def test_every_dependency_has_a_reason():
    manifest = (ROOT / "pyproject.toml").read_text("utf-8")
    runtime = re.search(r"^dependencies = \[(.*?)^\]", manifest, re.MULTILINE | re.DOTALL).group(1)
    development = re.search(r"^dev = \[(.*?)^\]", manifest, re.MULTILINE | re.DOTALL).group(1)
    optional = re.search(r"^\[project\.optional-dependencies\](.*?)^\[", manifest, re.MULTILINE | re.DOTALL).group(1)
    named = re.findall(r'^\s+"([^"]+)"', runtime + development, re.M)
    named += [
        name
        for group in re.findall(r"^\w+ = \[(.*?)\]", optional, re.M | re.S)
        for name in re.findall(r'"([^"]+)"', group)
    ]
    wanted = {re.split(r"[<>=!\[ ]", name)[0] for name in named}
    reasons = {row[0].strip("`"): row[1] for row in table_rows("dependencies.md") if row[0].startswith("`")}
    assert wanted == set(reasons)
    assert all(reasons.values())


def glossary_nots() -> dict[str, str]:
    """Word that is not to be used → the one to use; only words that are plain identifiers."""
    nots = {}
    for row in table_rows("glossary.md")[1:]:
        ours = re.findall(r"`([^`]+)`", row[1])
        for word in row[2].split(","):
            word = re.sub(r"\(.*?\)", "", word).strip().replace(" ", "_")
            if word and ours:
                nots[word] = ours[0]
    return nots


def names_of_things() -> Iterator[tuple[str, str]]:
    """(place, name) of every class and every field of a dataclass."""
    for name, tree in product_modules():
        for node in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
            yield f"{name}:{node.lineno}", node.name
            if any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list):
                for part in node.body:
                    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                        yield f"{name}:{part.lineno}", part.target.id


# Words that have a second, plain meaning in code beside the one that the glossary rules out.
AMBIGUOUS = {
    "id": "the key of a conversation, a message, a part of a record",
    "process": "a process of the operating system (bot/supervisor)",
    "files": "files on disk",
    "file": "a file on disk",
    "form": "the number of an official paper form inside DossierComponent",
    "level": "level of a log line",
    "field": "field of a record that differs",
    "record": "a procedure's record",
    "target": "of an assignment, a link",
    "result": "of a call",
    "conditions": "Fact.CONDITIONS is a question people ask",
    "late": "plain adjective",
    "complaint": "an official word of its own (khiếu nại)",
    "feedback": "an official word of its own (đánh giá câu trả lời)",
    "service": "services of the application (bot/services.py)",
}


def test_words_that_the_glossary_rules_out_name_nothing():
    ruled_out = {word: ours for word, ours in glossary_nots().items() if word not in AMBIGUOUS}
    assert {"documents", "price", "deadline", "customer", "ticket"} <= set(ruled_out)
    faults = []
    for place, name in names_of_things():
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        faults += [f"{place}: {name}: say {ours}" for word, ours in ruled_out.items() if words in (word, f"{word}s")]
    assert faults == []


def test_names_of_the_glossary_are_those_of_the_record():
    from knowledge.models import Procedure

    fields = set(Procedure.__dataclass_fields__)
    rows = {row[0].split("(")[0].strip(): re.findall(r"`(\w+)`", row[1]) for row in table_rows("glossary.md")[1:]}
    official = ("tên thủ tục", "cấp thực hiện", "loại thủ tục", "lĩnh vực", "đối tượng thực hiện", "trình tự thực hiện")
    official += ("cách thức thực hiện", "căn cứ pháp lý", "yêu cầu, điều kiện", "cơ quan thực hiện")
    official += ("cơ quan có thẩm quyền", "cơ quan phối hợp", "địa chỉ tiếp nhận hồ sơ")
    for name in official:
        assert fields & {rows[name][0], f"{rows[name][0]}s"}, name


def requirement_ids() -> Iterator[tuple[str, str]]:
    """(file, id) of every requirement that a test or a scenario names."""
    for name in (name for name in FILES if name.startswith("tests/")):
        text = (ROOT / name).read_text("utf-8")
        if name.endswith(".py"):
            for node in ast.walk(ast.parse(text)):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr == "requirement"
                ):
                    yield from ((name, arg.value) for arg in node.args if isinstance(arg, ast.Constant))
        elif name.startswith("tests/e2e/") and name.endswith(".yml"):
            scenario = plain_yaml(text) or {}
            yield from ((name, found) for found in scenario.get("requirements") or ())


def test_requirements_are_all_listed_and_tests_name_only_those():
    listed = [row[0] for row in table_rows("requirements.md") if row[0].startswith("R-")]
    assert listed == [f"R-{number:02}" for number in range(1, 40)]
    assert [(name, found) for name, found in requirement_ids() if found not in listed] == []


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".md")])
def test_links_between_documents_lead_somewhere(name):
    text = (ROOT / name).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert ((ROOT / name).parent / target).exists(), f"{name}: {target}"
