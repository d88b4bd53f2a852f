"""Starts, watches and stops the processes of `make run`. Standard library only: small, and there at once."""
