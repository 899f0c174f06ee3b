"""trafilatura: the text of pages in any encoding, where its own decoding guesses, or gives up and puts U+FFFD."""

from __future__ import annotations

import gzip

import pytest

pytest.importorskip("trafilatura")

import trafilatura
from trafilatura.downloads import Response

from adapters.site import HANS, HANT, NOISE, PNG, Page, garble, html, list_pages, meta
from textfix import Config
from textfix.adapters.trafilatura import extract, text

UTF8 = "text/html; charset=utf-8"
PAGES = [page for page in list_pages() if page.texts and len(page.texts) > 3 and "json" not in (page.kind or "")]
#: A page of which one byte is broken, and one of one short sentence: no encoding reads the first, and few bytes tell of the second.
BROKEN = html(HANS, meta("gbk")).encode("gbk").replace("周末".encode("gbk"), b"\xd6\xff\xc4\xa9")


def is_right(page: Page, found: str | None) -> bool:
    return found is not None and all(line in found for line in page.texts or ())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages(page: Page) -> None:
    declared = (page.kind or "").partition("charset=")[2] or None
    assert is_right(page, extract(page.body, declared=declared, favor_recall=True))


def test_alone_it_loses_pages() -> None:
    right = [page for page in PAGES if is_right(page, trafilatura.extract(page.body, favor_recall=True))]
    assert len(right) < len(PAGES) - 5
    assert HANS[0] not in (trafilatura.extract(BROKEN) or "")
    assert HANS[0] in (extract(BROKEN) or "")


def test_its_own_responses() -> None:
    """What `fetch_response` brings (it refuses addresses of one's own machine, so this is made by hand), with its header."""
    response = Response(html(HANS).encode("gbk"), 200, "http://example.com/")
    assert text(response) == html(HANS)
    response.store_headers({"Content-Type": UTF8})
    assert is_right(Page("", b"", HANS), extract(response))
    # Two bytes that are text in both: the header tells.
    response = Response("<p>囧</p>".encode("big5"), 200, "http://example.com/")
    response.store_headers({"Content-Type": "text/html; charset=big5"})
    assert text(response) == "<p>囧</p>"


def test_any_function_of_trafilatura() -> None:
    page = text(html(HANT, meta("gb2312")).encode("big5"))
    assert trafilatura.bare_extraction(page, favor_recall=True).text.endswith("\n".join(HANT))
    assert "台风过后" in (extract(html(HANT).encode("big5"), config=Config(script="hans")) or "")
    assert text(gzip.compress(html(HANS).encode("gbk"))) == html(HANS)
    assert text(garble(html(HANS), "gbk", "latin-1")) == html(HANS)


@pytest.mark.parametrize("body", [b"", "", PNG, NOISE, gzip.compress(b"x" * 999)[:-9]])
def test_bad_input(body: str | bytes) -> None:
    """What holds no text gives none, and raises nothing."""
    assert isinstance(extract(body), str | None)
    assert isinstance(text(body), str)
