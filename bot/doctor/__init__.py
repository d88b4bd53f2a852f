"""Checks a deployment from outside: software, settings, stores, neighbours, machine. Reads, never changes anything."""
