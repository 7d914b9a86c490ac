"""For serving systems and alert consumers: log what a model does, and read what driftline says about it.

It needs kafka-python, orjson and the settings, and nothing of what detects drift. What is worth watching of
speech, vision and text, `stream_app.client.sources` computes where the raw data is (with numpy).
"""

from driftline.stream_app.client.alert_consumer import AlertConsumer
from driftline.stream_app.client.drift_client import DriftClient

__all__ = ["AlertConsumer", "DriftClient"]
