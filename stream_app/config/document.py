"""A YAML file as data, with the line of every key, and with the mistakes that YAML itself lets pass."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from driftline.stream_app.config.errors import Mistake

Path = tuple[str | int, ...]


@dataclass
class Document:
    """What a file says.

    ``lines`` has, for the path of each key and list item, its line (from 1).
    """

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def line_of(self, path: Path) -> int | None:
        """The line of a path, or of the closest section around it that the file has."""
        around = (path[:end] for end in range(len(path), 0, -1))
        return next((self.lines[each] for each in around if each in self.lines), None)


def dotted(path: Path) -> str:
    """A path for people; a name that has dots itself is put in quotes."""
    parts = (str(part) if isinstance(part, str) else f"[{part}]" for part in path)
    return ".".join(f'"{part}"' if "." in part else part for part in parts).replace(".[", "[")


def read_document(text: str) -> Document:
    """Read a file's text. Its mistakes are in the document; what they leave readable is in its data."""
    document = Document()
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is not None:
            document.data = _Reader(document).value(root, ())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else None
        document.mistakes.append(Mistake(f"this is not YAML: {error.problem or error.context}.", line=line))
    except yaml.YAMLError as error:
        document.mistakes.append(Mistake(f"this is not YAML: {str(error).splitlines()[0]}."))
    return document


class _Reader(yaml.constructor.SafeConstructor):
    """Builds data from nodes like YAML's own safe constructor, and keeps lines on the way."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._around: list[yaml.Node] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        """The value of a node; sections are dicts with text as keys."""
        if any(node is outer for outer in self._around):
            self._complain(node, path, "this refers to itself: write the section out.")
            return None
        self._around.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self._item(item, (*path, place)) for place, item in enumerate(node.value)]
            return self._scalar(node, path)
        finally:
            self._around.pop()

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        try:
            return self.construct_object(node)
        except (ValueError, yaml.YAMLError):  # such as the date 2026-13-45, or a tag that is not YAML's own
            self._complain(node, path, f"{node.value!r} cannot be read: put it in quotes if it is a text.")
            return node.value

    def _item(self, node: yaml.Node, path: Path) -> Any:
        self._document.lines[path] = node.start_mark.line + 1
        return self.value(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        self._refuse_repeated_keys(node, path)
        self.flatten_mapping(node)  # puts what << refers to in front, so that the section's own keys win
        section: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            if key is not None:
                section[key] = self._item_at(key_node, value_node, (*path, key))
        return section

    def _item_at(self, key_node: yaml.Node, value_node: yaml.Node, path: Path) -> Any:
        self._document.lines[path] = key_node.start_mark.line + 1
        return self.value(value_node, path)

    def _refuse_repeated_keys(self, node: yaml.MappingNode, path: Path) -> None:
        first_lines: dict[str, int] = {}
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                continue
            line = key_node.start_mark.line + 1
            key = key_node.value
            if key in first_lines:
                self._complain(
                    key_node,
                    (*path, key),
                    f"this key stands on line {first_lines[key]} already: keep one of the two.",
                )
            first_lines.setdefault(key, line)

    def _key(self, node: yaml.Node, path: Path) -> str | None:
        key = self.construct_object(node) if isinstance(node, yaml.ScalarNode) else None
        if isinstance(key, str):
            return key
        written = f"the key {node.value}" if isinstance(node, yaml.ScalarNode) else "this key"
        self._complain(node, path, f"{written} is not a text for YAML: put it in quotes.")
        return None

    def _complain(self, node: yaml.Node, path: Path, sentence: str) -> None:
        mistake = Mistake(sentence, dotted(path), node.start_mark.line + 1)
        if mistake not in self._document.mistakes:
            self._document.mistakes.append(mistake)
