"""A clip of sound in numbers: how long, how loud, how much silence around what is said.

Clips are arrays of shape (samples,) or (samples, channels). Integers span their type's range, floats -1 to 1.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOOR_DBFS = -120.0
"""Digital silence, which has no logarithm; below the quantisation step of 16 bits (-96 dBFS)."""

SILENCE_DBFS = -50.0
"""A frame below it is silence: quiet rooms record at -60, speech seldom falls below -40."""

FRAME_MS = 10.0
"""The resolution of silence: a common frame of speech processing."""


def clip_seconds(samples: NDArray[Any], sample_rate_hz: float) -> float:
    """How long the clip is.

    Raises:
        ValueError: the sample rate is not positive.
    """
    if not sample_rate_hz > 0:
        raise ValueError(f"a sample rate of {sample_rate_hz} Hz: it has to be positive.")
    return len(samples) / sample_rate_hz


def volume_dbfs(samples: NDArray[Any]) -> float | None:
    """Root mean square over all samples and channels, in decibels below full scale.

    0 is a full-scale square wave, -3.01 a full-scale sine. Never below -120; None for an empty clip.

    Raises:
        ValueError: not a clip's shape or type.
    """
    waves = _waves(samples)
    return float(_dbfs(np.mean(np.square(waves)))) if waves.size else None


def silence_before_ms(
    samples: NDArray[Any], sample_rate_hz: float, threshold_dbfs: float = SILENCE_DBFS
) -> float | None:
    """How long it is silent before the first sound, in steps of 10 ms.

    The whole length for a clip without a sound; None for an empty clip.

    Raises:
        ValueError: not a clip's shape or type, or the sample rate is not positive.
    """
    return _leading_silence_ms(_waves(samples), sample_rate_hz, threshold_dbfs)


def silence_after_ms(
    samples: NDArray[Any], sample_rate_hz: float, threshold_dbfs: float = SILENCE_DBFS
) -> float | None:
    """How long it is silent after the last sound, in steps of 10 ms.

    The whole length for a clip without a sound; None for an empty clip.

    Raises:
        ValueError: not a clip's shape or type, or the sample rate is not positive.
    """
    return _leading_silence_ms(_waves(samples)[::-1], sample_rate_hz, threshold_dbfs)


def describe_audio(samples: NDArray[Any], sample_rate_hz: float) -> dict[str, float | None]:
    """Features of a clip: clip_seconds, volume_dbfs, silence_before_ms, silence_after_ms.

    Raises:
        ValueError: not a clip's shape or type, or the sample rate is not positive.
    """
    return {
        "clip_seconds": clip_seconds(samples, sample_rate_hz),
        "volume_dbfs": volume_dbfs(samples),
        "silence_before_ms": silence_before_ms(samples, sample_rate_hz),
        "silence_after_ms": silence_after_ms(samples, sample_rate_hz),
    }


def _waves(samples: NDArray[Any]) -> NDArray[np.float64]:
    """Shape (samples, channels), from -1 to 1."""
    clip = np.asarray(samples)
    if clip.ndim not in (1, 2):
        raise ValueError(f"an array of shape {clip.shape}: pass (samples,) or (samples, channels).")
    if clip.dtype.kind not in "if":
        raise ValueError(f"samples of type {clip.dtype}: pass signed integers, or floats from -1 to 1.")
    scale = -1.0 / np.iinfo(clip.dtype).min if clip.dtype.kind == "i" else 1.0
    channels = clip if clip.ndim == 2 else clip[:, np.newaxis]
    return np.asarray(channels * scale, dtype=np.float64)


def _dbfs(power: Any) -> Any:
    """Decibels of a mean square, elementwise."""
    return 10.0 * np.log10(np.maximum(power, 10.0 ** (FLOOR_DBFS / 10.0)))


def _leading_silence_ms(
    waves: NDArray[np.float64], sample_rate_hz: float, threshold_dbfs: float
) -> float | None:
    whole_ms = clip_seconds(waves, sample_rate_hz) * 1000.0
    if not waves.size:
        return None
    frame = max(1, round(sample_rate_hz * FRAME_MS / 1000.0))
    starts = np.arange(0, len(waves), frame)
    lengths = np.diff(starts, append=len(waves)) * waves.shape[1]
    powers = np.add.reduceat(np.square(waves).sum(axis=1), starts) / lengths
    sounding = np.flatnonzero(_dbfs(powers) >= threshold_dbfs)
    return float(starts[sounding[0]] / sample_rate_hz * 1000.0) if sounding.size else whole_ms
