"""What is computed at the source, held against answers known from mathematics."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.stream_app.client.sources import (
    brightness,
    clip_seconds,
    contrast,
    describe_audio,
    describe_image,
    describe_text,
    silence_after_ms,
    silence_before_ms,
    volume_dbfs,
)

RATE_HZ = 16_000
SECOND = np.arange(RATE_HZ) / RATE_HZ
SINE = np.sin(2 * np.pi * 440 * SECOND)


def padded(before_ms: int, after_ms: int) -> np.ndarray:
    """A second of sound between two silences."""
    per_ms = RATE_HZ // 1000
    return np.pad(SINE, (before_ms * per_ms, after_ms * per_ms))


@pytest.mark.parametrize(
    ("samples", "expected_dbfs"),
    [
        (SINE, -3.0103),
        (0.1 * SINE, -23.0103),
        (np.sign(SINE + 1e-12), 0.0),
        ((SINE * 32_767).astype(np.int16), -3.0106),
        ((SINE * (2**31 - 1)).astype(np.int32), -3.0103),
        (SINE.astype(np.float32), -3.0103),
        (np.stack([SINE, SINE], axis=1), -3.0103),
        (np.stack([SINE, np.zeros_like(SINE)], axis=1), -6.0206),
        (np.zeros(100), -120.0),
        (np.zeros(100, dtype=np.int16), -120.0),
        (np.full(100, -32_768, dtype=np.int16), 0.0),
    ],
)
def test_volume(samples: Any, expected_dbfs: float) -> None:
    """A team that changes its sample type would see a volume drift that is not there."""
    assert volume_dbfs(samples) == pytest.approx(expected_dbfs, abs=2e-3)


@given(st.floats(1e-3, 1.0))
def test_ten_times_the_amplitude_is_twenty_decibels(amplitude: float) -> None:
    """The definition of the decibel."""
    louder, quieter = volume_dbfs(amplitude * SINE), volume_dbfs(amplitude * SINE / 10)
    assert louder is not None
    assert quieter is not None
    assert louder - quieter == pytest.approx(20.0)


@pytest.mark.parametrize(("before_ms", "after_ms"), [(0, 0), (0, 250), (300, 0), (300, 250), (10, 20)])
@pytest.mark.parametrize("shape", ["mono", "stereo", "int16"])
def test_silence_around_a_sound(before_ms: int, after_ms: int, shape: str) -> None:
    """A clip that is cut too early or too late shows here first."""
    clip = padded(before_ms, after_ms)
    if shape == "stereo":
        clip = np.stack([clip, np.zeros_like(clip)], axis=1)
    if shape == "int16":
        clip = (clip * 32_767).astype(np.int16)
    assert silence_before_ms(clip, RATE_HZ) == pytest.approx(before_ms)
    assert silence_after_ms(clip, RATE_HZ) == pytest.approx(after_ms)
    assert clip_seconds(clip, RATE_HZ) == pytest.approx(1 + (before_ms + after_ms) / 1000)


def test_what_counts_as_silence_can_be_chosen() -> None:
    """A noisy car is not silent at -50 dBFS."""
    clip = np.concatenate([0.01 * SINE, SINE])
    assert silence_before_ms(clip, RATE_HZ) == 0.0
    assert silence_before_ms(clip, RATE_HZ, threshold_dbfs=-30.0) == pytest.approx(1000.0)


def test_a_clip_without_a_sound_is_silent_all_along() -> None:
    """A dead microphone."""
    expected = {
        "clip_seconds": 0.5,
        "volume_dbfs": -120.0,
        "silence_before_ms": 500.0,
        "silence_after_ms": 500.0,
    }
    assert describe_audio(np.zeros(RATE_HZ // 2), RATE_HZ) == expected


@pytest.mark.parametrize("shape", [(0,), (0, 2)])
def test_an_empty_clip_has_a_length_and_nothing_else(shape: tuple[int, ...]) -> None:
    """No value is missing; a number would be made up."""
    expected = {"clip_seconds": 0.0, "volume_dbfs": None, "silence_before_ms": None, "silence_after_ms": None}
    assert describe_audio(np.zeros(shape), RATE_HZ) == expected


@pytest.mark.parametrize(
    ("samples", "rate_hz", "words"),
    [
        (SINE, 0, "positive"),
        (SINE, float("nan"), "positive"),
        (np.zeros((2, 2, 2)), RATE_HZ, "shape"),
        (np.zeros(9, dtype=np.uint8), RATE_HZ, "uint8"),
    ],
)
def test_what_is_not_a_clip_is_said(samples: Any, rate_hz: float, words: str) -> None:
    """Wrong numbers would be believed."""
    with pytest.raises(ValueError, match=words):
        describe_audio(samples, rate_hz)


def coloured(red: float, green: float, blue: float) -> np.ndarray:
    """A small image of one colour."""
    return np.full((4, 6, 3), [red, green, blue], dtype=np.float64)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (coloured(0, 0, 0), 0.0),
        (coloured(1, 1, 1), 1.0),
        (coloured(0.5, 0.5, 0.5), 0.5),
        (coloured(1, 0, 0), 0.2126),
        (coloured(0, 1, 0), 0.7152),
        (coloured(0, 0, 1), 0.0722),
        (np.full((4, 6), 0.25), 0.25),
        (np.full((4, 6, 1), 0.25), 0.25),
        (np.dstack([np.full((4, 6), 0.25), np.ones((4, 6))]), 0.25),
        (np.dstack([coloured(0, 1, 0), np.zeros((4, 6))]), 0.7152),
        (np.full((4, 6, 3), 255, dtype=np.uint8), 1.0),
        (np.full((4, 6), 51, dtype=np.uint8), 0.2),
        (np.full((4, 6), 65_535, dtype=np.uint16), 1.0),
        (np.full((4, 6), 0.5, dtype=np.float32), 0.5),
    ],
)
def test_brightness(image: Any, expected: float) -> None:
    """The same picture has the same brightness, however it is stored."""
    assert brightness(image) == pytest.approx(expected)
    assert contrast(image) == pytest.approx(0.0, abs=1e-9)


def test_contrast_of_a_chessboard() -> None:
    """Half black, half white: the largest standard deviation there is."""
    board = np.indices((8, 8)).sum(axis=0) % 2
    assert contrast(board.astype(np.float64)) == pytest.approx(0.5)
    assert contrast((board * 255).astype(np.uint8)) == pytest.approx(0.5)


def test_an_image_has_a_size() -> None:
    """Height and width exchanged would look like a camera that was turned."""
    described = describe_image(coloured(0.5, 0.5, 0.5))
    assert described == {"brightness": 0.5, "contrast": 0.0, "width_px": 6.0, "height_px": 4.0}


def test_an_image_without_pixels_has_no_brightness() -> None:
    """Black would be a value that nobody saw."""
    assert (brightness(np.zeros((0, 4, 3))), contrast(np.zeros((0, 4, 3)))) == (None, None)


@pytest.mark.parametrize("image", [np.zeros(4), np.zeros((4, 4, 5)), np.zeros((4, 4), dtype=np.int16)])
def test_what_is_not_an_image_is_said(image: Any) -> None:
    """Wrong numbers would be believed."""
    with pytest.raises(ValueError, match="pass "):
        describe_image(image)


@pytest.mark.parametrize(
    ("text", "characters", "words"),
    [("", 0, 0), ("take me home", 12, 3), ("  café \n", 8, 1), ("日本語", 3, 1)],
)
def test_text(text: str, characters: int, words: int) -> None:
    """Bytes instead of characters would make every language drift against English."""
    assert describe_text(text) == {"characters": characters, "words": words}
