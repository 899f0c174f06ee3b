"""Builds fixtures/detect/dirty.jsonl: bytes as they are met, with what should be made of them.

    python tools/build_dirty.py

Each case has `encoding` (what detection must say, "|" between names that are equally right), `text` (what decoding
must give) where that can be told, and `parts` (which encodings the parts are in) where there is more than one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from textfix.encodings import codecs

TARGET = Path(__file__).resolve().parent.parent / "fixtures" / "detect" / "dirty.jsonl"

HANS = "图书馆周末上午九点开门，借书证请在前台办理。"
HANS2 = "昨天夜里下了一场大雨，院子里的桂花落了一地。"
HANS3 = "修理自行车的师傅说后轮的辐条断了两根。"
HANT = "圖書館週末上午九點開門，借書證請在前臺辦理。"
HANT2 = "昨天夜裡下了一場大雨，院子裡的桂花落了一地。"
HANT3 = "修理腳踏車的師傅說後輪的輻條斷了兩根。"

JA = "図書館は週末の午前九時に開きます。"
CASES: list[dict[str, Any]] = []


def add(name: str, data: bytes, encoding: str | None, text: str | None = None, **more: Any) -> None:
    case: dict[str, Any] = {"id": name, "in_hex": data.hex(), "encoding": encoding}
    if text is not None:
        case["text"] = text
    CASES.append(case | more | {"source": "own"})


def damaged() -> None:
    """One or a few bad bytes, cut ends, NUL bytes."""
    big5 = "cp950|big5hkscs"
    for short, codec, lines, name in (
        ("gb", "gb18030", (HANS, HANS2, HANS3), "gb18030"),
        ("big5", "cp950", (HANT, HANT2, HANT3), big5),
        ("utf8", "utf-8", (HANS, HANT2, HANS3), "utf-8"),
    ):
        whole = "\n".join(lines)
        data = whole.encode(codec)
        width = len("图".encode(codec)) if codec == "utf-8" else 2
        at = len(lines[0].encode(codec)) + 1
        add(f"{short}-bad-byte-first", b"\xff" + data, name, "\ufffd" + whole)
        add(
            f"{short}-bad-byte-middle",
            data[:at] + b"\xff" + data[at:],
            name,
            f"{lines[0]}\n\ufffd{lines[1]}\n{lines[2]}",
        )
        add(f"{short}-bad-byte-last", data + b"\xff", name)
        add(f"{short}-three-bad-bytes", b"\xff" + data[:at] + b"\xff" + data[at:] + b"\n\xff", name)
        add(f"{short}-cut-last-byte", data[:-1], name)
        add(f"{short}-cut-first-byte", data[1:], name)
        add(f"{short}-cut-both", data[1:-1], name)
        add(f"{short}-cut-last-short", lines[0][:6].encode(codec)[:-1], name)
        add(f"{short}-nul-end", data + b"\0" * 40, name, whole + "\0" * 40)
        add(f"{short}-nul-between", data.replace(b"\n", b"\0"), name, whole.replace("\n", "\0"))
        add(f"{short}-lost-byte", data[: at + width * 4] + data[at + width * 4 + 1 :], name)
        add(f"{short}-question-mark", data[: at + width * 3] + b"?" + data[at + width * 3 + 1 :], name)


def sparse() -> None:
    """Mostly ASCII with one foreign cell."""
    table = "".join(f"{row},item-{row},{row * 7 % 50}.00,ok\n" for row in range(60))
    log = "".join(f"2024-03-{day:02d} 10:00:00 INFO request handled in {day * 3} ms\n" for day in range(1, 29))
    for short, codec, word, name in (
        ("gb", "gb18030", "库存不足", "gb18030"),
        ("big5", "cp950", "庫存不足", "cp950|big5hkscs"),
        ("utf8", "utf-8", "库存不足", "utf-8"),
    ):
        text = f"{table}61,{word},1.00,ok\n"
        add(f"{short}-csv-cell-end", text.encode(codec), name, text)
        text = f"0,{word},1.00,ok\n{table}"
        add(f"{short}-csv-cell-start", text.encode(codec), name, text)
        text = f"{log}2024-03-29 10:00:00 ERROR {word}: item-7\n{log}"
        add(f"{short}-log-message", text.encode(codec), name, text)


def mixed() -> None:
    """Two encodings in one file, by lines, by cells, by runs."""
    big5, gb, u8 = "cp950", "gb18030", "utf-8"
    two = "cp950|big5hkscs"

    def join(*rows: tuple[str, str]) -> tuple[bytes, str]:
        return b"".join((row + "\n").encode(codec) for row, codec in rows), "".join(row + "\n" for row, _ in rows)

    add("utf8-lines-one-gb", *_named(join((HANS, u8), (HANS2, u8), (HANS3, gb), (HANS, u8)), u8), parts=[u8, gb, u8])
    add("gb-lines-one-utf8", *_named(join((HANS, gb), (HANS2, u8), (HANS3, gb)), gb), parts=[gb, u8, gb])
    add("gb-then-utf8", *_named(join((HANS, gb), (HANS3, gb), (HANS2, u8)), gb), parts=[gb, u8])
    add("utf8-then-big5", *_named(join((HANT, u8), (HANT3, u8), (HANT2, big5)), u8), parts=[u8, big5])
    add("big5-then-gb", *_named(join((HANT, big5), (HANT3, big5), (HANT2, big5), (HANS2, gb)), two), parts=[big5, gb])
    add("gb-then-big5", *_named(join((HANS, gb), (HANS3, gb), (HANS2, gb), (HANT2, big5)), gb), parts=[gb, big5])
    add("big5-one-utf8", *_named(join((HANT, big5), (HANT3, u8), (HANT2, big5)), two), parts=[big5, u8, big5])
    add("three-encodings", *_named(join((HANS, u8), (HANS2, u8), (HANS3, gb), (HANT3, big5)), u8), parts=[u8, gb, big5])
    turns = [(line, codec) for line in (HANS, HANS2, HANS3) for codec in (gb, u8)]
    add("gb-and-utf8-in-turn", *_named(join(*turns), f"{gb}|{u8}"), parts=[gb, u8] * 3)
    turns = [(line, codec) for line in (HANT, HANT2, HANT3) for codec in (u8, big5)]
    add("utf8-and-big5-in-turn", *_named(join(*turns), f"{u8}|{two}"), parts=[u8, big5] * 3)
    turns = [(HANS, gb), (HANT, big5), (HANS2, u8), (HANS3, gb), (HANT2, big5), (HANT3, u8)]
    add("three-in-turn", *_named(join(*turns), f"{gb}|{two}|{u8}"), parts=[gb, big5, u8] * 2)
    rows = [f"{i},{word},ok" for i, word in enumerate(("桌椅", "台灯", "书架", "窗帘", "地毯"))]
    for short, main, other, name in (("utf8", u8, gb, u8), ("gb", gb, u8, gb)):
        data = "\n".join(rows).encode(main) + b"\n5," + "电风扇坏了".encode(other) + b",ok\n"
        add(f"{short}-csv-other-cell", data, name, "\n".join(rows) + "\n5,电风扇坏了,ok\n", parts=[main, other])
    data = f"商品：{HANS3} 备注：".encode() + "客户说明天上午来取".encode(gb) + f" 店员：{HANS2}\n".encode()
    add("utf8-line-gb-cell", data, u8, f"商品：{HANS3} 备注：客户说明天上午来取 店员：{HANS2}\n", parts=[u8, gb, u8])
    data = f"{HANS} ".encode(gb) + "客户说明天上午来取".encode() + f" {HANS2}\n{HANS3}\n".encode(gb)
    add("gb-line-utf8-cell", data, gb, f"{HANS} 客户说明天上午来取 {HANS2}\n{HANS3}\n", parts=[gb, u8, gb])
    data = f"{HANS}".encode(gb) + "客户说明天上午来取".encode() + f"{HANS2}\n{HANS3}\n".encode(gb)
    add("gb-run-utf8-inside", data, gb, f"{HANS}客户说明天上午来取{HANS2}\n{HANS3}\n", parts=[gb, u8, gb])
    data = f"{HANS}{HANS2}".encode() + "客户说明天上午来取".encode(gb) + f"{HANS3}\n".encode()
    add("utf8-run-gb-inside", data, u8, f"{HANS}{HANS2}客户说明天上午来取{HANS3}\n", parts=[u8, gb, u8])


def _named(made: tuple[bytes, str], encoding: str) -> tuple[bytes, str, str]:
    return made[0], encoding, made[1]


def layered() -> None:
    """Text that was misread before it was written."""
    twice = HANS.encode().decode("latin-1")
    add("utf8-twice-latin1", twice.encode(), "utf-8", twice)
    read = HANS.encode().decode("gb18030", "replace")
    add("utf8-twice-gb", read.encode(), "utf-8", read)
    lost = HANS.encode("gb18030").decode("utf-8", "replace")
    add("replacement-characters", (HANS2 + lost).encode(), "utf-8", HANS2 + lost)
    scar = "锟斤拷锟斤拷"
    add("scar-utf8", (HANS2 + scar + HANS3).encode(), "utf-8", HANS2 + scar + HANS3)
    add("scar-gb", (HANS2 + scar + HANS3).encode("gb18030"), "gb18030")
    add("hot-gb", (HANS2 + "烫烫烫烫屯屯屯屯").encode("gb18030"), "gb18030", HANS2 + "烫烫烫烫屯屯屯屯")


def declared() -> None:
    """Labels that are wrong, and labels that are right."""
    for label, data, encoding, text in (
        ("utf-8", HANS.encode("gb18030"), "gb18030", HANS),
        ("gbk", HANS.encode(), "utf-8", HANS),
        ("big5", HANS.encode("gb18030"), "gb18030", HANS),
        ("gb2312", HANT.encode("cp950"), "cp950|big5hkscs", HANT),
        ("iso-8859-1", HANS2.encode("gb18030"), "gb18030", HANS2),
        ("shift_jis", HANT2.encode("cp950"), "cp950|big5hkscs", HANT2),
        ("nonsense", HANT3.encode("cp950"), "cp950|big5hkscs", HANT3),
        ("us-ascii", HANS3.encode(), "utf-8", HANS3),
    ):
        add(f"declared-{label}", data, encoding, text, declared=label)
    page = '<html><head><meta charset="{}"></head><body><p>{}</p></body></html>\n'
    for label, codec, name in (
        ("utf-8", "gb18030", "gb18030"),
        ("gb2312", "utf-8", "utf-8"),
        ("gbk", "cp950", "cp950|big5hkscs"),
    ):
        text = page.format(label, HANT if codec == "cp950" else HANS)
        add(f"meta-{label}-is-{codec}", text.encode(codec), name, text)


def coloured() -> None:
    """Colours of a terminal between the two bytes of a character, and around characters."""
    for short, codec, lines, name in (
        ("big5", "cp950", (HANT, HANT2, HANT3), "cp950|big5hkscs"),
        ("gb", "gb18030", (HANS, HANS2, HANS3), "gb18030"),
    ):
        raw, text = b"", ""
        for line in lines:
            for i, char in enumerate(line):
                pair = char.encode(codec)
                if i % 5 == 2:
                    raw += pair[:1] + b"\x1b[1;36m" + pair[1:]
                    text += char + "\x1b[1;36m"
                else:
                    raw += pair
                    text += char
            raw, text = raw + b"\x1b[m\n", text + "\x1b[m\n"
        add(f"{short}-two-coloured", raw, name, text)
        start = lines[0].encode(codec)
        add(f"{short}-two-coloured-once", start[:9] + b"\x1b[0m\x1b[31m" + start[9:], name)
        text = f"\x1b[1;33m{lines[0]}\x1b[m\n\x1b[32m{lines[1][:8]}\x1b[m\n"
        add(f"{short}-coloured-words", text.encode(codec), name, text)


def escaped() -> None:
    """Seven-bit encodings within mail, and UTF-16 with and without its mark."""
    head = "From: desk@library.example\nSubject: opening hours\n\nDear reader,\n"
    tail = "\nWith kind regards,\nthe desk\n"
    add("hz-mail", f"{head}{HANS}{tail}".encode("hz"), "hz", f"{head}{HANS}{tail}")
    add("hz-short", HANS[:6].encode("hz"), "hz", HANS[:6])
    add("iso2022jp-mail", f"{head}{JA}{tail}".encode("iso2022_jp"), "iso2022_jp", f"{head}{JA}{tail}")
    korean = "도서관은 주말 오전 아홉 시에 문을 엽니다."
    add("iso2022kr-mail", f"{head}{korean}{tail}".encode("iso2022_kr"), "iso2022_kr", f"{head}{korean}{tail}")
    add("iso2022cn-mail", f"{head}{HANS}{tail}".encode("iso-2022-cn"), "iso-2022-cn", f"{head}{HANS}{tail}")
    add("iso2022cn-hant-mail", f"{head}{HANT}{tail}".encode("iso-2022-cn"), "iso-2022-cn", f"{head}{HANT}{tail}")
    add("euc-tw-line", HANT.encode("euc-tw"), "euc-tw", HANT)
    add("euc-tw-log", f"{head}{HANT3}{tail}".encode("euc-tw"), "euc-tw", f"{head}{HANT3}{tail}")
    add("tilde-is-not-hz", b"cost ~{10} or ~ {20}, see ~/notes\n", "ascii", "cost ~{10} or ~ {20}, see ~/notes\n")
    for order in ("le", "be"):
        for short, text in (("hans", f"{HANS}\r\n{HANS2}\r\n"), ("hant", HANT3), ("ascii", "id,name\r\n1,table\r\n")):
            mark = "\ufeff".encode(f"utf-16-{order}")
            add(f"utf16{order}-{short}-mark", mark + text.encode(f"utf-16-{order}"), "utf-16", text)
            add(f"utf16{order}-{short}", text.encode(f"utf-16-{order}"), f"utf-16-{order}", text)
    text = f"{HANS}\r\n{HANS2}\r\n"
    add("utf16le-odd-byte", text.encode("utf-16-le") + b"\0", "utf-16-le")
    add("utf8-mark", text.encode("utf-8-sig"), "utf-8-sig", text)
    add("utf32-mark", text.encode("utf-32"), "utf-32", text)


def main() -> int:
    codecs.register()
    for make in (damaged, sparse, mixed, layered, declared, coloured, escaped):
        make()
    TARGET.write_text("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in CASES), "utf-8")
    print(len(CASES), "cases")
    return 0


if __name__ == "__main__":
    sys.exit(main())
