"""The command line when things go wrong: whoever is killed, whatever is full, every file is the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Grow, Run

from textfix.cli import files, pieces, program, save, sources, workers
from textfix.cli.job import Done, Job

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and links of POSIX")

LINE = "数据处理和存储，都在这里。\n"
GARBLED = "鏁版嵁澶勭悊\n"
FIXED = "数据处理\n"


def start(root: Path, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """The program at work in a process of its own, its journals beside the tree."""
    environment = dict(os.environ, XDG_STATE_HOME=str(root.parent / "state"))
    return subprocess.Popen(
        [sys.executable, "-m", "textfix.cli", *arguments, str(root)],
        env=environment, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


def legacy(count: int, lines: int) -> dict[str, bytes]:
    return {f"d{i % 5}/{i}.txt": (f"第{i}个文件。\n" + LINE * lines).encode("gb18030") for i in range(count)}


def renewed(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data.decode("gb18030").encode() for name, data in files.items()}


def drafts(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if save.is_draft(path.name)]


def count(root: Path, old: dict[str, bytes], new: dict[str, bytes]) -> int:
    """How many files are new; the others must be old."""
    found = 0
    for name in old:
        data = (root / name).read_bytes()
        assert data in (old[name], new[name]), name
        found += data == new[name]
    return found


def test_killed_at_any_moment(grow: Grow) -> None:
    """No file is half written, none is lost, and the next run goes on and tidies up."""
    old = legacy(60, 900) | {"long.txt": (LINE * 60_000).encode("gb18030")}
    new = renewed(old)
    root = grow(old)
    chance = random.Random(11)
    for _ in range(6):
        process = start(root, "fix", "--in-place", "--resume")
        time.sleep(chance.uniform(0.2, 1.6))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL) if chance.random() < 0.5 else process.kill()
        process.communicate()
        count(root, old, new)
    time.sleep(0.5)  # workers of a process that was killed alone need a moment to see it
    process = start(root, "fix", "--in-place")
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert count(root, old, new) == len(old)
    assert not drafts(root)


def test_two_runs_at_once(grow: Grow) -> None:
    """Each file is written by one of them or by both in turn; no backup holds what was not there before."""
    old = legacy(80, 300)
    new = renewed(old)
    root = grow(old)
    runs = [start(root, "fix", "--in-place", "--backup", ".old") for _ in range(2)]
    for process in runs:
        _, err = process.communicate()
        assert process.returncode == 0, err
    assert count(root, old, new) == len(old)
    assert not drafts(root)
    assert {str(path.relative_to(root))[:-4]: path.read_bytes() for path in root.rglob("*.old")} == old
    assert not list(root.rglob("*.old.*"))


@pytest.mark.parametrize("moment", ["at the start", "at work"])
def test_interrupted(grow: Grow, moment: str) -> None:
    """Ctrl-C: no traceback, no draft, a code that says so, also from processes that have only just begun."""
    old = legacy(60, 2000)
    new = renewed(old)
    root = grow(old)
    process = start(root, "fix", "--in-place", "-j", "2")
    if moment == "at work":
        while process.poll() is None and not count(root, old, new):
            time.sleep(0.05)
    else:
        while process.poll() is None and not children(process.pid):
            time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate()
    if process.returncode:  # on a fast machine it may have been done
        assert process.returncode == program.INTERRUPTED
        assert b"Traceback" not in err
        assert b"interrupted" in err
    assert not drafts(root)


def children(number: int) -> list[int]:
    """The processes in the session of process NUMBER, without itself (none where there is no /proc)."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc") else []):
        with contextlib.suppress(OSError, IndexError):
            fields = Path("/proc", name, "stat").read_text().rsplit(")", 1)[1].split()
            if int(fields[3]) == number and int(name) != number:
                found.append(int(name))
    return found


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_disk_is_full(grow: Grow, jobs: str) -> None:
    """What cannot be written is left as it was, reported, and the rest is done. (The limit is that of a file's size.)"""
    old = {"long.txt": (LINE * 50_000).encode("gb18030"), "short.txt": LINE.encode("gb18030"),
           "middle.txt": (LINE * 9_000).encode("gb18030")}  # fmt: skip
    root = grow(old)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))

    process = start(root, "fix", "--in-place", "-j", jobs, preexec_fn=limit)
    _, err = process.communicate()
    assert process.returncode == program.SOME_FAILED
    assert err.decode().count("cannot be written: file too large") == 2
    assert (root / "long.txt").read_bytes() == old["long.txt"]
    assert (root / "middle.txt").read_bytes() == old["middle.txt"]
    assert (root / "short.txt").read_bytes() == LINE.encode()
    assert not drafts(root)


@pytest.mark.parametrize("call", ["fsync", "replace", "link"])
def test_the_system_says_no(run: Run, grow: Grow, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """At any step before the last, the old file stays and the draft goes."""
    root = grow({"a.txt": GARBLED.encode()})

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    ended = run("fix", "--in-place", "--backup", ".bak", root)
    assert ended.code == 3
    assert "a.txt cannot be written: no space left on device" in ended.err
    assert [path.name for path in root.iterdir() if path.suffix == ".txt"] == ["a.txt"]
    assert (root / "a.txt").read_bytes() == GARBLED.encode()
    assert not drafts(root)


def test_read_only_files_stay(run: Run, grow: Grow) -> None:
    """Whoever took away the right to write meant it, also where a rename would not need it."""
    root = grow({"a.txt": GARBLED.encode(), "b.txt": GARBLED.encode()})
    (root / "a.txt").chmod(0o444)
    ended = run("fix", "--in-place", root)
    assert ended.code == 3
    assert "a.txt is read-only" in ended.err
    assert (root / "a.txt").read_bytes() == GARBLED.encode()
    assert (root / "b.txt").read_bytes() == FIXED.encode()


def test_a_directory_that_may_not_be_looked_into(run: Run, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is reported; the rest of the tree is done. (Denied by hand, since root may look everywhere.)"""
    root = grow({"secret/a.txt": GARBLED.encode(), "b.txt": GARBLED.encode()})
    scan = os.scandir

    def denied(path: str) -> Any:
        if str(path).endswith("secret"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return scan(path)

    monkeypatch.setattr(sources.os, "scandir", denied)
    ended = run("fix", "--in-place", root)
    assert ended.code == 3
    assert "secret cannot be looked into: permission denied" in ended.err
    assert (root / "b.txt").read_bytes() == FIXED.encode()


def test_changed_by_somebody_else_meanwhile(run: Run, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another program wrote while we worked is worked on anew, not written over."""
    path = grow({"a.txt": GARBLED.encode()}) / "a.txt"
    work, calls = pieces.work, 0

    def meddle(job: Job, some: Sequence[pieces.Piece]) -> list[Done]:
        nonlocal calls
        calls += 1
        if calls == 1:
            path.write_bytes((GARBLED * 2).encode())
        return work(job, some)

    monkeypatch.setattr(pieces, "work", meddle)
    assert run("fix", "--in-place", path).code == 0
    assert path.read_bytes() == (FIXED * 2).encode()

    def always(job: Job, some: Sequence[pieces.Piece]) -> list[Done]:
        path.write_bytes(path.read_bytes() + GARBLED.encode())
        return work(job, some)

    path.write_bytes(GARBLED.encode())
    monkeypatch.setattr(pieces, "work", always)
    ended = run("fix", "--in-place", path)
    assert ended.code == 3
    assert "changed by another program" in ended.err
    assert path.read_bytes() == (GARBLED * (1 + files.TRIES)).encode()


def test_drafts_of_the_dead_are_swept_and_those_of_the_living_are_not(run: Run, grow: Grow) -> None:
    """A lock tells them apart."""
    root = grow({"a.txt": LINE.encode()})
    dead, living = root / f".b.txt.00000000{save.DRAFT}", save.Draft(str(root / "c.txt"))
    dead.write_bytes(b"half a fi")
    assert run("fix", "--in-place", root).code == 0
    assert drafts(root) == [Path(living.draft)]
    living.discard()


def test_resume(run: Run, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done is not done again, and is part of the sum; without --resume everything is looked at anew."""
    root = grow(legacy(30, 1))
    work = files.work_files
    monkeypatch.setattr("textfix.cli.runner.TOGETHER", 10)

    def interrupted(job: Job, some: Sequence[sources.Source]) -> list[files.Outcome]:
        if any(source.name.endswith("/29.txt") for source in some):
            raise KeyboardInterrupt
        return work(job, some)

    monkeypatch.setattr(files, "work_files", interrupted)
    monkeypatch.setattr(workers, "count_cores", lambda: 1)
    ended = run("fix", "--in-place", root)
    assert ended.code == program.INTERRUPTED
    seen: list[str] = []

    def watched(job: Job, some: Sequence[sources.Source]) -> list[files.Outcome]:
        seen.extend(source.name for source in some)
        return work(job, some)

    monkeypatch.setattr(files, "work_files", watched)
    ended = run("fix", "--in-place", "--resume", root)
    assert ended.code == 0
    assert 0 < len(seen) < 30
    assert f"30 files: 30 changed (30 encodings: 30 from gb18030), 0 unchanged; {30 - len(seen)} done by" in ended.err
    ended = run("fix", "--in-place", "--resume", root)
    assert "there is nothing to resume" in ended.err
    assert "30 unchanged" in ended.err


@pytest.mark.parametrize("which", [0, 1, -1], ids=["first", "second", "last"])
def test_a_process_that_is_killed_costs_nothing(grow: Grow, which: int) -> None:
    """The system may kill one that needs too much memory, of those at work or of those that start them."""
    old = legacy(40, 2500)
    root = grow(old)
    process = start(root, "fix", "--in-place", "-j", "2", "--jsonl")
    while process.poll() is None and len(children(process.pid)) < 3:
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError, IndexError):
        os.kill(children(process.pid)[which], signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    records = [json.loads(line) for line in out.splitlines()]
    assert len(records) == len(old), err
    assert process.returncode == 0, err
    assert count(root, old, renewed(old)) == len(old)


#: Kills the first process while the second is being started: that one is in nobody's list when the others are ended.
KILLED_AT_THE_START = """
import os, signal, time
from textfix.cli import workers

class Late(dict):
    def __setitem__(self, number, process):
        if self:
            os.kill(next(iter(self)), signal.SIGKILL)
            time.sleep(1)
        super().__setitem__(number, process)

def start(pool, own=workers.Pool._start):
    executor = own(pool)
    if not seen:
        executor._processes = Late()
    seen.append(executor)
    return executor

seen = []
workers.Pool._start = start
if __name__ == "__main__":
    with workers.Pool(2) as pool:
        first, second = pool.submit(time.sleep, 60), pool.submit(time.sleep, 60)
        print(type(first.exception()).__name__, pool.submit(os.getpid).result() != os.getpid(), len(seen))
"""


def test_a_process_is_killed_while_another_is_started(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(KILLED_AT_THE_START)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["BrokenProcessPool", "True", "2"], done.stderr
    assert done.returncode == 0


def test_where_no_processes_can_be_started(run: Run, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some places have no semaphores, or no room for another process: then the work is done in this one."""

    def refuse(_: workers.Pool) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    old = legacy(20, 3000)
    root = grow(old)
    monkeypatch.setattr(workers.Pool, "_start", refuse)
    assert run("fix", "--in-place", "-j", "2", root).code == 0
    assert count(root, old, renewed(old)) == len(old)
