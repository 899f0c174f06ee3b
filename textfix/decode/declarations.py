"""What files say about their own encoding: pages, sources, mail and installer files each have a place for it.

`find_label` reads it in bytes of any encoding, `declare` puts it right in text that goes over to another.
"""

from __future__ import annotations

import codecs
import re

from textfix.decode.labels import name_family

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
#: The same places in text, by kind of file, and those in which only programs declare what they are going to send.
_NAME = r"[\"']?[ \t]{0,8}([A-Za-z0-9][A-Za-z0-9_.:+-]{0,39})"
_WRITTEN = {
    "html": (
        re.compile(r"<\?xml[ \t\r\n][^<>]{0,200}?encoding[ \t]{0,8}=[ \t]{0,8}" + _NAME),
        re.compile(r"<meta[ \t\r\n/][^<>]{0,400}?charset[ \t]{0,8}=[ \t]{0,8}" + _NAME, re.IGNORECASE),
        re.compile(r"<%@[^<>]{0,400}?charset[ \t]{0,8}=[ \t]{0,8}" + _NAME, re.IGNORECASE),
        re.compile(r"<%@[^<>]{0,400}?pageEncoding[ \t]{0,8}=[ \t]{0,8}" + _NAME, re.IGNORECASE),
        re.compile(r"header\([ \t]{0,8}[\"']Content-Type:[^\"'\n]{0,100}?charset=" + _NAME, re.IGNORECASE),
    ),
    "css": (re.compile(r"\A\ufeff?@charset[ \t]{1,8}" + _NAME),),
    "source": (re.compile(r"\A\ufeff?(?:[^\n]{0,200}\n)?[ \t\f]{0,20}#[^\n]{0,100}?coding[:=][ \t]{0,8}" + _NAME),),
    "header": (re.compile(r"\"Content-Type:[^\n\"]{0,200}?charset=" + _NAME, re.IGNORECASE),),
}
#: What files call an encoding where Python's name is its own.
NAMES = {"utf-8-sig": "utf-8", "cp936": "gbk", "cp950": "big5", "big5hkscs": "big5-hkscs", "utf-16-le": "utf-16le",
          "utf-16-be": "utf-16be", "euc_jp": "euc-jp", "cp932": "shift_jis", "cp949": "euc-kr", "euc_kr": "euc-kr",
          "iso2022_jp": "iso-2022-jp", "hz": "hz-gb-2312"}  # fmt: skip


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


def declare(text: str, kind: str, encoding: str) -> tuple[str, int]:
    """TEXT, the start of a file of KIND, with ENCODING (Python's name) for what it declares; and how many places changed.

    What it declares stays if it means the same already.

    >>> declare('<meta charset="gb2312"><p>网页', "html", "utf-8")
    ('<meta charset="utf-8"><p>网页', 1)
    """
    label = NAMES.get(encoding, encoding.replace("_", "-"))
    head, changed = text[:REACH], 0
    for place in _WRITTEN[kind]:
        found = place.search(head)
        if found and not _means(found[1], encoding):
            head = head[: found.start(1)] + (label.upper() if found[1].isupper() else label) + head[found.end(1) :]
            changed += 1
    return (head + text[REACH:], changed) if changed else (text, 0)


def _means(label: str, encoding: str) -> bool:
    """Whether a file in ENCODING is rightly declared as LABEL."""
    family = {codecs.lookup(codec).name for codec in name_family(label)}
    return codecs.lookup(NAMES.get(encoding, encoding)).name in family or codecs.lookup(encoding).name in family
