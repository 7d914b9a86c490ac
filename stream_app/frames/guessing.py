"""What columns are that nobody has named."""

from collections.abc import Iterable, Mapping, Sequence

from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.held import IDENTIFIERS, MOMENTS, NAMES, STAMPS, ColumnType, Held
from driftline.stream_app.frames.names import (
    ANSWERS,
    CLASSES,
    FIELDS,
    GUESSES,
    IDS,
    ITSELF,
    OF_LABELS,
    ROW_NUMBERS,
    TRUTHS,
    bare,
    section_of,
)

Types = Mapping[str, ColumnType]
Places = dict[str, dict[str, int]]
"""By section and name: the place of a value in a row."""


def guessed_kind(names: Iterable[str], values: Mapping[str, Mapping[str, str]]) -> str:
    """Labels name a truth and no version; behaviours have a column of that name; the rest are predictions."""
    if values:
        return "label" if values.keys() == {"labels"} else "prediction"
    lower = {name.lower() for name in names}
    if lower & set(GUESSES["behavior"]):
        return "behavior"
    has_truth = any(name in TRUTHS or section_of(name) == "labels" for name in lower)
    is_prediction = lower & {*GUESSES["version"], *ANSWERS} or any(
        section_of(name) in ("features", "outputs") for name in lower
    )
    return "label" if has_truth and lower & set(IDS) and not is_prediction else "prediction"


def fields_of(
    names: tuple[str, ...], kind: str, wanted: Mapping[str, str], named: Iterable[str], types: Types
) -> dict[str, int]:
    """The places of an event's fields.

    Raises:
        MappingError: a field that there is not, or one that is needed and not found.
    """
    for name in wanted:
        if name not in FIELDS[kind]:
            raise MappingError(f"a {kind} has no field {name}: it has {', '.join(FIELDS[kind])}.")
    free = {name.lower(): place for place, name in reversed(list(enumerate(names)))}
    for column in named:
        free.pop(column.lower(), None)
    fields = {}
    key = "id" if kind == "prediction" else "prediction_id"
    for name in FIELDS[kind]:
        if name in wanted:
            fields[name] = names.index(wanted[name])
            continue
        guesses = IDS if name == key else GUESSES.get(name, ())
        fits = (guess for guess in guesses if guess in free and can_be(name, types.get(names[free[guess]])))
        if (found := next(fits, None)) is not None:
            fields[name] = free.pop(found)
    if "time" not in fields and len(moments := moments_in(free.values(), names, types)) == 1:
        fields["time"] = moments[0]
    needed = {"label": "prediction_id", "decision": "prediction_id", "behavior": "behavior"}.get(kind)
    if needed is not None and needed not in fields:
        where = f"among the columns of a mapping, or with --column {needed}=COLUMN"
        raise MappingError(f"a {kind} needs {needed}: say which column it is {where}.")
    return fields


def can_be(field: str, column: ColumnType | None) -> bool:
    """Whether a column holds what a field asks for; of texts in a file nobody knows."""
    if column is None:
        return True
    if field in ("time", "label_time"):
        return column.held in STAMPS
    return column.held in (NAMES if field == "model" else IDENTIFIERS)


def moments_in(places: Iterable[int], names: Sequence[str], types: Types) -> list[int]:
    """The places of columns that hold moments."""
    return [place for place in places if names[place] in types and types[names[place]].held in MOMENTS]


class Guess:
    """Sorts the columns that are left: those that are not taken.

    ``left_out`` says of columns that are no values why.
    """

    def __init__(self, names: tuple[str, ...], types: Types, taken: Iterable[str]) -> None:
        self._names = names
        self._types = types
        known = set(taken)
        self._left = [name for name in dict.fromkeys(names) if name and name not in known]
        self.left_out: dict[str, str] = {}

    def sort(self, values: Places, only_named: bool) -> None:
        """Sort them into sections; ``only_named``: features are those that were named."""
        guess_truths, said = not values["labels"], dict(values["outputs"])
        for name in self._left:
            section = section_of(name) or self._section(name, guess_truths)
            self._put(name, section, values, only_named)
        # The first is what a label is compared with: one that was named, else a class before a score.
        order = sorted(values["outputs"].items(), key=lambda each: each[0].lower() not in CLASSES)
        values["outputs"] = said | dict(order)

    def release(self, fields: dict[str, int], values: Places, only_named: bool) -> None:
        """Without a label there is nothing to say of one: such columns are columns like others."""
        for field in OF_LABELS:
            if field in fields:
                self._put(self._names[fields.pop(field)], "features", values, only_named)

    def labels(self) -> dict[str, int]:
        """The columns that hold labels.

        Raises:
            MappingError: it could be any of several, or there is none.
        """
        prefixed = [name for name in self._left if section_of(name) == "labels"]
        truths = prefixed or [name for name in self._left if name.lower() in TRUTHS]
        if not truths and len(self._left) != 1:
            which = f"one of {', '.join(self._left)}" if self._left else "none is left"
            where = "in a mapping, or with --label OUTPUT=COLUMN"
            raise MappingError(f"which column is the label? Say it {where} ({which}).")
        return {bare(name): self._names.index(name) for name in truths or self._left}

    def _section(self, name: str, guess_truths: bool) -> str:
        lower = name.lower()
        if lower in ANSWERS:
            return "outputs"
        if lower in TRUTHS and guess_truths:
            return "labels"
        return "serving" if lower == "latency_ms" else "features"

    def _put(self, name: str, section: str, values: Places, only_named: bool) -> None:
        if section == "features" and only_named:
            return
        if why := self._unsuited(name):
            self.left_out[name] = why
            return
        is_of_the_answer = section == "labels" and section_of(name) is None
        if is_of_the_answer and ITSELF in values["labels"]:  # it must not become a feature
            self.left_out[name] = "a second label: say which output it is about"
            return
        values[section].setdefault(ITSELF if is_of_the_answer else bare(name), self._names.index(name))

    def _unsuited(self, name: str) -> str:
        """Why a column is no value, if it is none."""
        if name.startswith(ROW_NUMBERS):
            return "numbers of rows"
        column = self._types.get(name)
        if column is None:
            return ""
        if column.held is Held.NESTED:
            return f"{column.words}: flatten it to watch it"
        return "a time: name it among the features to watch it" if column.held in MOMENTS else ""
