"""Databases: engine, column types, migrations. No knowledge of what is stored."""
