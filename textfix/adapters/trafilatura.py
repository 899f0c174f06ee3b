"""trafilatura: a page is decoded and repaired first, then its text is extracted."""

from __future__ import annotations

import re
from typing import Any

from trafilatura import extract as trafilatura_extract
from trafilatura.utils import handle_compressed_file

from textfix.config import Config
from textfix.explain import explain_bytes, explain_text

_CHARSET = re.compile(r"charset[ \t]*=[ \t]*[\"']?([^\s\"';,]+)", re.IGNORECASE)


def text(page: Any, *, declared: str | None = None, config: Config = Config.MARKUP) -> str:
    """Give the text of a page in whatever encoding, with its mojibake undone, for any function of trafilatura's.

    `page` is bytes (gzip and the like are undone), text, or a response of trafilatura's `fetch_response`, whose header
    counts. `declared` is what the sender says: evidence, not an order.

    >>> text('<meta charset="utf-8"><p>数据处理'.encode("gb18030"))
    '<meta charset="utf-8"><p>数据处理'
    """
    if hasattr(page, "data") and not isinstance(page, (bytes, bytearray, memoryview, str)):
        found = _CHARSET.search((getattr(page, "headers", None) or {}).get("content-type") or "")
        declared = declared or (found[1] if found else None)
        page = page.data or b""
    if page is None:  # what `fetch_response` gives when it gets nothing
        return ""
    if isinstance(page, str):
        return explain_text(page, config).text
    return explain_bytes(handle_compressed_file(bytes(page)), declared, config).text


def extract(page: Any, *, declared: str | None = None, config: Config = Config.MARKUP, **kwargs: Any) -> str | None:
    """Extract the text of a page: trafilatura's `extract` on what `text` gives; `kwargs` go to it."""
    found: str | None = trafilatura_extract(text(page, declared=declared, config=config), **kwargs)
    return found
