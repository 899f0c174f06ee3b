"""Misreadings as data: which encodings are taken for which, and the two inverse functions `misread` and `undo`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, tables
from textfix.batch import Codes, to_codes, to_text
from textfix.errors import ChoiceError


@dataclass(frozen=True, slots=True)
class Route:
    """One misreading: bytes `written` in one encoding, `read` in another.

    `prior` is the evidence in nats that it needs beyond the usual; `seen` says where it happens. Its name is
    "utf-8>gb18030": written first.
    """

    written: str
    read: str
    prior: float = 0.0
    seen: str = ""

    @property
    def name(self) -> str:
        return f"{self.written}>{self.read}"


@dataclass(frozen=True, slots=True)
class Chain:
    """Misreadings on top of one another, the one that happened first standing first."""

    routes: tuple[Route, ...]
    prior: float = 0.0
    seen: str = ""

    @property
    def name(self) -> str:
        return ", ".join(route.name for route in self.routes)


@cache
def table() -> tuple[Chain, ...]:
    """Every misreading that is looked for: the routes as chains of one, then the longer chains."""
    data = tables.toml("routes.toml")
    single = [Chain((Route(**row),), row["prior"], row["seen"]) for row in data["route"]]
    longer = [Chain(tuple(map(parse, row["routes"])), row["prior"], row["seen"]) for row in data["chain"]]
    return (*single, *longer)


def parse(name: str) -> Route:
    """The route called NAME ("utf-8>gb18030"); it need not be in the table, its encodings must exist."""
    written, sign, read = name.partition(">")
    if not sign:
        raise ChoiceError("route", name, ["written>read, as in utf-8>gb18030"])
    encodings.load(written), encodings.load(read)
    return Route(written, read)


def misread(text: str, route: str) -> str:
    """TEXT as it looks after its bytes in one encoding were read in another; what the reader cannot read is U+FFFD.

    >>> misread("中文", "gb18030>latin-1")
    'ÖÐÎÄ'
    """
    way = parse(route)
    if way.written == "utf-8" or way.written in encodings.WIDE:
        data = text.encode(way.written, "surrogatepass")
    else:
        data = encodings.load(way.written).encode(to_codes(text)).data
    if way.read in encodings.CASED:
        return to_text(_read_single(data, way.read.partition("|")[0])).lower()
    reader = encodings.load(way.read)
    if way.read in encodings.SINGLE:
        return to_text(_read_single(data, way.read))
    if way.read in encodings.WIDE:
        return data.decode(way.read, "replace")
    if way.read == encodings.charmap.FALLBACK:
        return data.decode("utf-8", reader.fallback_handler)
    return to_text(reader.decode(data).codes)


def _read_single(data: bytes, name: str) -> Codes:
    packed, length = encodings.load(name).table
    back = np.full(256, encodings.HOLE, np.uint32)
    codes = np.flatnonzero(length == 1)
    back[packed[codes]] = codes
    read: Codes = back[np.frombuffer(data, np.uint8)]
    return read


def undo(text: str, route: str) -> tuple[bytes, NDArray[np.bool_]]:
    """The bytes that TEXT was misread from, and a mask of those that are known.

    An unknown byte stands as FF for U+FFFD, as a newline for a character that the reader cannot have given.

    >>> data, known = undo("ÖÐÎÄ", "gb18030>latin-1")
    >>> data.decode("gb18030"), bool(known.all())
    ('中文', True)
    """
    encoded = encodings.load(parse(route).read).encode(to_codes(text))
    return encoded.data, np.repeat(encoded.known, np.diff(encoded.starts))
