"""Which column of a CSV file is what: said by options, else guessed from the header, and always shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

Kind = Literal["prediction", "label", "decision", "behavior"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
PREFIXES: Final = {"features": "feature", "outputs": "output", "serving": "serving", "labels": "label"}
"""Sections of values, and the word that may stand before a column's name: ``feature:x``, ``features.x``."""
SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "prediction": ("features", "outputs", "serving"),
    "label": ("labels",),
    "decision": ("labels",),  # what a person decided; it goes into the event's own section
    "behavior": (),
}
IDS: Final = ("prediction_id", "predictionid", "request_id", "inference_id", "id", "uuid")
STAMPS: Final = ("time", "timestamp", "ts", "event_time", "datetime", "date", "created_at")
GUESSES: Final[dict[str, tuple[str, ...]]] = {
    "time": (*STAMPS, "labelled_at", "labeled_at"),
    "model": ("model", "model_name"),
    "version": ("version", "model_version"),
    "role": ("role",),
    "annotator": ("annotator", "labeller", "labeler"),
    "actor": ("actor",),
    "session": ("session", "session_id"),
    "behavior": ("behavior", "behaviour"),
}
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "prediction": ("id", "time", "model", "version", "role", "session"),
    "label": ("prediction_id", "id", "time", "model", "version", "annotator"),
    "decision": ("prediction_id", "id", "time", "model", "version", "actor"),
    "behavior": ("prediction_id", "id", "time", "model", "version", "behavior"),
}
TRUTHS: Final = ("label", "labels", "truth", "y", "y_true", "ground_truth", "target", "actual")
ANSWERS: Final = ("prediction", "predicted", "pred", "y_pred", "y_hat", "output", "score", "probability")


class MappingError(ValueError):
    """Columns that do not make events; says what to do."""


@dataclass(frozen=True)
class Wanted:
    """What the options say: the kind, fields and values by name, and columns that are left out."""

    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Columns:
    """Where everything stands: the place of each field in a row, and of each value by section and name."""

    kind: str
    header: tuple[str, ...]
    fields: dict[str, int]
    values: dict[str, dict[str, int]]

    def sentence(self) -> str:
        """``labels: prediction_id from id, time from ts; labels y from truth``."""
        parts = [", ".join(self._from(name, place) for name, place in self.fields.items())]
        for section, places in self.values.items():
            if places:
                parts.append(f"{section} {', '.join(self._from(n, p) for n, p in places.items())}")
        used = {*self.fields.values(), *(p for places in self.values.values() for p in places.values())}
        unused = [name for place, name in enumerate(self.header) if place not in used]
        if unused:
            parts.append(f"not used: {', '.join(unused)}")
        return f"{self.kind}s: {'; '.join(part for part in parts if part)}"

    def _from(self, name: str, place: int) -> str:
        return name if self.header[place] == name else f"{name} from {self.header[place]}"


def columns_of(header: Sequence[str], wanted: Wanted) -> Columns:
    """The meaning of a header.

    Raises:
        MappingError: a column that was named is not there, or something that events need is missing.
    """
    names = tuple(name.strip() for name in header)
    named = [*wanted.columns.values(), *(c for some in wanted.values.values() for c in some.values())]
    for column in [*named, *wanted.ignored]:
        if column not in names:
            raise MappingError(f"there is no column {column}: the header has {', '.join(names)}.")
    if not any(names):
        raise MappingError("there is no header: the first line names the columns.")
    kind = wanted.kind or guessed_kind(names, wanted)
    for section in wanted.values.keys() - set(SECTIONS[kind]):
        raise MappingError(f"a {kind} has no {section}: say what the rows are with --csv-as.")
    fields = fields_of(names, kind, wanted)
    taken = {*named, *wanted.ignored, *(names[place] for place in fields.values())}
    values = {
        section: {name: names.index(column) for name, column in wanted.values.get(section, {}).items()}
        for section in SECTIONS[kind]
    }
    left = [name for name in names if name and name not in taken]
    if kind == "prediction":
        guess_sections(names, left, values, "features" in wanted.values)
    elif kind != "behavior" and not values["labels"]:
        values["labels"] = {bare(name): names.index(name) for name in guessed_labels(left)}
    return Columns(kind, names, fields, values)


def guessed_kind(names: Iterable[str], wanted: Wanted) -> str:
    """Labels name a truth and no version; behaviours have a column of that name; the rest are predictions."""
    if wanted.values:
        return "label" if "labels" in wanted.values else "prediction"
    lower = {name.lower() for name in names}
    if lower & set(GUESSES["behavior"]):
        return "behavior"
    has_truth = any(name in TRUTHS or section_of(name) == "labels" for name in lower)
    is_prediction = lower & {*GUESSES["version"], *ANSWERS}
    return "label" if has_truth and lower & set(IDS) and not is_prediction else "prediction"


def fields_of(names: tuple[str, ...], kind: str, wanted: Wanted) -> dict[str, int]:
    """The places of an event's fields.

    Raises:
        MappingError: a field that there is not, or one that is needed and not found.
    """
    fields = {}
    for name in wanted.columns:
        if name not in FIELDS[kind]:
            raise MappingError(f"a {kind} has no field {name}: it has {', '.join(FIELDS[kind])}.")
    free = {name.lower(): place for place, name in reversed(list(enumerate(names)))}
    for column in (*wanted.columns.values(), *wanted.ignored):
        free.pop(column.lower(), None)
    key = "id" if kind == "prediction" else "prediction_id"
    for name in FIELDS[kind]:
        if name in wanted.columns:
            fields[name] = names.index(wanted.columns[name])
            continue
        guesses = IDS if name == key else GUESSES.get(name, ())
        found = next((guess for guess in guesses if guess in free), None)
        if found is not None:
            fields[name] = free.pop(found)
    needed = {"label": "prediction_id", "decision": "prediction_id", "behavior": "behavior"}.get(kind)
    if needed is not None and needed not in fields:
        raise MappingError(f"a {kind} needs {needed}: say which column it is with --column {needed}=COLUMN.")
    return fields


def guess_sections(
    names: tuple[str, ...], left: Iterable[str], values: dict[str, dict[str, int]], only_named: bool
) -> None:
    """Sort the columns that are left into features, outputs and serving values."""
    for name in left:
        section = section_of(name)
        if section is None:
            lower = name.lower()
            section = "outputs" if lower in ANSWERS else "features"
            section = "serving" if lower == "latency_ms" else section
        if section in values and not (section == "features" and only_named):
            values[section].setdefault(bare(name), names.index(name))


def guessed_labels(left: Sequence[str]) -> list[str]:
    """The columns that hold labels.

    Raises:
        MappingError: it could be any of several, or there is none.
    """
    prefixed = [name for name in left if section_of(name) == "labels"]
    truths = prefixed or [name for name in left if name.lower() in TRUTHS]
    if truths or len(left) == 1:
        return truths or list(left)
    which = f"one of {', '.join(left)}" if left else "none is left"
    raise MappingError(f"which column is the label? Say --label OUTPUT=COLUMN ({which}).")


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
