"""What `knowledge sync` is told on the command line."""

from __future__ import annotations

import argparse

from knowledge.commands import syncing


def test_codes_named_apart_are_all_taken():
    parser = argparse.ArgumentParser()
    syncing.register(parser.add_subparsers())
    assert parser.parse_args(["sync", "--codes", "1.000001", "1.000002", "--codes", "1.000003"]).codes == [
        "1.000001", "1.000002", "1.000003",
    ]  # fmt: skip
