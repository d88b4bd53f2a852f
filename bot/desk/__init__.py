"""What the desk keeps beside conversations: ready replies, verdicts on answers, examples to learn from."""
