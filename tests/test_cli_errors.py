"""The command line when something is wrong: one sentence on standard error, and nothing lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run, page, refused

import textfix
from textfix import Result
from textfix.cli import pieces, streams


@pytest.mark.parametrize("command", ["fix", "explain", "detect"])
class TestErrors:
    def test_missing(self, run: Run, command: str, tmp_path: Path) -> None:
        """The name is the answer."""
        refused(run(command, tmp_path / "nowhere.txt"), "nowhere.txt", "does not exist")

    def test_unreadable(self, run: Run, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file of somebody else's. (Denied here by hand, since root may read everything.)"""

        def denied(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(streams, "open", denied, raising=False)
        refused(run(command, page(tmp_path, b"x")), "page.txt", "cannot be read: permission denied")

    def test_names_that_no_system_takes(self, run: Run, command: str) -> None:
        """A NUL in a name is a ValueError of Python's, and the same to the user."""
        refused(run(command, "a\0b"), "cannot be read")

    def test_binary(self, run: Run, command: str, tmp_path: Path) -> None:
        """An image is not damaged text; decoding it anyway would be nonsense at length."""
        refused(run(command, page(tmp_path, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")), "binary, not text", "PNG")

    def test_unknown_option(self, run: Run, command: str) -> None:
        """One sentence, like everything else."""
        refused(run(command, "--colour"), "--colour")

    def test_the_rest_is_still_done(self, run: Run, command: str, tmp_path: Path) -> None:
        """One bad file among a thousand must not cost the others; the exit code remembers it."""
        good, bad = page(tmp_path, "好的，没有问题。".encode(), "good.txt"), tmp_path / "bad.txt"
        ended = run(command, "--jsonl", bad, good, bad)
        assert ended.code == 2
        assert [json.loads(line)["status"] for line in ended.out.splitlines()][1] == "unchanged"
        assert [line.split(" ")[0] for line in ended.err.splitlines()] == ["textfix:", "textfix:"]


def test_a_directory_needs_somewhere_to_go(run: Run, tmp_path: Path) -> None:
    """A whole tree poured onto the terminal is never what was meant."""
    refused(run("fix", tmp_path), "is a directory", "--in-place", "--output", "check")


@pytest.mark.parametrize(
    ("flag", "wrong", "listed"),
    [
        ("--script", "zh", ["hans", "hant", "tw", "hk"]),
        ("--punctuation", "wide", ["full", "corner", "half"]),
        ("--clean", "all", ["safe", "full", "off"]),
        ("--holes", "guess", ["mark", "keep", "fill"]),
        ("--terms", "网络", ["mapping of words"]),
        ("--escapes", "rot13", ["entity", "percent"]),
        ("--caution", "0", ["above 0"]),
        ("--caution", "much", ["much"]),
        ("--max-layers", "-1", ["from 0 up"]),
    ],
)
def test_unknown_values_list_the_choices(run: Run, flag: str, wrong: str, listed: list[str]) -> None:
    """The next try should be the right one."""
    refused(run("fix", flag, wrong, stdin=b"x"), *listed)


def test_fix_refuses_what_no_encoding_explains(run: Run, tmp_path: Path) -> None:
    """Nothing is invented: with no reading there is no text, and the file is still there."""
    path = page(tmp_path, b"\xff" * 40)
    refused(run("fix", path), "no encoding", "--declared")
    assert path.read_bytes() == b"\xff" * 40


def test_errors_of_the_library_are_sentences_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged installation should not look like a crash."""

    def explain(*_: object) -> list[Result]:
        raise textfix.DataError("the data file model.npz is missing")

    monkeypatch.setattr(pieces, "explain", explain)
    refused(run("fix", stdin=b"x"), "model.npz")
