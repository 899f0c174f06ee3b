"""What bytes say about their own encoding: HTML, XML, CSS and Python source each have a place for it."""

from __future__ import annotations

import re

#: Where a declaration may stand: browsers look at the first 1,024 bytes, pages put scripts before it.
REACH = 4096

_LABEL = rb"[\"']?[ \t]{0,8}([A-Za-z0-9][A-Za-z0-9_.:+-]{0,39})"
_PLACES = (
    re.compile(rb"<\?xml[ \t\r\n][^<>]{0,200}?encoding[ \t]{0,8}=[ \t]{0,8}" + _LABEL),
    re.compile(rb"<meta[ \t\r\n/][^<>]{0,400}?charset[ \t]{0,8}=[ \t]{0,8}" + _LABEL, re.IGNORECASE),
    re.compile(rb"\A@charset[ \t]{1,8}" + _LABEL),
    re.compile(rb"\A(?:[^\n]{0,200}\n)?[ \t\f]{0,20}#[^\n]{0,100}?coding[:=][ \t]{0,8}" + _LABEL),
    re.compile(rb"^Content-Type:[^\n]{0,200}?charset=" + _LABEL, re.IGNORECASE | re.MULTILINE),
    re.compile(rb"\"Content-Type:[^\n\"]{0,200}?charset=" + _LABEL, re.IGNORECASE),
)


def find_label(data: bytes) -> str | None:
    """The label that DATA declares within its first bytes, as it is written there.

    >>> find_label(b'<meta charset="gb2312">')
    'gb2312'
    """
    head = data[:REACH]
    if b"charset" not in head.lower() and b"coding" not in head:
        return None
    for place in _PLACES:
        if found := place.search(head):
            return found[1].decode("ascii")
    return None
