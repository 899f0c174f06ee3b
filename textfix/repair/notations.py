"""How characters and bytes are escaped: what each notation looks like, and what a run of it says."""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from textfix import model
from textfix.batch import to_codes

#: Encodings that bytes in escapes are written in, the likeliest first, and what a character of random bytes costs in
#: each when they happen to decode (see mojibake).
WRITTEN = {"utf-8": 13.9, "gb18030": 9.5, "big5hkscs": 9.5}
#: The same where the escapes name characters and not bytes.
NAMED = 11.0
#: By how much, in nats, another encoding must read better than the one that is named.
DECLARED = 6.0
HOLE = "\ufffd"
#: A character beyond the BMP that was left as its two halves.
HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


@dataclass(frozen=True, slots=True)
class Said:
    """What a run of escapes says, what its characters would cost by chance, and how many different Han tell that it does."""

    text: str
    by_chance: float
    least: int = 2


@dataclass(frozen=True, slots=True)
class Notation:
    """One way to escape: what a run begins with (a character, one of `then` behind it), its pattern, how it is read."""

    name: str
    first: str
    then: str
    run: re.Pattern[str]
    read: Callable[[str], Said | None]
    in_addresses: bool = True


def from_bytes(data: bytes) -> Said | None:
    """The likeliest text of DATA, which may end within a character; None where nothing decodes.

    UTF-8 checks itself: one Han of it says as much as two of another encoding.
    """
    best: tuple[float, Said] | None = None
    if len(data) < 2:
        return None
    if data[0] in (0xC2, 0xC3) and (inner := undo_western(data)) is not None:
        return from_bytes(inner)
    for encoding, null in WRITTEN.items():
        for text in decode(data, encoding):
            by_chance = null * sum(char >= "\x80" and char != HOLE for char in text)
            odds = by_chance - float(model.costs(to_codes(text.rstrip(HOLE))).sum())
            if best is None or odds > best[0]:
                best = odds, Said(text, by_chance, 1 if encoding == "utf-8" and HOLE not in text else 2)
    return None if best is None else best[1]


def undo_western(data: bytes) -> bytes | None:
    """The bytes of which every one was written as a character of UTF-8, or None if DATA is not such."""
    try:
        return western(data.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def western(text: str) -> bytes | None:
    """TEXT as bytes of cp1252, which it was read from, or None if it was not: all bytes of Latin-1 will do as well."""
    data = bytearray()
    for char in text:
        one = bytes([ord(char)]) if char < "\u0100" else char.encode("cp1252", "ignore")
        if not one:
            return None
        data += one
    return bytes(data)


def decode(data: bytes, encoding: str) -> Iterator[str]:
    """DATA as text, if it is whole or lacks no more than the last bytes of its last character, which then is a HOLE."""
    for cut in range(len(data) and 3 if encoding == "utf-8" else 2):
        try:
            text = data[: len(data) - cut].decode(encoding, "surrogatepass" if encoding == "utf-8" else "strict")
        except UnicodeDecodeError:
            continue
        if not cut:
            yield HALVES.sub(lambda match: join(match[0]), text)  # CESU-8 writes each half as three bytes
        elif data[-cut] >= (0xE2 if encoding == "utf-8" else 0x81):
            yield text + HOLE
        return


def join(halves: str) -> str:
    return halves.encode("utf-16-be", "surrogatepass").decode("utf-16-be")


def named(text: str, least: int = 2) -> Said:
    return Said(text, NAMED * sum(char >= "\x80" for char in text), least)


def read_entities(run: str) -> Said | None:
    return named(html.unescape(re.sub("&(?:amp;)+#", "&#", run)))


def read_entity_bytes(run: str) -> Said | None:
    """&Ouml;&ETH; and &#214;&#208; alike: characters of cp1252 that stand for bytes."""
    items = re.findall(r"&(?:amp;)*#(\d+);|&(?:amp;)*#[xX]([0-9A-Fa-f]+);|&(?:amp;)*(\w+;)|(.)", run, re.DOTALL)
    chars: list[str] = []
    for decimal, hexadecimal, name, char in items:
        said = (
            chr(int(decimal or hexadecimal, 10 if decimal else 16))
            if not name and not char
            else char or html.unescape(f"&{name}")
        )
        if name and (len(said) > 1 or said < "\x80"):
            return None
        chars.append(said)
    data = western("".join(chars))
    return None if data is None else from_bytes(data)


def read_percent(run: str) -> Said | None:
    run = re.sub(r"%25(?=[0-9A-Fa-f]{2})", "%", run)
    return from_bytes(re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m[1].decode()), run.encode()))


def read_percent_entities(run: str) -> Said | None:
    """What browsers send for characters that a form has no place for: %26%2320013%3B."""
    return named("".join(map(chr, map(int, re.findall("%23([0-9]+)%3[Bb]", run)))))


def read_hex(run: str) -> Said | None:
    return from_bytes(bytes.fromhex("".join(re.findall("[0-9A-Fa-f]{2}", run))))


def read_octal(run: str) -> Said | None:
    return from_bytes(bytes(int(part, 8) for part in re.findall("[0-7]{3}", run)))


def read_decimal(run: str) -> Said | None:
    values = [int(part) for part in run.split("\\")[1:]]
    return from_bytes(bytes(values)) if max(values) < 0x100 else None


def read_rtf(run: str) -> Said | None:
    """\\'d6\\'d0, where the second byte of a character may stand for itself."""
    return from_bytes(re.sub(rb"\\'(..)", lambda m: bytes.fromhex(m[1].decode()), run.encode("ascii"), flags=re.DOTALL))


def read_rtf_units(run: str) -> Said | None:
    """\\u20013? of RTF: a unit in decimal digits, negative from 32768 up, and what older readers show for it."""
    units = [int(value) & 0xFFFF for value in re.findall(r"\\u(-?\d+)", run)]
    return from_units("".join(f"{unit:04x}" for unit in units))


def read_units(run: str) -> Said | None:
    """\\u4e2d, \\\\u4e2d, %u4E2D and u4e2d alike: the UTF-16 units in a row."""
    return from_units("".join(re.findall(r"[uU]([0-9A-Fa-f]{4})", run)))


def read_points(run: str) -> Said | None:
    """\\u{4e2d}, \\x{4e2d}, <U+4E2D>, _x4E2D_ and \\4e2d alike: the code points in a row."""
    points = [int(value, 16) for value in re.findall(r"[0-9A-Fa-f]{4,8}", run)]
    if max(points) > 0x10FFFF:
        return None
    return named("".join(map(chr, points)))


def from_units(units: str) -> Said | None:
    """The text of UTF-16 UNITS in hexadecimal digits; of its bytes, where a program took each for a character."""
    try:
        text = bytes.fromhex(units).decode("utf-16-be")
    except UnicodeDecodeError:
        return None
    data = western(text) if "\x80" <= text[0] < "\u0100" else None
    return named(text) if data is None else from_bytes(data)


def read_quoted(run: str) -> Said | None:
    return from_bytes(quopri.decodestring(run.encode("ascii")))


def read_word(run: str) -> Said | None:
    """A MIME encoded word (RFC 2047), or several in a row; what reads better where the name of its encoding lies.

    The last one may be cut off. Nobody writes =?…?B?…?= by chance: one Han is enough.
    """
    words = re.findall(r"=\?([\w-]+)\?([BbQq])\?([^?\s]*)", run)
    try:
        data = b"".join(unpack(how, content) for _, how, content in words)
    except (binascii.Error, UnicodeEncodeError):
        return None
    other, charset = from_bytes(data), words[0][0].lower()
    try:
        text = next(decode(data, {"gb2312": "gb18030", "gbk": "gb18030"}.get(charset, charset)), None)
    except LookupError:
        text = None
    if text is None:
        return other
    declared = Said(text, NAMED * sum(char >= "\x80" for char in text) + DECLARED, 1)
    return other if other is not None and gain(other) > gain(declared) else declared


def gain(said: Said) -> float:
    return said.by_chance - float(model.costs(to_codes(said.text.rstrip(HOLE))).sum())


def unpack(how: str, content: str) -> bytes:
    """The bytes of an encoded word: base64 ("B") or quoted-printable ("Q")."""
    if how in "Bb":
        content = content.rstrip("=")
        content = content[: len(content) - (len(content) % 4 == 1)]  # six bits of a byte say nothing
        return base64.b64decode(content + "=" * (-len(content) % 4))
    return quopri.decodestring(content.replace("_", " ").encode("ascii"), header=True)


def read_escape(run: str) -> Said | None:
    """What JavaScript's escape() made: %u4E2D, and %20 beside it."""
    if "%u" not in run:
        return None
    ascii_ = re.sub(r"%([2-7][0-9A-Fa-f])", lambda match: chr(int(match[1], 16)), run)
    return named(re.sub(r"(?:%u[0-9A-Fa-f]{4})+", units_or_run, ascii_))


def read_bare(run: str) -> Said | None:
    """u4e2d, its backslash lost; digits may stand between."""
    return named(re.sub(r"(?:u[0-9A-Fa-f]{4})+", units_or_run, run))


def units_or_run(match: re.Match[str]) -> str:
    said = read_units(match[0])
    return match[0] if said is None else said.text


def read_utf7(run: str) -> Said | None:
    try:
        return named(run.encode("ascii").decode("utf-7"))
    except UnicodeDecodeError:
        return None


def read_imap(run: str) -> Said | None:
    """&Ti1lhw-: the UTF-7 of mailbox names in IMAP (RFC 3501)."""
    return read_utf7("+" + run[1:].replace(",", "/"))


def read_hz(run: str) -> Said | None:
    try:
        return named(run.encode("ascii").decode("hz"))
    except UnicodeDecodeError:
        return None


def several(escape: str, least: int = 1) -> re.Pattern[str]:
    """A run of escapes; written so that it begins with a letter, which is looked for ten times as fast."""
    return re.compile(rf"{escape}(?:{escape}){{{least - 1},}}")


#: A byte of quoted-printable that is no ASCII, and the second byte that may follow it.
QUOTED = r"=[89A-F][0-9A-F](?:=[4-7][0-9A-F]|[@-~](?==))?"
BASE64 = string.ascii_letters + string.digits + "+/"
UNICODE = r"\\{1,8}u[0-9A-Fa-f]{4}"
HEX = string.hexdigits
#: A numeric entity beyond ASCII, whose `;` may be missing; and one of ASCII that is no markup.
ENTITY = r"&(?:amp;)*#(?:\d{4,6}|[xX][0-9A-Fa-f]{4,5})(?:;|(?![0-9A-Fa-f;]))"
PLAIN_ENTITY = r"&(?:amp;)*#(?:32|4[0-9]|5[0-9]|6[13-9]|[7-9][0-9]|1[01][0-9]|12[0-6]);"
#: What cp1252 has beyond ASCII, and entities that may be such, by name or number.
WESTERN = "".join(bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0x100))
ENTITY_BYTE = r"&(?:amp;)*(?:[A-Za-z][A-Za-z]{1,5}[1-4]{0,2}|#1[2-9][0-9]|#2[0-9][0-9]|#[xX][89A-Fa-f][0-9A-Fa-f]|#[378][0-9]{3});"
#: Two words of MIME or more, each with what may stand between; the last may lack its end where its line ends.
WORD = r"=\?[\w-]+\?[BbQq]\?[^?\s]*\?="
CUT_WORD = r"=\?[\w-]+\?[BbQq]\?[^?\s]{6,}\??$"
NOTATIONS = (
    Notation("entity", "&", "#a", re.compile(rf"{ENTITY}(?:{PLAIN_ENTITY}|{ENTITY})*"), read_entities),
    Notation("entity", "&", "#" + string.ascii_letters, re.compile(rf"(?!&nbsp;|&amp;[^#])(?:{ENTITY_BYTE}(?:[@-~](?=[&<\s]|$)|[\x80-\xff{WESTERN[:27]}]+)?){{4,}}"), read_entity_bytes),
    Notation("mime-word", "=", "?", re.compile(rf"(?:{WORD}(?:\s*{WORD})*(?:\s*{CUT_WORD})?|{CUT_WORD})", re.MULTILINE), read_word),
    Notation("percent", "%", "289ABCDEFabcdef", several(r"%(?:25)?[89A-Fa-f][0-9A-Fa-f](?:[@-~](?=%)|%(?:25)?[0-9A-Fa-f]{2})?"), read_percent, False),
    Notation("percent", "%", "2", several(r"%26%23[0-9]{5}%3[Bb]"), read_percent_entities, False),
    Notation("percent-u", "%", "u234567", re.compile(r"%(?:u[0-9A-Fa-f]{4}|[2-7][0-9A-Fa-f])(?:[\w@*+./-]{0,40}%(?:u[0-9A-Fa-f]{4}|[2-7][0-9A-Fa-f]))*", re.ASCII), read_escape, False),
    Notation("hex", "\\", "\\x", several(r"\\{1,8}x[0-9A-Fa-f]{2}", 2), read_hex),
    Notation("hex", "<", HEX, several(r"<[0-9A-Fa-f]{2}>", 2), read_hex),
    Notation("octal", "\\", "\\0123", several(r"\\{1,8}[0-3][0-7]{2}", 2), read_octal),
    Notation("octal", "#", "23", several(r"#[23][0-7]{2}", 3), read_octal),
    Notation("decimal", "\\", "12", several(r"\\(?:1[2-9]|2[0-5])[0-9]", 3), read_decimal),
    Notation("unicode", "\\", "\\u", several(UNICODE), read_units),
    Notation("unicode", "\\", "ux", several(r"\\[ux]\{[0-9A-Fa-f]{4,6}\}"), read_points),
    Notation("unicode", "<", "U", several(r"<U\+[0-9A-F]{4,8}>"), read_points),
    Notation("unicode", "_", "x", several(r"_x[0-9A-Fa-f]{4}_"), read_points),
    Notation("unicode-bare", "u", HEX, re.compile(r"u(?<![A-Za-z]u)[0-9A-Fa-f]{4}[0-9]{0,4}(?:u[0-9A-Fa-f]{4}[0-9]{0,4}){2,}(?![0-9A-Za-z])"), read_bare),
    Notation("css", "\\", "456789", re.compile(r"""\\(?<=[\s"':,]\\)[4-9][0-9A-Fa-f]{3}(?: ?\\[4-9][0-9A-Fa-f]{3})+(?![\w\\])"""), read_points),
    Notation("rtf", "\\", "'", several(r"\\'[89A-Fa-f][0-9A-Fa-f](?:\\'[0-9A-Fa-f]{2}|[@-~](?=\\'))?", 2), read_rtf),
    Notation("rtf", "\\", "u", several(r"\\u-?[0-9]{4,5} ?(?:\?|\\'3[Ff])", 2), read_rtf_units),
    Notation("quoted-printable", "=", "89ABCDEF", re.compile(rf"{QUOTED}(?:(?:=[2-7][0-9A-F])*(?:=\r?\n)?{QUOTED})*"), read_quoted),
    Notation("hz", "~", "{", re.compile(r"~\{[!-w][!-~](?:[!-~]{2})*~\}"), read_hz),
    Notation("utf-7", "+", BASE64, re.compile(r"\+(?<![A-Za-z0-9+/]\+)[A-Za-z0-9+/]{5,}-"), read_utf7),
    Notation("utf-7", "&", BASE64, re.compile(r"&(?<![A-Za-z0-9/]&)[A-Za-z0-9+,]{6,}-"), read_imap),
)  # fmt: skip
