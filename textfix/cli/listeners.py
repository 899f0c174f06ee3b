"""What is done with results as they come: each output of a run is a listener."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, TextIO

from textfix import scars
from textfix.cli import job as jobs
from textfix.cli import terminal
from textfix.cli.job import Done, Record, Source, called


class Listener:
    """Is told of every file: its blocks, in order, and then its record."""

    def part(self, source: Source, record: Record, done: Done) -> None:
        """A block is done; RECORD does not count it yet if it is the first of several."""

    def end(self, source: Source, record: Record) -> None:
        """A file is done, whatever became of it."""

    def advance(self, size: int) -> None:
        """So many bytes of input are done."""

    def close(self) -> None:
        """The run is over."""

    def abandon(self) -> None:
        """The run was broken off."""


class Totals(Listener):
    """The sums over all files of a run, and the exit code that they make."""

    def __init__(self, check: bool = False) -> None:
        self.check = check
        self.statuses: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.encodings: Counter[str] = Counter()
        self.recoded: Counter[str] = Counter()
        self.edits = self.holes = self.holed = self.renamed = self.earlier = 0
        self.code = 0

    def end(self, source: Source, record: Record) -> None:
        if record.renamed is not None and record.status == jobs.CHANGED:
            self.renamed += 1
            self.code = max(self.code, int(self.check))
            return
        self.statuses[record.status] += 1
        if record.status == jobs.SKIPPED:
            self.skipped[record.kind] += 1
            return
        if record.status == jobs.FAILED:
            self.code = max(self.code, 2 if source.named and record.kind != "unwritten" else 3)
            return
        if record.detection is not None:
            self.encodings[record.encoding or "unknown"] += 1
        if record.recoded:
            self.recoded[record.encoding or "unknown"] += 1
        self.edits += record.edits
        self.holes += record.holes
        self.holed += record.holes > 0
        if self.check and record.status == jobs.CHANGED:
            self.code = max(self.code, 1)

    def sum_up(self) -> str:
        """A run over many files in a sentence or two."""
        count, would = self.statuses, self.check
        files = sum(count.values())
        parts = [f"{count[jobs.CHANGED]:,} {'would change' if would else 'changed'}"]
        if self.edits or self.recoded:
            inside = [terminal.plural(self.edits, "edit")] if self.edits else []
            if self.recoded:
                encodings = (f"{number:,} from {encoding}" for encoding, number in self.recoded.most_common(4))
                inside.append(f"{terminal.plural(self.recoded.total(), 'encoding')}: {', '.join(encodings)}")
            parts[0] += f" ({'; '.join(inside)})"
        parts.append(f"{count[jobs.UNCHANGED]:,} {'need nothing' if would else 'unchanged'}")
        skipped = self.skipped
        if total := sum(skipped.values()):
            parts.append(
                f"{total:,} skipped ("
                + ", ".join(
                    f"{number:,} {kind}"
                    for kind, number in sorted(skipped.items(), key=lambda item: (-item[1], item[0]))
                )
                + ")"
            )
        if count[jobs.FAILED]:
            parts.append(f"{count[jobs.FAILED]:,} failed")
        sentence = f"{terminal.plural(files, 'file')}: {', '.join(parts)}"
        if self.renamed:
            sentence += f"; {terminal.plural(self.renamed, 'name')} {'would be ' if would else ''}repaired"
        if self.holes:
            sentence += (
                f"; {terminal.plural(self.holes, 'lost character')} (U+FFFD) in {terminal.plural(self.holed, 'file')}"
            )
        if self.earlier:
            sentence += f"; {self.earlier:,} done by the interrupted run"
        return sentence


class Text(Listener):
    """The text itself, on standard output."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def part(self, source: Source, record: Record, done: Done) -> None:
        if done.data:
            terminal.put(done.data, self.stream)


class Errors(Listener):
    """One sentence on standard error for each file that failed."""

    def end(self, source: Source, record: Record) -> None:
        if record.status == jobs.FAILED:
            terminal.say(f"{called(source.name)} {record.reason}")


class Json(Listener):
    """A record of each file as JSON: one a line, or all in one list; with text and plan where units are wanted.

    With `quotes`, also where quotation marks without a partner are.
    """

    def __init__(self, stream: TextIO, lines: bool, full: bool, quotes: bool = False) -> None:
        self.stream, self.lines, self.full, self.quotes = stream, lines, full, quotes
        self.first = True
        self.texts: list[str] = []
        self.plan: list[dict[str, Any]] = []
        self.fields: list[dict[str, Any]] = []
        self.parts: list[list[Any]] = []
        self.read = self.size = self.line = 0

    def part(self, source: Source, record: Record, done: Done) -> None:
        if not self.full:
            return
        self.texts.append(done.text)
        for unit in done.units:
            if unit.where:
                self.fields.append(
                    {"line": self.line + unit.line + 1, "field": unit.where, "text": unit.text, "plan": unit.plan}
                )
            else:
                self.plan += [shift(step, self.size) for step in unit.plan]
        self.parts += [[self.read + start, self.read + end, encoding] for start, end, encoding in done.parts]
        self.read += done.size
        self.size += sum(len(unit.text) for unit in done.units if not unit.where)
        self.line += done.lines

    def end(self, source: Source, record: Record) -> None:
        data = record.to_dict()
        if self.full and record.status in (jobs.CHANGED, jobs.UNCHANGED):
            text = "".join(self.texts)
            data["text"] = text
            data |= {"fields": self.fields} if self.fields else {"plan": self.plan}
            data |= {"parts": self.parts, "holes": [i for i, char in enumerate(text) if char == "\ufffd"]}
            data["scars"] = [scar.to_dict() for scar in scars.find(text)]
            if self.quotes:
                from textfix import punct

                data["unpaired"] = list(punct.unpaired(text))
        self.texts, self.plan, self.fields, self.parts = [], [], [], []
        self.read = self.size = self.line = 0
        self.write(data)

    def write(self, data: dict[str, Any]) -> None:
        try:
            line = json.dumps(data, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:  # half a surrogate pair stays, as an escape, so that the plan can still be replayed
            line = json.dumps(data).encode("ascii")
        before = b"" if self.lines else b"[\n" if self.first else b",\n"
        terminal.put(before + line + (b"\n" if self.lines else b""), self.stream)
        self.first = False

    def close(self) -> None:
        if not self.lines:
            terminal.put(b"[]\n" if self.first else b"\n]\n", self.stream)


def shift(step: dict[str, Any], by: int) -> dict[str, Any]:
    """STEP for a text that stands BY characters further on."""
    moved = {
        name: [place | {"start": place["start"] + by, "end": place["end"] + by} for place in step[name]]
        for name in ("edits", "ambiguities")
        if name in step
    }
    return step | moved if by else step


class Story(Listener):
    """Every edit for a reader, after a line about the file."""

    #: Edits that are held back so that the line above them can say how many there are.
    HELD = 5000

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.held: list[jobs.Sample] = []
        self.begun = False
        self.line = 0

    def part(self, source: Source, record: Record, done: Done) -> None:
        self.held += [terminal.move(sample, self.line) for sample in done.samples]
        self.line += done.lines
        if len(self.held) > self.HELD:
            self._flush(record, None)

    def _flush(self, record: Record, head: Any) -> None:
        lines = [] if self.begun else [head or terminal.headline(record, counted=False)]
        self.begun = True
        for sample in self.held:
            lines += terminal.edit_lines(sample)
        self.held = []
        terminal.show(lines, self.stream)

    def end(self, source: Source, record: Record) -> None:
        if record.status in (jobs.CHANGED, jobs.UNCHANGED):
            if self.begun:
                self._flush(record, None)
                terminal.show([terminal.headline(record)], self.stream)
            else:
                self._flush(record, terminal.headline(record))
        self.held, self.begun, self.line = [], False, 0


class Check(Listener):
    """A line for each file that would change."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def end(self, source: Source, record: Record) -> None:
        if record.status == jobs.CHANGED:
            terminal.show([terminal.headline(record, would=True)], self.stream)


class Diff(Listener):
    """The lines that differ, as `diff -u` shows them, with the characters marked that do."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.begun = False
        self.old = self.new = 0

    def part(self, source: Source, record: Record, done: Done) -> None:
        lines = [] if self.begun or not done.hunks else list(terminal.diff_head(record))
        self.begun |= bool(done.hunks)
        for hunk in done.hunks:
            lines += terminal.diff_lines(hunk, self.old, self.new, not self.stream.isatty())
        if lines:
            terminal.show(lines, self.stream)
        self.old += done.lines
        self.new += done.new_lines

    def end(self, source: Source, record: Record) -> None:
        if record.status == jobs.CHANGED and not self.begun:
            terminal.show([*terminal.diff_head(record), *terminal.diff_note(record)], self.stream)
        self.begun, self.old, self.new = False, 0, 0


class Detections(Listener):
    """A table of encodings."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.records: list[Record] = []

    def end(self, source: Source, record: Record) -> None:
        if record.detection is not None:
            self.records.append(record)

    def close(self) -> None:
        if self.records:
            terminal.show([terminal.table(self.records)], self.stream)
