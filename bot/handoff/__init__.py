"""Handing a conversation over to an officer: requests, the queue, presence, hours, contacts for a call back."""
