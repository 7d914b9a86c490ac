"""The command line: ``driftline``, or ``python -m driftline`` where no script is installed."""

import sys


def main() -> None:
    """Run the command line; where only the client is installed, say what is missing."""
    try:
        from driftline.stream_app.cli import main as command_line
    except ModuleNotFoundError as error:
        sys.exit(
            f"driftline: the command line needs {error.name}, which the client does not: "
            "pip install 'driftline[service]'"
        )
    command_line(prog_name="driftline")


if __name__ == "__main__":
    main()
