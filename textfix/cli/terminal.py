"""What a person sees: sentences, tables, edits and lines that differ, with colours where they are wanted."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from textfix.cli.job import Hunk, OutputError, ReaderGoneError, Record, Sample, called, say_why

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

#: Stands for a tab while rich, which would make spaces of it, has the text.
TAB = "\ufdd0"
#: Characters of an edit that are shown before its middle is left out.
LONGEST = 120
#: Characters of a line, or of a part of it that changed or did not, that a terminal gets to see of a difference.
WIDEST = 400


#: What is to be done before anything is written to a terminal: a bar that moves there must get out of the way.
before_writing: list[Callable[[], None]] = []


def put(data: bytes, stream: TextIO) -> None:
    """Write DATA past the text layer of STREAM, which would change line ends and may know less than Unicode."""
    if before_writing and stream.isatty():
        for make_way in before_writing:
            make_way()
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None
    except OSError as error:
        raise OutputError(f"standard output cannot be written: {say_why(error)}") from None


def say(sentence: str) -> None:
    """One sentence on standard error."""
    for make_way in before_writing:
        make_way()
    sys.stderr.write(f"textfix: {visible(sentence)}\n")


def show(things: Iterable[RenderableType], stream: TextIO) -> None:
    """Print with colours on a terminal that wants them, plainly anywhere else."""
    from rich.console import Console

    terminal = stream.isatty()
    page = io.StringIO()
    width = None if terminal else 10_000  # nobody's window: a line that a program reads is never wrapped
    coloured = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    console = Console(file=page, force_terminal=coloured, width=width, legacy_windows=False)
    for thing in things:
        console.print(thing, soft_wrap=True, markup=False, highlight=False, emoji=False)
    encoding = (stream.encoding if terminal else None) or "utf-8"
    put(page.getvalue().replace(TAB, "\t").encode(encoding, "backslashreplace"), stream)


def visible(text: str) -> str:
    """TEXT with what cannot be seen as escapes, on one line; a byte of a file name that is no character is \\xNN."""
    return "".join(c if c.isprintable() else escape(c) for c in text)


def escape(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")


def short(text: str) -> str:
    """TEXT, visibly, without its middle where it is long."""
    if len(text) > LONGEST:
        return f"{visible(text[: LONGEST // 2])} … {visible(text[-LONGEST // 2 :])}"
    return visible(text)


def plural(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' * (number != 1)}"


def move(sample: Sample, lines: int) -> Sample:
    """SAMPLE for a block that LINES lines go before."""
    return replace(sample, line=sample.line + lines) if lines else sample


def headline(record: Record, counted: bool = True, would: bool = False) -> Text:
    """What happened, or WOULD happen, to a file, in a line."""
    from rich.text import Text

    line = Text(visible(called(record.file)), style="bold")
    plain = "default not bold"
    if record.detection is not None:
        line.append(f": {record.encoding or 'unknown'} ({record.detection.evidence})", style=plain)
        if record.recoded and would:
            line.append(f" → {record.to_encoding}", style=plain)
    if record.renamed:
        line.append(f": name {'would become' if would else 'is now'} {visible(record.renamed)}", style=plain)
    elif record.edits and counted:
        stages: Counter[str] = Counter()
        for (stage, _), count in record.rules.items():
            stages[stage] += count
        each = ", ".join(f"{stage} {count:,}" for stage, count in stages.items())
        line.append(f": {plural(record.edits, 'change')}" + (f" ({each})" if would else ""), style=plain)
    elif counted and not would:
        line.append(": nothing to change", style=plain)
    if record.mixed:
        line.append(f", in parts {', '.join(record.mixed)}", style=plain)
    if counted and record.holes:
        line.append(f", {plural(record.holes, 'lost character')} (U+FFFD)", style="yellow not bold")
    return line


def edit_lines(sample: Sample) -> Iterator[Text]:
    """One edit: where and why, then the line before and after, with a little of what stands around it."""
    from rich.text import Text

    where = f"line {sample.line + 1}" + (f"  {visible(sample.where)}" if sample.where else "")
    head = Text(f"{where}  {sample.stage}  {visible(sample.rule)}", style="cyan")
    if sample.odds is not None:
        head.append(f"  {sample.odds:.1f} nats", style="dim")
    if sample.note:
        head.append(f"  {visible(sample.note)}", style="dim")
    yield head
    if sample.others:
        line = Text("  ? ", style="yellow")
        line.append(visible(sample.left), style="default")
        line.append(short(sample.after), style="bold yellow")
        line.append(visible(sample.right), style="default")
        line.append(f"  or {', '.join(map(visible, sample.others))}", style="dim")
        yield line
        return
    for sign, piece, style in (("-", sample.before, "red"), ("+", sample.after, "green")):
        line = Text(f"  {sign} ", style=style)
        line.append(visible(sample.left), style="default")
        line.append(short(piece), style=f"bold {style}")
        line.append(visible(sample.right), style="default")
        yield line


def diff_head(record: Record) -> Iterator[Text]:
    """The two lines that begin the differences of a file."""
    from rich.text import Text

    name = visible(called(record.file))
    yield Text(f"--- {name}{TAB}{record.encoding or ''}", style="bold")
    yield Text(f"+++ {name}{TAB}{record.to_encoding or ''}", style="bold")


def diff_note(record: Record) -> Iterator[Text]:
    """What is to be said where bytes change and no line does."""
    from rich.text import Text

    if record.recoded:
        yield Text(
            f"(the text stays, its encoding changes from {record.encoding} to {record.to_encoding})", style="dim"
        )
    else:
        yield Text("(only line ends or bytes that say nothing change)", style="dim")


def diff_lines(hunk: Hunk, old: int, new: int, whole: bool) -> Iterator[Text]:
    """A hunk after OLD and NEW lines of blocks before it; long lines are shown WHOLE or without their middle."""
    from rich.text import Text

    removed = sum(sign != "+" for sign, _ in hunk.rows)
    added = sum(sign != "-" for sign, _ in hunk.rows)
    yield Text(f"@@ -{old + hunk.old + 1},{removed} +{new + hunk.new + 1},{added} @@", style="cyan")
    at = 0
    while at < len(hunk.rows):
        sign, line = hunk.rows[at]
        if sign == " ":
            yield Text(" " + printable(line, whole))
            at += 1
            continue
        end = at
        while end < len(hunk.rows) and hunk.rows[end][0] != " ":
            end += 1
        yield from _changed_lines(hunk.rows[at:end], whole)
        at = end


def _changed_lines(rows: Sequence[tuple[str, str]], whole: bool) -> Iterator[Text]:
    from rich.text import Text

    from textfix.cli.diff import mark

    old = [line for sign, line in rows if sign == "-"]
    new = [line for sign, line in rows if sign == "+"]
    pairs = [mark(a, b) for a, b in zip(old, new, strict=False)]
    for sign, lines, style in (("-", old, "red"), ("+", new, "green")):
        for i, content in enumerate(lines):
            line = Text(sign, style=style)
            pieces = pairs[i][sign == "+"] if i < len(pairs) else [(content, False)]
            for piece, differs in pieces:
                line.append(printable(piece, whole), style=f"bold reverse {style}" if differs else style)
            yield line


def printable(text: str, whole: bool) -> str:
    """TEXT for a terminal: controls and marks of direction as escapes, so that they do nothing; tabs stay."""
    if not whole and len(text) > WIDEST:
        text = f"{text[: WIDEST // 2]} … {text[-WIDEST // 2 :]}"
    return "".join(c if c == "\u3000" or c.isprintable() else TAB if c == "\t" else escape(c) for c in text)


def table(records: Sequence[Record]) -> RenderableType:
    """Detections, one a row."""
    from rich.table import Table

    out = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("file", "encoding", "confidence", "evidence", "script"):
        out.add_column(heading, no_wrap=True, overflow="ignore")
    for record in records:
        found = record.detection
        assert found is not None
        confidence = "-" if found.encoding is None else f"{found.confidence:.2f}"
        out.add_row(
            visible(called(record.file)), found.encoding or "unknown", confidence, found.evidence, found.script or "-"
        )
    return out
