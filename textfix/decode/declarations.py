"""What bytes say about their own encoding: pages, sources, mail and installer files each have a place for it."""

from __future__ import annotations

import re

#: Where a declaration may stand: browsers look at the first 1,024 bytes, pages put scripts before it.
REACH = 4096

#: Where none of these stands, nothing is declared.
_WORDS = (b"charset", b"coding", b"inputenc", b"languagecodepage", b"code_page")
_LABEL = rb"[\"']?[ \t]{0,8}([A-Za-z0-9][A-Za-z0-9_.:+-]{0,39})"
_PLACES = (
    re.compile(rb"<\?xml[ \t\r\n][^<>]{0,200}?encoding[ \t]{0,8}=[ \t]{0,8}" + _LABEL),
    re.compile(rb"<meta[ \t\r\n/][^<>]{0,400}?charset[ \t]{0,8}=[ \t]{0,8}" + _LABEL, re.IGNORECASE),
    re.compile(rb"\A@charset[ \t]{1,8}" + _LABEL),
    re.compile(rb"\A(?:[^\n]{0,200}\n)?[ \t\f]{0,20}#[^\n]{0,100}?coding[:=][ \t]{0,8}" + _LABEL),
    re.compile(rb"^Content-Type:[^\n]{0,200}?charset=" + _LABEL, re.IGNORECASE | re.MULTILINE),
    re.compile(rb"\A(?:[^\n]{0,200}\n)?[^\n]{0,100}-\*-[^\n]{0,100}?coding:[ \t]{0,8}" + _LABEL),  # Emacs
    re.compile(rb"^[ \t]{0,8}scriptencoding[ \t]{1,8}" + _LABEL, re.MULTILINE),  # Vim
    re.compile(rb"^[ \t]{0,8}\\usepackage\[" + _LABEL + rb"\]\{inputenc\}", re.MULTILINE),  # LaTeX
    re.compile(rb"\"Content-Type:[^\n\"]{0,200}?charset=" + _LABEL, re.IGNORECASE),
)
#: Places for the number of a Windows code page: Inno Setup and resource scripts.
_PAGES = (
    re.compile(rb"^[ \t]{0,8}LanguageCodePage[ \t]{0,8}=[ \t]{0,8}([1-9][0-9]{2,4})\b", re.MULTILINE),
    re.compile(rb"^[ \t]{0,8}#pragma[ \t]{1,8}code_page\([ \t]{0,8}([1-9][0-9]{2,4})[ \t]{0,8}\)", re.MULTILINE),
)


def find_label(data: bytes) -> str | None:
    """The label that DATA declares within its first bytes, as it is written there.

    >>> find_label(b'<meta charset="gb2312">')
    'gb2312'
    """
    head = data[:REACH]
    small = head.lower()
    if not any(word in small for word in _WORDS):
        return None
    for place in _PLACES:
        if found := place.search(head):
            return found[1].decode("ascii")
    for place in _PAGES:
        if found := place.search(head):
            return "utf-8" if found[1] == b"65001" else "cp" + found[1].decode("ascii")
    return None
