"""A block of a file on its way through the library: decoded, taken apart into texts, and put together again."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise

from textfix.cli import ends, kinds
from textfix.cli.diff import find_hunks
from textfix.cli.fields import Csv, Json, Place, find_columns, read_header
from textfix.cli.job import Done, Job, RefusedError, Sample, Unit
from textfix.config import Config
from textfix.records import Detection, Edit, Result, Step, splice, substitute

#: Characters of the line that are shown on either side of an edit.
CONTEXT = 10
#: Encodings that begin with a mark, and what further blocks are written in.
MARKED = {
    "utf-8-sig": "utf-8",
    "utf-16": f"utf-16-{sys.byteorder[0]}e",
    "utf-32": f"utf-32-{sys.byteorder[0]}e",
}
UTF8_MARK, GB_MARK = b"\xef\xbb\xbf", b"\x84\x31\x95\x33"
MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-32-le": b"\xff\xfe\0\0", "utf-32-be": b"\0\0\xfe\xff",
         "utf-8": UTF8_MARK}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known of a file before its blocks are worked on.

    `encoding` is what it is written in when done, `mark` the byte-order mark that goes in front of it, `same` whether
    that is what it is in already; `markup` says where it declares its encoding, `delimiter` and `columns` what its rows
    are made of.
    """

    detection: Detection
    encoding: str
    mark: bytes = b""
    same: bool = False
    format: str = "text"
    markup: str | None = None
    lines: bool = False
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    wanted: tuple[int, ...] | None = None


def make_sheet(job: Job, name: str, head: bytes, detection: Detection) -> Sheet:
    """The sheet for the file NAME that begins with HEAD and is in what DETECTION says."""
    assert detection.encoding is not None
    encoding, mark = choose_encoding(job.to_encoding, head, detection.encoding)
    form = kinds.name_format(name)
    same = job.to_encoding == "same" or detection.encoding == (f"{encoding}-sig" if mark == UTF8_MARK else encoding)
    sheet = Sheet(detection, encoding, mark, same, form, kinds.name_markup(name, head))
    suffix = kinds.split_suffix(name)[1]
    if form == "json":
        return replace(sheet, lines=suffix in (".jsonl", ".ndjson"))
    if form == "csv":
        from textfix.decode import decode

        first = decode(head, detection).split("\n", 1)[0].rstrip("\r")
        delimiter, columns = read_header(first, suffix)
        wanted = tuple(find_columns(job.columns, columns)) if job.columns else None
        return replace(sheet, delimiter=delimiter, columns=tuple(columns), wanted=wanted)
    return sheet


def choose_encoding(asked: str | None, head: bytes, found: str) -> tuple[str, bytes]:
    """What a file that was FOUND in an encoding is written in, and the mark before it.

    UTF-8 unless something else is ASKED for ("same": what it is in); UTF-8 that has a mark keeps it unless told.
    """
    if asked is None:
        return "utf-8", UTF8_MARK if found == "utf-8-sig" else b""
    if asked == "same":
        if found == "gb18030" and head.startswith(GB_MARK):
            return found, GB_MARK
        for codec, mark in MARKS.items():
            if head.startswith(mark) and found in MARKED and codec.startswith(found.removesuffix("-sig")):
                return codec, mark
        return found, b""
    if asked in MARKED:
        plain = MARKED[asked]
        return plain, MARKS[plain]
    return asked, b""


class Piece:
    """A block and the texts in it that go to the library; NUMBER is that of the block in its file."""

    def __init__(self, job: Job, sheet: Sheet, block: bytes | str, number: int) -> None:
        self.job, self.sheet, self.block, self.number = job, sheet, block, number
        self.parts: tuple[tuple[int, int, str], ...] = ()
        self.raw = self._decode()
        self.places: list[Place] | None = None
        self._write: Callable[[str, str], str] = lambda _, value: value
        if sheet.format == "json":
            form = Json(job.fields, sheet.lines)
            self.places, self._write = list(form.find(self.raw)), form.write
        elif sheet.format == "csv":
            table = Csv(sheet.delimiter, sheet.wanted, sheet.columns)
            self.places, self._write = list(table.find(self.raw)), table.write
        values = [self.raw] if self.places is None else [place.value for place in self.places]
        taken = [ends.take(value) for value in values]
        self.texts = [text for text, _ in taken]
        self._ends = [end for _, end in taken]

    def _decode(self) -> str:
        if isinstance(self.block, str):
            return self.block
        from textfix.decode import decode_parts

        detection = self.sheet.detection
        if self.number and self.block.startswith(UTF8_MARK):  # not at the start of the file: no mark, but a character
            text, parts = decode_parts(b"\n" + self.block, detection)
            return text[1:]
        text, parts = decode_parts(self.block, detection)
        if len({encoding for _, _, encoding in parts}) > 1:
            self.parts = tuple(parts)
        return text

    def finish(self, results: Sequence[Result]) -> Done:
        """What became of the block, given the library's RESULTS for its texts."""
        done = Done(None, len(self.block), parts=self.parts)
        values = [ends.put(result, end) for result, end in zip(results, self._ends, strict=True)]
        text = values[0] if self.places is None else self._put_together(values)
        if self.job.line_ends != "keep" and (unified := ends.unify(text, ends.LINE_ENDS[self.job.line_ends])) != text:
            done.rules["line-ends", self.job.line_ends] += 1
            text = unified
        if self.number == 0 and self.sheet.markup and not text.isascii():
            from textfix.decode.declarations import declare

            text, declared = declare(text, self.sheet.markup, self.sheet.encoding)
            if declared:
                done.rules["declaration", self.sheet.encoding] += declared
        done.holes = text.count("\ufffd")
        done.lines, done.new_lines = self.raw.count("\n"), text.count("\n")
        for result in results:
            for step in result.plan:
                done.rules.update((step.stage, edit.rule) for edit in step.edits)
        self._show(done, results, text)
        done.data = self._encode(text)
        return done

    def _put_together(self, values: Sequence[str]) -> str:
        assert self.places is not None
        out: list[str] = []
        at = 0
        for place, value in zip(self.places, values, strict=True):
            if value != place.value:
                out += (self.raw[at : place.start], self._write(self.raw[place.start : place.end], value))
                at = place.end
        out.append(self.raw[at:])
        return "".join(out) if at else self.raw

    def _encode(self, text: str) -> bytes | None:
        """TEXT in the file's new encoding; None if the bytes are the same as before."""
        sheet = self.sheet
        if (
            sheet.same
            and text == self.raw
            and not self.parts
            and "\ufffd" not in text
            and isinstance(self.block, bytes)
        ):
            return None  # also where a byte has two spellings, of which encoding knows one
        try:
            data = text.encode(sheet.encoding)
        except UnicodeEncodeError:
            data = self._encode_rest(text)
        if self.number == 0:
            data = sheet.mark + data
        return None if data == self.block else data

    def _encode_rest(self, text: str) -> bytes:
        """The same where it cannot be done: halves of surrogate pairs become U+FFFD, anything else is an error."""
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        try:
            return text.encode(self.sheet.encoding)
        except UnicodeEncodeError as error:
            missing = "".join(dict.fromkeys(c for c in text if not can_encode(c, self.sheet.encoding)))
            listed = ", ".join(f"{c} (U+{ord(c):04X})" for c in missing[:5]) + (", …" if len(missing) > 5 else "")
            line = text.count("\n", 0, error.start) + 1
            raise RefusedError(
                f"cannot be written in {self.sheet.encoding}, which lacks {listed}, first on line {line} of what is written",
                "unwritten",
            ) from None

    # --- what is shown ---

    def _show(self, done: Done, results: Sequence[Result], text: str) -> None:
        job = self.job
        most = sys.maxsize if job.samples is None else job.samples
        changed = [number for number, result in enumerate(results) if result.plan]
        for number in changed if most else ():
            for sample in list_samples(results[number], self._line(number), self._name(number), job.samples is None):
                done.samples.append(sample)
                if len(done.samples) >= most:
                    break
            if len(done.samples) >= most:
                break
        if job.hunks and text != self.raw:
            done.hunks = find_hunks(self.raw, text)
        if job.plans:
            done.units = [
                Unit(
                    self._line(i),
                    self._name(i),
                    results[i].source,
                    results[i].text,
                    [s.to_dict() for s in results[i].plan],
                )
                for i in (changed if self.places is not None else range(len(results)))
            ]
        if job.text:
            done.source, done.text = self.raw, text

    @cached_property
    def _lines(self) -> list[int]:
        """The line, from 0, on which each place stands."""
        assert self.places is not None
        starts = [0, *(place.start for place in self.places)]
        return list(accumulate(self.raw.count("\n", a, b) for a, b in pairwise(starts)))

    def _line(self, number: int) -> int:
        return 0 if self.places is None else self._lines[number]

    def _name(self, number: int) -> str:
        return "" if self.places is None else self.places[number].name


def can_encode(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def list_samples(result: Result, line: int, where: str, close: bool = False) -> Iterator[Sample]:
    """The edits of RESULT in the order in which they were made, each with what stands around it on its line.

    With CLOSE, the places where a choice was close come after the edits of their step.
    """
    text = result.source
    for step in result.plan:
        at, number = 0, line
        for edit in step.edits:
            number += text.count("\n", at, edit.start)
            at = edit.start
            left, right = look_around(text, edit.start, edit.end)
            yield Sample(
                number, step.stage, edit.rule, edit.before, edit.after, left, right, edit.odds, edit.note, where
            )
        at, number = 0, line
        for place in step.ambiguities if close else ():
            number += text.count("\n", at, place.start)
            at = place.start
            left, right = look_around(text, place.start, place.end)
            others = tuple(f"{other.text} ({other.odds:.1f} nats)" for other in place.alternatives)
            before = text[place.start : place.end]
            yield Sample(number, step.stage, "close choice", before, place.text, left, right, None, "", where, others)
        text = splice(text, step.edits).text


def look_around(text: str, start: int, end: int) -> tuple[str, str]:
    """A little of the line before and after START to END."""
    first = max(text.rfind("\n", 0, start) + 1, start - CONTEXT)
    stop = text.find("\n", end, end + CONTEXT)
    return text[first:start], text[end : stop if stop >= 0 else end + CONTEXT]


def work(job: Job, pieces: Sequence[Piece]) -> list[Done]:
    """What becomes of PIECES, which go through the library together."""
    results = iter(explain([text for piece in pieces for text in piece.texts], job))
    return [piece.finish([next(results) for _ in piece.texts]) for piece in pieces]


def explain(texts: list[str], job: Job) -> list[Result]:
    """The library's results for TEXTS."""
    if job.engine == "opencc":
        return [convert_with_opencc(text, job.config) for text in texts]
    from textfix.explain import explain_many

    return explain_many(texts, job.config)


def convert_with_opencc(text: str, config: Config) -> Result:
    """OpenCC's conversion as a result: it says nothing of why, so an edit is whatever differs within a line."""
    from textfix import convert

    assert config.script is not None
    after = convert(text, config.script, words=config.words, engine="opencc")
    if after == text:
        return Result(text, (), None, text)
    if len(after) == len(text):
        return Result(after, (Step("script", substitute(text, after, "opencc").edits),), None, text)
    edits, at = [], 0
    for old, new in zip(re.split("(?<=\n)", text), re.split("(?<=\n)", after), strict=True):
        if old != new:
            edits.append(Edit(at, at + len(old), old, new, "opencc"))
        at += len(old)
    return Result(after, (Step("script", tuple(edits)),), None, text)
