"""requests: `response.text` in the encoding that the body is in, and text that is whole.

session.hooks["response"].append(set_encoding)  # response.text and response.json() are then right
text(session.get(address))                      # and this is repaired, too
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from requests import Response

from textfix.config import Config, configure
from textfix.decode import StreamDecoder, detect
from textfix.explain import explain_bytes
from textfix.records import Result

#: What is never read as text.
_MEDIA = re.compile(r"(?:image|audio|video|font)/(?!svg)", re.IGNORECASE)
_CHARSET = re.compile(r"(?:^|;)[ \t]*charset[ \t]*=[ \t]*[\"']?([^\s\"';,]+)", re.IGNORECASE)


def set_encoding(response: Response, *args: Any, **kwargs: Any) -> None:
    """Set `response.encoding` to what the body is in: a hook for "response", or a function to call before `.text`.

    Header, declaration and body are weighed together. What says nothing (ASCII, an empty body, media) and what is in no
    encoding keeps what requests chose. With `stream=True` the body is not touched: see `iter_text`.

    >>> response = Response()
    >>> response._content = "数据处理".encode("gb18030")
    >>> set_encoding(response)
    >>> response.text
    '数据处理'
    """
    if kwargs.get("stream") or response.is_redirect or _MEDIA.match(response.headers.get("Content-Type") or ""):
        return
    body = response.content
    codec = detect(body, declared=declared(response)).encoding if body else None
    if codec is not None and codec != "ascii":
        response.encoding = codec


def text(response: Response, config: Config = Config.MARKUP, **options: Any) -> str:
    """Give the text of a response in the encoding it is in, repaired; options are those of `textfix.fix`.

    By default nothing changes that a parser is still to read (Config.MARKUP). `options` go over that: `text(response,
    script="hans")`.

    >>> response = Response()
    >>> response._content, response.encoding = "數據處理".encode("big5"), "ISO-8859-1"
    >>> text(response, script="hans")
    '数据处理'
    """
    return explain(response, config, **options).text


def explain(response: Response, config: Config = Config.MARKUP, **options: Any) -> Result:
    """Say what `text` does and why: the encoding, the plan, the holes."""
    # The content of a response without a body is None.
    return explain_bytes(response.content or b"", declared(response), configure(config, options))


def iter_text(response: Response, chunk_size: int = 1 << 16) -> Iterator[str]:
    """Give the text of a response that is a stream, as it comes, in bounded memory.

    Its first 64 KiB beyond ASCII decide about the encoding; nothing is repaired.
    """
    decoder = StreamDecoder(declared=declared(response))
    for chunk in response.iter_content(chunk_size):
        if piece := decoder.feed(chunk):
            yield piece
    if piece := decoder.close():
        yield piece


def declared(response: Response) -> str | None:
    """The charset that the header names; None if it names none, where requests takes ISO-8859-1 for granted."""
    found = _CHARSET.search(response.headers.get("Content-Type") or "")
    return found[1] if found else None
