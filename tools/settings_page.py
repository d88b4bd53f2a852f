"""`make settings-page`: writes docs/settings.md from the list of all variables, bot/declared_settings.yml."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from bot.declared_settings import to_page
from knowledge.settings import ROOT

PAGE = ROOT / "docs" / "settings.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 with --check where the page is not what it would be."""
    parser = argparse.ArgumentParser(prog="python -m tools.settings_page", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say whether docs/settings.md is right")
    options = parser.parse_args(arguments)
    page = to_page()
    if options.check:
        right = PAGE.is_file() and PAGE.read_text("utf-8") == page
        print("docs/settings.md is right" if right else "docs/settings.md is old: make settings-page", file=sys.stderr)
        return 0 if right else 1
    PAGE.write_text(page, "utf-8")
    print(PAGE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
