"""What goes wrong with the local broker."""


class LocalKafkaError(RuntimeError):
    """The local broker cannot be fetched, started or stopped; the message says why and what to do."""
