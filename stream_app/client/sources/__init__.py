"""What is worth watching of raw data, computed where the data is, so that nothing raw has to be sent."""

from driftline.stream_app.client.sources.speech import (
    clip_seconds,
    describe_audio,
    silence_after_ms,
    silence_before_ms,
    volume_dbfs,
)
from driftline.stream_app.client.sources.text import describe_text
from driftline.stream_app.client.sources.vision import brightness, contrast, describe_image

__all__ = [
    "brightness",
    "clip_seconds",
    "contrast",
    "describe_audio",
    "describe_image",
    "describe_text",
    "silence_after_ms",
    "silence_before_ms",
    "volume_dbfs",
]
