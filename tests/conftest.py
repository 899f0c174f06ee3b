"""What all tests share: one deterministic profile, so that a run never fails by luck, and the program run on bytes."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from textfix import cli

settings.register_profile(
    "textfix",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("textfix")


class Ended(NamedTuple):
    """What a run of the program left behind."""

    code: int
    out: bytes
    err: str


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the program in this process, on bytes; its journals go to a folder of the test's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))

    def run(*arguments: object, stdin: bytes = b"", terminal: bool = False) -> Ended:
        out, err = io.BytesIO(), io.BytesIO()
        kind = Terminal if terminal else io.TextIOWrapper
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        monkeypatch.setattr(sys, "stdout", kind(out, "utf-8"))
        monkeypatch.setattr(sys, "stderr", kind(err, "utf-8", "backslashreplace", write_through=True))
        code = cli.run([str(argument) for argument in arguments])
        sys.stdout.flush()
        sys.stderr.flush()
        return Ended(code, out.getvalue(), err.getvalue().decode())

    return run


Grow = Callable[[dict[str, bytes]], Path]


@pytest.fixture
def grow(tmp_path: Path) -> Grow:
    """Make a folder with files: their paths and bytes."""

    def grow(files: dict[str, bytes]) -> Path:
        root = tmp_path / "tree"
        root.mkdir(exist_ok=True)
        for name, data in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return root

    return grow


def page(tmp_path: Path, data: bytes, name: str = "page.txt") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def refused(ended: Ended, *words: str) -> None:
    """One sentence on standard error, nothing on standard output, code 2."""
    assert ended.code == 2
    assert ended.out == b""
    assert ended.err.startswith("textfix: ")
    assert ended.err.count("\n") == 1
    assert "Traceback" not in ended.err
    for word in words:
        assert word in ended.err
