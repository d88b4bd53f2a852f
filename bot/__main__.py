"""`python -m bot doctor`: checks this deployment and says what is wrong and what to do."""

from __future__ import annotations

import sys

from bot.doctor.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
