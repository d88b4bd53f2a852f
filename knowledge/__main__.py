"""`python -m knowledge …`: the catalogue's commands. Guide: docs/catalogue.md."""

from __future__ import annotations

import argparse
import os
import sys

from knowledge.commands import (
    checking,
    checklist,
    covering,
    editing,
    events,
    finding,
    guides,
    history,
    lexicon,
    loading,
    looking,
    places,
    quality,
    scoping,
    syncing,
    timing,
)
from knowledge.commands.base import OK, Command, fail
from knowledge.errors import CatalogueError, ProcedureUnknownError
from knowledge.settings import CatalogueSettings, limit_threads

_FAMILIES = (
    loading,
    syncing,
    looking,
    quality,
    history,
    timing,
    checking,
    checklist,
    editing,
    scoping,
    covering,
    finding,
    lexicon,
    places,
    events,
    guides,
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code: 0 fine, 1 done with faults, 2 not done."""
    limit_threads()
    parser = argparse.ArgumentParser(prog="python -m knowledge", description="The catalogue of procedures.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for family in _FAMILIES:
        family.register(commands)
    options = parser.parse_args(arguments)
    command: Command = options.run
    try:
        code = command(options, CatalogueSettings.from_env())
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read the output has seen enough (`| head`); Python would complain on closing it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except ProcedureUnknownError as error:
        return fail(f"no procedure has the code {error}")
    except (CatalogueError, ValueError, OSError) as error:
        return fail(str(error))


if __name__ == "__main__":
    sys.exit(main())
