"""How deep JSON is nested, found without parsing it."""

import re

DEEPEST = 200
"""Levels of objects and lists allowed in a record, ignored fields included. Events need three.

Within what the parsers can do: orjson writes 254 levels, Python's recursion limit is 1,000.
"""

SHALLOW_BYTES = 4 * DEEPEST
"""A shorter record without lists cannot be too deep: a level of objects begins with at least ``{"":``."""

# A string that never ends counts to the end, which keeps the search linear.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_ONE_SORT = bytes.maketrans(b"[]", b"{}")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def is_too_deep(value: bytes) -> bool:
    """Whether the value has more than DEEPEST levels; for what is no JSON, whether a parser would go so deep.

    Takes the innermost pairs of brackets away, a level at a time, and looks what is left.
    """
    if value.count(b"{") + value.count(b"[") <= DEEPEST:
        return False
    brackets = _STRING.sub(b"", value).translate(_ONE_SORT, _NO_BRACKETS)
    for _ in range(DEEPEST):
        shorter = brackets.replace(b"{}", b"")
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    return b"{}" in brackets or brackets.count(b"{") > DEEPEST
