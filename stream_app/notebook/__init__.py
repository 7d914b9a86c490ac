"""driftline in Python: `watch` a frame, look at the `Report`."""

from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.notebook.report import Report
from driftline.stream_app.notebook.watching import watch

__all__ = ["MappingError", "Report", "watch"]
