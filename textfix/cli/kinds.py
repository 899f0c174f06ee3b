"""What a file is, by how it begins and what it is called: compressed, text, rows, markup, or binary."""

from __future__ import annotations

import os

from textfix.cli.job import RefusedError

#: How files begin that no encoding makes text of.
BINARY = {
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF87a": "a GIF image",
    b"GIF89a": "a GIF image",
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a ZIP archive (or an office document)",
    b"PK\x05\x06": "an empty ZIP archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old office document",
    b"SQLite format 3\x00": "an SQLite database",
    b"\x7fELF": "a program",
    b"\xca\xfe\xba\xbe": "a program",
    b"PAR1": "a Parquet table",
    b"wOFF": "a font",
    b"wOF2": "a font",
}
#: How compressed files begin.
COMPRESSED = {
    b"\x1f\x8b\x08": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
#: The name endings of compressed files; they say how a new file is written.
SUFFIXES = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}
FORMATS = {
    ".json": "json", ".jsonl": "json", ".ndjson": "json", ".geojson": "json",
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
#: Where a file says what its encoding is, by its name ending.
MARKUP = {
    ".html": "html", ".htm": "html", ".shtml": "html", ".xhtml": "html", ".php": "html", ".asp": "html", ".aspx": "html",
    ".jsp": "html", ".vue": "html", ".xml": "html", ".svg": "html", ".rss": "html", ".atom": "html", ".xsl": "html",
    ".opf": "html", ".ncx": "html", ".fb2": "html", ".css": "css", ".py": "source", ".rb": "source", ".po": "header",
    ".pot": "header",
}  # fmt: skip
HEAD = 8192
#: Where a tar archive says that it is one.
TAR = 257
WIDE = ("utf-16", "utf-32")


def name_compression(head: bytes) -> str | None:
    """How the file that begins with HEAD is compressed."""
    return next((how for sign, how in COMPRESSED.items() if head.startswith(sign)), None)


def split_suffix(name: str) -> tuple[str | None, str]:
    """How a file called NAME is compressed, and the name ending of what is in it."""
    stem, last = os.path.splitext(name.lower())
    if last in SUFFIXES:
        return SUFFIXES[last], os.path.splitext(stem)[1]
    return None, last


def name_format(name: str) -> str:
    """What the text in a file called NAME is made of: "text", "json", "csv" or "parquet"."""
    return FORMATS.get(split_suffix(name)[1], "text")


def name_markup(name: str, head: bytes) -> str | None:
    """Where the file says what its encoding is, if it is of a kind that does."""
    if found := MARKUP.get(split_suffix(name)[1]):
        return found
    start = head[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "html" if start.startswith((b"<!doctype html", b"<html", b"<?xml")) else None


def refuse_binary(head: bytes) -> None:
    """Raise where HEAD is the beginning of a file that is known not to be text."""
    for beginning, what in BINARY.items():
        if head.startswith(beginning):
            raise RefusedError(f"is binary, not text: it begins like {what}", "binary")
    if head[TAR : TAR + 5] == b"ustar":
        raise RefusedError("is binary, not text: it begins like a TAR archive", "binary")


def refuse_nul(head: bytes, encoding: str | None) -> None:
    """Raise where bytes 0 show that HEAD is not text in ENCODING."""
    if b"\0" in head and not (encoding or "").startswith(WIDE):
        raise RefusedError("is binary, not text: it has NUL bytes (--text takes it for text)", "binary")
