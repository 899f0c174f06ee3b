"""Damages a clean page as sites and scrapers do, and writes what a repair must give back.

    python tools/damage.py fixtures/pages/clinic.hans.txt --misread 7

PAGE.hans.txt is a page of our own in simplified script. Written beside it are

- PAGE.txt        the page put into traditional script character by character, as a cheap converter does it, and then damaged
- PAGE.fixed.txt  what `textfix fix` must make of that: the traditional page, its punctuation folded as the site folded it

The damage is done to the bytes of the GBK form, blind to where characters begin, in this order: glosses, slips,
reading, folding. The paragraph named by `--misread` is UTF-8 read as GB18030 instead.
"""

from __future__ import annotations

import argparse
from pathlib import Path

#: Characters that the site's converter glosses, and their readings.
READINGS = {
    "數": "shù", "據": "jù", "關": "guān", "務": "wù", "設": "shè", "風": "fēng", "網": "wǎng", "發": "fā", "當": "dāng",
    "應": "yīng", "習": "xí", "擔": "dān", "責": "zé", "標": "biāo", "轉": "zhuǎn", "領": "lǐng", "導": "dǎo", "驗": "yàn",
    "構": "gòu", "規": "guī", "準": "zhǔn", "創": "chuàng", "統": "tǒng", "優": "yōu", "聯": "lián", "貴": "guì", "劉": "liú",
}  # fmt: skip
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def gloss(data: bytes) -> bytes:
    """DATA (GBK) with the reading of certain characters in brackets after their two bytes: 數(shù)量."""
    for character, reading in READINGS.items():
        found = character.encode("gbk")
        data = data.replace(found, found + f"({reading})".encode("gbk"))
    return data


def slip(data: bytes) -> bytes:
    """DATA (GBK) with A3 A1 (！) made `!` wherever the two bytes stand: in 。” they are halves of two characters."""
    return data.replace(b"\xa3\xa1", b"!")


def read(data: bytes) -> str:
    """DATA as a lenient GBK reader shows it: what forms no character is dropped."""
    out, at = [], 0
    while at < len(data):
        lead, trail = data[at], data[at + 1] if at + 1 < len(data) else 0
        if lead < 0x80:
            out.append(chr(lead))
            at += 1
        elif trail >= 0x40 and trail != 0x7F:
            out.append(bytes((lead, trail)).decode("gbk", "ignore"))
            at += 2
        else:
            at += 1  # a first half before ASCII
    return "".join(out)


def fold(text: str) -> str:
    """TEXT with full-width ASCII made ASCII: ，becomes a comma."""
    return text.translate(FULL_WIDTH)


def misread(text: str, written: str = "utf-8", reader: str = "gb18030") -> str:
    """TEXT written in one encoding and read in another; ValueError where that loses something."""
    try:
        out = text.encode(written).decode(reader)
        whole = out.encode(reader).decode(written) == text
    except UnicodeError as error:
        raise ValueError(f"{written} read as {reader} loses part of {text!r}: {error}") from error
    if not whole or any("\ue000" <= character <= "\uf8ff" for character in out):
        raise ValueError(f"{written} read as {reader} loses part of {text!r}")
    return out


def damage(line: str) -> str:
    """One line after the site and the scraper."""
    return fold(read(slip(gloss(line.encode("gbk")))))


def traditional(text: str) -> str:
    """TEXT in traditional script, each character for itself: phrases are not looked at."""
    from opencc import OpenCC

    convert = OpenCC("s2t").convert
    return "".join(convert(character) for character in text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("--misread", type=int, default=0, help="number of the line that is UTF-8 read as GB18030")
    args = parser.parse_args()
    stem = args.page.with_name(args.page.name.removesuffix(".hans.txt"))
    lines = traditional(args.page.read_text("utf-8")).split("\n")
    damaged, fixed = [], []
    for number, line in enumerate(lines, 1):
        foreign = number == args.misread
        damaged.append(misread(line) if foreign else damage(line))
        fixed.append(line if foreign else fold(line))
    stem.with_suffix(".txt").write_bytes("\n".join(damaged).encode())
    stem.with_suffix(".fixed.txt").write_bytes("\n".join(fixed).encode())


if __name__ == "__main__":
    main()
