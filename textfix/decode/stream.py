"""Detection for streams and sockets: bytes are fed as they come, the answer is that of `detect` on all of them.

Who cannot wait for all of them gets text as the bytes come, in the encoding that the first of them are in.
"""

from __future__ import annotations

import codecs
import re

from textfix.decode.declarations import REACH
from textfix.decode.detection import check_declared, detect, judge, listen
from textfix.decode.material import CELL, LIMIT, RAW, Run, Whole
from textfix.encodings.gb18030 import renew
from textfix.records import Detection

#: Bytes from the first that is not plain ASCII on by which the encoding of a stream is decided.
HEAD = 1 << 16
#: Bytes at the start that must be plain ASCII before any is given: by then UTF-16 has shown a NUL, or its mark.
HOLD = 64
#: What is not plain ASCII: bytes above 7F, and what the seven-bit encodings and UTF-16 begin with.
_BEYOND = re.compile(rb"[\x80-\xff\0\x1b]|~\{")


class Detector:
    """Names the encoding of bytes that come in pieces: `feed` each, then `close`.

    The answer is the one that `detect` gives for all of them at once, however they are divided. Memory is bounded: up
    to 1 MiB is kept as it is, beyond that samples and counts only.

    >>> import textfix
    >>> from textfix.decode.stream import Detector
    >>> data = "图书馆周末开门".encode("gb18030")
    >>> Detector().feed(data[:5]).feed(data[5:]).close().encoding
    'gb18030'
    """

    __slots__ = ("_buffer", "_declared", "_result", "_run")

    def __init__(self, *, declared: str | None = None) -> None:
        check_declared(declared)
        self._declared = declared
        self._buffer = bytearray()
        self._run: Run | None = None
        self._result: Detection | None = None

    def feed(self, chunk: bytes | bytearray | memoryview) -> Detector:
        """Take the next bytes; returns the detector. After `close` it raises ValueError."""
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise TypeError(f"feed() takes bytes, not {type(chunk).__name__}")
        if self._result is not None:
            raise ValueError("feed() after close(): a Detector is for one stream")
        view = memoryview(chunk if not isinstance(chunk, memoryview) or chunk.c_contiguous else chunk.tobytes())
        view = view.cast("B")
        # In steps, so that one large piece needs no second copy of itself.
        for start in range(0, len(view), LIMIT):
            self._buffer += view[start : start + LIMIT]
            self._drain()
        return self

    def _drain(self) -> None:
        if self._run is None:
            if len(self._buffer) <= LIMIT:
                return
            head = bytes(self._buffer[:RAW])
            self._run = Run(head, listen(head, self._declared))
        whole = len(self._buffer) // CELL * CELL
        for start in range(0, whole, CELL):
            self._run.feed(bytes(self._buffer[start : start + CELL]))
        del self._buffer[:whole]

    def close(self) -> Detection:
        """The encoding of everything that was fed; a second call gives the same."""
        if self._result is None:
            if self._run is None:
                self._result = judge(Whole(bytes(self._buffer)), self._declared)
            else:
                if self._buffer:
                    self._run.feed(bytes(self._buffer))
                self._result = judge(self._run, self._declared)
            self._buffer.clear()
            self._run = None
        return self._result


class StreamDecoder:
    """Gives the text of bytes as they come: `feed` each and take what it returns, then take what `close` returns.

    Plain ASCII comes through at once. The first 64 KiB from the first other byte on decide about the encoding of all that
    follows; what cannot be read in it becomes U+FFFD. `detection` is None until then.

    >>> import textfix
    >>> from textfix.decode.stream import StreamDecoder
    >>> data = "图书馆周末开门".encode("gb18030")
    >>> decoder = StreamDecoder(declared="utf-8")
    >>> decoder.feed(data[:5]) + decoder.feed(data[5:]) + decoder.close()
    '图书馆周末开门'
    """

    __slots__ = ("_buffer", "_declared", "_decoder", "_start", "detection")

    def __init__(self, *, declared: str | None = None) -> None:
        check_declared(declared)
        self._declared = declared
        self._start = bytearray()  # ASCII that has come through, kept for what it may declare
        self._buffer = bytearray()
        self._decoder: codecs.IncrementalDecoder | None = None
        self.detection: Detection | None = None

    def feed(self, chunk: bytes) -> str:
        """The text that CHUNK completes."""
        if self._decoder is not None:
            return self._read(chunk)
        self._buffer += chunk
        if len(self._buffer) >= HEAD:
            return self._decide()
        if len(self._start) + len(self._buffer) < HOLD or chunk.endswith(b"~") or _BEYOND.search(self._buffer):
            return ""
        return self._let_through()

    def close(self) -> str:
        """The text of what is left."""
        text = self._decide() if self._decoder is None else ""
        return text if self._decoder is None else text + self._read(b"", final=True)

    def _let_through(self) -> str:
        data = bytes(self._buffer)
        self._buffer.clear()
        self._start += data[: REACH - len(self._start)]
        return data.decode("ascii")

    def _decide(self) -> str:
        self.detection = detect(bytes(self._start + self._buffer), declared=self._declared)
        if self.detection.encoding == "ascii":  # an escape that was none: nothing is decided
            return self._let_through()
        self._decoder = codecs.getincrementaldecoder(self.detection.encoding or "ascii")("replace")
        data = bytes(self._buffer)
        self._buffer.clear()
        return self._read(data)

    def _read(self, data: bytes, final: bool = False) -> str:
        assert self._decoder is not None
        text = self._decoder.decode(data, final)
        return renew(text) if self.detection is not None and self.detection.encoding == "gb18030" else text
