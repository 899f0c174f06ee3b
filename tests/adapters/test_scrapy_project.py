"""The example project, run as its README says: with textfix every article is right, without it only the honest page is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scrapy")

PROJECT = Path(__file__).parents[2] / "docs" / "examples" / "scrapy_project"
#: The two letters that were garbled before they went online.
LETTERS = {"鏅氶キ": "晚饭以后全家人一起去河边散步", "ÀÏÊ¦": "老师布置的作业写完了"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "serve.py", "0"], cwd=PROJECT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.terminate()


def crawl(address: str, out: Path, *settings: str) -> dict[str, dict[str, Any]]:
    """What the spider brings home, by page."""
    command = [
        sys.executable,
        "-B",
        "-m",
        "scrapy",
        "crawl",
        "articles",
        "-a",
        f"address={address}",
        "-O",
        str(out),
        *settings,
    ]
    subprocess.run(command, cwd=PROJECT, check=True, timeout=120, stderr=subprocess.PIPE)
    return {item["url"].rsplit("/", 1)[1]: item for item in map(json.loads, out.read_text("utf-8").splitlines())}


def expect(name: str) -> tuple[str, list[str]]:
    """Title and paragraphs of the page as people read it."""
    page = (PROJECT / "site" / name).read_text("utf-8")
    title = re.search("<title>(.*)</title>", page)
    assert title is not None
    found = re.findall("<p>(.*)</p>", page)
    return title[1], [LETTERS.get(line[:3], LETTERS.get(line[:4], line)).replace("&#8203;", "") for line in found]


def test_the_project(address: str, tmp_path: Path) -> None:
    names = {path.name for path in (PROJECT / "site").iterdir()} - {"index.html"}
    found = crawl(address, tmp_path / "articles.jsonl")
    assert {name: (item["title"], item["paragraphs"]) for name, item in found.items()} == {
        name: expect(name) for name in names
    }
    assert found["harbour.html"]["encoding"] == "cp950"
    # What the page escaped is the pipeline's: the middleware leaves it to the parser.
    assert found["library.html"].pop("textfix")["paragraphs"]["steps"] == ["clean:invisible"]
    assert all(item.get("textfix", {}) == {} for item in found.values())
    alone = crawl(address, tmp_path / "without.jsonl", "-s", "TEXTFIX_ENABLED=False")
    right = {name for name in names if (alone[name]["title"], alone[name]["paragraphs"]) == expect(name)}
    assert "english.html" in right
    assert 2 * len(right) <= len(names)
