"""What a city sets while the system runs: hours, limits, rules, sentences; typed, with a history, known at once."""
