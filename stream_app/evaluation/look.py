"""How everything looks that driftline shows: colours, shapes, and the style sheet that names them."""

import re
from importlib.resources import files
from typing import Final

SYMBOLS: Final = {"good": "●", "further": "◆", "bad": "✕", "quiet": "■"}
"""A shape of its own for each tone, for those who see no colours."""

STYLE: Final = (files("driftline.stream_app.evaluation") / "house.css").read_text(encoding="utf-8")

# A notebook's own rules are for its tables too: twice the class outweighs them, and its stripes are left out.
SCOPED_STYLE: Final = (
    ".driftline.driftline { "
    + re.sub(r"(?m)(:root|^body) \{", ".page {", STYLE)
    + "table { color: inherit; } tr { background: transparent !important; } "
    + ".page { border-radius: 10px; } main { padding: 1.25rem; } }"
)
"""The same for a ``page`` inside a ``driftline``, by nesting; both are classes."""

COLOURS: Final = {tone: re.findall(rf"--{tone}: (#[0-9a-f]{{6}})", STYLE)[0] for tone in SYMBOLS}
"""By tone, on light paper; the style sheet's first value of each is that of the light theme."""
