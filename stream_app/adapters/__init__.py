"""Everything that touches the outside world: Kafka, files, the web, logs."""
