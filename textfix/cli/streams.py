"""Opening files to read and to write, whatever they are compressed with; what cannot be read twice is kept aside."""

from __future__ import annotations

import bz2
import gzip
import importlib
import io
import lzma
import os
import shutil
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, cast

from textfix.cli import kinds
from textfix.cli.job import RefusedError, say_why

#: Bytes of standard input that are kept in memory; what is more goes to a temporary file.
SPOOLED = 1 << 24
CHUNK = 1 << 20


@contextmanager
def open_input(name: str) -> Iterator[tuple[BinaryIO, str | None, os.stat_result | None]]:
    """The file NAME, decompressed, with how it was compressed and what the system says of it; it can be read twice.

    `-` is standard input. What goes wrong is a RefusedError.
    """
    try:
        raw, status = _open(name)
        with raw:
            how = kinds.name_compression(_peek(raw))
            with _unpack(raw, how) as stream:
                yield stream, how, status
    except FileNotFoundError:
        raise RefusedError("does not exist") from None
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise RefusedError(f"is compressed and damaged: {say_why(ValueError(str(error)))}") from None
    except (OSError, ValueError) as error:
        raise RefusedError(f"cannot be read: {say_why(error)}") from None


def _open(name: str) -> tuple[BinaryIO, os.stat_result | None]:
    if name == "-":
        return _spool(sys.stdin.buffer), None
    file = open(name, "rb")  # noqa: SIM115 - the caller closes it
    try:
        status = os.fstat(file.fileno())
        if stat.S_ISDIR(status.st_mode):
            raise RefusedError("is a directory, not a file")
        if stat.S_ISREG(status.st_mode):
            return file, status
        with file:
            return _spool(file), None
    except BaseException:
        file.close()
        raise


def _spool(stream: IO[bytes]) -> BinaryIO:
    """All of STREAM, in memory or in a temporary file."""
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(stream, spool, CHUNK)
    spool.seek(0)
    return cast(BinaryIO, spool)


def _peek(stream: BinaryIO) -> bytes:
    head = stream.read(8)
    stream.seek(0)
    return head


def _unpack(raw: BinaryIO, how: str | None) -> Any:
    if how == "gzip":
        return gzip.GzipFile(fileobj=raw, mode="rb")
    if how == "bzip2":
        return bz2.BZ2File(raw, "rb")
    if how == "xz":
        return lzma.LZMAFile(raw, "rb")
    if how == "zstd":
        return Seekable(raw)
    return raw


def load_zstd() -> Any:
    """The module that reads and writes .zst."""
    try:
        return importlib.import_module("zstandard")
    except ImportError:
        raise RefusedError(
            "is compressed with zstd, for which a package is missing: pip install 'textfix[zstd]'"
        ) from None


class Seekable(io.RawIOBase):
    """What is in a zstd file; going back to the start reads it anew."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw, self._module = raw, load_zstd()
        self._reader = self._start()

    def _start(self) -> Any:
        self._raw.seek(0)
        return self._module.ZstdDecompressor().stream_reader(self._raw, read_across_frames=True, closefd=False)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            return cast(bytes, self._reader.read(size))
        except self._module.ZstdError as error:
            raise EOFError(str(error)) from None

    def seek(self, place: int, whence: int = 0) -> int:
        if place or whence:
            raise OSError("only the start of a compressed file can be gone back to")
        self._reader = self._start()
        return 0


def pack(raw: BinaryIO, how: str | None) -> Any:
    """A stream that writes to RAW, compressed as HOW says; closing it leaves RAW open."""
    if how == "gzip":
        return gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0)
    if how == "bzip2":
        return bz2.BZ2File(raw, "wb")
    if how == "xz":
        return lzma.LZMAFile(raw, "wb")
    if how == "zstd":
        return load_zstd().ZstdCompressor().stream_writer(raw, closefd=False)
    return Plain(raw)


class Plain:
    """Nothing between the writer and the file."""

    def __init__(self, raw: BinaryIO) -> None:
        self.write = raw.write

    def close(self) -> None:
        """The file stays open, as under the others."""
