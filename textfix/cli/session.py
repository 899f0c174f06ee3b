"""One command from its options to its exit code: what it is about, who listens, and what is said at the end."""

from __future__ import annotations

import os
import stat
import sys
from typing import Any

import click

from textfix import __version__
from textfix.cli import listeners, sources, terminal, workers
from textfix.cli.job import FAILED, SAMPLES, Job, Record, Source
from textfix.cli.journal import Journal
from textfix.cli.listeners import Listener, Totals
from textfix.cli.options import configured
from textfix.cli.progress import Bar
from textfix.cli.runner import Run
from textfix.config import OPTIONS

#: Commands that are one stage alone.
ALONE = ("convert", "punctuate")


def run_command(command: str, **options: Any) -> int:
    """Run COMMAND with the OPTIONS that click read; the exit code."""
    names = list(options["names"]) or ["-"]
    job = make_job(command, names, options)
    report = options.get("report")
    avoid = [path for path in (job.target, report) if path]
    found = sources.find(
        names,
        sources.Filter(
            options["include"], options["exclude"], options["hidden"], job.backup,
            frozenset(os.path.abspath(path) for path in avoid),
        ),
    )  # fmt: skip
    if job.names and job.output == "directory":
        from textfix.cli.names import mirror

        found.sources = mirror(job, found)
    totals = Totals(command == "check")
    totals.skipped.update(found.skipped)
    heard = [totals, listeners.Errors(), *make_listeners(job, options, found, totals)]
    for source, record in [*refuse_doubles(job, found), *fail(found, names)]:
        for listener in heard:
            listener.end(source, record)
    go(job, found, heard, options)
    if is_summed_up(job, names, found) and not options["quiet"]:
        terminal.say(totals.sum_up())
    return totals.code


def fail(found: sources.Found, names: list[str]) -> list[tuple[Source, Record]]:
    """Directories that could not be looked into."""
    return [
        (Source(path, path, 0, path in names), Record(path, FAILED, reason, kind="failed"))
        for path, reason in found.failed
    ]


def refuse_doubles(job: Job, found: sources.Found) -> list[tuple[Source, Record]]:
    """Take out of FOUND what would be written over the result of another file, or over itself."""
    if job.output != "directory":
        return []
    first: dict[str, Source] = {}
    refused = []
    for source in found.sources:
        if os.path.abspath(os.path.join(job.target or ".", source.inside)) == os.path.abspath(source.name):
            reason = "would be written over itself: for that there is --in-place"
            refused.append((source, Record(source.name, FAILED, reason, kind="unwritten")))
        elif (other := first.setdefault(source.inside, source)) is not source:
            reason = f"would be written over what {terminal.visible(other.name)} becomes"
            refused.append((source, Record(source.name, FAILED, reason, kind="unwritten")))
    gone = {id(source) for source, _ in refused}
    found.sources = [source for source in found.sources if id(source) not in gone]
    return refused


def go(job: Job, found: sources.Found, heard: list[Listener], options: dict[str, Any]) -> None:
    """Work on what was FOUND, telling those who HEAR of it; names come last, when nothing has to be found by them."""
    todo = found.sources
    journal = next((one for one in heard if isinstance(one, Journal)), None)
    if journal is not None:
        todo = resume(journal, todo, heard, options["resume"])
    size = sum(max(source.size, 0) for source in todo)
    jobs = options["jobs"] or workers.count_cores()
    try:
        with workers.Pool(jobs, 0 if size > workers.WORTH else workers.WORTH) as pool:
            Run(job, heard, pool).go(todo)
        if job.names:
            from textfix.cli import names

            names.tell_names(job, found, heard)
    except BaseException:
        for listener in heard:
            listener.abandon()
        raise
    for listener in heard:
        listener.close()


def resume(journal: Journal, todo: list[Source], heard: list[Listener], wanted: bool) -> list[Source]:
    """What is left of TODO after what an interrupted run finished, which is told again to those who sum up."""
    finished = journal.finished(todo) if wanted else []
    if wanted and not finished:
        terminal.say("there is nothing to resume: no interrupted run of this command finished any of these files")
    journal.begin(anew=not wanted)
    done = {source.name for source, _ in finished}
    for source, record in finished:
        for listener in heard:
            if isinstance(listener, Totals):
                listener.earlier += 1
            if not isinstance(listener, (Journal, listeners.Json)):
                listener.end(source, record)
    return [source for source in todo if source.name not in done]


def make_job(command: str, names: list[str], options: dict[str, Any]) -> Job:
    """The job that OPTIONS ask for; a combination that makes no sense is a UsageError."""
    chosen = {name: options.get(name) for name in OPTIONS}
    fixed: dict[str, Any] = {"repair": False, "clean": "off"} if command in ALONE else {}
    if options.get("engine") == "opencc" and (options.get("terms") or options.get("keep")):
        raise click.UsageError("--terms and --keep need the engine context")
    output, target = choose_output(command, names, options)
    json = options.get("as_json") or options.get("as_jsonl")
    if options.get("as_json") and options.get("as_jsonl"):
        raise click.UsageError("--json and --jsonl are two forms of the same: choose one")
    story = command == "explain" or options.get("explain")
    full = (command == "explain" and json) or (command != "check" and json and output == "stdout")
    if output == "stdout" and (json or options.get("diff")):
        output = "none"
    return Job(
        command=command,
        config=configured(chosen, **fixed),
        declared=options.get("declared"),
        engine=options.get("engine") or "context",
        to_encoding=options.get("to_encoding"),
        line_ends=options.get("line_ends") or "keep",
        fields=options.get("fields") or (),
        columns=options.get("columns") or (),
        names=bool(options.get("names_too")),
        take_for_text=options["take_for_text"],
        output=output,
        target=target,
        backup=options.get("backup"),
        samples=None
        if story and not json
        else SAMPLES
        if options.get("report")
        else None
        if options.get("explain")
        else 0,
        plans=bool(full),
        hunks=bool(options.get("diff")),
        text=bool(full),
    )


def choose_output(command: str, names: list[str], options: dict[str, Any]) -> tuple[str, str | None]:
    """Where results go, and the path, if it is one."""
    output, in_place = options.get("output"), options.get("in_place")
    if options.get("backup") is not None:
        if not in_place:
            raise click.UsageError("--backup goes with --in-place")
        if not options["backup"] or "/" in options["backup"] or os.sep in options["backup"]:
            raise click.UsageError("--backup takes the ending of a file name, as in --backup .bak")
    if command in ("check", "explain", "detect"):
        return "none", None
    trees = [name for name in names if name != "-" and os.path.isdir(name)]
    if in_place and output:
        raise click.UsageError("--in-place and --output are two places: choose one")
    if in_place:
        if "-" in names:
            raise click.UsageError("standard input cannot be written over; --in-place needs the names of files")
        return "in-place", None
    if output and output != "-":
        if len(names) > 1 or trees or os.path.isdir(output) or output.endswith(("/", os.sep)):
            if "-" in names:
                raise click.UsageError("standard input has no name to be written under in a directory")
            if os.path.exists(output) and not os.path.isdir(output):
                raise click.UsageError(f"{output!r} is a file, and there are several to be written: name a directory")
            return "directory", output
        return "file", output
    if options.get("resume"):
        raise click.UsageError("--resume goes with --in-place or --output")
    if options.get("names_too") and not (options.get("as_json") or options.get("as_jsonl") or options.get("diff")):
        raise click.UsageError("--names needs --in-place or --output; check --names shows what would become of names")
    if trees and not (options.get("as_json") or options.get("as_jsonl") or options.get("diff")):
        raise click.UsageError(
            f"{trees[0]!r} is a directory: choose --in-place, --output or --diff, or use check to see what would change"
        )
    return "stdout", None


def make_listeners(job: Job, options: dict[str, Any], found: sources.Found, totals: Totals) -> list[Listener]:
    """Everybody who wants to hear of results."""
    json = options.get("as_json") or options.get("as_jsonl")
    heard: list[Listener] = []
    if options.get("explain") and job.command != "explain":
        heard.append(listeners.Story(sys.stderr))
    if json:
        quotes = job.config.punctuation in ("full", "corner")
        heard.append(listeners.Json(sys.stdout, bool(options.get("as_jsonl")), job.plans, quotes))
    elif options.get("diff"):
        heard.append(listeners.Diff(sys.stdout))
    elif job.command == "explain":
        heard.append(listeners.Story(sys.stdout))
    elif job.command == "check":
        heard.append(listeners.Check(sys.stdout))
    elif job.command == "detect":
        heard.append(listeners.Detections(sys.stdout))
    elif job.output == "stdout":
        heard.append(listeners.Text(sys.stdout))
    if report := options.get("report"):
        from textfix.cli.report import Report

        heard.append(Report(report, job, totals))
    if job.output in ("in-place", "directory"):
        heard.append(Journal(job, options["names"], __version__))
    if sys.stderr.isatty() and not options["quiet"] and may_show_bar(job, options):
        size = sum(max(source.size, 0) for source in found.sources)
        heard.append(Bar(sys.stderr, len(found.sources), size))
    return heard


def may_show_bar(job: Job, options: dict[str, Any]) -> bool:
    """Whether a bar is in nobody's way: a pipe may well end on the same terminal, and text that is shown is enough."""
    writes = (
        job.output in ("stdout", "none") or options.get("as_json") or options.get("as_jsonl") or options.get("diff")
    )
    if not writes:
        return True
    if sys.stdout.isatty():
        return job.output != "stdout"
    try:
        return not stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def is_summed_up(job: Job, names: list[str], found: sources.Found) -> bool:
    """Whether a run is of a kind whose sum a person wants: it wrote files, or went through a tree."""
    if job.output in ("in-place", "directory"):
        return True
    many = len(names) > 1 or any(not source.named for source in found.sources) or bool(found.skipped)
    return job.command == "check" and many


def list_routes(as_json: bool, as_jsonl: bool) -> int:
    """Print the table of misreadings."""
    from rich.table import Table

    from textfix.routes import table

    chains = table()
    if as_json or as_jsonl:
        out = listeners.Json(sys.stdout, as_jsonl, False)
        for chain in chains:
            out.write({"route": chain.name, "prior": chain.prior, "seen": chain.seen})
        out.close()
        return 0
    page = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    page.add_column("written>read", no_wrap=True, overflow="ignore")
    page.add_column("prior", justify="right", no_wrap=True)
    page.add_column("seen", overflow="fold")
    for chain in chains:
        page.add_row(chain.name, f"{chain.prior:g}", chain.seen)
    terminal.show([page], sys.stdout)
    return 0
