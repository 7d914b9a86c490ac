"""The cycle of day and week: waves, steps, and the clock they go by."""
