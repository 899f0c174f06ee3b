"""Halves of characters: what one byte of two tells in GBK."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes

#: Plain costs, in nats, up to which a character may be guessed from one byte, from none within a run, and from none
#: at its end.
GUESSABLE, COMMON, USUAL = 13.0, 9.5, 7.5
EURO = 0x20AC
#: Full-width ASCII: filters that look for it among bytes put the text into step again.
FULL = range(0xFF01, 0xFF5F)


@cache
def pairs() -> NDArray[np.uint32]:
    """The character of each pair of GBK bytes (0 where there is none), 256 by 256."""
    packed, length = encodings.load("gbk").table
    table = np.zeros((256, 256), np.uint32)
    codes = np.flatnonzero(length == 2)
    table[packed[codes] >> 8, packed[codes] & 0xFF] = codes
    return table


def gbk(code: int) -> tuple[int, int] | None:
    """The two GBK bytes of a code point, or None."""
    packed, length = encodings.load("gbk").table
    return (int(packed[code] >> 8), int(packed[code] & 0xFF)) if code < 0x10000 and length[code] == 2 else None


@cache
def scripts() -> NDArray[np.uint8]:
    """For each code point of the BMP: 1 = traditional only, 2 = simplified only, 0 = either or no Han."""
    fold = model.load().fold[:0x10000]
    table = np.zeros(0x10000, np.uint8)
    han = np.arange(0x4E00, 0xA000)
    table[han[fold[han] != han]] = 1
    simple = np.unique(fold[han[fold[han] != han]])
    simple = simple[simple < 0x10000]
    table[simple[(encodings.load("cp950").table[1][simple] == 0)]] = 2
    return table


def bytes_of(codes: Codes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The two GBK bytes of each of CODES, -1 for none; ASCII is taken for full-width characters, folded afterwards."""
    packed, length = encodings.load("gbk").table
    near = np.minimum(codes, 0xFFFF)
    pair = packed[near].astype(np.int64)
    folded = (codes >= 0x21) & (codes <= 0x7E)
    pair[folded] = 0xA380 + codes[folded]
    known = folded | ((codes < 0x10000) & (length[near] == 2))
    return np.where(known, pair >> 8, -1), np.where(known, pair & 0xFF, -1)


def shift(codes: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    """CODES read one byte off, along the last axis: the character that the second byte of the one before and the first
    of each form, 0 for none; and where the text may be in step again."""
    leads, trails = bytes_of(codes)
    shifted = np.zeros(codes.shape, np.uint32)
    known = (trails[..., :-1] >= 0) & (leads[..., 1:] >= 0)
    shifted[..., 1:] = np.where(known, pairs()[trails[..., :-1], leads[..., 1:]], 0)
    leaves = (codes < 0x80) | (codes == EURO) | ((codes >= FULL.start) & (codes < FULL.stop)) | (leads < 0)
    leaves[..., 1:] |= trails[..., :-1] < 0x80
    return shifted, leaves


@cache
def guessable() -> NDArray[np.uint32]:
    """`pairs` without rare characters, which nobody can guess from half their bytes."""
    table = pairs().copy()
    table[model.plain_costs(table.ravel()).reshape(table.shape) > GUESSABLE] = 0
    return table


@cache
def ending(byte: int) -> tuple[Codes, NDArray[np.int64]]:
    """The characters that end in BYTE and are not rare: code points and first bytes."""
    leads = np.flatnonzero(guessable()[:, byte])
    return guessable()[leads, byte], leads


@cache
def common() -> tuple[Codes, NDArray[np.int64], NDArray[np.int64]]:
    """The common characters of GBK: code points, first bytes, second bytes."""
    codes = pairs()[pairs() > 0]
    codes = codes[model.plain_costs(codes) <= COMMON]
    packed = encodings.load("gbk").table[0][codes]
    return codes, (packed >> 8).astype(np.int64), (packed & 0xFF).astype(np.int64)


@cache
def usual() -> tuple[Codes, NDArray[np.int64]]:
    """The most common of the common characters: code points and first bytes."""
    codes, leads, _ = common()
    most = model.plain_costs(codes) <= USUAL
    return codes[most], leads[most]


@cache
def gapless() -> NDArray[np.bool_]:
    """For each byte: whether it forms a character with every first byte of GBK that may follow it."""
    leads = np.flatnonzero(pairs().any(axis=1))
    return np.asarray((pairs()[:, leads] > 0).all(axis=1) | (np.arange(256) < 0x80))
