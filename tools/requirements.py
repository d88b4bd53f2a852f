"""`make requirements`: each requirement of the directive, and the tests that show it. Empty rows are plain to see."""

from __future__ import annotations

import contextlib
import io
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from knowledge.plain_yaml import plain_yaml

ROOT = Path(__file__).resolve().parent.parent
TESTS_SHOWN = 3


class Collector:
    """pytest plugin: notes which tests name which requirements."""

    def __init__(self) -> None:
        self.tests: dict[str, set[str]] = defaultdict(set)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for mark in item.iter_markers("requirement"):
                for requirement in mark.args:
                    self.tests[requirement].add(item.nodeid)


def main() -> int:
    """Print the table; 1 when a test names a requirement that does not exist, or the tests cannot be collected."""
    known = plain_yaml((ROOT / "tools" / "requirements.yml").read_text(encoding="utf-8"))
    collector, output = Collector(), io.StringIO()
    with contextlib.redirect_stdout(output):
        code = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", str(ROOT / "tests")], plugins=[collector])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        print(output.getvalue())
        return 1
    for name, requirement in known.items():
        print(render(name, requirement, sorted(collector.tests[name])))
    shown = sum(1 for name in known if collector.tests[name])
    print(f"\n{shown} of {len(known)} requirements are shown by a test.")
    unknown = sorted(set(collector.tests) - set(known))
    if unknown:
        print(f"Tests name requirements that do not exist: {', '.join(unknown)}")
    return 1 if unknown else 0


def render(name: str, requirement: dict[str, str], tests: list[str]) -> str:
    """The rows of one requirement."""
    head = f"{name}  {requirement['clause']:<7} {requirement['words']}"
    if not tests:
        return f"{head}\n      —"
    lines = [f"      {test}" for test in tests[:TESTS_SHOWN]]
    if len(tests) > TESTS_SHOWN:
        lines.append(f"      and {len(tests) - TESTS_SHOWN} more")
    return "\n".join([head, *lines])


if __name__ == "__main__":
    sys.exit(main())
