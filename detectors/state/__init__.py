"""The state of signals: its fields and their lives, the arrays it lies in, and how it travels."""
