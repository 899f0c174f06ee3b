"""GB 18030 in its edition of 2022, as browsers read it; Python's codec is that of 2000.

19 pairs that stood for private-use characters stand for the characters that were meant, since Unicode has them. On
top of the standard, as the WHATWG Encoding Standard has it: byte 80 is read as €, and A3A0 as U+3000, the space that
pages mean by it.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

from textfix.encodings.pages import ILLEGAL, resume_decoding, resume_encoding

NAME = "gb18030-2022"
#: The private-use characters that Python reads, and those that the standard of 2022 does.
MOVED = dict(zip(
    "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
    "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
    strict=True,
))  # fmt: skip
#: Moved in 2005: the two changed places.
SWAPPED = {"\ue7c7": "\u1e3f", "\u1e3f": "\ue7c7"}
READ = MOVED | SWAPPED | {"\ue5e5": "\u3000"}
#: Six pairs stay private-use in the standard, though Unicode has their characters since; GNU libc reads them as these.
SINCE = dict(zip("\ue816\ue817\ue818\ue831\ue83b\ue855", "𠂇𠂉𠃌𡗗𢦏𤇾", strict=True))
RENEWED = {old: new for old, new in (READ | SINCE).items() if "\ue000" <= old < "\uf900"}
#: The private-use characters keep their pairs in writing, so what an older reader gave can be written again.
WRITTEN = {new: old for old, new in MOVED.items()} | SWAPPED
TO_READ = re.compile(f"[{''.join(READ)}]")
TO_RENEW = re.compile(f"[{''.join(RENEWED)}]")
TO_WRITE = re.compile(f"[{''.join(WRITTEN)}]")
#: What cannot be written; the pair of U+E5E5 is read as something else.
UNWRITABLE = re.compile("[\ud800-\udfff\ue5e5]")
EURO = 0x80


def renew(text: str) -> str:
    """TEXT that Python read as GB 18030 (of 2000), with real characters for private-use ones wherever Unicode has them.

    >>> renew(b"\\xa6\\xd9\\xfe\\x59\\xfe\\x51".decode("gb18030"))
    '︐龴𠂇'
    """
    return TO_RENEW.sub(lambda match: RENEWED[match[0]], text) if TO_RENEW.search(text) else text


@cache
def _handler(errors: str) -> str:
    """The name of an error handler that reads byte 80 and leaves what else is broken to the handler ERRORS."""

    def read_on(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        data, start = error.object, error.start
        if data[start] == EURO:
            return "€", start + 1
        return resume_decoding(NAME, errors, data, start, error.end, error.reason)

    name = f"textfix.{NAME}.{errors}"
    codecs.register_error(name, read_on)
    return name


class Gb18030:
    """The codec, on top of Python's: one pass more, over the few characters that differ."""

    name = NAME

    def decode(self, data: bytes, errors: str, final: bool = True, state: int = 0) -> tuple[str, int, int]:
        """DATA as text, how many bytes of it were read (all, if FINAL), and the state, which is always 0."""
        decoder = codecs.getincrementaldecoder("gb18030")(_handler(errors))
        text = decoder.decode(data, final)
        left = 0 if final else len(decoder.getstate()[0])
        return TO_READ.sub(lambda match: READ[match[0]], text), len(data) - left, 0

    def encode(self, text: str, errors: str, final: bool = True, state: int = 0) -> tuple[bytes, int]:
        """TEXT as bytes, and the state, which is always 0."""
        if not (found := UNWRITABLE.search(text)):
            return _write(text), 0
        parts: list[bytes] = []
        at = 0
        while found:
            parts.append(_write(text[at : found.start()]))
            put, at = resume_encoding(NAME, errors, text, found.start(), found.end())
            if isinstance(put, str):
                if UNWRITABLE.search(put):
                    raise UnicodeEncodeError(NAME, text, found.start(), found.end(), ILLEGAL)
                put = _write(put)
            parts.append(put)
            found = UNWRITABLE.search(text, at)
        parts.append(_write(text[at:]))
        return b"".join(parts), 0


def _write(text: str) -> bytes:
    return TO_WRITE.sub(lambda match: WRITTEN[match[0]], text).encode("gb18030")
