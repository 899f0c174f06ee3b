"""lxml: documents are decoded and repaired first, then parsed as UTF-8, whatever they declare of themselves."""

from __future__ import annotations

from typing import Any

from lxml import etree
from lxml import html as lxml_html

from textfix.config import Config
from textfix.explain import explain_bytes, explain_text


def html(data: str | bytes, *, declared: str | None = None, config: Config = Config.MARKUP, **kwargs: Any) -> Any:
    """Parse a page in whatever encoding, with its mojibake undone: `lxml.html.fromstring` on the text of it.

    `declared` is what the sender says: evidence, not an order. An empty page raises lxml's ParserError, as it does there.

    >>> html('<meta charset="utf-8"><p>数据处理'.encode("gb18030")).findtext(".//p")
    '数据处理'
    """
    parser = lxml_html.HTMLParser(encoding="utf-8")
    return lxml_html.fromstring(_encode(data, declared, config), parser=parser, **kwargs)


def xml(data: str | bytes, *, declared: str | None = None, config: Config = Config.MARKUP, **kwargs: Any) -> Any:
    """Parse XML in whatever encoding, with its mojibake undone: `lxml.etree.fromstring` on the text of it.

    `kwargs` are options of XMLParser (`recover=True`, say). What is not well-formed raises XMLSyntaxError, as it does
    there.

    >>> xml('<?xml version="1.0" encoding="gb2312"?><a>数据处理</a>'.encode()).text
    '数据处理'
    """
    return etree.fromstring(_encode(data, declared, config), etree.XMLParser(encoding="utf-8", **kwargs))


def _encode(data: str | bytes, declared: str | None, config: Config) -> bytes:
    """UTF-8, for lxml does not take text that declares an encoding."""
    if isinstance(data, str):
        return explain_text(data, config).text.encode("utf-8", "replace")
    return explain_bytes(bytes(data), declared, config).text.encode("utf-8", "replace")
