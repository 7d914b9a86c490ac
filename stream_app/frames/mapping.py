"""Which column of a table is what: said, else guessed from names and types, and always shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from driftline.stream_app.frames.errors import MappingError
from driftline.stream_app.frames.guessing import Guess, fields_of, guessed_kind
from driftline.stream_app.frames.held import ColumnType
from driftline.stream_app.frames.names import CONSTANTS, ITSELF, KINDS, SECTIONS
from driftline.stream_app.frames.zones import zone_of


@dataclass(frozen=True)
class Wanted:
    """What was said of the columns; what was not is guessed.

    Args:
        kind: what the rows are, one of ``KINDS``.
        columns: the column of each field of an event: ``{"time": "ts"}``.
        values: by section, the column of each name: ``{"outputs": {"score": "p"}}``. Of sections that have
            some, features are those alone; outputs and serving values are guessed on.
        ignored: columns to leave out.
        texts: columns whose values are texts, digits too: codes, not amounts.
        constants: model, version and role of rows that have no column for it.
        timezone: where the clock of times without an offset stood; None: nobody knows.
    """

    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    constants: Mapping[str, str] = field(default_factory=dict)
    timezone: str | None = None

    def __post_init__(self) -> None:
        zone_of(self.timezone)

    def named(self) -> set[str]:
        """Every column of which it is said what it is."""
        of_values = (column for some in self.values.values() for column in some.values())
        return {*self.columns.values(), *of_values, *self.ignored}


@dataclass(frozen=True)
class Columns:
    """Where everything stands: the place of each field in a row, and of each value by section and name.

    ``left_out`` are columns that are no values, and why; ``constants`` what rows say without a column.
    """

    kind: str
    header: tuple[str, ...]
    fields: dict[str, int]
    values: dict[str, dict[str, int]]
    constants: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    timezone: str | None = None

    @property
    def unused(self) -> list[str]:
        """The columns that become nothing, and of which there is nothing to say either."""
        used = {*self.fields.values(), *(p for places in self.values.values() for p in places.values())}
        names = (name for place, name in enumerate(self.header) if place not in used)
        return [name for name in names if name and name not in self.left_out]


def columns_of(
    header: Sequence[str],
    wanted: Wanted,
    types: Mapping[str, ColumnType] | None = None,
    defaults: Mapping[str, str] | None = None,
) -> Columns:
    """The meaning of a header.

    Args:
        types: what the columns hold, as far as that is known.
        defaults: constants for what neither a column nor ``wanted`` says.

    Raises:
        MappingError: a column that was named is not there, or something that events need is missing.
    """
    names = tuple(name.strip() for name in header)
    check_named(names, wanted)
    types = types or {}
    kind = wanted.kind or guessed_kind(names, wanted.values)
    if kind not in KINDS:
        raise MappingError(f"rows are no {kind}s: write one of {', '.join(KINDS)}.")
    for section in wanted.values.keys() - set(SECTIONS[kind]):
        raise MappingError(f"a {kind} has no {section}: say what the rows are (kind, or --csv-as).")
    fields = fields_of(names, kind, wanted.columns, wanted.named(), types)
    values = {
        section: {name: names.index(column) for name, column in wanted.values.get(section, {}).items()}
        for section in SECTIONS[kind]
    }
    guess = Guess(names, types, {*wanted.named(), *(names[p] for p in fields.values())})
    if kind == "prediction":
        guess.sort(values, "features" in wanted.values)
        name_labels(values, names)
        if not values["labels"]:
            guess.release(fields, values, "features" in wanted.values)
    elif kind != "behavior" and not values["labels"]:
        values["labels"] = guess.labels()
    constants = {name: text for name, text in {**(defaults or {}), **wanted.constants}.items() if text}
    if kind != "prediction":
        constants = {name: text for name, text in constants.items() if name == "model"}
    said = {name: text for name, text in constants.items() if name not in fields and name in CONSTANTS}
    return Columns(kind, names, fields, values, said, guess.left_out, wanted.texts, wanted.timezone)


def check_named(names: tuple[str, ...], wanted: Wanted) -> None:
    """Whether a header has what it is said to have.

    Raises:
        MappingError: it has not, or it is none.
    """
    for column in sorted(wanted.named() | wanted.texts):
        if column not in names:
            raise MappingError(f"there is no column {column}: the header has {', '.join(names)}.")
    if not any(names):
        raise MappingError("there is no header: the first line names the columns.")


def name_labels(values: dict[str, dict[str, int]], names: tuple[str, ...]) -> None:
    """Let a label that nobody named be about the model's answer, with which it is compared.

    Raises:
        MappingError: several labels would be about the same answer.
    """
    labels = values["labels"]
    if ITSELF in labels:
        place = labels.pop(ITSELF)
        answer = next(iter(values["outputs"]), names[place])
        if answer in labels:
            raise MappingError(f"two columns are labels of {answer}: say which output each is about.")
        labels[answer] = place


def merged(*several: Wanted) -> Wanted:
    """What several say together; what is said later counts."""
    values: dict[str, dict[str, str]] = {}
    for each in several:
        for section, named in each.values.items():
            values[section] = {**values.get(section, {}), **named}
    return Wanted(
        kind=next((each.kind for each in reversed(several) if each.kind), None),
        columns={name: column for each in several for name, column in each.columns.items()},
        values=values,
        ignored=frozenset().union(*(each.ignored for each in several)),
        texts=frozenset().union(*(each.texts for each in several)),
        constants={name: text for each in several for name, text in each.constants.items()},
        timezone=next((each.timezone for each in reversed(several) if each.timezone), None),
    )
