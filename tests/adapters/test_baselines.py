from pathlib import Path

import pytest

from driftline.stream_app.adapters.baselines import BaselineError, read_baselines
from driftline.stream_app.adapters.replay import batches, replay
from driftline.stream_app.config import ModelPlan, Settings
from driftline.stream_app.outputs import MemorySink
from tests.streams import Stream


def with_baseline(path: Path, model: str = "search") -> Settings:
    return Settings(models={model: ModelPlan(baseline=str(path))})


def test_a_model_with_a_baseline_is_armed_from_its_first_event(tmp_path: Path) -> None:
    """A restarted or new deployment would be blind for its first 2,000 values."""
    path = tmp_path / "search.baseline"
    replay(batches(Stream(count=2600, change_at=2600).records()), Settings(), baseline=path)
    shifted = list(Stream(count=400, change_at=0, shift=1.5, seed=3).records())
    without, sink = MemorySink("alerts"), MemorySink("alerts", "signals")
    replay(batches(shifted), Settings(), without)
    assert not without.records["alerts"]
    replay(batches(shifted), with_baseline(path), sink, summaries="every")
    assert sink.decoded("alerts")[0]["annotations"]["signal"] == "feature:x"
    references = {summary["signal"]: summary["reference"] for summary in sink.decoded("signals")}
    assert references["feature:x"]["learned_from"] == "baseline"
    assert references["output:confidence"]["learned_from"] == "baseline"


def test_a_healthy_model_with_a_baseline_is_quiet(tmp_path: Path) -> None:
    """A baseline read wrongly would alarm at once."""
    path = tmp_path / "search.baseline"
    records = list(Stream(count=3200, change_at=3200).records())
    replay(batches(records[:6000]), Settings(), baseline=path)
    sink = MemorySink("alerts")
    replay(batches(records[6000:]), with_baseline(path), sink)
    assert not sink.records["alerts"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "cannot be read"), (b"\xc1", "cannot be read"), (b"\x80", "is no baseline")],
)
def test_an_unusable_baseline_is_said_in_a_sentence(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    """A worker would start without the reference that its operator relies on."""
    path = tmp_path / "baseline"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BaselineError, match=sentence):
        read_baselines(with_baseline(path))


def test_a_baseline_without_the_model_names_those_it_has(tmp_path: Path) -> None:
    """A misspelt model would silently learn anew."""
    path = tmp_path / "baseline"
    replay(batches(Stream(count=100).records()), Settings(), baseline=path)
    with pytest.raises(BaselineError, match="it has search"):
        read_baselines(with_baseline(path, "serach"))
