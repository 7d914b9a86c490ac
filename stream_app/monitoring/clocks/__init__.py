"""Time as events tell it: that of a model, and that of a partition."""
