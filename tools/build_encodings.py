"""Builds textfix/data/encodings.npz, the tables of the Chinese encodings that Python has no codec for.

    python tools/build_encodings.py     # needs a C library whose iconv knows EUC-TW, and the package uao (MIT, 0.2.0)

The tables are facts: which character a code stands for. Those of CNS 11643 and ISO-IR 165 are asked of the iconv of this
machine, code by code, Big5 with ETEN's additions is put together from Python's codecs, and Big5-UAO is read from the
package uao. Where two sources know a code they must agree, or nothing is written.

Arrays, for each table T of `cns` (codes are plane * 65536 + row and cell, as two bytes of 21 to 7E), `ir165` (row and
cell), `eten` and `uao` (lead and trail byte): `T_codes` (n,) uint32, sorted, as differences from the one before;
`T_chars` (n,) int32, the code points, as differences too; `T_read` (m,) uint32, which of them are read but not written,
for the character is written as another code.
"""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from manifest import DATA, describe
from uao.b2u import b2u_table
from uao.u2b import u2b_table

#: Of these, a Big5 with ETEN's additions has two places, and the later one is the one that is written.
LAST = "═╞╡╪十卅"
CELLS = [(row, cell) for row in range(0x21, 0x7F) for cell in range(0x21, 0x7F)]
TRAILS = (*range(0x40, 0x7F), *range(0xA1, 0xFF))


class Iconv:
    """The C library's converter to Unicode, for one short string at a time."""

    def __init__(self, name: str) -> None:
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.iconv_open.restype = ctypes.c_void_p
        self.libc.iconv.restype = ctypes.c_size_t
        self.handle = ctypes.c_void_p(self.libc.iconv_open(b"UTF-32LE", name.encode()))
        if self.handle.value == ctypes.c_void_p(-1).value:
            raise SystemExit(f"the iconv of this machine does not know {name}")

    def read(self, data: bytes) -> str | None:
        """DATA as text, or None if it is none."""
        self.libc.iconv(self.handle, None, None, None, None)
        source, target = ctypes.create_string_buffer(data, len(data)), ctypes.create_string_buffer(64)
        left, room = ctypes.c_size_t(len(data)), ctypes.c_size_t(64)
        at, to = ctypes.c_void_p(ctypes.addressof(source)), ctypes.c_void_p(ctypes.addressof(target))
        done = self.libc.iconv(self.handle, ctypes.byref(at), ctypes.byref(left), ctypes.byref(to), ctypes.byref(room))
        if done == ctypes.c_size_t(-1).value:
            assert ctypes.get_errno() in (errno.EILSEQ, errno.EINVAL)
            return None
        return target.raw[: 64 - room.value].decode("utf-32-le")


def ask(name: str, before: bytes, high: int, after: bytes = b"") -> Iterator[tuple[int, str]]:
    """Each row and cell that NAME reads between BEFORE and AFTER, and its character."""
    iconv = Iconv(name)
    for row, cell in CELLS:
        char = iconv.read(before + bytes([row | high, cell | high]) + after)
        if char and len(char) == 1:
            yield row << 8 | cell, char


def read_cns() -> dict[int, str]:
    """CNS 11643: planes 1 to 15 as EUC-TW has them."""
    table = {}
    for plane in range(1, 16):
        for code, char in ask("EUC-TW", bytes([0x8E, 0xA0 + plane]), 0x80):
            table[plane << 16 | code] = char
    short = dict(ask("EUC-TW", b"", 0x80))
    assert short == {code & 0xFFFF: char for code, char in table.items() if code >> 16 == 1}
    for plane in range(1, 3):  # the planes that ISO-2022-CN has must be the same ones
        escape = b"\x1b$)G\x0e" if plane == 1 else b"\x1b$*H\x1bN"
        other = dict(ask("ISO-2022-CN", escape, 0))
        differ = {code for code, char in other.items() if table.get(plane << 16 | code) != char}
        assert not differ, [hex(code) for code in sorted(differ)]
    return table


def read_ir165() -> dict[int, str]:
    """ISO-IR 165 (CCITT Chinese), as ISO-2022-CN-EXT has it."""
    return dict(ask("ISO-2022-CN-EXT", b"\x1b$)E\x0e", 0))


def read_eten(uao: Mapping[int, str]) -> dict[int, str]:
    """Microsoft's Big5 (F9D6 to F9FE are ETEN's already), ETEN's control pictures and its rows C6A1 to C8FE."""
    table = {}
    for lead in range(0xA1, 0xFA):
        for trail in TRAILS:
            code = lead << 8 | trail
            pair = bytes([lead, trail])
            char = pair.decode("big5hkscs" if 0xC6A1 <= code <= 0xC8FE else "cp950", "ignore")
            if len(char) == 1 and ord(char) > 0x7F:
                table[code] = char
    table[0xC6CD] = "幺"  # big5hkscs says U+2F33, the radical of the same shape
    for place in range(33):
        table[0xA3C0 + place] = chr(0x2400 + place) if place < 32 else chr(0x2421)
    # From C879 on Big5-UAO goes its own way.
    differ = [hex(code) for code, char in table.items() if not 0xC879 <= code <= 0xC8FE and uao.get(code) != char]
    assert not differ, differ
    return table


def read_uao() -> dict[int, str]:
    """Unicode-at-on 2.50: Big5 with 5,800 more characters, kana and simplified ones among them."""
    return {code: char for code, char in b2u_table.items() if code > 0xFF and len(char) == 1 and ord(char) > 0x7F}


def doubles(table: Mapping[int, str], kept: Mapping[str, int]) -> list[int]:
    """The codes whose character is written as another: as what KEPT says, else as the first of its codes."""
    chosen: dict[str, int] = {}
    for code, char in sorted(table.items()):
        chosen.setdefault(char, code)
    chosen |= {char: code for char, code in kept.items() if table.get(code) == char}
    return [code for code, char in sorted(table.items()) if chosen[char] != code]


def differences(values: Iterable[int], kind: type) -> np.ndarray:
    return np.diff(np.fromiter(values, np.int64), prepend=0).astype(kind)


def main() -> None:
    cns, ir165, uao = read_cns(), read_ir165(), read_uao()
    eten = read_eten(uao)
    last = {char: max(code for code, other in eten.items() if other == char) for char in LAST}
    written = {char: int.from_bytes(pair, "big") for char, pair in u2b_table.items() if len(pair) == 2}
    arrays = {}
    for name, table, kept in (("cns", cns, {}), ("ir165", ir165, {}), ("eten", eten, last), ("uao", uao, written)):
        codes = sorted(table)
        read = doubles(table, kept)
        arrays[f"{name}_codes"] = differences(codes, np.uint32)
        arrays[f"{name}_chars"] = differences((ord(table[code]) for code in codes), np.int32)
        arrays[f"{name}_read"] = np.array(read, np.uint32)
        print(f"{name}: {len(codes)} codes, {len(read)} of them read only")
    np.savez_compressed(DATA / "encodings.npz", **arrays)
    describe(
        "encodings.npz",
        what="the characters of CNS 11643, ISO-IR 165, Big5 with ETEN's additions and Big5-UAO, code by code",
        source=[
            "CNS 11643 and ISO-IR 165: code charts, as the iconv of GNU libc 2.36 answers for each code",
            "Big5-ETEN: Python's codecs cp950 and big5hkscs",
            "Big5-UAO: the PyPI package uao 0.2.0 (MIT, by eight)",
        ],
        command="python tools/build_encodings.py",
        licence="facts (code charts); the table of Big5-UAO: MIT",
    )


if __name__ == "__main__":
    main()
