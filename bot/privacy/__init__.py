"""What is held about people: shown to them, erased when they ask or when its time is over, put on hold, listed."""
