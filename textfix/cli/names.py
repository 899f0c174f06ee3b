"""Names of files: those that are garbled, or whose bytes are in another encoding than the system's, get their own back."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from textfix.cli import job as jobs
from textfix.cli import save
from textfix.cli.files import UNSURE
from textfix.cli.job import Job, Record, Sample, Source
from textfix.cli.listeners import Listener
from textfix.cli.sources import Found
from textfix.config import Config

#: The longest name, in bytes of UTF-8, that usual file systems take.
LONGEST = 255


def repair(names: Sequence[str | bytes], caution: float) -> list[tuple[str, str] | None]:
    """For each of NAMES what it should be and why (an encoding or a rule); None where it should stay.

    Bytes are names that are not UTF-8; they are looked at together, for one name is too short to tell its encoding.
    """
    from textfix.explain import explain_many

    texts, reasons = _decode(names)
    config = Config(clean=False, holes="keep", caution=caution)
    results = iter(explain_many([text for text in texts if text is not None], config))
    out: list[tuple[str, str] | None] = []
    for name, text, reason in zip(names, texts, reasons, strict=True):
        if text is None:
            out.append(None)
            continue
        result = next(results)
        rules = [edit.rule for step in result.plan for edit in step.edits]
        why = ", ".join(dict.fromkeys([reason, *rules] if reason else rules))
        out.append((result.text, why) if result.text != name and is_name(result.text) else None)
    return out


def _decode(names: Sequence[str | bytes]) -> tuple[list[str | None], list[str]]:
    """The text of each of NAMES, None where it cannot be told, and the encoding it was in if it was bytes."""
    from textfix import detect
    from textfix.decode import decode

    raw = [name for name in names if isinstance(name, bytes)]
    joined = b"\n".join(raw)
    detection = detect(joined)
    sure = detection.encoding is not None and detection.confidence >= UNSURE
    lines = decode(joined, detection).split("\n") if sure else []
    decoded = iter(lines if len(lines) == len(raw) else [None] * len(raw))
    texts: list[str | None] = []
    for name in names:
        text = next(decoded) if isinstance(name, bytes) else name
        texts.append(None if text is None or "\ufffd" in text else text)
    return texts, [detection.encoding or "" if isinstance(name, bytes) else "" for name in names]


def is_name(text: str) -> bool:
    """Whether TEXT can be the name of a file anywhere."""
    if text in ("", ".", "..") or "/" in text or len(text.encode("utf-8", "replace")) > LONGEST:
        return False
    return not any(unicodedata.category(char) in ("Cc", "Cs", "Cn") for char in text)


def as_found(name: str) -> str | bytes:
    """NAME, or its bytes where the system could not decode it."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(name)
    return name


def plan(job: Job, parts: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Which of the names PARTS are to change, to what, and why."""
    names = sorted(set(parts))
    found = repair([as_found(name) for name in names], job.config.caution)
    return {name: new for name, new in zip(names, found, strict=True) if new is not None}


def mirror(job: Job, found: Found) -> list[Source]:
    """The sources of FOUND, with repaired names for where their results go."""
    new = plan(job, (part for source in found.sources for part in source.inside.split(os.sep)))
    out = []
    for source in found.sources:
        parts = [new[part][0] if part in new else part for part in source.inside.split(os.sep)]
        out.append(replace(source, inside=os.path.join(*parts)))
    return out


def tell_names(job: Job, found: Found, heard: Sequence[Listener]) -> None:
    """Rename what is to be renamed, if the job is in place; tell of it in any case. What lies deepest comes first."""
    if job.output == "directory":
        entries = [source.inside for source in found.sources]  # they are written under their new names
        return
    entries = [*found.entries, *(source.name for source in found.sources if source.named and source.name != "-")]
    new = plan(job, map(os.path.basename, entries))
    for path in sorted(set(entries), key=lambda path: (-path.count(os.sep), path)):
        name = os.path.basename(path)
        if name not in new:
            continue
        record = Record(path, jobs.CHANGED, renamed=new[name][0])
        record.rules["names", new[name][1]] += 1
        if job.output == "in-place":
            rename(path, record)
        sample = Sample(0, "names", new[name][1], name, new[name][0], "", "")
        done = jobs.Done(None, samples=[sample] if job.samples != 0 else [])
        for listener in heard:
            listener.part(Source(path, path, 0, True), record, done)
            listener.end(Source(path, path, 0, True), record)


def rename(path: str, record: Record) -> None:
    """Give the file PATH the name that RECORD says, unless another file has it."""
    folder = os.path.dirname(path)
    assert record.renamed is not None
    target = os.path.join(folder, record.renamed)
    try:
        with save.writing(), save.lock_directory(folder or "."):
            if os.path.lexists(target):
                raise jobs.RefusedError(f"cannot be called {record.renamed!r}: there is such a file", "unwritten")
            os.rename(path, target)
    except jobs.RefusedError as error:
        record.status, record.reason, record.kind = jobs.FAILED, str(error), "unwritten"
    else:
        record.written = target
