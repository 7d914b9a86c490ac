"""The state of signals: its fields and their lives, and the arrays they lie in."""
