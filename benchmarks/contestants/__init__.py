"""Who runs against whom. Each contestant is a process of its own."""
