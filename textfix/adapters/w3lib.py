"""w3lib: the encoding of a page for `w3lib.encoding.html_to_unicode`, and a form of that function that is not misled."""

from __future__ import annotations

from w3lib.encoding import http_content_type_encoding

from textfix.config import Config
from textfix.decode import detect
from textfix.explain import explain_bytes


def auto_detect(body: bytes) -> str | None:
    """Name the encoding of a page: an `auto_detect_fun`, which w3lib asks where neither header nor page declare one.

    None where the bytes are text in no encoding. Content never raises.

    >>> from w3lib.encoding import html_to_unicode
    >>> html_to_unicode(None, "数据处理".encode("gb18030"), auto_detect_fun=auto_detect)
    ('gb18030', '数据处理')
    """
    return detect(body).encoding


def html_to_unicode(content_type_header: str | None, html_body_str: bytes) -> tuple[str, str]:
    """Decode a page as w3lib's function of this name does, but weigh header, declaration and body together.

    Mojibake in the page is undone as well. The first of the two values is the encoding, or "ascii" where there is none
    in which the bytes are text: all but ASCII is then U+FFFD.

    >>> html_to_unicode("text/html; charset=utf-8", '<meta charset="big5"><p>数据处理'.encode("gb18030"))
    ('gb18030', '<meta charset="big5"><p>数据处理')
    """
    declared = http_content_type_encoding(content_type_header)
    result = explain_bytes(html_body_str, declared, Config.MARKUP)
    assert result.detection is not None
    return result.detection.encoding or "ascii", result.text
