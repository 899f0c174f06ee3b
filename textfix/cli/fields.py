"""The texts within JSON and CSV, each where it stands, so that a change touches that place and nothing around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textfix.cli.job import RefusedError

#: What separates the columns of a table, the likeliest first.
DELIMITERS = ",\t;|"

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[{}\[\],:\n]|[^\s{}\[\],:"]+')
_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{4}")


@dataclass(frozen=True, slots=True)
class Place:
    """A text `value` that stands at `start:end` of the file's own text, and the name of its field or column."""

    start: int
    end: int
    value: str
    name: str


class Json:
    """A JSON document, or one a line (`lines`). `wanted` are dotted names of fields; none means every string but keys.

    A name goes through lists: "messages.content" is the content of every message. It also names all that is below it.
    """

    def __init__(self, wanted: Sequence[str] = (), lines: bool = False) -> None:
        self.wanted, self.lines = tuple(wanted), lines

    def find(self, text: str) -> Iterator[Place]:
        """Every wanted string of TEXT.

        >>> [place.value for place in Json(["a.b"]).find('{"a": [{"b": "甲"}, {"c": "乙"}]}')]
        ['甲']
        """
        path: list[str | None] = []  # for each open bracket the key in it, None in a list
        for token in _TOKEN.finditer(text):
            sign = token[0]
            if sign == "{":
                path.append("")
            elif sign == "[":
                path.append(None)
            elif sign in "}]":
                if path:
                    path.pop()
            elif sign == "\n":
                if self.lines:  # a broken line is no trouble for the next
                    path.clear()
            elif sign[0] == '"':
                is_key = bool(path) and path[-1] is not None and _colon_follows(text, token.end())
                if is_key:
                    path[-1] = _read(sign) or ""
                elif self._is_wanted(name := ".".join(key for key in path if key)):
                    value = _read(sign)
                    if value is not None:
                        yield Place(token.start(), token.end(), value, name)

    def _is_wanted(self, name: str) -> bool:
        return not self.wanted or any(name == field or name.startswith(field + ".") for field in self.wanted)

    @staticmethod
    def write(raw: str, value: str) -> str:
        """VALUE as JSON, with escapes where RAW, the string that stood there, used them beyond need."""
        escaped = raw.isascii() and _ESCAPE.search(raw) is not None
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            escaped = True
        return json.dumps(value, ensure_ascii=escaped)


def _colon_follows(text: str, place: int) -> bool:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return text[place : place + 1] == ":"


def _read(token: str) -> str | None:
    try:
        value = json.loads(token, strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


class Csv:
    """Tables with a separator. `wanted` are numbers of columns (from 0); None means every cell."""

    def __init__(self, delimiter: str, wanted: Sequence[int] | None = None, names: Sequence[str] = ()) -> None:
        self.delimiter = delimiter
        self.wanted = None if wanted is None else frozenset(wanted)
        self.names = tuple(names)
        sign = re.escape(delimiter)
        self._cell = re.compile(rf'(?:"([^"]*(?:""[^"]*)*)"(?=[{sign}\r\n]|\Z)|([^{sign}\r\n]*))({sign}|\r\n?|\n|\Z)')

    def find(self, text: str) -> Iterator[Place]:
        """Every wanted cell of TEXT, which begins with a row.

        >>> [place.value for place in Csv(",", [1]).find('1,"甲,乙"\\n2,丙\\n')]
        ['甲,乙', '丙']
        """
        column = 0
        for cell in self._cell.finditer(text):
            quoted, plain, end = cell.groups()
            if self.wanted is None or column in self.wanted:
                value = plain if quoted is None else quoted.replace('""', '"')
                if value:
                    name = self.names[column] if column < len(self.names) else str(column + 1)
                    yield Place(cell.start(), cell.end() - len(end), value, name)
            column = column + 1 if end == self.delimiter else 0

    def write(self, raw: str, value: str) -> str:
        """VALUE as a cell, in quotation marks if RAW, the cell that stood there, had them, or if it needs them."""
        if raw[:1] == '"' or any(sign in value for sign in (self.delimiter, '"', "\n", "\r")):
            return '"' + value.replace('"', '""') + '"'
        return value


def read_header(line: str, suffix: str) -> tuple[str, list[str]]:
    """The delimiter of the table whose first line is LINE, and the names of its columns.

    >>> read_header("编号;标题;正文", ".csv")
    (';', ['编号', '标题', '正文'])
    """
    bare = re.sub(r'"(?:[^"]|"")*"', "", line)
    signs = "\t,;|" if suffix in (".tsv", ".tab") else DELIMITERS
    delimiter = max(
        signs, key=lambda sign: (bare.count(sign) > 0 and sign == "\t" and suffix == ".tsv", bare.count(sign))
    )
    table = Csv(delimiter)
    names = [""] * (line.count(delimiter) + 1)
    column = 0
    for cell in table._cell.finditer(line):
        quoted, plain, end = cell.groups()
        names[column] = plain if quoted is None else quoted.replace('""', '"')
        column += 1
        if end != delimiter:
            break
    return delimiter, names[:column]


def find_columns(wanted: Sequence[str], names: Sequence[str]) -> list[int]:
    """The places of the columns WANTED, by name or by number from 1; RefusedError lists what there is."""
    found = []
    for one in wanted:
        if one in names:
            found.append(names.index(one))
        elif one.isdigit() and 1 <= int(one) <= len(names):
            found.append(int(one) - 1)
        else:
            listed = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
            raise RefusedError(f"has no column {one!r}; its columns are {listed}")
    return found
