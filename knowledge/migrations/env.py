"""Alembic's entry: runs inside the connection and transaction that `knowledge.migrate` opened."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], target_metadata=None, version_table="catalogue_version"
)
context.run_migrations()
