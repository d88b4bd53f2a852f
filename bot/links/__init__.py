"""One person on two channels: a web conversation and a Zalo conversation, linked by a code and the person's consent."""
