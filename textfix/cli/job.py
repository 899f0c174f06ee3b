"""What a run is asked to do, and what it has to say of each file: plain records, which go to other processes and back."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from textfix.config import Config
from textfix.records import Detection

#: Edits with their surroundings that are kept of each file where only some are wanted.
SAMPLES = 12

#: What can become of a file.
CHANGED, UNCHANGED, SKIPPED, FAILED = "changed", "unchanged", "skipped", "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """What the options of a command ask for.

    `output` is "stdout", "in-place", "file", "directory" or "none"; `samples` is how many edits of a file are kept to be
    shown (None = all); `plans`, `hunks` and `text` say whether the plan, the lines that differ and the text are wanted.
    """

    command: str
    config: Config = field(default_factory=Config)
    declared: str | None = None
    engine: str = "context"
    to_encoding: str | None = None
    line_ends: str = "keep"
    fields: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    names: bool = False
    take_for_text: bool = False
    output: str = "stdout"
    target: str | None = None
    backup: str | None = None
    samples: int | None = 0
    plans: bool = False
    hunks: bool = False
    text: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A file to work on: its name as given or found, where its result goes in a mirrored tree, and whether it was named.

    `size` is in bytes, −1 where it cannot be known (a pipe).
    """

    name: str
    inside: str
    size: int
    named: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """One edit with a little of its line around it; `where` is the field or column, if any.

    With `others` it is no edit but a place where what stands now (`after`) was a close choice, and those are what else it
    could have been.
    """

    line: int
    stage: str
    rule: str
    before: str
    after: str
    left: str
    right: str
    odds: float | None = None
    note: str = ""
    where: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring lines of which some differ: numbers (from 0) in both texts, and rows of a sign (" -+") and a line."""

    old: int
    new: int
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A text that changed, with its plan as JSON: the whole block, or one field of it."""

    line: int
    where: str
    source: str
    text: str
    plan: list[dict[str, Any]]


@dataclass(slots=True)
class Done:
    """What became of a block: `data` is what it is now (None: the same), `size` how long it was, in bytes or characters.

    `source` and `text` are what it said before and says now, if that is wanted; `parts` its stretches in several
    encodings.
    """

    data: bytes | None
    size: int = 0
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    holes: int = 0
    lines: int = 0
    new_lines: int = 0
    samples: list[Sample] = field(default_factory=list)
    hunks: list[Hunk] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    source: str = ""
    text: str = ""
    parts: tuple[tuple[int, int, str], ...] = ()


@dataclass(slots=True)
class Record:
    """What became of a file; `kind` is a word for why it was skipped or failed."""

    file: str
    status: str = UNCHANGED
    reason: str = ""
    detection: Detection | None = None
    to_encoding: str | None = None
    size: int = 0
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    holes: int = 0
    mixed: tuple[str, ...] = ()
    written: str | None = None
    backup: str | None = None
    renamed: str | None = None
    kind: str = ""

    @property
    def edits(self) -> int:
        return sum(self.rules.values())

    @property
    def encoding(self) -> str | None:
        return self.detection.encoding if self.detection else None

    @property
    def recoded(self) -> bool:
        """Whether its bytes go over to another encoding; ASCII is the same in nearly all."""
        return self.to_encoding is not None and self.encoding not in (self.to_encoding, "ascii", None)

    def add(self, done: Done) -> None:
        """Count a block in."""
        self.rules.update(done.rules)
        self.holes += done.holes
        if encodings := {encoding for _, _, encoding in done.parts} | set(self.mixed):
            self.mixed = tuple(sorted(encodings))
        if done.data is not None:
            self.status = CHANGED

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON; what does not apply is left out."""
        rules: dict[str, dict[str, int]] = {}
        for (stage, rule), count in sorted(self.rules.items()):
            rules.setdefault(stage, {})[rule] = count
        out: dict[str, Any] = {"file": self.file, "status": self.status}
        if self.status in (SKIPPED, FAILED):
            out |= {"reason": self.reason, "kind": self.kind}
        if self.detection is not None:
            out |= {"encoding": self.encoding, "detection": self.detection.to_dict()}
        if self.status in (CHANGED, UNCHANGED):
            out |= {"to_encoding": self.to_encoding, "bytes": self.size, "edits": self.edits, "rules": rules,
                    "hole_count": self.holes}  # fmt: skip
        for name, value in (("mixed", list(self.mixed)), ("written", self.written), ("backup", self.backup),
                            ("renamed", self.renamed)):  # fmt: skip
            if value:
                out[name] = value
        return out

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Record:
        """The record whose JSON form is DATA."""
        found = data.get("detection")
        detection = None
        if found:
            detection = Detection(
                found["encoding"], found["odds"], found["confidence"], found["evidence"], found["script"]
            )
        rules = Counter({(s, r): n for s, group in data.get("rules", {}).items() for r, n in group.items()})
        return Record(
            data["file"], data["status"], data.get("reason", ""), detection, data.get("to_encoding"),
            data.get("bytes", 0), rules, data.get("hole_count", 0), tuple(data.get("mixed", ())), data.get("written"),
            data.get("backup"), data.get("renamed"),
            data.get("kind", ""),
        )  # fmt: skip


class RefusedError(Exception):
    """Why a file cannot be worked on, as the end of a sentence that begins with its name.

    `kind` is a word for counting: files found in a tree are skipped under it, unless it is "failed".
    """

    def __init__(self, reason: str, kind: str = "failed") -> None:
        super().__init__(reason)
        self.kind = kind

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.kind)


class ReaderGoneError(Exception):
    """Whoever read our output has closed it: `textfix fix FILE | head`. Not an OSError, which click would take for its own."""


class OutputError(Exception):
    """Standard output cannot be written to: the disk that it goes to is full, say. Nothing further makes sense."""


def say_why(error: OSError | ValueError) -> str:
    """The reason of an error of the system, as the end of a sentence."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


def called(name: str) -> str:
    """What to call the input NAME in a sentence; a part of it that is no text is shown byte by byte."""
    return "standard input" if name == "-" else os.sep.join(map(_show, name.split(os.sep)))


def _show(part: str) -> str:
    try:
        part.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(part).decode("ascii", "backslashreplace")
    return part
