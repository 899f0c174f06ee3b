"""The command line: `textfix fix`, `textfix detect`, `textfix explain`.

Files and standard input are read as bytes, what `fix` writes is UTF-8; nothing but the stages asked for touches the
text, line ends included. No file is ever changed. What goes wrong is one sentence on standard error and exit code 2.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from textfix import __version__, detect
from textfix.config import CHOICES, Config, configure
from textfix.errors import TextfixError
from textfix.explain import explain_bytes
from textfix.records import Detection, Edit, Result, splice

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

FAILED = 2
#: What the shell reports for a program that wrote to a closed pipe (128 + SIGPIPE).
PIPE_CLOSED = 141
#: How files begin that no encoding makes text of.
BINARY = {
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF87a": "a GIF image",
    b"GIF89a": "a GIF image",
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a ZIP archive (or an office document)",
    b"\x1f\x8b\x08": "gzip data",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ\x00": "xz data",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old office document",
    b"SQLite format 3\x00": "an SQLite database",
    b"\x7fELF": "a program",
}
#: Characters of the line that are shown on either side of an edit, and of an edit before its middle is left out.
CONTEXT, LONGEST = 10, 120

Command = TypeVar("Command", bound=Callable[..., Any])


class RefusedError(Exception):
    """Why a file cannot be worked on, as the end of a sentence that begins with its name."""


class ReaderGoneError(Exception):
    """Whoever read our output has closed it: `textfix fix FILE | head`. Not an OSError, which click would take for its own."""


# --- reading and writing -----------------------------------------------------------------------------------------


def read(name: str) -> bytes:
    """The bytes of the file NAME; `-` is standard input."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        if os.path.isdir(name):
            raise RefusedError("is a directory, not a file")
        with open(name, "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise RefusedError("does not exist") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RefusedError(f"cannot be read: {reason.lower()}") from None


def read_text(name: str) -> bytes:
    """The bytes of the file NAME if they can be text at all."""
    data = read(name)
    for beginning, what in BINARY.items():
        if data.startswith(beginning):
            raise RefusedError(f"is binary, not text: it begins like {what}")
    return data


def utf8(text: str) -> bytes:
    """TEXT in UTF-8; half a surrogate pair, which has no UTF-8 form, becomes U+FFFD."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode("utf-8")


def put(data: bytes, stream: TextIO) -> None:
    """Write DATA past the text layer of STREAM, which would change line ends and may know less than Unicode."""
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None


def write_json(record: dict[str, Any]) -> None:
    """RECORD as one line; surrogates are kept, as escapes, so that the plan can still be replayed."""
    try:
        line = json.dumps(record, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        line = json.dumps(record).encode("ascii")
    put(line + b"\n", sys.stdout)


def say(sentence: str) -> None:
    """One sentence on standard error."""
    sys.stderr.write(f"textfix: {visible(sentence)}\n")


def show(things: Iterable[RenderableType], stream: TextIO) -> None:
    """Print with colours on a terminal that wants them, plainly anywhere else."""
    from rich.console import Console

    terminal = stream.isatty()
    page = io.StringIO()
    width = None if terminal else 10_000  # nobody's window: a line that a program reads is never wrapped
    coloured = terminal and not os.environ.get("NO_COLOR")
    console = Console(file=page, force_terminal=coloured, width=width, legacy_windows=False)
    for thing in things:
        console.print(thing, soft_wrap=True, markup=False, highlight=False, emoji=False)
    encoding = (stream.encoding if terminal else None) or "utf-8"
    put(page.getvalue().encode(encoding, "backslashreplace"), stream)


def each(files: Sequence[str], work: Callable[[str], None]) -> int:
    """Do WORK on every file, whatever became of those before it; 2 if any of them failed."""
    return max([attempt(name, work) for name in files or ["-"]])


def attempt(name: str, work: Callable[[str], None]) -> int:
    try:
        work(name)
    except RefusedError as error:
        say(f"{called(name)} {error}")
    except TextfixError as error:
        say(f"{called(name)}: {error}")
    else:
        return 0
    return FAILED


def called(name: str) -> str:
    return "standard input" if name == "-" else name


# --- what is shown -----------------------------------------------------------------------------------------------


def visible(text: str) -> str:
    """TEXT with what cannot be seen as escapes, on one line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii") for c in text)


def short(text: str) -> str:
    """TEXT, visibly, without its middle where it is long."""
    if len(text) > LONGEST:
        return f"{visible(text[: LONGEST // 2])} … {visible(text[-LONGEST // 2 :])}"
    return visible(text)


def encoding_of(detection: Detection) -> str:
    return detection.encoding or "unknown"


def summary(name: str, result: Result) -> Text:
    """What happened to a file, in a line."""
    from rich.text import Text

    edits = sum(len(step.edits) for step in result.plan)
    line = Text(visible(called(name)), style="bold")
    if result.detection is not None:
        line.append(f": {encoding_of(result.detection)} ({result.detection.evidence})", style="default not bold")
    line.append(f": {edits} change{'s' * (edits != 1)}" if edits else ": nothing to change", style="default not bold")
    if result.holes:
        line.append(f", {len(result.holes)} lost character(s) marked with U+FFFD", style="yellow not bold")
    return line


def edit_lines(text: str, edit: Edit, stage: str, number: int) -> Iterator[Text]:
    """One edit: where and why, then the line before and after, with a little of what stands around it."""
    from rich.text import Text

    start = max(text.rfind("\n", 0, edit.start) + 1, edit.start - CONTEXT)
    stop = text.find("\n", edit.end, edit.end + CONTEXT)
    left, right = visible(text[start : edit.start]), visible(text[edit.end : stop if stop >= 0 else edit.end + CONTEXT])
    head = Text(f"line {number}  {stage}  {visible(edit.rule)}", style="cyan")
    if edit.odds is not None:
        head.append(f"  {edit.odds:.1f} nats", style="dim")
    if edit.note:
        head.append(f"  {visible(edit.note)}", style="dim")
    yield head
    for mark, piece, style in (("-", edit.before, "red"), ("+", edit.after, "green")):
        line = Text(f"  {mark} ", style=style)
        line.append(left, style="default")
        line.append(short(piece), style=f"bold {style}")
        line.append(right, style="default")
        yield line


def story(name: str, result: Result) -> Iterator[Text]:
    """A plan for a reader: every edit in the order in which it was made."""
    yield summary(name, result)
    text = result.source
    for step in result.plan:
        at, number = 0, 1
        for edit in step.edits:
            number += text.count("\n", at, edit.start)
            at = edit.start
            yield from edit_lines(text, edit, step.stage, number)
        text = splice(text, step.edits).text


def table(rows: Sequence[tuple[str, Detection]]) -> RenderableType:
    """Detections, one a row."""
    from rich.table import Table

    out = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("file", "encoding", "confidence", "evidence", "script"):
        out.add_column(heading, no_wrap=True, overflow="ignore")
    for name, found in rows:
        confidence = "-" if found.encoding is None else f"{found.confidence:.2f}"
        out.add_row(visible(called(name)), encoding_of(found), confidence, found.evidence, found.script or "-")
    return out


# --- the commands ------------------------------------------------------------------------------------------------


def choices(option: str) -> click.Choice[str]:
    """The choices of an option of Config, as words; False is called "off"."""
    return click.Choice(["off" if c is False else str(c) for c in CHOICES[option] if c is not None])


def with_options(command: Command) -> Command:
    """The options of Config as options of a command, each under its own word."""
    for option in reversed(
        [
            click.option("--repair/--no-repair", default=None, help="Undo mojibake, slips and glosses (on)."),
            click.option(
                "--clean", type=choices("clean"), help="What cannot be seen or meant (safe); width too (full)."
            ),
            click.option("--script", type=choices("script"), help="Convert to this script."),
            click.option("--words/--no-words", default=None, help="With --script: regional words too."),
            click.option("--punctuation", type=choices("punctuation"), help="Put punctuation in this style."),
            click.option("--spacing/--no-spacing", default=None, help="A space between Chinese and Latin, or none."),
            click.option("--holes", type=choices("holes"), help="Lost characters: U+FFFD, left garbled, or guessed."),
            click.option(
                "--terms", multiple=True, metavar="BEFORE=AFTER", help="A word and what it becomes; repeatable."
            ),
            click.option("--keep", multiple=True, metavar="WORD", help="A word that nothing may change; repeatable."),
            click.option("--caution", type=float, metavar="NATS", help="Evidence that a repair must have (12)."),
            click.option("--max-layers", type=int, metavar="N", help="Misreadings on top of one another (3)."),
            click.option("--declared", metavar="LABEL", help="What the sender says the encoding is."),
        ]
    ):
        command = option(command)
    return command


def configured(options: dict[str, Any]) -> Config:
    """The Config that the command's options ask for; those not given stay as Config has them."""
    given = {name: value for name, value in options.items() if value is not None and value != ()}
    if "terms" in given:
        given["terms"] = [tuple(term.split("=", 1)) for term in given["terms"]]
    if given.get("clean") == "off":
        given["clean"] = False
    return configure(None, given)


def work_out(name: str, declared: str | None, config: Config) -> Result:
    """The result for the file NAME; RefusedError where its bytes are not known to be text."""
    data = read_text(name)
    if not data:
        return Result("")
    result = explain_bytes(data, declared, config)
    if result.detection is None or result.detection.encoding is None:
        if b"\0" in data:
            raise RefusedError("is binary, not text")
        raise RefusedError(
            "is in no encoding that can be told, so nothing was written; if you know it, name it with --declared"
        )
    return result


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="textfix", message="%(prog)s %(version)s")
def cli() -> None:
    """Make damaged Chinese text whole: encodings, mojibake, script, punctuation."""


@cli.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@with_options
@click.option("--explain", is_flag=True, help="Say on standard error what was changed and why.")
@click.option("--json", "as_json", is_flag=True, help="Write text, plan, encoding and holes as JSON, one line a file.")
def fix(files: tuple[str, ...], explain: bool, as_json: bool, declared: str | None, **options: Any) -> int:
    """Repair each FILE (or standard input) and write the result, UTF-8, to standard output."""
    config = configured(options)

    def work(name: str) -> None:
        result = work_out(name, declared, config)
        if explain:
            show(story(name, result), sys.stderr)
        if as_json:
            write_json({"file": name, **result.to_dict()})
        else:
            put(utf8(result.text), sys.stdout)

    return each(files, work)


@cli.command("explain")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@with_options
@click.option("--json", "as_json", is_flag=True, help="As JSON, one line a file: the same as `fix --json`.")
def explain_command(files: tuple[str, ...], as_json: bool, declared: str | None, **options: Any) -> int:
    """Show what `fix` changes in each FILE: every edit before and after, with its rule and its odds."""
    config = configured(options)

    def work(name: str) -> None:
        result = work_out(name, declared, config)
        if as_json:
            write_json({"file": name, **result.to_dict()})
        else:
            show(story(name, result), sys.stdout)

    return each(files, work)


@cli.command("detect")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--declared", metavar="LABEL", help="What the sender says the encoding is.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one line a file.")
def detect_command(files: tuple[str, ...], declared: str | None, as_json: bool) -> int:
    """Name the encoding of each FILE, how sure that is, what it rests on, and the script."""
    rows: list[tuple[str, Detection]] = []

    def work(name: str) -> None:
        found = detect(read_text(name), declared=declared)
        if as_json:
            write_json({"file": name, **found.to_dict()})
        else:
            rows.append((name, found))

    code = each(files, work)
    if rows:
        show([table(rows)], sys.stdout)
    return code


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command that ARGUMENTS (or those of the program) ask for; its exit code."""
    try:
        code: int | None = cli.main(arguments, prog_name="textfix", standalone_mode=False)
        sys.stdout.flush()
        return code or 0
    except click.ClickException as error:
        if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
            error.show()
        else:
            say(" ".join(error.format_message().split()))
        return FAILED
    except TextfixError as error:
        say(str(error))
        return FAILED
    except (KeyboardInterrupt, click.Abort):
        return 130
    except (ReaderGoneError, BrokenPipeError):
        # Python would still try to flush what is left when it exits
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED


def main() -> None:
    """The entry point of the program `textfix`."""
    sys.exit(run())


if __name__ == "__main__":
    main()
