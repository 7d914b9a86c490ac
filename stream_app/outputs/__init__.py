"""Where what driftline says goes: one `Sink`, and Kafka, files and memory as such."""

from driftline.stream_app.outputs.files import FileSink
from driftline.stream_app.outputs.memory import MemorySink
from driftline.stream_app.outputs.sink import Output, Sink

__all__ = ["FileSink", "MemorySink", "Output", "Sink"]
