"""Events of one model become rows of numbers, and rows become findings."""
