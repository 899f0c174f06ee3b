"""parsel: a page, feed or JSON document is decoded and repaired first, then selected from."""

from __future__ import annotations

from typing import Any

from parsel import Selector

from textfix.config import Config
from textfix.explain import explain_bytes, explain_text


def selector(
    body: str | bytes, *, declared: str | None = None, config: Config = Config.MARKUP, **kwargs: Any
) -> Selector:
    """Make the Selector of a document in whatever encoding, with its mojibake undone.

    `declared` is what the sender says: evidence, not an order. Everything else (`type`, `base_url`, `namespaces`) goes to
    Selector.

    >>> selector('<meta charset="utf-8"><p>数据处理'.encode("gb18030")).css("p::text").get()
    '数据处理'
    """
    if isinstance(body, str):
        return Selector(explain_text(body, config).text, **kwargs)
    return Selector(explain_bytes(bytes(body), declared, config).text, **kwargs)
