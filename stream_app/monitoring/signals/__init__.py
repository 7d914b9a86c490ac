"""What is watched: families of signals, their names, units, and what is asked of each of a model's budget."""
