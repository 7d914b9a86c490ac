"""A made-up voice search that logs what it hears and answers, and what its users do next.

    python examples/serving.py --requests 5000 --rate 200

Needs: pip install driftline click numpy

The model is a dice roll; everything around it is what a real serving process would do.
"""

import resource
import signal
import socket
import sys
from time import sleep, time_ns

import click
import numpy as np

from driftline.stream_app.client import DriftClient
from driftline.stream_app.client.sources import describe_audio, describe_text

MODEL = "voice-search"
VERSION = "2026-11-01"
SAMPLE_RATE_HZ = 16_000
PHRASES = {"call": "call my sister", "navigate": "take me home", "play": "play something calm"}
REQUESTS_PER_REPORT = 100

Random = np.random.Generator


def record_clip(random: Random) -> np.ndarray:
    """Half a second of silence and half a second of noise, as 16-bit samples."""
    noise = random.normal(0.0, 2_000.0, SAMPLE_RATE_HZ // 2).clip(-32_768, 32_767)
    return np.concatenate([np.zeros(SAMPLE_RATE_HZ // 2), noise]).astype(np.int16)


def answer(drift: DriftClient, random: Random) -> str:
    """One request: understand the clip, log features, outputs and latency; returns the prediction's id."""
    began_ns = time_ns()
    clip = record_clip(random)
    intent = str(random.choice(list(PHRASES)))
    text = PHRASES[intent]
    return drift.log_prediction(
        VERSION,
        features=describe_audio(clip, SAMPLE_RATE_HZ),
        outputs={"intent": intent, "confidence": random.beta(8, 2), **describe_text(text)},
        serving={"latency_ms": (time_ns() - began_ns) / 1e6},
    )


def react(drift: DriftClient, random: Random, prediction_id: str) -> None:
    """What the user does with the answer: most use it, some search again, the rest do nothing."""
    chance = random.random()
    if chance < 0.7:
        drift.log_feedback("behavior", prediction_id=prediction_id, behavior="click")
    elif chance < 0.8:
        drift.log_feedback("behavior", prediction_id=prediction_id, behavior="redo_search")


def report(drift: DriftClient) -> None:
    """How this host is doing."""
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB
    drift.log_serving(VERSION, {"memory_mb": memory_mb}, host=socket.gethostname())


@click.command()
@click.option("--bootstrap-servers", help="Default: KAFKA_BOOTSTRAP_SERVERS, else localhost:9092.")
@click.option("--prefix", help="Of the topics' names; default: driftline.")
@click.option("--requests", default=0, help="How many to serve; 0, the default: until it is stopped.")
@click.option("--rate", default=20.0, help="Requests per second.", show_default=True)
def main(bootstrap_servers: str | None, prefix: str | None, requests: int, rate: float) -> None:
    """Serve made-up predictions and log them to Kafka."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that the client is closed
    random = np.random.default_rng()
    served = 0
    with DriftClient(bootstrap_servers, prefix, MODEL) as drift:
        while served < requests or not requests:
            if served % REQUESTS_PER_REPORT == 0:
                report(drift)
            react(drift, random, answer(drift, random))
            served += 1
            sleep(1.0 / rate)
    click.echo(
        f"{served} requests; events: {drift.sent} sent, {drift.failed} failed, {drift.dropped} dropped"
    )


if __name__ == "__main__":
    main()
