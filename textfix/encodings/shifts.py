"""ISO-2022-CN (RFC 1922): text of seven bits that says by escapes which set of characters is meant.

    ESC $ ) A   GB 2312                 for what stands between SO (0E) and SI (0F)
    ESC $ ) G   CNS 11643, plane 1      the same
    ESC $ ) E   ISO-IR 165              the same, in ISO-2022-CN-EXT only
    ESC $ * H   CNS 11643, plane 2      for the one character after ESC N
    ESC $ + I   to M: planes 3 to 7     for the one character after ESC O, in ISO-2022-CN-EXT only

The end of a line takes back what was said: a writer says it again, and a reader is back in ASCII even where SI was
lost, but still knows the sets, for some writers say them once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from textfix.encodings.pages import CUT, ILLEGAL, load_plain, load_set, resume_decoding, resume_encoding

#: The sets for SO by the number that the state keeps, and what says them.
SHIFTED = ("", "gb2312", "cns1", "ir165")
SAY_SHIFTED = {1: b"\x1b$)A", 2: b"\x1b$)G", 3: b"\x1b$)E"}
#: The planes after ESC N and ESC O by the byte that says them.
SAY_SECOND, SAY_THIRD = b"\x1b$*H", b"\x1b$+"
THIRD = {plane: bytes([0x49 + plane - 3]) for plane in range(3, 8)}
SO, SI, SS2, SS3 = b"\x0e", b"\x0f", b"\x1bN", b"\x1bO"

#: Bytes of a run that are cut off in one go: an error handler that jumps about must not have all of a long one cut again.
RUN = 4096
TOKEN = re.compile(
    rb"[^\x0e\x0f\x1b\n]{1,%d}|\n|[\x0e\x0f]|\x1b\$\)[AGE]|\x1b\$\*H|\x1b\$\+[I-M]|\x1b[NO][\x21-\x7e]{2}|\x1b" % RUN
)
#: An escape that may go on after the end of the data.
TAIL = re.compile(rb"\x1b(?:\$[)*+]?|[NO][\x21-\x7e]?)?\Z")


@dataclass
class Said:
    """What the escapes have said so far: the set for SO, whether ESC N has one, the plane for ESC O, whether SO holds."""

    shifted: int = 0
    second: bool = False
    third: int = 0
    out: bool = False

    @classmethod
    def unpack(cls, state: int) -> Said:
        return cls(state & 3, bool(state & 4), state >> 3 & 7, bool(state & 64))

    def pack(self) -> int:
        return self.shifted | self.second << 2 | self.third << 3 | self.out << 6

    def end_line(self) -> None:
        self.shifted, self.second, self.third = 0, False, 0


class Iso2022Cn:
    """The codec; `extended` for ISO-2022-CN-EXT."""

    def __init__(self, extended: bool) -> None:
        self.extended = extended
        self.name = "iso-2022-cn-ext" if extended else "iso-2022-cn"

    def decode(self, data: bytes, errors: str, final: bool = True, state: int = 0) -> tuple[str, int, int]:
        """DATA as text, how many bytes of it were read (all, if FINAL), and what the escapes have said."""
        said = Said.unpack(state)
        parts: list[str] = []
        at = 0
        while at < len(data):
            match = TOKEN.match(data, at)
            assert match
            token, end = match[0], match.end()
            if token[0] not in b"\x0e\x0f\x1b\n":
                last = end == len(data)
                page = load_set(SHIFTED[said.shifted]) if said.out and said.shifted else load_plain()
                if page is load_plain() and token.isascii():
                    parts.append(token.decode("ascii"))
                    at = end
                    continue
                text, at = page.read(data, at, end, errors, end - at < RUN and (final or not last))
                parts += text
                if at < end and last and not final:
                    break
                continue
            if token == b"\x1b" and not final and TAIL.match(data, at):
                break
            char = self._obey(token, said)
            if char is None:
                cut = token == b"\x1b" and TAIL.match(data, at)
                stop = len(data) if cut else at + 1
                char, end = resume_decoding(self.name, errors, data, at, stop, CUT if cut else ILLEGAL)
            parts.append(char)
            at = end
        return "".join(parts), at, said.pack()

    def _obey(self, token: bytes, said: Said) -> str | None:
        """The text that TOKEN gives, most often none, after it changed what is SAID; None if it is out of place."""
        if token == b"\n":
            said.out = False
            return "\n"
        if token == SI:
            said.out = False
        elif token == SO:
            if not said.shifted:
                return None
            said.out = True
        elif token[:3] == b"\x1b$)":
            said.shifted = b" AGE".index(token[3])
            return None if said.shifted == 3 and not self.extended else ""
        elif token == SAY_SECOND:
            said.second = True
        elif token[:3] == SAY_THIRD and self.extended:
            said.third = token[3] - 0x49 + 3
        elif token[:2] == SS2 and len(token) == 4 and said.second:
            return load_set("cns2").chars.get(token[2:])
        elif token[:2] == SS3 and len(token) == 4 and said.third:
            return load_set(f"cns{said.third}").chars.get(token[2:])
        else:
            return None
        return ""

    def encode(self, text: str, errors: str, final: bool = True, state: int = 0) -> tuple[bytes, int]:
        """TEXT as bytes, and what the escapes have said; if FINAL, the bytes end in ASCII."""
        said = Said.unpack(state)
        parts: list[bytes] = []
        at = 0
        while at < len(text):
            char = text[at]
            at += 1
            if (put := self._write(char, said)) is not None:
                parts.append(put)
                continue
            other, at = resume_encoding(self.name, errors, text, at - 1, at)
            if isinstance(other, bytes):
                parts.append(other)
                continue
            for one in other:
                if (put := self._write(one, said)) is None:
                    raise UnicodeEncodeError(self.name, text, at - 1, at, ILLEGAL)
                parts.append(put)
        if final and said.out:
            parts.append(SI)
            said.out = False
        return b"".join(parts), 0 if final else said.pack()

    def _write(self, char: str, said: Said) -> bytes | None:
        """The bytes of CHAR, with the escapes that it needs; None if no set has it."""
        if char < "\x80":
            before = SI if said.out else b""
            said.out = False
            if char == "\n":
                said.end_line()
            return None if char in "\x0e\x0f\x1b" else before + char.encode()
        order = (said.shifted, 1, 3, 2) if self.extended else (said.shifted, 1, 2)
        for number in order:
            if number and (pair := load_set(SHIFTED[number]).pairs.get(char)):
                # SO again after each escape, though it holds already: GNU libc takes up the set only then.
                before = b"" if said.shifted == number else SAY_SHIFTED[number] + SO
                if not said.out:
                    before = before or SO
                said.shifted, said.out = number, True
                return before + pair
        if pair := load_set("cns2").pairs.get(char):
            before = b"" if said.second else SAY_SECOND
            said.second = True
            return before + SS2 + pair
        for plane in THIRD if self.extended else ():
            if pair := load_set(f"cns{plane}").pairs.get(char):
                before = b"" if said.third == plane else SAY_THIRD + THIRD[plane]
                said.third = plane
                return before + SS3 + pair
        return None
