"""parsel: selectors on pages, feeds and JSON in any encoding, whatever they declare."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("parsel")

from parsel import Selector

from adapters.site import HANS, NOISE, PNG, Page, html, list_pages
from textfix import Config
from textfix.adapters.parsel import selector

PAGES = [page for page in list_pages() if page.texts and not page.headers]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages(page: Page) -> None:
    found = selector(page.body, declared=(page.kind or "").partition("charset=")[2] or None)
    if found.type == "json":
        assert tuple(found.jmespath("[]").getall()) == page.texts
    else:
        assert tuple(found.css("p.line::text").getall()) == page.texts


def test_options() -> None:
    feed = f'<?xml version="1.0" encoding="big5"?><a>{HANS[0]}</a>'.encode("gbk")
    assert selector(feed, type="xml").xpath("/a/text()").get() == HANS[0]
    assert selector("<p>颱風過後", config=Config(script="hans")).css("p::text").get() == "台风过后"
    data = json.dumps({"title": HANS[0]}, ensure_ascii=False).encode("gbk")
    assert selector(data, type="json").jmespath("title").get() == HANS[0]


@pytest.mark.parametrize("body", [b"", "", PNG, NOISE, html(HANS).encode("gbk")[:-70]])
def test_bad_input(body: str | bytes) -> None:
    assert isinstance(selector(body), Selector)
