"""Beautiful Soup: a page is decoded and repaired first, then parsed as text."""

from __future__ import annotations

from typing import IO, Any

from bs4 import BeautifulSoup

from textfix.config import Config
from textfix.explain import explain_bytes, explain_text


def soup(
    markup: str | bytes | IO[Any],
    features: Any = None,
    *,
    declared: str | None = None,
    config: Config = Config.MARKUP,
    **kwargs: Any,
) -> BeautifulSoup:
    """Make the BeautifulSoup of a page in whatever encoding, with its mojibake undone.

    `declared` (or Beautiful Soup's own `from_encoding`) is what the sender says: evidence, not an order. Everything else
    goes to BeautifulSoup; `original_encoding` is what was found, None where the markup came as text.

    >>> page = soup('<meta charset="utf-8"><p>数据处理'.encode("gb18030"), "html.parser")
    >>> page.p.text, page.original_encoding
    ('数据处理', 'gb18030')
    """
    if not isinstance(markup, (str, bytes, bytearray, memoryview)) and hasattr(markup, "read"):
        markup = markup.read()
    declared = kwargs.pop("from_encoding", None) or declared
    if isinstance(markup, str):
        return BeautifulSoup(explain_text(markup, config).text, features, **kwargs)
    result = explain_bytes(bytes(markup), declared, config)
    page = BeautifulSoup(result.text, features, **kwargs)
    assert result.detection is not None
    page.original_encoding = result.detection.encoding
    return page
