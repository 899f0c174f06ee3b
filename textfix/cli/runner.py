"""A run: every file in its order, small ones together, long ones block by block, all cores at work."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import BinaryIO

from textfix.cli import blocks, files, kinds, pieces, save, streams
from textfix.cli.blocks import BLOCK
from textfix.cli.job import UNCHANGED, Done, Job, OutputError, ReaderGoneError, Record, RefusedError, Source
from textfix.cli.listeners import Listener
from textfix.cli.pieces import Piece, Sheet
from textfix.cli.workers import Pool
from textfix.records import Detection

#: Files at most that go through the library together.
TOGETHER = 256
KILLED = "could not be worked on: the process that did was killed"

Group = tuple[str, list[Source]]


def group(sources: Sequence[Source], archives: bool) -> Iterator[Group]:
    """SOURCES in order: small ones together under "files", each long one alone under "long", tables under "table".

    With ARCHIVES, zip files are of the kind "archive".
    """
    small: list[Source] = []
    size = 0
    for source in sources:
        kind = "files"
        if kinds.name_format(source.name) == "parquet":
            kind = "table"
        elif archives and source.name.lower().endswith(".zip"):
            kind = "archive"
        elif source.size > BLOCK or source.size < 0:
            kind = "long"
        if kind != "files" or size + source.size > BLOCK or len(small) == TOGETHER:
            if small:
                yield "files", small
            small, size = [], 0
        if kind == "files":
            small.append(source)
            size += source.size
        else:
            yield kind, [source]
    if small:
        yield "files", small


def work_block(job: Job, sheet: Sheet, block: bytes | str, number: int) -> Done:
    """What becomes of one block."""
    return pieces.work(job, [Piece(job, sheet, block, number)])[0]


def work_group(job: Job, kind: str, sources: list[Source]) -> list[files.Outcome]:
    """What becomes of a group of files, in a worker."""
    if kind == "table":
        from textfix.cli import parquet

        return [parquet.work_table(job, source) for source in sources]
    if kind == "archive":
        from textfix.cli import archives

        return [archives.work_archive(job, source) for source in sources]
    return files.work_files(job, sources)


class Run:
    """One run of JOB, told to LISTENERS."""

    def __init__(self, job: Job, listeners: Sequence[Listener], pool: Pool) -> None:
        self.job, self.listeners, self.pool = job, listeners, pool

    def go(self, sources: Sequence[Source]) -> None:
        """Work on SOURCES; what becomes of each is told in their order."""
        waiting: deque[tuple[str, list[Source], Future[list[files.Outcome]]]] = deque()
        for kind, some in group(sources, self.job.names):
            if kind == "long":
                while waiting:
                    self._settle(*waiting.popleft())
                self._stream(some[0])
                continue
            size = sum(max(source.size, 0) for source in some)
            waiting.append((kind, some, self.pool.submit(work_group, self.job, kind, some, size=size)))
            if len(waiting) >= self.pool.window:
                self._settle(*waiting.popleft())
        while waiting:
            self._settle(*waiting.popleft())

    def _settle(self, kind: str, sources: list[Source], future: Future[list[files.Outcome]]) -> None:
        try:
            try:
                outcomes = future.result()
            except BrokenProcessPool:  # some process was killed, and took those who waited with it: once more
                outcomes = self.pool.submit(work_group, self.job, kind, sources).result()
        except BrokenProcessPool:
            outcomes = [(files.record_error(source, RefusedError(KILLED, "unwritten")), None) for source in sources]
        for source, outcome in zip(sources, outcomes, strict=True):
            if outcome is None:
                self._stream(source)
                continue
            record, done = outcome
            if done is not None:
                self._tell(source, record, done)
            self._end(source, record)
            self._advance(max(source.size, 0))

    def _tell(self, source: Source, record: Record, done: Done) -> None:
        for listener in self.listeners:
            listener.part(source, record, done)

    def _end(self, source: Source, record: Record) -> None:
        for listener in self.listeners:
            listener.end(source, record)

    def _advance(self, size: int) -> None:
        for listener in self.listeners:
            listener.advance(size)

    def _stream(self, source: Source) -> None:
        """Work on a long file, block by block."""
        record: Record | None = None
        told = Share(self, source.size)
        try:
            with streams.open_input(source.name) as (stream, how, status):
                head = read_head(stream)
                files.glance(self.job, head)
                detection, size = detect(stream, self.job.declared, told)
                if self.job.command == "detect":
                    files.refuse_nul(self.job, head, detection)
                    record = Record(source.name, detection=detection, size=size)
                else:
                    sheet = files.examine(self.job, source, head, detection)
                    record = files.record_of(source, sheet, size)
                    written = files.Written(self.job, source, how, status)
                    stream.seek(0)
                    self._rewrite(source, stream, sheet, record, written, told)
        except (ReaderGoneError, OutputError):
            raise
        except BrokenProcessPool:
            record = files.record_error(source, RefusedError(KILLED, "unwritten"), record)
        except Exception as error:
            record = files.record_error(source, error, record)
        told.finish()
        self._end(source, record)

    def _rewrite(
        self, source: Source, stream: BinaryIO, sheet: Sheet, record: Record, written: files.Written, told: Share
    ) -> None:
        cut = blocks.cut(stream, sheet.detection, where_to_cut(self.job, sheet))
        tasks = ((self.job, sheet, block, number) for number, block in enumerate(cut))
        target = Target(self.job, source, sheet, written)
        try:
            for (_, _, block, _), done in self.pool.each(work_block, tasks, min(record.size, BLOCK)):
                record.add(done)
                target.take(block, done)
                self._tell(source, record, done)
                told.add(
                    record.size, done.size if isinstance(block, bytes) else len(block.encode(sheet.encoding, "ignore"))
                )
            target.finish(record)
        except BaseException:
            target.discard()
            raise


def where_to_cut(job: Job, sheet: Sheet) -> str:
    """Where a file may be cut. A field is known by what is around it, so its line, or document, is left whole."""
    if sheet.format == "json":
        return blocks.STRINGS if not job.fields else blocks.LINES if sheet.lines else blocks.WHOLE
    return blocks.ROWS if sheet.format == "csv" else blocks.TEXT


class Share:
    """Tells how much of a file is done: finding the encoding is one part of ten, the work the rest."""

    def __init__(self, run: Run, size: int) -> None:
        self.run, self.size, self.told = run, max(size, 0), 0

    def reach(self, share: float) -> None:
        at = int(self.size * min(share, 1.0))
        if at > self.told:
            self.run._advance(at - self.told)
            self.told = at

    def add(self, whole: int, size: int) -> None:
        self.reach(self.told / (self.size or 1) + 0.9 * size / (whole or 1))

    def finish(self) -> None:
        self.reach(1.0)


def read_head(stream: BinaryIO) -> bytes:
    head = stream.read(kinds.HEAD)
    stream.seek(0)
    return head


def detect(stream: BinaryIO, declared: str | None, told: Share) -> tuple[Detection, int]:
    """What all of STREAM is in, and how many bytes it has."""
    from textfix import Detector

    detector = Detector(declared=declared)
    size = 0
    while chunk := stream.read(BLOCK):
        detector.feed(chunk)
        size += len(chunk)
        told.reach(min(0.1, 0.1 * size / (told.size or size)))
    return detector.close(), size


class Target:
    """Where the blocks of a long file go. A file in place is not written until a block differs."""

    def __init__(self, job: Job, source: Source, sheet: Sheet, written: files.Written) -> None:
        self.job, self.source, self.sheet, self.written = job, source, sheet, written
        self.same = 0
        self.draft: save.Draft | None = None
        if written.path is not None and job.output != "in-place":
            self.draft = written.draft()

    def take(self, block: bytes | str, done: Done) -> None:
        """The next block and what became of it."""
        data = done.data
        if self.job.output == "stdout":
            if data is None:
                assert isinstance(block, bytes)
                done.data = block
            return
        done.data = None
        if self.written.path is None:
            return
        if data is None:
            assert isinstance(block, bytes)
            data = block
            if self.draft is None:
                self.same += len(block)
                return
        if self.draft is None:
            self.draft = self.written.draft()
            self._copy()
        self.draft.write(data)

    def _copy(self) -> None:
        """The start of the file, which stays as it was."""
        assert self.draft is not None
        left = self.same
        with streams.open_input(self.source.name) as (stream, _, _):
            while left and (chunk := stream.read(min(left, BLOCK))):
                self.draft.write(chunk)
                left -= len(chunk)

    def finish(self, record: Record) -> None:
        if self.sheet.same and blocks.is_shifting(self.sheet.encoding) and not (record.rules or record.holes):
            record.status = UNCHANGED  # decoded and encoded, its blocks could not be compared
            if self.job.output == "in-place":
                self.discard()
        if self.draft is not None:
            record.backup = self.draft.commit(self.job.backup if self.job.output == "in-place" else None)
            record.written = self.written.path

    def discard(self) -> None:
        if self.draft is not None:
            self.draft.discard()
            self.draft = None
