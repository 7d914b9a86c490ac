"""What keeps a table from becoming events."""


class MappingError(ValueError):
    """Columns that do not make events, or a table that cannot be read; says what to do."""
