"""The options of the commands, each under one word, and the job that they make."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from textfix.config import CHOICES, Config, configure

Command = TypeVar("Command", bound=Callable[..., Any])
Option = Callable[[Command], Command]


def choices(option: str) -> click.Choice[str]:
    """The choices of an option of Config, as words; False is called "off"."""
    return click.Choice(["off" if c is False else str(c) for c in CHOICES[option] if c is not None])


def read_encoding(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """The name of an encoding that Python (or textfix) can write, as Python has it; "same" is no encoding, but a choice."""
    if value is None or value == "same":
        return value
    try:
        found = codecs.lookup(value)
    except (LookupError, ValueError):
        raise click.BadParameter(f"unknown encoding {value!r}; try utf-8, gb18030, big5, utf-16, or same") from None
    if not getattr(found, "_is_text_encoding", True):
        raise click.BadParameter(f"{value!r} is not an encoding of text")
    return found.name


def together(options: Sequence[Any]) -> Callable[[Command], Command]:
    """One decorator of several."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


class AnyPath(click.Path):
    """A path that the shell completes and that is looked at later, by those who can say what is wrong with it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value


files = click.argument("names", nargs=-1, metavar="[FILE|DIRECTORY]...", type=AnyPath())

#: The options of Config that are about what is done to text.
repairs = together(
    [
        click.option("--repair/--no-repair", default=None, help="Undo mojibake, slips and glosses (on)."),
        click.option("--clean", type=choices("clean"), help="What cannot be seen or meant (safe); width too (full)."),
        click.option("--script", type=choices("script"), help="Convert to this script."),
        click.option("--words/--no-words", default=None, help="With --script: regional words too."),
        click.option("--punctuation", type=choices("punctuation"), help="Put punctuation in this style."),
        click.option("--spacing/--no-spacing", default=None, help="A space between Chinese and Latin, or none."),
        click.option("--holes", type=choices("holes"), help="Lost characters: U+FFFD, left garbled, or guessed."),
        click.option("--terms", multiple=True, metavar="BEFORE=AFTER", help="A word and what it becomes (repeatable)."),
        click.option("--keep", multiple=True, metavar="WORD", help="A word that nothing may change (repeatable)."),
        click.option(
            "--escapes", multiple=True, metavar="KIND", help="Escapes to put back: on, off, or kinds (repeatable)."
        ),
        click.option("--caution", type=float, metavar="NATS", help="Evidence that a repair must have (12)."),
        click.option("--max-layers", type=int, metavar="N", help="Misreadings on top of one another (3)."),
    ]
)
reading = together(
    [
        click.option("--declared", metavar="LABEL", help="What the sender says the encoding is."),
        click.option("-a", "--text", "take_for_text", is_flag=True, help="Take every file for text, also binary ones."),
        click.option("--include", multiple=True, metavar="GLOB", help="In directories: only these files (repeatable)."),
        click.option("--exclude", multiple=True, metavar="GLOB", help="In directories: leave these out (repeatable)."),
        click.option("--hidden", is_flag=True, help="In directories: hidden files too."),
        click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes at work (one a core)."),
        click.option("-q", "--quiet", is_flag=True, help="No summary and no progress on standard error."),
    ]
)
within = together(
    [
        click.option("--field", "fields", multiple=True, metavar="NAME", help="JSON: only this field, dotted (repeatable)."),
        click.option("--column", "columns", multiple=True, metavar="NAME", help="CSV, Parquet: only this column (repeatable)."),
        click.option("--to-encoding", callback=read_encoding, metavar="ENCODING", help="Write in this one (utf-8); same keeps the file's."),
        click.option("--line-ends", type=click.Choice(["keep", "lf", "crlf"]), default="keep", help="Line ends: the file's own (keep)."),
        click.option("--names", "names_too", is_flag=True, help="Repair file names too, and the names in zip archives."),
    ]
)  # fmt: skip
records = together(
    [
        click.option("--json", "as_json", is_flag=True, help="Write records as one JSON list."),
        click.option("--jsonl", "as_jsonl", is_flag=True, help="Write records as JSON, one a line."),
    ]
)
showing = together(
    [
        click.option("--diff", is_flag=True, help="Show the lines that change, the characters in them marked."),
        click.option("--report", type=AnyPath(), metavar="FILE", help="Write a page (HTML) about what was found."),
        records,
    ]
)
writing = together(
    [
        click.option(
            "-o",
            "--output",
            type=AnyPath(),
            metavar="FILE|DIR",
            help="Write there; a directory gets the tree mirrored.",
        ),
        click.option("-i", "--in-place", is_flag=True, help="Write over the files themselves, safely."),
        click.option("--backup", metavar="SUFFIX", help="With --in-place: keep each old file under its name and this."),
        click.option("--resume", is_flag=True, help="Skip what an interrupted run of the same command finished."),
    ]
)


def configured(options: dict[str, Any], **fixed: Any) -> Config:
    """The Config that a command's options ask for; those not given stay as Config has them."""
    given = {name: value for name, value in {**options, **fixed}.items() if value is not None and value != ()}
    if given.get("clean") == "off":
        given["clean"] = False
    if "terms" in given:
        given["terms"] = [tuple(term.split("=", 1)) for term in given["terms"]]
    if "escapes" in given and len(given["escapes"]) == 1:
        given["escapes"] = {"on": True, "off": False}.get(given["escapes"][0], given["escapes"])
    return configure(None, given)
