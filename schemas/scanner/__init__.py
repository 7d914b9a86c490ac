"""Reading predictions many at a time: from the bytes of a batch to columns, without an object per event.

A scanner learns from decoded records how a producer writes its predictions, and from then on reads what is
written the same way in one compiled pass. Whatever does not fit, in the least detail, is left to
`schemas.decode`; so what a record means never depends on which of the two has read it.

Not imported by `schemas` itself: clients must not load numba.
"""

from driftline.schemas.scanner.anatomy import Path
from driftline.schemas.scanner.frame import Frame, Kind, Rows, StreamName, text_of
from driftline.schemas.scanner.scanner import PADDING, Scanner, joined
from driftline.schemas.scanner.walk import Spans

__all__ = ["PADDING", "Frame", "Kind", "Path", "Rows", "Scanner", "Spans", "StreamName", "joined", "text_of"]
