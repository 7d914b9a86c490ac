"""What is expected of a healthy signal: level, slope, wandering, dependence, and how they are learned."""
