"""The encodings that are weighed, with their priors, as `data/decode.toml` has them."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import tables

HOLE = 0xFFFD


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec and its prior in nats; `marks` are the escapes without which it is not weighed."""

    codec: str
    prior: float
    marks: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Alphabet:
    """Letters that the model has hardly seen (`has[c]`, by code points up to FFFF) and what one costs in a word of them."""

    has: NDArray[np.bool_]
    within: float
    first: float


@dataclass(frozen=True, slots=True)
class Profile:
    """All that is weighed. Row i of `charts` is the code points of the 256 bytes in the i-th of `singles`.

    `strangers[i, j, k]` is 1 where byte 80 + k is, in the i-th of them, an accented letter that language j does not have.
    """

    doubles: tuple[Encoding, ...]
    singles: tuple[Encoding, ...]
    wides: tuple[Encoding, ...]
    escaped: tuple[Encoding, ...]
    alphabets: tuple[Alphabet, ...]
    weights: dict[str, float]
    charts: NDArray[np.uint32]
    strangers: NDArray[np.float32]


def chart(codec: str) -> NDArray[np.uint32]:
    """The code points of the 256 bytes in the single-byte CODEC; a byte that it does not read is a hole."""
    text = "".join(bytes([byte]).decode(codec, "replace")[:1] or chr(HOLE) for byte in range(256))
    return np.array([ord(char) for char in text], np.uint32)


def letters(ends: list[str], codec: str | None) -> NDArray[np.bool_]:
    """Which code points lie between the two ENDS and, if one is named, are two bytes in CODEC."""
    has = np.zeros(0x10000, np.bool_)
    chars = map(chr, range(ord(ends[0]), ord(ends[1]) + 1))
    has[[ord(char) for char in chars if codec is None or len(char.encode(codec, "ignore")) == 2]] = True
    return has


def find_strangers(codes: NDArray[np.uint32], languages: list[str]) -> NDArray[np.float32]:
    """1 where CODES (n, 128) are accented letters of Latin that a language (one of m) does not have: (n, m, 128)."""
    latin = (codes >= 0xC0) & (codes < 0x250) & (codes != 0xD7) & (codes != 0xF7)
    own = [np.isin(codes, [ord(char) for char in {*row, *row.upper()} if len(char) == 1]) for row in languages]
    found: NDArray[np.float32] = np.stack([latin & ~one for one in own], axis=1).astype(np.float32)
    return found


def is_known(codec: str) -> bool:
    """Whether `bytes.decode` takes the name CODEC."""
    try:
        codecs.lookup(codec)
    except LookupError:
        return False
    return True


@cache
def profile() -> Profile:
    data = tables.toml("decode.toml")

    def rows(kind: str) -> tuple[Encoding, ...]:
        return tuple(
            Encoding(row["codec"], row["prior"], tuple(mark.encode() for mark in row.get("marks", ())))
            for row in data[kind]
        )

    singles = rows("single")
    charts = np.stack([chart(encoding.codec) for encoding in singles])
    return Profile(
        tuple(encoding for encoding in rows("double") if is_known(encoding.codec)),
        singles,
        rows("wide"),
        rows("escaped"),
        tuple(
            Alphabet(letters(row["letters"], row.get("of")), row["within"], row["first"]) for row in data["alphabet"]
        ),
        data["weights"],
        charts,
        find_strangers(charts[:, 0x80:], [row["letters"] for row in data["language"]]),
    )
