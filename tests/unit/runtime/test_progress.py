from __future__ import annotations

import io

from bot.supervisor.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_plain_lines_and_no_spinner():
    out = io.StringIO()
    progress = Progress(out)
    progress.begin("Catalogue")
    progress.tick("half way")
    progress.done("73 records")
    lines = out.getvalue().splitlines()
    assert lines[0] == "… Catalogue"
    assert lines[1].startswith("✓ Catalogue: 73 records (")
    assert "half way" not in out.getvalue()


def test_a_terminal_gets_a_line_that_is_rewritten():
    out = Terminal()
    progress = Progress(out)
    progress.begin("Training")
    progress.tick("RulePolicy")
    progress.failed("exit code 1")
    assert "RulePolicy" in out.getvalue()
    assert out.getvalue().count("\n") == 1
    assert "✗ Training: exit code 1" in out.getvalue()
