"""What columns are usually called, by what they hold."""

from typing import Final, Literal, get_args

Kind = Literal["prediction", "label", "decision", "behavior"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
"""What rows can be. Predictions may have their labels beside them."""
PREFIXES: Final = {
    "features": "feature",
    "outputs": "output",
    "serving": "serving",
    "segments": "segment",
    "labels": "label",
}
"""Sections of values, and the word that may stand before a column's name: ``feature:x``, ``features.x``."""
SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "prediction": ("features", "outputs", "serving", "segments", "labels"),
    "label": ("labels",),
    "decision": ("labels",),  # what a person decided; it goes into the event's own section
    "behavior": (),
}
IDS: Final = ("prediction_id", "predictionid", "request_id", "inference_id", "id", "uuid")
STAMPS: Final = ("time", "timestamp", "ts", "event_time", "datetime", "date", "created_at")
LABEL_STAMPS: Final = ("labelled_at", "labeled_at", "label_time", "label_timestamp")
GUESSES: Final[dict[str, tuple[str, ...]]] = {
    "time": (*STAMPS, *LABEL_STAMPS[:2]),
    "label_time": LABEL_STAMPS,
    "model": ("model", "model_name"),
    "version": ("version", "model_version"),
    "role": ("role",),
    "annotator": ("annotator", "labeller", "labeler"),
    "actor": ("actor",),
    "session": ("session", "session_id"),
    "behavior": ("behavior", "behaviour"),
}
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "prediction": ("id", "label_time", "time", "model", "version", "role", "session", "annotator"),
    "label": ("prediction_id", "id", "time", "model", "version", "annotator"),
    "decision": ("prediction_id", "id", "time", "model", "version", "actor"),
    "behavior": ("prediction_id", "id", "time", "model", "version", "behavior"),
}
OF_LABELS: Final = ("label_time", "annotator")
"""Fields of a prediction's row that say something of its label: without one they are columns like others."""
CONSTANTS: Final = ("model", "version", "role")
"""What may be the same for all rows."""
TRUTHS: Final = ("label", "labels", "truth", "y", "y_true", "ground_truth", "target", "actual")
CLASSES: Final = ("prediction", "predicted", "pred", "y_pred", "y_hat", "output")
ANSWERS: Final = (*CLASSES, "score", "probability")
ITSELF: Final = ""
"""In place of the name of a label: it is about the model's answer, whatever that is called."""
ROW_NUMBERS: Final = "__index_level_"
"""How pandas calls, in Parquet, an index without a name."""


def section_of(name: str) -> str | None:
    """The section that a column's name begins with: ``features`` for ``feature:x`` or ``features.x``."""
    before, mark, after = name.replace(":", ".", 1).partition(".")
    if mark and after:
        for section, word in PREFIXES.items():
            if before.lower() in (section, word):
                return section
    return None


def bare(name: str) -> str:
    """A column's name without its section."""
    return name.replace(":", ".", 1).partition(".")[2] if section_of(name) else name
