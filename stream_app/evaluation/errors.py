"""Why a backtest cannot be made, in a sentence."""


class EvaluationError(Exception):
    """A truth file, a history or a report that cannot be used; the text says which and what would do."""
