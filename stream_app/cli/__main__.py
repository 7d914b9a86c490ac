"""``python -m stream_app.cli``: the command line where no script is installed."""

from stream_app.cli import main

main(prog_name="driftline")
