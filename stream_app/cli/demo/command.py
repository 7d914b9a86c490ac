"""The command: chooses between Kafka and memory."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from stream_app.cli.options import common_options, engine_settings
from stream_app.cli.presentation import Command, examples

SCENARIO: Final = "demo-mix"
DIRECTORY: Final = Path(".driftline")
