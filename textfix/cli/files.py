"""One file from its bytes to its new version: examined, worked on, put where it belongs."""

from __future__ import annotations

import os
from collections.abc import Sequence

from textfix.cli import kinds, pieces, save, streams
from textfix.cli.blocks import BLOCK
from textfix.cli.job import FAILED, SKIPPED, Done, Job, Record, RefusedError, Source, say_why
from textfix.cli.pieces import Piece, Sheet
from textfix.errors import TextfixError
from textfix.records import Detection

#: Share of right answers below which a file is not rewritten in place: more than one in four would be ruined.
UNSURE = 0.75
#: Why a file is skipped if nobody named it.
NO_TEXT = ("binary", "unknown", "unsure")
#: How often a file is worked on anew because another program changed it meanwhile.
TRIES = 3
#: What became of a small file; None where it turned out to be long.
Outcome = tuple[Record, Done | None] | None


def examine(job: Job, source: Source, head: bytes, detection: Detection) -> Sheet:
    """What is known of a file that begins with HEAD; RefusedError where it is not to be worked on."""
    refuse_nul(job, head, detection)
    if detection.encoding is None:
        raise RefusedError(
            "is in no encoding that can be told, so nothing was written; if you know it, name it with --declared",
            "unknown",
        )
    if job.output == "in-place" and detection.evidence in ("model", "default") and detection.confidence < UNSURE:
        raise RefusedError(
            f"may be in {detection.encoding}, which is not sure enough ({detection.confidence:.2f}) to write over it; "
            "if you know it, name it with --declared",
            "unsure",
        )
    return pieces.make_sheet(job, source.name, head, detection)


def glance(job: Job, head: bytes) -> None:
    """Refuse what begins as no text does."""
    if not job.take_for_text:
        kinds.refuse_binary(head)


def refuse_nul(job: Job, head: bytes, detection: Detection) -> None:
    """Refuse what has bytes 0 and is in no encoding where they are halves of characters."""
    if not job.take_for_text:
        kinds.refuse_nul(head[: kinds.HEAD], detection.encoding)


def record_of(source: Source, sheet: Sheet, size: int) -> Record:
    encoding = sheet.detection.encoding if sheet.same else sheet.encoding
    return Record(source.name, detection=sheet.detection, to_encoding=encoding, size=size)


def record_error(source: Source, error: Exception, record: Record | None = None) -> Record:
    """What to say of a file that ERROR stopped. Found in a tree, what is no text is skipped; named, it is an error."""
    if isinstance(error, TextfixError):
        raise error  # no fault of the file's: an option, or the installation
    record = record or Record(source.name)
    record.status, record.written = FAILED, None
    if isinstance(error, RefusedError):
        record.reason = str(error)
        record.kind = error.kind
        if error.kind in NO_TEXT and not source.named:
            record.status = SKIPPED
    elif isinstance(error, OSError):
        record.reason, record.kind = f"cannot be written: {say_why(error)}", "unwritten"
    elif isinstance(error, save.ChangedError):
        record.reason = "was changed by another program while it was worked on, and was left as it is"
        record.kind = "unwritten"
    else:
        record.reason, record.kind = f"could not be worked on: {error!r}", "unwritten"
    return record


def work_files(job: Job, sources: Sequence[Source]) -> list[Outcome]:
    """What becomes of small files, which go through the library together."""
    outcomes: list[Outcome] = [None] * len(sources)
    loaded: list[tuple[int, Record, Piece, Written]] = []
    for i, source in enumerate(sources):
        try:
            ready = load(job, source)
        except Exception as error:
            outcomes[i] = record_error(source, error), None
            continue
        if isinstance(ready, Record):
            outcomes[i] = ready, None
        elif ready is not None:
            loaded.append((i, *ready))
    try:
        done: list[Done | None] = [*pieces.work(job, [piece for *_, piece, _ in loaded])]
    except Exception:  # one of them: find out which
        done = [None] * len(loaded)
    for (i, record, piece, written), one in zip(loaded, done, strict=True):
        outcomes[i] = complete(job, sources[i], record, piece, written, one)
    return outcomes


def complete(job: Job, source: Source, record: Record, piece: Piece, written: Written, done: Done | None) -> Outcome:
    """The last step of a small file: its new version is put in its place; anew if another program changed it meanwhile."""
    try:
        for last in (False,) * (TRIES - 1) + (True,):
            done = done or pieces.work(job, [piece])[0]
            if deliver(job, record, piece, written, done, last):
                return record, done
            ready = load(job, source)
            if ready is None or isinstance(ready, Record):
                break
            (record, piece, written), done = ready, None
        raise save.ChangedError
    except Exception as error:
        return record_error(source, error, record), None


class Written:
    """Where the new version of a file goes, and what stands there."""

    def __init__(self, job: Job, source: Source, how: str | None, status: os.stat_result | None) -> None:
        self.status, self.old, self.output = status, source.name, job.output
        self.path = place(job, source)
        self.how = kinds.split_suffix(self.path or "")[0] if job.output == "file" else how

    def draft(self) -> save.Draft:
        assert self.path is not None
        if self.output == "file":
            return save.Draft(self.path, self.how)
        if self.output == "in-place":
            return save.Draft(self.path, self.how, like=self.old, expected=self.status)
        with save.writing():
            os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        return save.Draft(self.path, self.how, like=self.old)


def place(job: Job, source: Source) -> str | None:
    """The path that the new version of SOURCE goes to; None if it goes nowhere or to standard output."""
    if job.output == "in-place":
        return source.name
    if job.output == "file":
        return job.target
    if job.output == "directory":
        return os.path.join(job.target or ".", source.inside)
    return None


def load(job: Job, source: Source) -> tuple[Record, Piece, Written] | Record | None:
    """A small file ready to go through the library, or what there is to say of it; None if it is not small."""
    from textfix import detect

    with streams.open_input(source.name) as (stream, how, status):
        data = stream.read(BLOCK + 1)
    if len(data) > BLOCK:
        return None
    glance(job, data[: kinds.HEAD])
    detection = detect(data, declared=job.declared)
    if job.command == "detect":
        refuse_nul(job, data, detection)
        return Record(source.name, detection=detection, size=len(data))
    sheet = examine(job, source, data[: kinds.HEAD], detection)
    return record_of(source, sheet, len(data)), Piece(job, sheet, data, 0), Written(job, source, how, status)


def deliver(job: Job, record: Record, piece: Piece, written: Written, done: Done, last: bool) -> bool:
    """Put a small file where it belongs; for standard output its bytes stay in DONE.

    False if the file is no longer the one that was read; an error instead, if this is the LAST time.
    """
    assert isinstance(piece.block, bytes)
    record.add(done)
    data, done.data = done.data, None
    if job.output == "stdout":
        done.data = piece.block if data is None else data
    elif written.path is not None and (data is not None or job.output != "in-place"):
        draft = written.draft()
        try:
            draft.write(piece.block if data is None else data)
            record.backup = draft.commit(job.backup if job.output == "in-place" else None)
        except save.ChangedError:
            if last:
                raise
            return False
        except BaseException:
            draft.discard()
            raise
        record.written = written.path
    return True
