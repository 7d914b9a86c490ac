"""What outlives the process: one SQLite file with what was heard, minute by minute, and how far it was read.

State and positions are written in one transaction, so that after a crash reading goes on exactly where what
is known ends. The topics are the truth: a file that is missing, damaged or of another layout is made anew.
"""

import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from driftline.stream_app.dashboard.records import Feed
from driftline.stream_app.dashboard.signals import KEPT_MS, Point
from driftline.stream_app.dashboard.state import Kept

LAYOUT: Final = "1"
MINUTES_KEPT: Final = 48 * 60
"""Minute by minute; older than that hour by hour. At 60 B a row 5,000 signals take 0.9 GB."""
HOURS_KEPT: Final = 90 * 24
RECORDS_KEPT_MS: Final = 90 * 86_400_000
HOUR: Final = 60

Positions = dict[tuple[Feed, int], int]
"""By feed and partition: the next offset that is not read yet."""

TABLES: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE positions (feed TEXT, number INTEGER, next INTEGER NOT NULL, PRIMARY KEY (feed, number))
  WITHOUT ROWID;
CREATE TABLE records (feed TEXT, key TEXT, time_ms INTEGER NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY (feed, key)) WITHOUT ROWID;
CREATE TABLE signals (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE points (signal INTEGER, minute INTEGER, mean REAL, low REAL, high REAL, effect REAL,
  nearness REAL, number INTEGER NOT NULL, firing INTEGER NOT NULL, PRIMARY KEY (signal, minute))
  WITHOUT ROWID;
"""


class History:
    """The file. One thread at a time may use it.

    Args:
        path: of the file; None keeps everything in memory (what is replayed is not kept).
        source: which topics it is about, in words; a file about others is made anew.
    """

    def __init__(self, path: Path | None, source: str) -> None:
        self.path = path
        self.source = source
        self._ids: dict[str, int] = {}
        self._pruned_hour = -1
        self._database = self._opened()

    def rebuild(self) -> None:
        """Forget everything: the topics have it."""
        self._database.close()
        if self.path is not None:
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self._ids.clear()
        self._database = self._made(self._connect())

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def save(
        self, kept: Iterable[Kept], points: Mapping[tuple[str, int], Point], positions: Positions
    ) -> None:
        """What was heard and how far it was read, together or not at all."""
        with self._database as database:
            database.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", kept)
            rows = [(self._id_of(key), *point) for (key, _), point in points.items()]
            database.executemany("INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            database.executemany(
                "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
                [(feed, number, offset) for (feed, number), offset in positions.items()],
            )
            self._prune(max((minute for _, minute in points), default=0))

    def kept(self) -> list[Kept]:
        """Everything that was heard and is kept, the oldest first."""
        rows = self._database.execute("SELECT feed, key, time_ms, value FROM records ORDER BY time_ms")
        return [Kept(*row) for row in rows]

    def positions(self) -> Positions:
        """How far each partition was read."""
        rows = self._database.execute("SELECT feed, number, next FROM positions")
        return {(feed, number): offset for feed, number, offset in rows}

    def points(self, key: str, since_minute: int) -> list[Point]:
        """A signal's past from a minute on, in order."""
        rows = self._database.execute(
            "SELECT minute, mean, low, high, effect, nearness, number, firing FROM points"
            " WHERE signal = (SELECT id FROM signals WHERE key = ?) AND minute >= ? ORDER BY minute",
            (key, since_minute),
        )
        return [Point._make((*row[:7], bool(row[7]))) for row in rows]

    def secret(self) -> bytes:
        """What sessions are signed with; made once for each file."""
        row = self._database.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()
        return bytes.fromhex(row[0])

    def _opened(self) -> sqlite3.Connection:
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        database = self._connect()
        try:
            meta = dict(database.execute("SELECT name, value FROM meta"))
        except sqlite3.DatabaseError:  # new, damaged, or something else
            meta = {}
        if (meta.get("layout"), meta.get("source")) == (LAYOUT, self.source):
            return database
        self._database = database
        self.rebuild()
        return self._database

    def _connect(self) -> sqlite3.Connection:
        name = ":memory:" if self.path is None else str(self.path)
        return sqlite3.connect(name, check_same_thread=False, timeout=10.0)

    def _made(self, database: sqlite3.Connection) -> sqlite3.Connection:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(
            "PRAGMA synchronous = NORMAL"
        )  # a torn write loses seconds that the topics still have
        with database, closing(database.cursor()) as cursor:
            for statement in filter(str.strip, TABLES.split(";")):
                cursor.execute(statement)
            meta = {"layout": LAYOUT, "source": self.source, "secret": os.urandom(32).hex()}
            cursor.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        return database

    def _id_of(self, key: str) -> int:
        if key not in self._ids:
            self._database.execute("INSERT OR IGNORE INTO signals (key) VALUES (?)", (key,))
            row = self._database.execute("SELECT id FROM signals WHERE key = ?", (key,)).fetchone()
            self._ids[key] = row[0]
        return self._ids[key]

    def _prune(self, minute: int) -> None:
        """Once an hour of event time: thin out what is old, drop what is very old."""
        if minute // HOUR <= self._pruned_hour:
            return
        self._pruned_hour = minute // HOUR
        execute = self._database.execute
        execute("DELETE FROM points WHERE minute < ? AND minute % 60 <> 0", (minute - MINUTES_KEPT,))
        execute("DELETE FROM points WHERE minute < ?", (minute - HOURS_KEPT * HOUR,))
        execute(
            "DELETE FROM records WHERE feed IN ('alerts', 'audit', 'control') AND time_ms <"
            " (SELECT max(time_ms) FROM records) - ?",
            (RECORDS_KEPT_MS,),
        )
        execute(
            "DELETE FROM records WHERE feed = 'signals' AND time_ms < (SELECT max(time_ms) FROM records) - ?",
            (KEPT_MS,),
        )
