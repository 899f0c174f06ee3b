"""httpx: `response.text` in the encoding that the body is in, and text that is whole.

httpx.Client(default_encoding=name_encoding)                            # where the header names none
httpx.Client(event_hooks={"response": [set_encoding]})                  # where it names a wrong one, too
httpx.AsyncClient(event_hooks={"response": [set_encoding_async]})
text(client.get(address))                                               # and this is repaired, too
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from httpx import Response

from textfix.config import Config, configure
from textfix.decode import StreamDecoder, detect
from textfix.explain import explain_bytes
from textfix.records import Result


def name_encoding(content: bytes) -> str:
    """Name the encoding of a body: for `default_encoding=`, which httpx asks where the header names none.

    What is text in no encoding is given as UTF-8, as httpx would. Content never raises.

    >>> import httpx
    >>> httpx.Response(200, content="数据处理".encode("gb18030"), default_encoding=name_encoding).text
    '数据处理'
    """
    return detect(content).encoding or "utf-8"


def set_encoding(response: Response) -> None:
    """Have `response.text` read in what the body is in, whatever the header says: an event hook for "response".

    The body is looked at when it is read, not before: a stream that is never read as a whole stays a stream, in the
    encoding that its header names (`iter_text` of this module decides by what comes).
    """
    if hasattr(response, "_content"):
        _decide(response, response.content)
        return
    read = response.read

    def read_and_decide() -> bytes:
        content: bytes = read()
        _decide(response, content)
        response.__dict__.pop("read", None)
        return content

    response.read = read_and_decide


async def set_encoding_async(response: Response) -> None:
    """The same as `set_encoding`, for httpx.AsyncClient."""
    if hasattr(response, "_content"):
        _decide(response, response.content)
        return
    read = response.aread

    async def read_and_decide() -> bytes:
        content: bytes = await read()
        _decide(response, content)
        response.__dict__.pop("aread", None)
        return content

    response.aread = read_and_decide


def _decide(response: Response, content: bytes) -> None:
    codec = detect(content, declared=response.charset_encoding).encoding if content else None
    # ASCII reads the same in what the header names, and what is in no encoding is not text.
    if codec is not None and codec != "ascii" and not hasattr(response, "_text"):
        response.encoding = codec


def text(response: Response, config: Config = Config.MARKUP, **options: Any) -> str:
    """Give the text of a response in the encoding it is in, repaired; options are those of `textfix.fix`.

    By default nothing changes that a parser is still to read (Config.MARKUP). `options` go over that: `text(response,
    script="hans")`.

    >>> import httpx
    >>> page = httpx.Response(200, content="数据处理".encode("gb18030"), headers={"Content-Type": "text/html; charset=utf-8"})
    >>> text(page)
    '数据处理'
    """
    return explain(response, config, **options).text


def explain(response: Response, config: Config = Config.MARKUP, **options: Any) -> Result:
    """Say what `text` does and why: the encoding, the plan, the holes."""
    return explain_bytes(response.content, response.charset_encoding, configure(config, options))


def iter_text(response: Response) -> Iterator[str]:
    """Give the text of a response that is a stream, as it comes, in bounded memory.

    Its first 64 KiB beyond ASCII decide about the encoding; nothing is repaired.
    """
    decoder = StreamDecoder(declared=response.charset_encoding)
    for chunk in response.iter_bytes():
        if piece := decoder.feed(chunk):
            yield piece
    if piece := decoder.close():
        yield piece


async def aiter_text(response: Response) -> AsyncIterator[str]:
    """The same as `iter_text`, for httpx.AsyncClient."""
    decoder = StreamDecoder(declared=response.charset_encoding)
    async for chunk in response.aiter_bytes():
        if piece := decoder.feed(chunk):
            yield piece
    if piece := decoder.close():
        yield piece
