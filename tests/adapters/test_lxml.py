"""lxml: documents in any encoding, whatever they declare."""

from __future__ import annotations

import pytest

pytest.importorskip("lxml")

from lxml import etree

from adapters.site import HANS, NOISE, PNG, Page, list_pages
from textfix import Config
from textfix.adapters.lxml import html, xml

PAGES = [page for page in list_pages() if page.texts and not page.headers and "json" not in (page.kind or "")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages(page: Page) -> None:
    tree = html(page.body, declared=(page.kind or "").partition("charset=")[2] or None)
    assert tuple(tree.xpath("//p[@class='line']/text()")) == page.texts


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("label", ["utf-8", "gb2312", "big5", "no-such-encoding"])
def test_xml(codec: str, label: str) -> None:
    """What an XML declaration says is evidence, too."""
    feed = f'<?xml version="1.0" encoding="{label}"?>\n<feed>' + "".join(f"<a>{line}</a>" for line in HANS) + "</feed>"
    assert tuple(xml(feed.encode(codec)).xpath("//a/text()")) == HANS
    assert tuple(xml(feed).xpath("//a/text()")) == HANS


def test_options() -> None:
    assert xml("<a>颱風過後</a>", config=Config(script="hans")).text == "台风过后"
    assert xml(f"<a>{HANS[0]}".encode("gbk"), recover=True).text == HANS[0]
    assert html("<p>鏁版嵁澶勭悊", base_url="http://example.com/").base_url == "http://example.com/"


def test_bad_input() -> None:
    """lxml's own errors for what is no document at all; anything else is read."""
    with pytest.raises(etree.ParserError, match="empty"):
        html(b"")
    with pytest.raises(etree.XMLSyntaxError):
        xml(f"<a>{HANS[0]}".encode("gbk"))
    for body in (PNG, NOISE, f"<p>{HANS[0]}</p><p>x".encode("gbk")[:-3]):
        assert html(body) is not None
