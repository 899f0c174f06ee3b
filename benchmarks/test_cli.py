"""The command line: how long it takes to start, and what it does a second beside the library in memory.

Run with `python -m pytest benchmarks/test_cli.py`; TEXTFIX_BENCH_MB (20) is the size of the tree, 1000 for the long form. The
ratio of `memory` to `tree` is the share of the library's own speed that is left when files are read, told apart and
compared; `extra_info` holds the bytes of a round.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import textfix
from textfix.cli.blocks import BLOCK
from textfix.cli.workers import count_cores

SIZE = int(os.environ.get("TEXTFIX_BENCH_MB", "20")) * 1_000_000
SENTENCES = Path(__file__).resolve().parent.parent / "fixtures" / "sentences"
#: Bytes of a file: between a note and a book.
FILES = (2_000, 200_000)

Files = list[tuple[str, str]]


@pytest.fixture(scope="module")
def texts() -> Files:
    """Clean text in many files: names and contents."""
    chance = random.Random(3)
    lines = [
        line for name in ("hans.txt", "hant.txt") for line in (SENTENCES / name).read_text("utf-8").splitlines() if line
    ]
    found: Files = []
    size = 0
    while size < SIZE:
        want, text = chance.randint(*FILES), ""
        while len(text) * 3 < want:
            text += "\n".join(chance.choices(lines, k=50)) + "\n"
        found.append((f"{len(found) % 40}/{len(found)}.txt", text))
        size += len(text.encode())
    return found


@pytest.fixture(scope="module")
def tree(texts: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for name, text in texts:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, "utf-8", newline="")
    return root


def command(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "textfix.cli", *arguments], check=True, stdout=subprocess.DEVNULL)


def test_start_numpy(benchmark: BenchmarkFixture) -> None:
    """The measure of a start."""
    benchmark.pedantic(subprocess.run, ([sys.executable, "-c", "import numpy"],), rounds=9, warmup_rounds=1)


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_start(benchmark: BenchmarkFixture, option: str) -> None:
    """Nothing is loaded that is not needed: no more than 1.5 times numpy."""
    benchmark.pedantic(command, (option,), rounds=9, warmup_rounds=1)


def test_tree(benchmark: BenchmarkFixture, tree: Path) -> None:
    """Clean UTF-8 in many files, in place, with all that it takes to be safe."""
    benchmark.extra_info["bytes"] = sum(path.stat().st_size for path in tree.rglob("*.txt"))
    benchmark.pedantic(command, ("fix", "--in-place", "-q", str(tree)), rounds=2)


def count_chars(texts: list[str]) -> int:
    return sum(map(len, textfix.fix_many(texts)))


def test_memory(benchmark: BenchmarkFixture, texts: Files) -> None:
    """The same texts by the library, in memory, on as many cores, in lists of the size that the command line makes."""
    lists: list[list[str]] = [[]]
    size = 0
    for _, text in texts:
        if size > BLOCK:
            lists.append([])
            size = 0
        lists[-1].append(text)
        size += len(text) * 3
    cores = count_cores()
    with ProcessPoolExecutor(cores, get_context("spawn")) as pool:
        list(pool.map(count_chars, [["热身。"]] * cores * 4))
        benchmark.extra_info["bytes"] = sum(len(text.encode()) for _, text in texts)
        benchmark.pedantic(lambda: list(pool.map(count_chars, lists)), rounds=2)
