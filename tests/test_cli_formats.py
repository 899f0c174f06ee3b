"""The command line on files that are more than text: encodings, compression, rows, markup."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from itertools import pairwise

import pytest
from conftest import Grow, Run

import textfix
from textfix.cli import blocks
from textfix.cli.fields import Csv, Json, read_header
from textfix.decode.declarations import declare

HANS = "数据处理和存储，都在这里。\n"
GARBLED = "鏁版嵁澶勭悊"


# --- encodings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "hz", "iso-2022-cn", "utf-8-sig"]
)
@pytest.mark.parametrize("size", [64, blocks.BLOCK])
def test_every_encoding_short_and_long(
    run: Run, grow: Grow, monkeypatch: pytest.MonkeyPatch, encoding: str, size: int
) -> None:
    """What is worked on in blocks must come out as what is worked on at once."""
    for module in ("blocks", "files", "runner"):
        monkeypatch.setattr(f"textfix.cli.{module}.BLOCK", size)
    text = ("資料處理和儲存，都在這裡。\r\n" if encoding == "big5" else "数据处理和存储，都在这里。\r\n") * 30
    data = ("\ufeff" + text).encode(encoding) if encoding.endswith(("le", "be")) else text.encode(encoding)
    path = grow({"page.txt": data}) / "page.txt"
    out = run("fix", path).out
    assert out.decode("utf-8-sig") == text
    assert out.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    assert run("fix", "--in-place", "--to-encoding", "same", path).code == 0
    assert path.read_bytes() == data


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16", "utf-8-sig", "shift_jis"])
def test_to_encoding(run: Run, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    """Written whole, with one mark at most, however many blocks there are."""
    for module in ("blocks", "files", "runner"):
        monkeypatch.setattr(f"textfix.cli.{module}.BLOCK", 50)
    text = "天下大乱，分久必合。\n" * 12 if encoding != "big5" else "天下大亂，分久必合。\n" * 12
    ended = run("fix", "--to-encoding", encoding, stdin=text.encode())
    if encoding == "shift_jis":
        assert ended.out == text.encode("shift_jis")
    assert ended.out.decode(encoding) == text
    assert ended.out.count(text.encode(encoding)[:2]) >= 1


def test_what_an_encoding_lacks_is_named(run: Run, grow: Grow) -> None:
    """A question mark in its place would be a loss; the file is left as it was."""
    root = grow({"a.txt": "第一行，好的。\n堃和喆两个字。\n".encode(), "b.txt": HANS.encode()})
    ended = run("fix", "--in-place", "--to-encoding", "gb2312", root)
    assert ended.code == 3
    for word in ("a.txt", "gb2312", "堃 (U+5803)", "line 2"):
        assert word in ended.err
    assert (root / "a.txt").read_text("utf-8").startswith("第一行")
    assert (root / "b.txt").read_bytes() == HANS.encode("gb2312")


def test_parts_in_different_encodings(run: Run, grow: Grow) -> None:
    """Lines that were appended in another encoding are read in theirs, and that is said."""
    data = "第一行用的是统一码，好的。\n".encode() * 3 + "第四行是国标码，好的。\n".encode("gb18030")
    path = grow({"a.txt": data}) / "a.txt"
    assert run("fix", path).out == ("第一行用的是统一码，好的。\n" * 3 + "第四行是国标码，好的。\n").encode()
    assert json.loads(run("check", "--jsonl", path).out)["mixed"] == ["gb18030", "utf-8"]


def test_a_line_longer_than_a_block(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cut between characters, in whatever encoding."""
    for module in ("blocks", "files", "runner"):
        monkeypatch.setattr(f"textfix.cli.{module}.BLOCK", 101)
    text = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏" * 20
    assert run("fix", stdin=text.encode("gb18030")).out == text.encode()
    assert run("fix", stdin=text.encode()).out == text.encode()


# --- compression -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
@pytest.mark.parametrize("block", [40, blocks.BLOCK])
def test_compressed(run: Run, grow: Grow, monkeypatch: pytest.MonkeyPatch, suffix: str, block: int) -> None:
    """Read and written as what it is; to standard output goes the text."""
    for module in ("blocks", "files", "runner"):
        monkeypatch.setattr(f"textfix.cli.{module}.BLOCK", block)
    if suffix == ".zst":
        zstandard = pytest.importorskip("zstandard")
        pack, unpack = zstandard.compress, lambda data: zstandard.decompress(data, max_output_size=1 << 20)
        unpack = lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)  # noqa: E731
    else:
        module = {".gz": gzip, ".bz2": bz2, ".xz": lzma}[suffix]
        pack, unpack = module.compress, module.decompress
    text = (HANS + GARBLED + "\n") * 9
    path = grow({f"page.txt{suffix}": pack(text.encode())}) / f"page.txt{suffix}"
    assert run("fix", path).out.decode() == textfix.fix(text)
    assert run("fix", "--in-place", path).code == 0
    assert unpack(path.read_bytes()).decode() == textfix.fix(text)
    before = path.read_bytes()
    assert "1 unchanged" in run("fix", "--in-place", path).err
    assert path.read_bytes() == before


def test_damaged_archives_are_errors(run: Run, grow: Grow) -> None:
    """Half a file must not be taken for the whole."""
    data = gzip.compress((HANS * 500).encode())
    root = grow({"cut.txt.gz": data[: len(data) // 2], "bad.xz": b"\xfd7zXZ\x00nothing of the kind"})
    ended = run("fix", "--in-place", root)
    assert ended.code == 3
    assert ended.err.count("compressed and damaged") == 2
    assert (root / "cut.txt.gz").read_bytes() == data[: len(data) // 2]


def test_a_missing_package_is_named(run: Run, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is an extra says so, and which."""
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    root = grow({"a.zst": b"\x28\xb5\x2f\xfd....", "b.parquet": b"PAR1"})
    ended = run("check", root)
    assert "pip install 'textfix[zstd]'" in ended.err
    assert "pip install 'textfix[parquet]'" in ended.err


# --- rows --------------------------------------------------------------------------------------------------------


def test_json_keeps_all_but_the_strings(run: Run) -> None:
    """Spaces, order, numbers and escapes stay as they are; a string is put back as it was written."""
    data = '{ "id":1.50, "a":"鏁版嵁澶勭悊",\t"b": "\\u93c1\\u7248\\u5d41\\u6fb6\\u52ed\\u608a", "鏁版嵁": null}\n'
    text = "".join(_json(data))
    assert text == '{ "id":1.50, "a":"数据处理",\t"b": "\\u6570\\u636e\\u5904\\u7406", "鏁版嵁": null}\n'


def _json(data: str) -> list[str]:
    form, out, at = Json(), [], 0
    for place in form.find(data):
        value = textfix.fix(place.value)
        out += [data[at : place.start], form.write(data[place.start : place.end], value)]
        at = place.end
    return [*out, data[at:]]


def test_fields(run: Run, grow: Grow) -> None:
    """Only what is asked for, by dotted names that go through lists."""
    row = {
        "text": GARBLED,
        "meta": {"title": GARBLED, "url": GARBLED},
        "messages": [{"content": GARBLED}, {"role": GARBLED}],
    }
    line = json.dumps(row, ensure_ascii=False) + "\n"
    path = grow({"rows.jsonl": (line + "{broken\n" + line).encode()}) / "rows.jsonl"
    out = run("fix", "--field", "text", "--field", "meta.title", "--field", "messages.content", path).out.decode()
    first, broken, second = out.splitlines()
    fixed = json.loads(first)
    assert fixed["text"] == fixed["meta"]["title"] == fixed["messages"][0]["content"] == "数据处理"
    assert fixed["meta"]["url"] == fixed["messages"][1]["role"] == GARBLED
    assert (broken, second) == ("{broken", first)
    (record,) = json.loads(run("fix", "--json", "--field", "text", path).out)
    assert [(field["line"], field["field"], field["text"]) for field in record["fields"]] == [
        (1, "text", "数据处理"),
        (3, "text", "数据处理"),
    ]


def test_json_escapes_are_no_damage(run: Run, grow: Grow) -> None:
    """Taken for text, \\u4e2d beside \\u0022 would be put back, and the document be broken."""
    data = b'{"a": "\\u4e2d\\u6587\\u0022\\u4e2d\\u6587"}\n'
    path = grow({"a.json": data}) / "a.json"
    assert run("fix", path).out == data


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("fields", [[], ["--field", "a"]], ids=["all", "one"])
def test_json_on_one_line_is_cut_between_strings(
    run: Run, grow: Grow, monkeypatch: pytest.MonkeyPatch, encoding: str, fields: list[str]
) -> None:
    """Minified documents have no line ends; a block that began within a string would take what lies between for strings.

    (The second byte of 誠 in GBK is a backslash.)
    """
    for module in ("blocks", "files", "runner"):
        monkeypatch.setattr(f"textfix.cli.{module}.BLOCK", 90)
    item = '{"a":"誠","b, ":["甲\\"乙, ","數(shù)量和數(shù)據(jù)誠"]}'
    for name in ("rows.json", "rows.jsonl"):
        path = grow({name: ("[" + ",".join([item] * 30) + "]").encode(encoding)}) / name
        out = run("fix", *fields, path).out.decode()
        assert out == path.read_bytes().decode(encoding).replace("(shù)", "" if not fields else "(shù)").replace(
            "(jù)", "" if not fields else "(jù)"
        )
    monkeypatch.setattr("textfix.cli.blocks.MOST", 200)
    ended = run("fix", grow({"a.json": ('["' + "长" * 500 + '"]').encode(encoding)}) / "a.json")
    assert ended.code == 2
    assert "no place to cut" in ended.err


def test_csv(run: Run, grow: Grow) -> None:
    """Cells are repaired, separators and quotation marks stay; a new comma in a cell gets its marks."""
    rows = '编号,标题,正文\r\n1,"鏁版嵁,澶勭悊",甲\r\n2,"说:""好""，鏁版嵁澶勭悊",乙\r\n'
    path = grow({"a.csv": rows.encode()}) / "a.csv"
    assert run("fix", path).out.decode() == '编号,标题,正文\r\n1,"数据,处理",甲\r\n2,"说:""好""，数据处理",乙\r\n'
    assert run("fix", "--column", "正文", path).out.decode() == rows
    assert run("fix", "--column", "2", path).out.decode() != rows
    ended = run("fix", "--column", "作者", path)
    assert ended.code == 2
    assert "编号, 标题, 正文" in ended.err
    half = run("punctuate", "--style", "half", grow({"b.csv": "一，二,三\n".encode()}) / "b.csv").out.decode()
    assert half == '"一,二",三\n'


@pytest.mark.parametrize("block", [30, blocks.BLOCK])
def test_csv_cells_with_line_ends(run: Run, grow: Grow, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """A row may go over several lines; a block ends where a row ends."""
    for module in ("blocks", "files", "runner"):
        monkeypatch.setattr(f"textfix.cli.{module}.BLOCK", block)
    rows = "a,b\n" + '1,"第一行，\r\n鏁版嵁澶勭悊\n,""好"""\n2,丙\n' * 7
    path = grow({"a.csv": rows.encode()}) / "a.csv"
    assert run("fix", path).out.decode() == rows.replace(GARBLED, "数据处理")
    assert run("fix", "--column", "a", path).out.decode() == rows


def test_tables_by_their_first_line() -> None:
    """Commas in tables of tabs, tabs in none."""
    assert read_header("a\tb,c\td", ".tsv") == ("\t", ["a", "b,c", "d"])
    assert read_header('"x,y",z', ".csv") == (",", ["x,y", "z"])
    assert read_header("一个", ".csv") == (",", ["一个"])


@pytest.mark.parametrize("text", ['"', '"a', 'a"b",c', '"a"b,c', ",,\n,", '""', '"""', 'x,"', "\n\n", '"a\n', ""])
def test_odd_tables_lose_nothing(text: str) -> None:
    """Whatever is in it, cells lie in order, and what is around them is all the rest."""
    places = list(Csv(",").find(text))
    assert all(a.end <= b.start for a, b in pairwise(places))
    assert all(0 <= place.start < place.end <= len(text) for place in places)


def test_parquet(run: Run, grow: Grow) -> None:
    """Columns of text are repaired, all else and the schema stay."""
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = arrow.table({
        "id": [1, 2, 3],
        "text": arrow.array([GARBLED, None, "好的。"], arrow.large_string()),
        "other": [GARBLED, "", "x"],
    }).replace_schema_metadata({"made": "by hand"})  # fmt: skip
    root = grow({})
    parquet.write_table(table, root / "a.parquet", row_group_size=2, compression="zstd")
    before = (root / "a.parquet").read_bytes()
    ended = run("check", "--jsonl", "--column", "text", root)
    assert json.loads(ended.out)["rules"] == {"repair": {"utf-8>gb18030": 1}}
    assert (ended.code, (root / "a.parquet").read_bytes()) == (1, before)
    assert run("fix", "--in-place", "--column", "text", root).code == 0
    new = parquet.read_table(root / "a.parquet")
    assert new.schema.equals(table.schema, check_metadata=True)
    assert new.column("text").to_pylist() == ["数据处理", None, "好的。"]
    assert new.column("other").to_pylist() == [GARBLED, "", "x"]
    assert parquet.ParquetFile(root / "a.parquet").metadata.row_group(0).column(1).compression == "ZSTD"
    assert run("fix", "--in-place", root).code == 0
    assert "1 unchanged" in run("fix", "--in-place", root).err
    ended = run("fix", root / "a.parquet")
    assert (ended.code, ended.out) == (2, b"")
    assert run("fix", "--in-place", "--column", "nothing", root).code == 3


# --- what files say of themselves --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("html", '<META HTTP-EQUIV="Content-Type" content="text/html; charset=GB2312">', '<META HTTP-EQUIV="Content-Type" content="text/html; charset=UTF-8">'),
        ("html", "<?xml version='1.0' encoding='gbk'?><html>", "<?xml version='1.0' encoding='utf-8'?><html>"),
        ("html", '<meta charset="utf8">', '<meta charset="utf8">'),
        ("html", "<p>charset=gb2312</p>", "<p>charset=gb2312</p>"),
        ("html", '<%@ page contentType="text/html; charset=GBK" pageEncoding="gbk" %>', '<%@ page contentType="text/html; charset=UTF-8" pageEncoding="utf-8" %>'),
        ("html", "<?php header('Content-type: text/html; charset=gb2312');", "<?php header('Content-type: text/html; charset=utf-8');"),
        ("css", '@charset "gbk";', '@charset "utf-8";'),
        ("source", "#!/usr/bin/python\n# -*- coding: gbk -*-\n", "#!/usr/bin/python\n# -*- coding: utf-8 -*-\n"),
        ("header", '"Content-Type: text/plain; charset=GBK\\n"', '"Content-Type: text/plain; charset=UTF-8\\n"'),
    ],
)  # fmt: skip
def test_declarations(kind: str, before: str, after: str) -> None:
    """A page that says gb2312 and is UTF-8 is how the next mojibake is made."""
    text, places = declare(before, kind, "utf-8")
    assert text == after
    assert bool(places) == (before != after)


def test_html_becomes_utf8_in_word_and_deed(run: Run, grow: Grow) -> None:
    """The page says what it is, keeps its markup, and stays in its encoding if it is told to."""
    page = '<!doctype html>\r\n<meta charset="gb2312">\r\n<p title="&lt;b&gt;">网页的内容&amp;标题，都在这里。</p>\r\n'
    path = grow({"page.html": page.encode("gb18030")}) / "page.html"
    assert run("fix", path).out.decode() == page.replace("gb2312", "utf-8")
    assert run("fix", "--to-encoding", "same", path).out == page.encode("gb18030")
    assert (
        run("fix", "--to-encoding", "big5", grow({"b.html": '<meta charset="utf-8"><p>网页'.encode()}) / "b.html").code
        == 3
    )
    log = 'GET / "Content-Type: text/html; charset=gb2312" 数据处理和存储。\n'
    assert run("fix", grow({"a.log": log.encode("gb18030")}) / "a.log").out.decode() == log


# --- one stage alone ---------------------------------------------------------------------------------------------


def test_convert(run: Run, grow: Grow) -> None:
    """The script and nothing else; OpenCC's own output where it is asked for."""
    text = f"头发发现，{GARBLED}。\n"
    assert run("convert", "--to", "hant", stdin=text.encode()).out.decode().startswith("頭髮發現")
    ours = run("convert", "--to", "tw", "--words", stdin="软件和数据\n".encode()).out.decode()
    assert ours == textfix.convert("软件和数据\n", "tw", words=True)
    opencc = run("convert", "--to", "tw", "--engine", "opencc", "--jsonl", stdin="头发，软件\r\n好\r\n".encode())
    record = json.loads(opencc.out)
    assert record["text"] == textfix.convert("头发，软件\r\n好\r\n", "tw", engine="opencc")
    assert record["rules"]["script"]["opencc"] >= 1


def test_punctuate(run: Run) -> None:
    """Marks and nothing else."""
    assert (
        run("punctuate", "--style", "full", stdin='他说:"你好,世界!"\n'.encode()).out.decode()
        == "他说：“你好，世界！”\n"
    )


def test_routes(run: Run) -> None:
    """The table of misreadings, for people and for programs."""
    assert b"utf-8>gb18030" in run("routes").out
    rows = [json.loads(line) for line in run("routes", "--jsonl").out.splitlines()]
    assert {"route", "prior", "seen"} == set(rows[0])
    assert len(rows) == len(run("routes").out.splitlines()) - 1
