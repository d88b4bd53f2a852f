"""Zalo Official Account: its signature, payloads, limits, errors and tokens. Everything of the vendor's is here."""
