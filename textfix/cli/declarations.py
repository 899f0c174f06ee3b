"""What a file says about its own encoding, put right where the file goes over to another."""

from __future__ import annotations

import codecs
import re

#: Characters at the start within which a declaration is looked for; the library reads as many bytes.
REACH = 4096

_LABEL = r"[\"']?[ \t]{0,8}([A-Za-z0-9][A-Za-z0-9_.:+-]{0,39})"
_PLACES = {
    "html": (
        re.compile(r"<\?xml[ \t\r\n][^<>]{0,200}?encoding[ \t]{0,8}=[ \t]{0,8}" + _LABEL),
        re.compile(r"<meta[ \t\r\n/][^<>]{0,400}?charset[ \t]{0,8}=[ \t]{0,8}" + _LABEL, re.IGNORECASE),
        re.compile(r"<%@[^<>]{0,400}?charset[ \t]{0,8}=[ \t]{0,8}" + _LABEL, re.IGNORECASE),
        re.compile(r"<%@[^<>]{0,400}?pageEncoding[ \t]{0,8}=[ \t]{0,8}" + _LABEL, re.IGNORECASE),
        re.compile(r"header\([ \t]{0,8}[\"']Content-Type:[^\"'\n]{0,100}?charset=" + _LABEL, re.IGNORECASE),
    ),
    "css": (re.compile(r"\A\ufeff?@charset[ \t]{1,8}" + _LABEL),),
    "source": (re.compile(r"\A\ufeff?(?:[^\n]{0,200}\n)?[ \t\f]{0,20}#[^\n]{0,100}?coding[:=][ \t]{0,8}" + _LABEL),),
    "header": (re.compile(r"\"Content-Type:[^\n\"]{0,200}?charset=" + _LABEL, re.IGNORECASE),),
}
#: What files call an encoding where Python's name is its own.
LABELS = {"utf-8-sig": "utf-8", "cp936": "gbk", "cp950": "big5", "big5hkscs": "big5-hkscs", "utf-16-le": "utf-16le",
          "utf-16-be": "utf-16be", "euc_jp": "euc-jp", "cp932": "shift_jis", "cp949": "euc-kr", "euc_kr": "euc-kr",
          "iso2022_jp": "iso-2022-jp", "hz": "hz-gb-2312"}  # fmt: skip


def declare(text: str, kind: str, encoding: str) -> tuple[str, int]:
    """TEXT, the start of a file of KIND, with ENCODING (Python's name) for what it declares; and how many places changed.

    What it declares stays if it means the same already.

    >>> declare('<meta charset="gb2312"><p>网页', "html", "utf-8")
    ('<meta charset="utf-8"><p>网页', 1)
    """
    label = LABELS.get(encoding, encoding.replace("_", "-"))
    head, changed = text[:REACH], 0
    for place in _PLACES[kind]:
        found = place.search(head)
        if found and not _means(found[1], encoding):
            head = head[: found.start(1)] + (label.upper() if found[1].isupper() else label) + head[found.end(1) :]
            changed += 1
    return (head + text[REACH:], changed) if changed else (text, 0)


def _means(label: str, encoding: str) -> bool:
    """Whether a file in ENCODING is rightly declared as LABEL."""
    from textfix.decode.labels import name_family

    family = {codecs.lookup(codec).name for codec in name_family(label)}
    return codecs.lookup(LABELS.get(encoding, encoding)).name in family or codecs.lookup(encoding).name in family
