"""Python codecs of our own, for `bytes.decode`, `str.encode` and `open`: Chinese encodings that Python does not have.

    euc-tw            CNS 11643, planes 1 to 7 and 15: Unix in Taiwan
    iso-2022-cn       GB 2312 and CNS 11643 in seven bits: mail (RFC 1922)
    iso-2022-cn-ext   the same with ISO-IR 165 and more planes
    big5-eten         Big5 as Microsoft has it, with the kana, Cyrillic, numbers and radicals of ETEN
    big5-uao          Big5 with Unicode-at-on's 5,800 characters: the bulletin boards (PTT) of Taiwan
    gb18030-2022      GB 18030 as it is since 2022, and as browsers read it

No name that Python knows is touched. The tables are loaded when a codec is first used.
"""

from __future__ import annotations

import codecs
from functools import cache
from typing import Any, Protocol

#: The names, and what else they are called; case does not matter, nor whether there is a hyphen or an underscore.
NAMES = {
    "euc-tw": ("euctw", "x-euc-tw", "cns11643"),
    "iso-2022-cn": ("iso2022-cn", "iso2022cn", "csiso2022cn"),
    "iso-2022-cn-ext": ("iso2022-cn-ext", "iso2022cnext", "csiso2022cnext"),
    "big5-eten": ("big5eten", "eten"),
    "big5-uao": ("big5uao", "uao"),
    "gb18030-2022": (),
}


class Coding(Protocol):
    """What turns bytes into text and back, keeping in a number what one piece of them says about the next."""

    name: str

    def decode(self, data: bytes, errors: str, final: bool = True, state: int = 0) -> tuple[str, int, int]: ...

    def encode(self, text: str, errors: str, final: bool = True, state: int = 0) -> tuple[bytes, int]: ...


@cache
def load(name: str) -> Coding:
    """The coding called NAME, one of NAMES."""
    if name == "gb18030-2022":
        from textfix.encodings.gb18030 import Gb18030

        return Gb18030()
    if name.startswith("iso"):
        from textfix.encodings.shifts import Iso2022Cn

        return Iso2022Cn(extended=name.endswith("ext"))
    from textfix.encodings import pages

    return pages.load_euc_tw() if name == "euc-tw" else pages.load_big5(name.removeprefix("big5-"))


def _make(name: str) -> codecs.CodecInfo:
    """The codec NAME, in all the forms that Python asks for."""

    def encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
        return load(name).encode(text, errors)[0], len(text)

    def decode(data: Any, errors: str = "strict") -> tuple[str, int]:
        raw = bytes(data)
        return load(name).decode(raw, errors)[0], len(raw)

    class Encoder(codecs.IncrementalEncoder):
        state = 0

        def encode(self, text: str, final: bool = False) -> bytes:
            data, self.state = load(name).encode(text, self.errors, final, self.state)
            return data

        def reset(self) -> None:
            self.state = 0

        def getstate(self) -> int:
            return self.state

        def setstate(self, state: int | str) -> None:
            self.state = int(state)

    class Decoder(codecs.BufferedIncrementalDecoder):
        state = 0

        def _buffer_decode(self, data: Any, errors: str, final: bool) -> tuple[str, int]:
            text, size, self.state = load(name).decode(bytes(data), errors, final, self.state)
            return text, size

        def reset(self) -> None:
            super().reset()
            self.state = 0

        def getstate(self) -> tuple[bytes, int]:
            return super().getstate()[0], self.state

        def setstate(self, state: tuple[bytes, int]) -> None:
            super().setstate((state[0], 0))
            self.state = state[1]

    class Writer(codecs.StreamWriter):
        state = 0

        def encode(self, text: str, errors: str = "strict") -> tuple[bytes, int]:
            data, self.state = load(name).encode(text, errors, True, self.state)
            return data, len(text)

    class Reader(codecs.StreamReader):
        state = 0

        def decode(self, data: Any, errors: str = "strict") -> tuple[str, int]:
            text, size, self.state = load(name).decode(bytes(data), errors, False, self.state)
            return text, size

        def reset(self) -> None:
            super().reset()
            self.state = 0

    return codecs.CodecInfo(encode, decode, Reader, Writer, Encoder, Decoder, name)


def _fold(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")


@cache
def _spellings() -> dict[str, str]:
    return {_fold(spelling): name for name, others in NAMES.items() for spelling in (name, *others)}


def search(name: str) -> codecs.CodecInfo | None:
    """The codec called NAME, if it is one of ours."""
    found = _spellings().get(_fold(name))
    return _make(found) if found else None


@cache
def register() -> None:
    """Make our codecs known to Python, once; nothing is loaded until one is used.

    >>> import textfix.encodings.codecs
    >>> textfix.encodings.codecs.register()
    >>> "堃、喆、游錫堃".encode("euc-tw").decode("euc-tw")
    '堃、喆、游錫堃'
    >>> b"\\xc7\\xfa\\xc8\\x40".decode("big5-eten")
    'ЖЛ'
    """
    codecs.register(search)
