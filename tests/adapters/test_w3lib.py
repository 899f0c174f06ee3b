"""w3lib: its own function with our detection, and ours in the place of its own."""

from __future__ import annotations

import pytest

pytest.importorskip("w3lib")

import w3lib.encoding

from adapters.site import HANS, HANT, NOISE, Page, html, is_right, list_pages, meta
from textfix.adapters.w3lib import auto_detect, html_to_unicode

PAGES = [page for page in list_pages() if page.texts and not page.headers]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages(page: Page) -> None:
    assert is_right(page, html_to_unicode(page.kind, page.body)[1])


@pytest.mark.parametrize(
    ("text", "codec"), [(HANS, "gbk"), (HANT, "big5"), (HANS, "utf-8"), (HANS, "utf-16-le"), (HANT, "utf-16-be")]
)
def test_auto_detect(text: tuple[str, ...], codec: str) -> None:
    """Asked where nothing is declared; where something is, w3lib believes it."""
    body = html(text).encode(codec)
    assert w3lib.encoding.html_to_unicode("text/html", body, auto_detect_fun=auto_detect)[1] == html(text)
    if codec == "gbk":
        body = html(text, meta("utf-8")).encode(codec)
        assert "\ufffd" in w3lib.encoding.html_to_unicode("text/html", body, auto_detect_fun=auto_detect)[1]
        assert html_to_unicode("text/html", body) == ("gb18030", html(text, meta("utf-8")))


@pytest.mark.parametrize(
    "header", [None, "", "text/html; charset=", "text/html; charset=\u4e2d", "nonsense; charset=utf-7"]
)
def test_bad_input(header: str | None) -> None:
    assert html_to_unicode(header, b"")[1] == ""
    assert html_to_unicode(header, html(HANS).encode("gbk")) == ("gb18030", html(HANS))
    assert "\ufffd" in html_to_unicode(header, NOISE)[1]
    assert auto_detect(NOISE) is None
    assert w3lib.encoding.html_to_unicode(None, NOISE, auto_detect_fun=auto_detect)[0] == "utf8"
