"""`driftline check-config`: all mistakes at once, each with its place."""

from pathlib import Path

from click.testing import CliRunner, Result

from driftline.stream_app.cli import main


def check(*arguments: str | Path) -> Result:
    """Runs the command in this process."""
    return CliRunner().invoke(main, ["check-config", *map(str, arguments)])


def written(directory: Path, text: str) -> Path:
    """A configuration file with this text."""
    file = directory / "driftline.yaml"
    file.write_text(text)
    return file


def test_a_good_configuration_is_fine(tmp_path: Path) -> None:
    """Deployments run this before every roll-out; exit code 0 lets them go on."""
    file = written(tmp_path, "models: {search: {behaviors: {redo_search: {bad: up, within: 2m}}}}\n")
    for arguments in ([file], ["--config", file]):
        result = check(*arguments)
        assert result.exit_code == 0, result.output
        assert result.stdout == f"{file} is fine.\n"


def test_every_mistake_is_said_with_its_place(tmp_path: Path) -> None:
    """One mistake per run would take as many runs as there are mistakes."""
    file = written(
        tmp_path,
        "kafka: {partitions: many}\n"
        "defaults:\n"
        "  detectors: [adwin, e_detecter]\n"
        "models:\n"
        "  search:\n"
        "    features: {clip_seconds: {min: 3, max: 1}}\n",
    )
    result = check(file)
    assert result.exit_code == 1
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    for line, place in ((1, "kafka.partitions"), (3, "defaults.detectors"), (6, "models.search.features")):
        assert any(f"{file}:{line}: {place}" in sentence for sentence in lines), result.stderr


def test_detectors_that_do_not_exist_are_mistakes(tmp_path: Path) -> None:
    """A signal whose detector does not exist would be watched by nobody."""
    result = check(written(tmp_path, "defaults: {detectors: [page_hinkly]}\n"))
    assert result.exit_code == 1
    assert "page_hinkley" in result.stderr


def test_servers_on_the_command_line_are_checked_too(tmp_path: Path) -> None:
    """They win over the file, so they are part of what will be used."""
    result = check(written(tmp_path, "kafka: {}\n"), "--bootstrap-servers", "kafka://localhost")
    assert result.exit_code == 1
    assert "--bootstrap-servers" in result.stderr


def test_no_file_is_misuse() -> None:
    """There is nothing to check."""
    result = check()
    assert result.exit_code == 2
    assert "Name the configuration to check" in result.stderr


def test_files_that_it_names_are_opened_and_all_mistakes_told_at_once(tmp_path: Path) -> None:
    """A worker stumbled over a baseline that was not there, after the configuration had been called fine."""
    file = written(
        tmp_path,
        "kafka: {security_protocol: SSL, ssl_cafile: no-such.pem}\n"
        "defaults: {warm_up: 10}\n"
        "models:\n"
        "  search:\n"
        "    baseline: no-such.baseline\n"
        f"  image: {{baseline: {tmp_path}/driftline.yaml}}\n",
    )
    result = check(file)
    assert result.exit_code == 1
    for line, words in (
        (1, "kafka: "),
        (2, "defaults.warm_up: 10 stands here: this must be at least 20."),
        (5, "models.search.baseline: Model search: The baseline no-such.baseline cannot be read"),
        (6, "models.image.baseline: Model image: "),
    ):
        assert f"{file}:{line}: {words}" in result.stderr
    assert "no-such.pem" in result.stderr
    assert "Traceback" not in result.stderr
