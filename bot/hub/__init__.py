"""The conversation hub: owns sessions, the transcript and who answers. Channels stand on it, Rasa behind it."""
