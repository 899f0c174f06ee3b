"""What a run has finished, kept beside no file of the user's, so that an interrupted one can go on.

Every run that writes many files keeps a journal, named after what it was asked to do; it is removed when all is done.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import IO

from textfix.cli import job as jobs
from textfix.cli import save
from textfix.cli.job import Job, Record, Source
from textfix.cli.listeners import Listener


def state_directory() -> Path:
    """Where programs keep what they know between runs (the XDG base directories; LOCALAPPDATA on Windows)."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~")
    else:
        base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "textfix"


class Journal(Listener):
    """The journal of a run of JOB on NAMES, told of every file; without a place to keep it nothing is kept."""

    def __init__(self, job: Job, names: list[str], version: str) -> None:
        asked = repr((version, job, [os.path.realpath(name) for name in names]))
        self.path = state_directory() / (
            hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:32] + ".jsonl"
        )
        self._file: IO[str] | None = None
        self.failed = False

    def read(self) -> dict[str, tuple[list[int], Record]]:
        """What the interrupted run finished: for each file what identified it then, and its record."""
        try:
            lines = self.path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return {}
        entries = filter(None, map(read_entry, lines))
        return {record.file: (identity, record) for identity, record in entries}

    def finished(self, sources: list[Source]) -> list[tuple[Source, Record]]:
        """Those of SOURCES that the interrupted run finished, and that nobody changed since."""
        known = self.read()
        found = [(source, *known[source.name]) for source in sources if source.name in known]
        return [
            (source, record)
            for source, identity, record in found
            if identity == identify(source.name) and (record.written is None or os.path.exists(record.written))
        ]

    def begin(self, anew: bool) -> None:
        """Open the journal; ANEW forgets what is in it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if anew:
                self.path.unlink(missing_ok=True)
            self._file = open(self.path, "a", encoding="utf-8")  # noqa: SIM115 - kept open for the run
        except OSError:
            self._file = None

    def end(self, source: Source, record: Record) -> None:
        if record.status == jobs.FAILED:
            self.failed = True
        elif self._file is not None and (status := identify(source.name)) is not None:
            try:
                self._file.write(json.dumps({"id": status, "record": record.to_dict()}) + "\n")
                self._file.flush()
            except OSError:
                self._file = None

    def close(self) -> None:
        self.abandon()
        if not self.failed:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)

    def abandon(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def read_entry(line: str) -> tuple[list[int], Record] | None:
    """A line of a journal; None for the last line of a run that was killed while it wrote it."""
    try:
        entry = json.loads(line)
        return entry["id"], Record.from_dict(entry["record"])
    except (ValueError, KeyError, TypeError):
        return None


def identify(name: str) -> list[int] | None:
    try:
        return list(save.identify(os.stat(name)))
    except (OSError, ValueError):
        return None
