"""A text in numbers."""


def describe_text(text: str) -> dict[str, int]:
    """Features of a text: its length in characters (code points) and in words (separated by white space)."""
    return {"characters": len(text), "words": len(text.split())}
