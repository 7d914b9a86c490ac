"""The worker: Faust in batches, checkpoints, restore, a small web server."""

from driftline.stream_app.adapters.worker.worker import run_worker

__all__ = ["run_worker"]
