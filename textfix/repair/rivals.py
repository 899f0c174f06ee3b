"""Rivals: chains that read the same text from the same bytes, or from others, as a given one does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, routes
from textfix.batch import Codes
from textfix.encodings import DOUBLE, SINGLE, UNREAD, single
from textfix.routes import Chain

#: Encodings that do not check themselves, each with those that it may be taken for.
OTHER = {"gb18030": ("big5",), "big5": ("gb18030",)}
Flags = NDArray[np.bool_]


@cache
def first_ranks() -> dict[str, tuple[float, int]]:
    """What the search goes by where two chains read the same bytes: the smaller prior, then the order of the table."""
    return {chain.name: (chain.prior, at) for at, chain in enumerate(routes.table())}


@cache
def alike(chain: Chain) -> list[tuple[Chain, Flags]]:
    """The chains that come before CHAIN, and by code point where their reader has the same byte; best first."""
    ranks = first_ranks()
    route = chain.routes[0]
    found = []
    for other in sorted(routes.table(), key=lambda other: ranks[other.name]):
        if ranks[other.name] >= ranks[chain.name]:
            break
        if len(other.routes) == 1 and other.routes[0].written == route.written and other.routes[0].read in SINGLE:
            found.append((other, single(other.routes[0].read) == single(route.read)))
    return found


def first_alike(chain: Chain, codes: Codes) -> Chain:
    """The chain that the search would name for CODES, which CHAIN reads: the first that reads the same bytes."""
    if len(chain.routes) > 1 or chain.routes[0].read not in SINGLE:
        return chain
    return next((other for other, same in alike(chain) if same.take(codes, mode="clip").all()), chain)


def bytes_of(reader: str, codes: Codes) -> bytes:
    """CODES, all of which READER has, as bytes."""
    return single(reader).take(codes, mode="clip").astype(np.uint8).tobytes()


@cache
def conflicts(reader: str) -> NDArray[np.uint64]:
    """By code point: a bit for each of SINGLE that has it not, and 32 places higher one for each that has it elsewhere
    than READER.
    """
    found = np.zeros(0x10000, np.uint64)
    own = single(reader)[: len(found)]
    for place, name in enumerate(SINGLE):
        other = single(name)[: len(found)]
        found[other >= UNREAD] |= np.uint64(1 << place)
        found[(other < UNREAD) & (other != own)] |= np.uint64(1 << (place + 32))
    return found


def rivals(codes: Codes, reader: str) -> list[str]:
    """The readers that may have given CODES as READER may, from other bytes."""
    bits = int(np.bitwise_or.reduce(conflicts(reader).take(codes, mode="clip")))
    return [name for place, name in enumerate(SINGLE) if bits >> place & 0x100000001 == 0x100000000]


@cache
def by_routes() -> dict[tuple[str, str], Chain]:
    """The chains of one route, by what was written and what it was read as."""
    return {
        (chain.routes[0].written, chain.routes[0].read): chain for chain in routes.table() if len(chain.routes) == 1
    }


def rival_readings(codes: Codes, chain: Chain) -> Iterator[str]:
    """What else CODES say if they were not misread along CHAIN: its bytes in the other encodings, other bytes in all."""
    route = chain.routes[0]
    for reader in (route.read, *rivals(codes, route.read)):
        data = bytes_of(reader, codes)
        for written in OTHER:
            if (reader, written) != (route.read, route.written):
                yield data.decode(DOUBLE[written][0], "replace")


def cased_alike(chain: Chain, codes: Codes) -> list[Chain]:
    """The chains that read the same bytes of CODES as CHAIN by a reader whose text may have been put into one case."""
    route = chain.routes[0]
    found = []
    for name in encodings.CASED:
        reader = name.partition("|")[0]
        other = by_routes().get((route.written, reader))
        if other is not None and reader != route.read and bytes_of(reader, codes) == bytes_of(route.read, codes):
            found.append(other)
    return found
