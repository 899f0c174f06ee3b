"""The commands, one spelling each, in the words of the library."""

from __future__ import annotations

from typing import Any

import click

from textfix import __version__
from textfix.cli import options as opts


class Group(click.Group):
    """Commands in the order in which they are written here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="""Exit codes: 0 done, 1 something would change (check), 2 the command or an input was wrong, 3 some files failed.

\b
Shell completion:
  bash  eval "$(_TEXTFIX_COMPLETE=bash_source textfix)"
  zsh   eval "$(_TEXTFIX_COMPLETE=zsh_source textfix)"
  fish  _TEXTFIX_COMPLETE=fish_source textfix | source""",
)
@click.version_option(__version__, prog_name="textfix", message="%(prog)s %(version)s")
def cli() -> None:
    """Make damaged Chinese text whole: encodings, mojibake, script, punctuation.

    Files, directories and standard input; .gz, .bz2, .xz and .zst, JSON, CSV, Parquet and HTML as what they are.
    """


def _run(command: str, **options: Any) -> int:
    from textfix.cli.session import run_command

    return run_command(command, **options)


@cli.command(
    epilog="""\b
Examples:
  textfix fix page.html > whole.html
  textfix fix --in-place --backup .bak --report report.html pages/
  textfix fix -o clean/ --include '*.txt' --include '*.csv' crawl/
  textfix fix --in-place --field text --field meta.title corpus.jsonl.gz
  zcat dump.gz | textfix fix --script hans --punctuation full"""
)
@opts.files
@opts.repairs
@opts.within
@opts.writing
@opts.showing
@click.option("--explain", is_flag=True, help="Say on standard error what was changed and why.")
@opts.reading
def fix(**options: Any) -> int:
    """Repair files, in any encoding, and write them in UTF-8.

    The result goes to standard output, to -o, or, with --in-place, into the files themselves: each is replaced in one
    step, and is at every moment either the old one or the new one. Files that need nothing are not touched. In
    directories, hidden files, version control and binary files are left out.
    """
    return _run("fix", **options)


@cli.command(
    epilog="""\b
Examples:
  textfix check docs/                       exit code 1 if anything would change
  textfix check --diff --script hans docs/
  textfix check --report report.html pages/"""
)
@opts.files
@opts.repairs
@opts.within
@opts.showing
@opts.reading
def check(**options: Any) -> int:
    """Say which files `fix` would change, and change nothing.

    Exit code 1 if there are any: for a commit hook, or to look before --in-place.
    """
    return _run("check", **options)


@cli.command(
    epilog="""\b
Examples:
  textfix detect *.csv
  textfix detect --jsonl crawl/ | jq -r 'select(.encoding == "gb18030") | .file'"""
)
@opts.files
@opts.reading
@opts.records
def detect(**options: Any) -> int:
    """Name the encoding of each file, how sure that is, what it rests on, and the script."""
    return _run("detect", **options)


@cli.command(
    epilog="""\b
Examples:
  textfix explain page.html
  textfix explain --jsonl page.html | jq .plan"""
)
@opts.files
@opts.repairs
@opts.within
@opts.records
@opts.reading
def explain(**options: Any) -> int:
    """Show what `fix` changes: every edit before and after, with its rule and its odds.

    As JSON: text, plan, encoding and holes of each file.
    """
    return _run("explain", **options)


@cli.command(
    epilog="""\b
Examples:
  textfix convert --to tw --words article.txt
  textfix convert --to hans --in-place books/"""
)
@opts.files
@click.option("--to", "script", type=opts.choices("script"), required=True, help="The script.")
@click.option("--words/--no-words", default=None, help="Regional words too (软件, 軟體).")
@click.option("--terms", multiple=True, metavar="BEFORE=AFTER", help="A word and what it becomes (repeatable).")
@click.option("--keep", multiple=True, metavar="WORD", help="A word that nothing may change (repeatable).")
@click.option(
    "--engine",
    type=click.Choice(["context", "opencc"]),
    default="context",
    help="OpenCC's own output, or ours (context).",
)
@opts.within
@opts.writing
@opts.showing
@opts.reading
def convert(**options: Any) -> int:
    """Convert files between simplified and traditional script, and do nothing else to their text."""
    return _run("convert", **options)


@cli.command(
    epilog="""\b
Examples:
  textfix punctuate --style full draft.md
  textfix punctuate --style corner --spacing --in-place docs/"""
)
@opts.files
@click.option(
    "--style",
    "punctuation",
    type=opts.choices("punctuation"),
    required=True,
    help="full: mainland; corner: 「」 of Taiwan and Hong Kong; half: ASCII.",
)
@click.option("--spacing/--no-spacing", default=None, help="A space between Chinese and Latin or digits, or none.")
@opts.within
@opts.writing
@opts.showing
@opts.reading
def punctuate(**options: Any) -> int:
    """Put the punctuation of files in one style, and do nothing else to their text."""
    return _run("punctuate", **options)


@cli.command(
    epilog="""\b
Examples:
  textfix routes
  textfix routes --jsonl | jq -r .route"""
)
@opts.records
def routes(as_json: bool, as_jsonl: bool) -> int:
    """List the misreadings that `fix` undoes: written in one encoding, read in another."""
    from textfix.cli.session import list_routes

    return list_routes(as_json, as_jsonl)
