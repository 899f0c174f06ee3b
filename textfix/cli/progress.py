"""How far a run is, on a terminal: how much is done, how fast, how long it will take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

from textfix.cli import terminal
from textfix.cli.job import Record, Source
from textfix.cli.listeners import Listener

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

#: Seconds after which a run is long enough to be watched, and after which the bar comes back when it made way.
PATIENCE, ABSENT = 0.7, 0.3


class Bar(Listener):
    """A line at the bottom of the terminal that goes when the run is over."""

    def __init__(self, stream: TextIO, files: int, size: int) -> None:
        self.stream, self.files, self.size = stream, files, size
        self.began = time.monotonic()
        self.done = self.ended = 0
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._back: float | None = None
        terminal.before_writing.append(self.make_way)

    def make_way(self) -> None:
        """Take the bar off the terminal, where something else is going to be written."""
        if self._progress is not None:
            self._progress.stop()
            self._back = time.monotonic() + ABSENT

    def end(self, source: Source, record: Record) -> None:
        self.ended += 1

    def advance(self, size: int) -> None:
        self.done += size
        if self._progress is None and time.monotonic() - self.began > PATIENCE:
            self._start()
        if self._progress is not None and self._task is not None:
            if self._back is not None and time.monotonic() > self._back:
                self._back = None
                self._progress.start()
            self._progress.update(self._task, completed=self.done, files=f"{self.ended:,}/{self.files:,} files")

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self._progress = Progress(
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[files]}"),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(file=self.stream),
            transient=True,
        )
        self._task = self._progress.add_task("", total=self.size, files="")
        self._progress.start()

    def close(self) -> None:
        self.make_way()
        if self.make_way in terminal.before_writing:
            terminal.before_writing.remove(self.make_way)

    def abandon(self) -> None:
        self.close()
