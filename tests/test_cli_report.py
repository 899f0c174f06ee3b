"""The page about a run: complete, in two languages, and harmless whatever the text is."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import Grow, Run

from textfix.cli import report

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>" onmouseover="alert(3)\u202e\u2066\n<script>鏁版嵁澶勭悊\x1b[31m'


class Tags(HTMLParser):
    """The elements and attributes of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture
def page(run: Run, grow: Grow, tmp_path: Path) -> str:
    root = grow({
        "a.txt": "鏁版嵁澶勭悊，登記的人數(shù)多了。\n".encode() * 9,
        "b<i>.txt": HOSTILE.encode(),
        "c.txt": "数据处理和存储，都在这里。\n".encode("gb18030"),
        "d.txt": "好的。\n".encode(),
        "e.bin": b"\0\0\0",
        "f.gz": b"\x1f\x8b\x08nothing",
        "g.txt": ("ÎÒ°®±±¾©Ìì°²ÃÅ" * 9000).encode(),
    })  # fmt: skip
    path = tmp_path / "report.html"
    ended = run("fix", "--in-place", "--report", path, root)
    assert ended.code == 3
    return path.read_text("utf-8")


def test_everything_is_in_it(page: str) -> None:
    """Sums, kinds, routes, files, edits, and what was left out and why."""
    text = " ".join(Tags(page).text)
    for words in ("7 ", "utf-8>gb18030", "utf-8 read as gb18030", "gb18030>latin-1", "gloss", "a.txt", "gb18030 → utf-8",
                  "NUL", "compressed and damaged", "and 6 more"):  # fmt: skip
        assert words in text, words
    assert re.search(r"<del>鏁版嵁澶勭悊</del>", page)
    assert re.search(r"<ins>数据处理</ins>", page)


def test_it_is_in_two_languages(page: str) -> None:
    """Every label has both; what is shown of the two is for the reader to choose."""
    assert page.count('class="en"') == page.count('class="zh"') > 40
    assert "处理结果" in page


def test_hostile_text_does_nothing(page: str) -> None:
    """No element, attribute or direction comes from the text, and nothing is fetched."""
    tags = Tags(page)
    assert not {"script", "img", "i>.txt", "link", "iframe", "object"} & set(tags.tags)
    assert not {name for name in tags.attributes if name.startswith("on")} | {"src", "href"} & tags.attributes
    assert tags.open == ["html", "main"] or not tags.open
    assert "Content-Security-Policy" in page
    assert "default-src 'none'" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", page)
    assert "\\u202e" in page
    assert "&lt;script&gt;" in page


def test_long_text_is_cut(page: str) -> None:
    """One garbled line of a hundred thousand characters must not make a page of them."""
    assert len(page) < 60_000
    assert max(map(len, page.splitlines())) < 5_000


def test_it_is_written_at_the_end_or_not_at_all(run: Run, grow: Grow, tmp_path: Path) -> None:
    """A page that cannot be written is said, and costs nothing of the work."""
    root = grow({"a.txt": "鏁版嵁澶勭悊\n".encode()})
    ended = run("fix", "--in-place", "--report", tmp_path / "nowhere" / "report.html", root)
    assert ended.code == 3
    assert "report.html cannot be written" in ended.err
    assert (root / "a.txt").read_text("utf-8") == "数据处理\n"


@pytest.mark.parametrize(("name", "chinese"), [("zh_CN.UTF-8", True), ("en_US.UTF-8", False), ("C", False)])
def test_the_reader_s_language_comes_first(monkeypatch: pytest.MonkeyPatch, name: str, chinese: bool) -> None:
    """The other one is a click away."""
    monkeypatch.setenv("LC_ALL", name)
    assert report.prefers_chinese() is chinese


def test_check_has_a_report_too(run: Run, grow: Grow, tmp_path: Path) -> None:
    """To be looked at before anything is written."""
    root = grow({"a.txt": "鏁版嵁澶勭悊\n".encode()})
    assert run("check", "--report", root / "report.html", root).code == 1
    assert "What would be repaired" in (root / "report.html").read_text("utf-8")
    assert "1 file:" in run("check", "--report", root / "report.html", root).err
