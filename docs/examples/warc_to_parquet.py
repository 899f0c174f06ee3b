"""A WARC file to a Parquet table: each page decoded, its text taken out and fixed, what was done in columns beside it.

    pip install 'textfix[warc]'
    python warc_to_parquet.py pages.warc.gz pages.parquet

Pages go through a batch at a time, so that a crawl of any size takes the same memory.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.archiveiterator import ArchiveIterator

import textfix
from textfix.adapters.arrow import fix_arrow

BATCH = 1000
SCHEMA = pa.schema(
    {
        "url": pa.string(),
        "declared": pa.string(),
        "encoding": pa.string(),
        "confidence": pa.float32(),
        "text": pa.string(),
    }
)
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


class Text(HTMLParser):
    """The text that a reader sees, a line for each block."""

    HIDDEN = frozenset({"script", "style", "template", "noscript"})
    INLINE = frozenset({"a", "b", "em", "i", "span", "strong", "sub", "sup", "u"})

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in self.HIDDEN
        if tag not in self.INLINE:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in self.HIDDEN and self.hidden > 0
        if tag not in self.INLINE:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(data)


def read_text(page: str) -> str:
    parser = Text()
    parser.feed(page)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def read_pages(path: str | Path) -> Iterator[dict[str, Any]]:
    """The HTML pages of a WARC file, decoded by what their bytes say; the header is evidence, and no order."""
    with open(path, "rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "response" or record.http_headers is None:
                continue
            kind = record.http_headers.get_header("Content-Type") or ""
            if "html" not in kind:
                continue
            body = record.content_stream().read()
            found = CHARSET.search(kind)
            declared = found[1] if found else None
            detection = textfix.detect(body, declared=declared)
            page = textfix.fix_bytes(body, declared=declared, repair=False, clean=False)  # decoded, and no more yet
            yield {
                "url": record.rec_headers.get_header("WARC-Target-URI"),
                "declared": declared,
                "encoding": detection.encoding,
                "confidence": detection.confidence,
                "text": read_text(page),
            }


def convert(source: str | Path, target: str | Path, **options: Any) -> int:
    """Write the pages of SOURCE to TARGET, fixed with OPTIONS; how many there were."""
    pages, count = read_pages(source), 0
    writer = None
    while True:
        rows = list(islice(pages, BATCH))
        if not rows and writer is not None:
            break
        table = fix_arrow(pa.Table.from_pylist(rows, SCHEMA), "text", report=True, **options)
        if writer is None:
            writer = pq.ParquetWriter(target, table.schema, compression="zstd")
        writer.write_table(table)
        count += len(rows)
        if len(rows) < BATCH:
            break
    writer.close()
    return count


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: warc_to_parquet.py PAGES.warc.gz TABLE.parquet")
    print(convert(sys.argv[1], sys.argv[2]), "pages")
