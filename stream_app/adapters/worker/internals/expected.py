"""Which releases of Faust and aiokafka the worker's private names are of, and whether they are there.

Without aiokafka's, records are read one by one, which is slower by half. Without Faust's nothing can be
acknowledged, and the worker does not start.
"""

from importlib.metadata import version
from inspect import iscoroutinefunction
from typing import Final

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBase
from aiokafka.record.memory_records import MemoryRecords
from faust import App
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

EXPECTED: Final = {"faust-streaming": "0.15", "aiokafka": "0.14"}
"""Release series by package, as pyproject.toml allows them."""


class UnexpectedFaustError(Exception):
    """Faust is not the one that the worker was written for."""


def check_faust() -> None:
    """Raises UnexpectedFaustError, which says what is missing, unless Faust has what the worker uses."""
    needed = {
        "Consumer._commit": iscoroutinefunction(getattr(Consumer, "_commit", None)),
        "Consumer._new_consumer_thread": hasattr(Consumer, "_new_consumer_thread"),
        "AIOKafkaConsumerThread._ensure_consumer": hasattr(AIOKafkaConsumerThread, "_ensure_consumer"),
        "AIOKafkaConsumerThread.call_thread": hasattr(AIOKafkaConsumerThread, "call_thread"),
        "App.crash_reason": hasattr(App, "crash_reason"),
    }
    missing = [name for name, is_there in needed.items() if not is_there]
    if missing:
        raise UnexpectedFaustError(
            f"{found('faust-streaming')} does not have {', '.join(missing)}, which the worker uses: "
            f"install faust-streaming {EXPECTED['faust-streaming']}."
        )


def missing_of_aiokafka() -> list[str]:
    """What aiokafka does not have that reading whole fetches needs; nothing with the expected release."""
    needed = {
        "Fetcher._proc_fetch_request with MemoryRecords and PartitionRecords": {
            "MemoryRecords",
            "PartitionRecords",
        }
        <= set(names_of(fetcher.Fetcher, "_proc_fetch_request")),
        "Fetcher._get_actions_per_node with _fetch_max_wait_ms": "_fetch_max_wait_ms"
        in names_of(fetcher.Fetcher, "_get_actions_per_node"),
        "PartitionRecords._unpack_records": hasattr(fetcher.PartitionRecords, "_unpack_records"),
        "MemoryRecords.next_batch": {"has_next", "next_batch", "size_in_bytes"} <= set(dir(MemoryRecords)),
        "DefaultRecordBase.HEADER_STRUCT": hasattr(DefaultRecordBase, "HEADER_STRUCT"),
        "DefaultRecordBase.ATTRIBUTES_OFFSET": hasattr(DefaultRecordBase, "ATTRIBUTES_OFFSET"),
    }
    return [name for name, is_there in needed.items() if not is_there]


def names_of(cls: type, method: str) -> tuple[str, ...]:
    """The names that a method uses; none if there is no such method."""
    function = getattr(cls, method, None)
    return function.__code__.co_names if function is not None else ()


def found(package: str) -> str:
    """``aiokafka 0.15.1 (expected is 0.14)``."""
    return f"{package} {version(package)} (expected is {EXPECTED[package]})"
