"""Escapes left in text: characters that stand as &#20013;, \\u4e2d, %E4%B8%AD and the like, put back.

Each kind is a pattern for a run of escapes and a function that reads the run. A run is put back only when what it
says reads as Chinese; percent escapes within a web address are what the address is made of and stay.
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import model
from textfix.batch import Batch, to_codes
from textfix.config import ESCAPES, Config
from textfix.records import Change, Edit, splice
from textfix.signs import SIZE, Sign

#: Encodings that bytes in escapes are written in, the likeliest first, and what a character of random bytes costs in
#: each when they happen to decode (see mojibake).
WRITTEN = {"utf-8": 13.9, "gb18030": 9.5, "big5hkscs": 9.5}
#: The same where the escapes name characters and not bytes, and the odds against text of an unknown kind.
NAMED, STRANGE = 11.0, 8.0
LEAST_HAN = 2
#: By how much, in nats, another encoding must read better than the one that is named.
DECLARED = 6.0
#: What ends an address, going backwards, and what makes a word one. So far back is looked.
BREAK = re.compile(r"[\s<>\"'()（）「」【】，。；！？]")
PARTS = re.compile(r"[/#?]")
BACK = 200


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to escape: what a run begins with (a character, one of `then` behind it), its pattern, how it is read."""

    name: str
    first: str
    then: str
    run: re.Pattern[str]
    read: Callable[[str], tuple[str, float] | None]
    in_addresses: bool = True


def from_bytes(data: bytes) -> tuple[str, float] | None:
    """The likeliest text of DATA, and what its characters would cost by chance; None where nothing decodes."""
    best: tuple[float, str, float] | None = None
    for encoding, null in WRITTEN.items():
        try:
            text = data.decode(encoding, "surrogatepass" if encoding == "utf-8" else "strict")
        except UnicodeDecodeError:
            continue
        text = HALVES.sub(lambda match: join(match[0]), text)  # CESU-8 writes each half as three bytes
        by_chance = null * sum(char >= "\x80" for char in text)
        odds = by_chance - float(model.costs(to_codes(text)).sum())
        if best is None or odds > best[0]:
            best = odds, text, by_chance
    return None if best is None else (best[1], best[2])


def named(text: str) -> tuple[str, float]:
    return text, NAMED * sum(char >= "\x80" for char in text)


def read_entities(run: str) -> tuple[str, float] | None:
    return named(html.unescape(run.replace("&amp;#", "&#")))


def read_percent(run: str) -> tuple[str, float] | None:
    run = re.sub(r"%25(?=[0-9A-Fa-f]{2})", "%", run)
    return from_bytes(re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m[1].decode()), run.encode()))


def read_hex(run: str) -> tuple[str, float] | None:
    return from_bytes(bytes.fromhex(run.replace("\\x", "")))


def read_octal(run: str) -> tuple[str, float] | None:
    return from_bytes(bytes(int(part, 8) for part in run.split("\\")[1:]))


def read_units(run: str) -> tuple[str, float] | None:
    """\\u4e2d, %u4E2D and u4e2d alike: the UTF-16 units in a row."""
    units = "".join(re.findall(r"[uU]([0-9A-Fa-f]{4})", run))
    try:
        return named(bytes.fromhex(units).decode("utf-16-be"))
    except UnicodeDecodeError:
        return None


def read_quoted(run: str) -> tuple[str, float] | None:
    return from_bytes(quopri.decodestring(run.encode("ascii")))


def read_word(run: str) -> tuple[str, float] | None:
    """A MIME encoded word (RFC 2047), or several in a row; what reads better where the name of its encoding lies."""
    words = re.findall(r"=\?([\w-]+)\?([BbQq])\?([^?\s]*)\?=", run)
    try:
        data = b"".join(unpack(how, content) for _, how, content in words)
    except (binascii.Error, UnicodeEncodeError):
        return None
    other, charset = from_bytes(data), words[0][0].lower()
    try:
        declared = named(data.decode({"gb2312": "gb18030", "gbk": "gb18030"}.get(charset, charset)))
    except (LookupError, UnicodeDecodeError):
        return other
    return other if other is not None and weigh(*other) > weigh(*declared) + DECLARED else declared


def unpack(how: str, content: str) -> bytes:
    """The bytes of an encoded word: base64 ("B") or quoted-printable ("Q")."""
    if how in "Bb":
        return base64.b64decode(content + "=" * (-len(content) % 4))
    return quopri.decodestring(content.replace("_", " ").encode("ascii"), header=True)


def read_escape(run: str) -> tuple[str, float] | None:
    """What JavaScript's escape() made: %u4E2D, and %20 beside it."""
    if "%u" not in run:
        return None
    ascii_ = re.sub(r"%([2-7][0-9A-Fa-f])", lambda match: chr(int(match[1], 16)), run)
    units = re.sub(r"(?:%u[0-9A-Fa-f]{4})+", lambda match: (read_units(match[0]) or (match[0], 0))[0], ascii_)
    return named(units)


def read_bare(run: str) -> tuple[str, float] | None:
    """u4e2d, its backslash lost; digits may stand between."""
    parts = re.sub(r"(?:u[0-9A-Fa-f]{4})+", lambda match: (read_units(match[0]) or (match[0], 0))[0], run)
    return named(parts)


def read_utf7(run: str) -> tuple[str, float] | None:
    try:
        return named(run.encode("ascii").decode("utf-7"))
    except UnicodeDecodeError:
        return None


def read_hz(run: str) -> tuple[str, float] | None:
    try:
        return named(run.encode("ascii").decode("hz"))
    except UnicodeDecodeError:
        return None


#: A byte of quoted-printable that is no ASCII, and the second byte that may follow it.
QUOTED = r"=[89A-F][0-9A-F](?:=[4-7][0-9A-F]|[@-~](?==))?"


def several(escape: str, least: int = 1) -> re.Pattern[str]:
    """A run of escapes; written so that it begins with a letter, which is looked for ten times as fast."""
    return re.compile(rf"{escape}(?:{escape}){{{least - 1},}}")


BASE64 = string.ascii_letters + string.digits + "+/"
KINDS = (
    Kind("entity", "&", "#a", several(r"&(?:amp;)?#(?:\d{4,6}|[xX][0-9A-Fa-f]{4,5});"), read_entities),
    Kind("mime-word", "=", "?", re.compile(r"=\?[\w-]+\?[BbQq]\?[^?\s]*\?=(?:\s+=\?[\w-]+\?[BbQq]\?[^?\s]*\?=)*"), read_word),
    Kind("percent", "%", "289ABCDEFabcdef", several(r"%(?:25)?[89A-Fa-f][0-9A-Fa-f](?:[@-~](?=%)|%(?:25)?[0-9A-Fa-f]{2})?"), read_percent, False),
    Kind("percent-u", "%", "u234567", re.compile(r"%(?:u[0-9A-Fa-f]{4}|[2-7][0-9A-Fa-f])(?:[\w@*+./-]{0,40}%(?:u[0-9A-Fa-f]{4}|[2-7][0-9A-Fa-f]))*", re.ASCII), read_escape, False),
    Kind("hex", "\\", "x", several(r"\\x[0-9A-Fa-f]{2}", 2), read_hex),
    Kind("octal", "\\", "0123", several(r"\\[0-3][0-7]{2}", 2), read_octal),
    Kind("unicode", "\\", "u", several(r"\\u[0-9A-Fa-f]{4}"), read_units),
    Kind("unicode-bare", "u", string.hexdigits, re.compile(r"u(?<![A-Za-z]u)[0-9A-Fa-f]{4}[0-9]{0,4}(?:u[0-9A-Fa-f]{4}[0-9]{0,4}){2,}(?![0-9A-Za-z])"), read_bare),
    Kind("quoted-printable", "=", "89ABCDEF", re.compile(rf"{QUOTED}(?:(?:=[2-7][0-9A-F])*(?:=\r?\n)?{QUOTED})*"), read_quoted),
    Kind("hz", "~", "{", re.compile(r"~\{[!-w][!-~](?:[!-~]{2})*~\}"), read_hz),
    Kind("utf-7", "+", BASE64, re.compile(r"\+(?<![A-Za-z0-9+/]\+)[A-Za-z0-9+/]{5,}-"), read_utf7),
)  # fmt: skip
FIRST = frozenset(kind.first for kind in KINDS)
#: What the names of the rules begin with.
RULE = "escape:"
#: A character beyond the BMP that was left as its two halves.
HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


HIGH, LOW = ("".join(map(chr, range(start, start + 0x400))) for start in (0xD800, 0xDC00))


def no_letter() -> NDArray[np.bool_]:
    """By code point, all but the letters of ASCII."""
    found = np.ones(SIZE, np.bool_)
    found[[ord(char) for char in string.ascii_letters]] = False
    return found


#: A bare u is the first letter of a run, or a letter of a word.
BARE = Sign("u", before=no_letter, after=string.hexdigits)
SIGN = Sign(
    "".join(FIRST - {"u"}) + HIGH,
    after="".join({char for kind in KINDS if kind.first != "u" for char in kind.then}) + LOW,
)
SIGNS = BARE.bit | SIGN.bit


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """The escapes of each text."""
    wanted = config.escapes if not isinstance(config.escapes, bool) else ESCAPES if config.escapes else ()
    found = [edit for edit in escapes(batch, config.caution) if edit.rule.removeprefix(RULE) in wanted]
    if not found:
        return {}
    edits: dict[int, list[Edit]] = {}
    found.sort(key=lambda edit: (edit.start, -edit.end))
    owners = batch.owners(np.array([edit.start for edit in found], np.int64)).tolist()
    at = 0
    for owner, edit in zip(owners, found, strict=True):
        if edit.start >= at:
            at = edit.end
            shift = int(batch.starts[owner])
            edits.setdefault(owner, []).append(replace(edit, start=edit.start - shift, end=edit.end - shift))
    return {owner: splice(batch.texts[owner], some) for owner, some in edits.items()}


def escapes(batch: Batch, caution: float) -> Iterator[Edit]:
    """What to put back in the batch, of all kinds, one kind after another."""
    joined = batch.joined
    opened: dict[str, list[tuple[int, int]]] = {}
    for place in batch.places(SIGNS):
        first = joined[place]
        if first > "\x7f" or joined[place + 1 : place + 2] in begins()[first]:
            # A run ends with its text: what stands behind it in the batch is another's.
            opened.setdefault(first, []).append((place, int(batch.ends[batch.owner(place)])))
    for kind in KINDS:
        at = -1
        for place, end in opened.get(kind.first, ()):
            if place < at or (match := kind.run.match(joined, place, end)) is None:
                continue
            at = match.end()
            if not kind.in_addresses and is_address(joined, place):
                continue
            read = kind.read(match[0])
            if read is not None and read[0] != match[0] and (odds := weigh(*read)) >= caution:
                yield Edit(place, at, match[0], read[0], RULE + kind.name, odds)
    for high in opened.keys() - FIRST:
        for place, end in opened[high]:
            if (match := HALVES.match(joined, place, end)) is not None:
                yield Edit(place, match.end(), match[0], join(match[0]), RULE + "surrogates")


@cache
def begins() -> dict[str, frozenset[str]]:
    """By its first character, what an escape may have for its second."""
    return {first: frozenset("".join(kind.then for kind in KINDS if kind.first == first)) for first in FIRST}


def is_address(text: str, place: int) -> bool:
    """Whether the word that goes on at PLACE began as an address or a path, with a slash, # or ?."""
    word = BREAK.split(text[max(0, place - BACK) : place])[-1]
    return PARTS.search(word) is not None


def join(halves: str) -> str:
    return halves.encode("utf-16-be", "surrogatepass").decode("utf-16-be")


def weigh(text: str, by_chance: float) -> float:
    """Odds that TEXT is Chinese that somebody escaped, and not a run of codes that happens to mean something."""
    codes = to_codes(text)
    han = int(((codes >= 0x3400) & (codes <= 0x9FFF)).sum())
    strange = ((codes < 0x20) & (codes != 0x0A)) | ((codes >= 0xD800) & (codes < 0xF900)) | (codes == 0xFFFD)
    if han < LEAST_HAN or 2 * han < int((codes >= 0x80).sum()) or strange.any():
        return 0.0
    cost = model.costs(codes)
    return by_chance + STRANGE - float(cost[codes >= 0x80].sum())
