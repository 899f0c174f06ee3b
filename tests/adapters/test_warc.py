"""The example that turns a WARC file into a Parquet table, run on pages of our own with headers that lie."""

from __future__ import annotations

import io
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

warcio = pytest.importorskip("warcio")
pq = pytest.importorskip("pyarrow.parquet")

from warcio.statusandheaders import StatusAndHeaders  # noqa: E402
from warcio.warcwriter import WARCWriter  # noqa: E402

#: The writer of warcio leaves temporary files to be closed by whoever cleans up.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "warc_to_parquet.py"

HANS = "菜市场早上五点就开门了，卖豆腐的老人总是第一个到。"
HANT = "菜市場早上五點就開門了，賣豆腐的老人總是第一個到。"
#: Encoding of the bytes, charset of the header, charset of the meta tag, text of the page, text that should come out.
PAGES = {
    "gbk-right": ("gbk", "gbk", None, HANS, HANS),
    "gbk-header-utf8": ("gbk", "utf-8", None, HANS, HANS),
    "gbk-undeclared": ("gbk", None, None, HANS, HANS),
    "gbk-header-latin": ("gbk", "iso-8859-1", "gb2312", HANS, HANS),
    "big5-header-gbk": ("big5", "gbk", "big5", HANT, HANT),
    "big5-meta-utf8": ("big5", None, "utf-8", HANT, HANT),
    "utf8-meta-gb2312": ("utf-8", None, "gb2312", HANS, HANS),
    "utf8-header-big5": ("utf-8", "big5", None, HANT, HANT),
    "utf8-garbled-inside": ("utf-8", "utf-8", "utf-8", HANS.encode().decode("gb18030", "replace"), None),
}


def page(text: str, charset: str | None) -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}<title>市</title><script>var x = 1;</script></head><body><h1>一</h1><p>{text}</p></body></html>"


def write(path: Path) -> None:
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for name, (encoding, header, meta, text, _) in PAGES.items():
            kind = "text/html" + (f"; charset={header}" if header else "")
            headers = StatusAndHeaders("200 OK", [("Content-Type", kind)], protocol="HTTP/1.1")
            body = page(text, meta).encode(encoding)
            writer.write_record(
                writer.create_warc_record(
                    f"http://example.org/{name}", "response", io.BytesIO(body), http_headers=headers
                )
            )
        picture = StatusAndHeaders("200 OK", [("Content-Type", "image/png")], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                "http://example.org/x.png", "response", io.BytesIO(b"\x89PNG"), http_headers=picture
            )
        )
        writer.write_record(writer.create_warc_record("http://example.org/m", "metadata", io.BytesIO(b"a: b")))


def test_every_page_comes_out_right(tmp_path: Path) -> None:
    """Nine pages in, nine rows out, whatever header and meta say; the report tells what was done."""
    source, target = tmp_path / "pages.warc.gz", tmp_path / "pages.parquet"
    write(source)
    done = subprocess.run([sys.executable, EXAMPLE, source, target], capture_output=True, text=True, check=True)
    assert done.stdout == "9 pages\n"
    rows = {row["url"].rpartition("/")[2]: row for row in pq.read_table(target).to_pylist()}
    assert rows.keys() == PAGES.keys()
    for name, (_, header, _, _, text) in PAGES.items():
        assert rows[name]["declared"] == header
        if text is not None:
            assert rows[name]["text"] == f"市\n一\n{text}"
            assert not rows[name]["text_changed"]
    garbled = rows["utf8-garbled-inside"]
    assert garbled["text_changed"]
    assert garbled["text_steps"] == ["repair:utf-8>gb18030"]
    assert garbled["text_odds"] > 12
    last = garbled["text"].removeprefix("市\n一\n")
    assert garbled["text_holes"] == last.count("\ufffd") < 5
    assert all(char in (true, "\ufffd") for char, true in zip(last, HANS, strict=True)), "the reader lost some bytes"


def test_declarations_alone_would_lose_most() -> None:
    """What the pages would be if their header, else their meta, were believed: the reason for the example."""
    right = 0
    for encoding, header, meta, text, wanted in PAGES.values():
        believed = header or meta or "utf-8"
        right += wanted is not None and wanted in page(text, meta).encode(encoding).decode(believed, "replace")
    assert right == 1


def test_batches(tmp_path: Path) -> None:
    """The table is the same however many pages go together, and options reach the text; an empty archive is a table too."""
    source = tmp_path / "pages.warc.gz"
    write(source)
    example = runpy.run_path(str(EXAMPLE))
    tables = []
    for size in (2, 3, 9, 1000):
        example["convert"].__globals__["BATCH"] = size
        assert example["convert"](source, tmp_path / "out.parquet", script="hant") == 9
        tables.append(pq.read_table(tmp_path / "out.parquet"))
    assert all(table.equals(tables[0]) for table in tables)
    assert HANT in tables[0]["text"][0].as_py()
    (tmp_path / "empty.warc").write_bytes(b"")
    assert example["convert"](tmp_path / "empty.warc", tmp_path / "empty.parquet") == 0
    assert pq.read_table(tmp_path / "empty.parquet").num_rows == 0
