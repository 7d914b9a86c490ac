"""Every metric of the worker, declared once."""
from prometheus_client import CollectorRegistry, Histogram, Counter

class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.checkpoints = 0
        self.written = 0
        self.records = 0
        self.holes = 0
        self.lost = 0

    def checkpoint(self, seconds: float, size: int) -> None:
        self.checkpoints += 1
        self.written += size
    def batch(self, seconds: float, records: int) -> None:
        self.records += records
    def hole(self, topic: str, found: int, lost: int) -> None:
        self.holes += 1
        self.lost += lost
