"""Channels: a vendor's or the widget's frames ↔ messages of the hub. No SQL, no Rasa."""
