"""HTTP in, Kafka out: events of browsers, edge devices and other languages, and logs of inference servers."""
