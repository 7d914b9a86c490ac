"""Writes what travels into the documentation: ``python -m driftline.schemas.publish docs``."""

import sys
from pathlib import Path

import orjson
import yaml

from driftline.schemas.asyncapi import asyncapi
from driftline.schemas.json_schemas import RECORDS, json_schema

HEADER = "# Generated from schemas/ by `make schemas`; change it there.\n"


class _Plain(yaml.SafeDumper):
    """Writes a thing that occurs twice twice, instead of an anchor and an alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def documents() -> dict[Path, bytes]:
    """Every generated file: its path under the documentation's folder, and its content."""
    schemas = {
        Path("schemas", f"{name}.json"): orjson.dumps(
            json_schema(name), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        )
        for name in RECORDS
    }
    text = yaml.dump(asyncapi(), Dumper=_Plain, sort_keys=False, width=110, allow_unicode=True)
    return {**schemas, Path("asyncapi.yaml"): (HEADER + text).encode()}


def main(arguments: list[str]) -> int:
    """Writes all files under the folder that is named; returns the exit code."""
    if len(arguments) != 1:
        print("Usage: python -m driftline.schemas.publish FOLDER", file=sys.stderr)
        return 2
    for path, content in documents().items():
        target = Path(arguments[0]) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
