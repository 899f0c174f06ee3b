"""Beautiful Soup: every page of the site, by every parser, where Beautiful Soup alone loses what it is misled about."""

from __future__ import annotations

import io

import pytest

pytest.importorskip("bs4")

from bs4 import BeautifulSoup, SoupStrainer

from adapters.site import HANS, NOISE, PNG, Page, html, list_pages, meta
from textfix import Config
from textfix.adapters.bs4 import soup

PAGES = [page for page in list_pages() if page.texts and not page.headers and "json" not in (page.kind or "")]
PARSERS = ["html.parser", "lxml"]


def header(page: Page) -> str | None:
    return (page.kind or "").partition("charset=")[2] or None


def lines(page: BeautifulSoup) -> tuple[str, ...]:
    return tuple(line.text for line in page.find_all("p", "line"))


@pytest.fixture(params=PARSERS)
def parser(request: pytest.FixtureRequest) -> str:
    if request.param == "lxml":
        pytest.importorskip("lxml")
    return str(request.param)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages(page: Page, parser: str) -> None:
    found = soup(page.body, parser, declared=header(page))
    assert lines(found) == page.texts
    assert found.title is not None
    assert found.title.text == (page.texts or ())[0]


def test_alone_it_loses_pages(parser: str) -> None:
    """The same bytes, given to Beautiful Soup as they are, with what the header says."""
    right = [
        page for page in PAGES if lines(BeautifulSoup(page.body, parser, from_encoding=header(page))) == page.texts
    ]
    assert len(right) < len(PAGES) - 8  # how many depends on the detectors that are installed beside it


def test_what_goes_on_to_beautiful_soup(parser: str) -> None:
    body = html(HANS, meta("utf-8")).encode("gbk")
    found = soup(body, parser, parse_only=SoupStrainer("title"))
    assert [tag.name for tag in found.find_all(True)] == ["title"]
    assert found.title is not None
    assert found.title.text == HANS[0]
    found = soup(io.BytesIO(body), features=parser, from_encoding="utf-8")
    assert (lines(found), found.original_encoding) == (HANS, "gb18030")
    found = soup(html((*HANS, "鏁版嵁澶勭悊")), parser)
    assert (lines(found)[-1], found.original_encoding) == ("数据处理", None)
    assert "台风" in soup("<p>颱風過後</p>", parser, config=Config(script="hans")).text


@pytest.mark.parametrize("body", [b"", "", PNG, NOISE, b"\0" * 99, html(HANS).encode("gbk")[:-70]])
def test_bad_input(body: str | bytes, parser: str) -> None:
    """Nothing raises, and what can be read is there."""
    assert isinstance(soup(body, parser), BeautifulSoup)
