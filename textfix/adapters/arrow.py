"""Columns of Arrow: arrays, chunked arrays, record batches and tables of pyarrow, fixed where they lie.

    from textfix.adapters.arrow import fix_arrow

    table = fix_arrow(table, "text", report=True)

The texts of a column are read from its UTF-8 buffer, a block at a time; only those that change become Python strings.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from textfix import decode, pipeline
from textfix.batch import Batch
from textfix.config import Config, check_report, configure
from textfix.decode.detection import SURE, UTF8_BYTE, check_declared
from textfix.errors import ChoiceError
from textfix.records import Plan, least_odds, name_steps

__all__ = ["fix_arrow"]

#: Bytes and rows that go through together: the arrays of a block stay within some 40 MB, whatever the input.
BLOCK, ROWS = 1 << 21, 1 << 20
HOLE = "\ufffd"
#: What a report says of each row, in this order; each is a column of its own.
REPORT = {"changed": pa.bool_(), "steps": pa.list_(pa.string()), "odds": pa.float32(), "holes": pa.int32()}


def fix_arrow(
    data: Any,
    columns: str | Sequence[str] | None = None,
    *,
    report: bool | str = False,
    declared: str | None = None,
    config: Config | None = None,
    **options: Any,
) -> Any:
    """Fix the texts of a pyarrow Array, ChunkedArray, RecordBatch or Table: the same texts as `fix` gives, type by type.

    `columns` names the text columns of a table; None stands for all whose type is string, large_string, string_view or a
    dictionary of these. Binary columns that are named go through `fix_bytes` (`declared` is what the sender says their
    encoding is) and come back as UTF-8. Nulls, chunks, types and metadata stay; what needs nothing is the same object.
    Invalid UTF-8 in a string column is read as `fix_bytes` would. Options are those of Config.

    With `report=True` a table gets four more columns for each text column: `<name>_changed`, `<name>_steps` (as
    "repair:utf-8>gb18030"), `<name>_odds` (nats, the smallest of those that were weighed, else null) and `<name>_holes`
    (U+FFFD in the text); a string is put before these names. For an array the answer is a pair: the array, and a
    RecordBatch of the four columns (a Table for a ChunkedArray).

    A column that is not there raises ChoiceError, one that holds no text TypeError; content never raises.

    >>> import pyarrow as pa
    >>> fix_arrow(pa.array(["ÖÐÎÄ±àÂë", None, "好好的"])).to_pylist()
    ['中文编码', None, '好好的']
    >>> fix_arrow(pa.table({"text": ["鏁版嵁澶勭悊"]}), "text", report=True)["text_steps"].to_pylist()
    [['repair:utf-8>gb18030']]
    """
    check_report(report)
    check_declared(declared)
    work = Work(configure(config, options), declared, report is not False)
    if isinstance(data, (pa.Table, pa.RecordBatch)):
        return fix_table(data, columns, report if isinstance(report, str) else "", work)
    if not isinstance(data, (pa.Array, pa.ChunkedArray)):
        raise TypeError(f"fix_arrow() takes a pyarrow Array, ChunkedArray, RecordBatch or Table, not {named(data)}")
    if columns is not None:
        raise TypeError(f"fix_arrow() takes columns for a table, not for {named(data)}")
    check_type(data.type, f"this {type(data).__name__}")
    found, rows = work.fix(data)
    return (found, rows) if work.report else found


def named(data: object) -> str:
    home = type(data).__module__.split(".")[0]
    return type(data).__name__ if home == "builtins" else f"{home}.{type(data).__name__}"


def fix_table(table: Any, columns: str | Sequence[str] | None, prefix: str, work: Work) -> Any:
    """TABLE with its text columns fixed."""
    places = text_columns(table.schema, columns)
    before, fields, more = table.columns, list(table.schema), []
    arrays = list(before)
    for place in places:
        arrays[place], rows = work.fix(before[place])
        if work.report:
            more += [(f"{prefix}{fields[place].name}_{name}", rows.column(name)) for name in REPORT]
    names = {*table.schema.names}
    for name, _ in more:
        if name in names:
            raise ChoiceError("name for a column of the report", name, ["report='PREFIX', a prefix of your own"])
        names.add(name)
    if not more and all(array is old for array, old in zip(arrays, before, strict=True)):
        return table
    schema = table.schema
    for name, rows in more:
        schema = schema.append(pa.field(name, rows.type))
    return type(table).from_arrays([*arrays, *(rows for _, rows in more)], schema=schema)


def text_columns(schema: Any, columns: str | Sequence[str] | None) -> list[int]:
    """Which columns of SCHEMA are meant."""
    if columns is None:
        return [i for i, one in enumerate(schema) if is_text(one.type) and not is_bytes(one.type)]
    places: dict[int, None] = {}
    for name in [columns] if isinstance(columns, str) else columns:
        found = schema.get_all_field_indices(name) if isinstance(name, str) else []
        if not found:
            raise ChoiceError("column", name, schema.names)
        for place in found:
            check_type(schema.field(place).type, f"column {name!r}")
            places[place] = None
    return list(places)


def is_bytes(kind: Any) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


def is_text(kind: Any) -> bool:
    """Whether arrays of type KIND hold texts, or bytes that may be texts, at their top level."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or is_bytes(kind)
    )


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def check_type(kind: Any, what: str) -> None:
    inner = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    if not is_text(inner) and not pa.types.is_null(inner):
        hint = "; its strings are reached by flattening it first" if pa.types.is_nested(inner) else ""
        raise TypeError(f"{what} holds {kind}, and no text{hint}")


@dataclass(slots=True)
class Row:
    """What was done to one row: its bytes or its text afterwards, the plan, and how its bytes were read."""

    value: str | bytes
    plan: Plan
    encodings: tuple[str, ...] = ()
    odds: float | None = None

    def steps(self) -> list[str]:
        return [*(f"decode:{encoding}" for encoding in self.encodings), *name_steps(self.plan)]

    def least(self) -> float | None:
        return min((odds for odds in (self.odds, least_odds(self.plan)) if odds is not None), default=None)


@dataclass(slots=True)
class Work:
    """What is asked for; a dictionary that many chunks share is worked on once."""

    config: Config
    declared: str | None
    report: bool
    done: dict[tuple[Any, ...], tuple[Any, ...]] = field(default_factory=dict)
    holed: bool = False

    def fix(self, data: Any) -> tuple[Any, Any]:
        """DATA (an array, or chunks) fixed, and its report or None."""
        if not isinstance(data, pa.ChunkedArray):
            return self.fix_array(data)
        chunks = data.chunks  # made anew each time somebody asks
        found = [self.fix_array(chunk) for chunk in chunks]
        rows = pa.Table.from_batches([rows for _, rows in found], SCHEMA) if self.report else None
        if all(new is old for (new, _), old in zip(found, chunks, strict=True)):
            return data, rows
        return pa.chunked_array([new for new, _ in found], data.type), rows

    def fix_array(self, array: Any) -> tuple[Any, Any]:
        kind = array.type
        if isinstance(kind, pa.BaseExtensionType):
            storage = array.storage  # made anew each time somebody asks
            new, rows = self.fix_array(storage)
            return (array if new is storage else kind.wrap_array(new)), rows
        if pa.types.is_null(kind):
            return array, self.describe(array, {})
        if pa.types.is_dictionary(kind):
            return self.fix_dictionary(array)
        new, changed = self.fix_texts(array)
        return new, self.describe(new, changed)

    def fix_dictionary(self, array: Any) -> tuple[Any, Any]:
        """Each value once, however many rows it stands in."""
        values, indices = array.dictionary, array.indices
        key = (len(values), values.offset, *(one if one is None else one.address for one in values.buffers()))
        if key not in self.done:
            new, changed = self.fix_texts(values)
            self.done[key] = (values, new, changed, self.describe(new, changed))  # values: it keeps the addresses
        _, new, changed, rows = self.done[key]
        if rows is not None:
            rows = pa.Table.from_batches([rows, self.describe(pa.nulls(1), {})])
            rows = rows.take(indices.cast(pa.int64()).fill_null(len(values)))
            rows = pa.RecordBatch.from_arrays([one.combine_chunks() for one in rows.columns], schema=SCHEMA)
        used = np.zeros(len(values) + 1, np.bool_)
        used[indices.cast(pa.int64()).fill_null(len(values)).to_numpy()] = True
        if not used[list(changed)].any():
            return array, rows
        # Values that have become equal are made one: many readers of dictionaries take them for different else.
        unique = unviewed(new).dictionary_encode()
        if len(unique.dictionary) < len(new) - new.null_count:
            indices = unique.indices.take(indices.cast(pa.int64())).cast(array.type.index_type)
            new = unique.dictionary.cast(new.type)
        return pa.DictionaryArray.from_arrays(indices, new, ordered=array.type.ordered), rows

    def fix_texts(self, array: Any) -> tuple[Any, dict[int, Row]]:
        """ARRAY (of texts or bytes) fixed, and what was done to the rows that changed."""
        changed: dict[int, Row] = {}
        self.holed = False
        for start, stop in blocks(array):
            part = unviewed(array.slice(start, stop - start))
            rows = self.fix_bytes(part) if is_bytes(part.type) else self.fix_block(part)
            changed.update((start + place, row) for place, row in rows.items())
        if not changed:
            return array, {}
        new = put(unviewed(array), changed)
        return (new if new.type == array.type else new.cast(array.type)), changed

    def fix_block(self, rows: Any) -> dict[int, Row]:
        """Those of ROWS (strings) that change."""
        others: dict[int, Row] = {}
        try:
            batch = read(rows)
        except UnicodeDecodeError:
            values = [data or b"" for data in as_bytes(rows).to_pylist()]
            others = {place: self.read_row(data) for place, data in enumerate(values) if not is_utf8(data)}
            batch = Batch(["" if place in others else data.decode() for place, data in enumerate(values)])
        return self.run(batch, others)

    def fix_bytes(self, rows: Any) -> dict[int, Row]:
        """Those of ROWS (bytes) that change."""
        values = rows.to_pylist()
        texts = [plain(data) if data else "" for data in values]
        read = {place: self.read_row(values[place]) for place, text in enumerate(texts) if text is None}
        found = self.run(Batch([text or "" for text in texts]), read)
        return {place: row for place, row in found.items() if row.value != values[place]}

    def read_row(self, data: bytes) -> Row:
        """DATA decoded; how, where that is more than taking it as the UTF-8 that it is."""
        detection = decode.detect(data, declared=self.declared)
        text, parts = decode.decode_parts(data, detection)
        if text.encode("utf-8", "replace") == data:
            return Row(text, ())
        encodings = ("unknown",) if detection.encoding is None else tuple(dict.fromkeys(name for _, _, name in parts))
        return Row(text, (), encodings, detection.odds)

    def run(self, batch: Batch, others: dict[int, Row]) -> dict[int, Row]:
        """What changes in BATCH, in which OTHERS (rows that had to be decoded) are put first."""
        if others:
            batch = batch.replaced({place: str(row.value) for place, row in others.items()})
        found = dict(others)
        changed = pipeline.run_block(batch, pipeline.passes(self.config), self.config) if len(batch.texts) else {}
        for place, (text, plan) in changed.items():
            row = others.get(place)
            found[place] = Row(text, plan) if row is None else Row(text, plan, row.encodings, row.odds)
        if self.report and not self.holed:
            self.holed = HOLE in batch.joined or any(HOLE in str(row.value) for row in found.values())
        for row in found.values():
            row.value = str(row.value).encode("utf-8", "replace")
        return dict(sorted(found.items()))

    def describe(self, values: Any, changed: dict[int, Row]) -> Any:
        """The report on an array that is now VALUES and in which the rows CHANGED were."""
        if not self.report:
            return None
        size, places = len(values), list(changed)
        mask = np.zeros(size, np.bool_)
        mask[places] = True
        counts, odds = np.zeros(size + 1, np.int32), np.full(size, np.nan, np.float32)
        steps: list[str] = []
        for place, row in changed.items():
            names, least = row.steps(), row.least()
            counts[place + 1] = len(names)
            steps += names
            odds[place] = np.nan if least is None else least
        if pa.types.is_null(values.type) or not self.holed:  # looking for them costs as much as all the rest
            holes = pa.array(np.zeros(size, np.int32))
        else:
            holes = pc.count_substring(as_bytes(unviewed(values)), HOLE.encode()).fill_null(0).cast(pa.int32())
        return pa.RecordBatch.from_arrays(
            [
                pa.array(mask),
                pa.ListArray.from_arrays(pa.array(np.cumsum(counts, dtype=np.int32)), pa.array(steps, pa.string())),
                pa.array(odds, pa.float32(), mask=np.isnan(odds)),
                holes,
            ],
            schema=SCHEMA,
        )


SCHEMA = pa.schema(list(REPORT.items()))


def plain(data: bytes) -> str | None:
    """The text of DATA where there is no doubt that it is UTF-8, as `detect` would find at more cost; else None."""
    if b"\0" in data or b"\x1b" in data or data.startswith(codecs.BOM_UTF8):
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if (len(data) - len(text)) * UTF8_BYTE >= SURE else None


def blocks(array: Any) -> Iterator[tuple[int, int]]:
    """Rows from and to that go through together."""
    ends, start = edges(array), 0
    while start < len(array):
        stop = int(np.searchsorted(ends, int(ends[start]) + BLOCK, side="right")) - 1
        stop = max(min(stop, start + ROWS, len(array)), start + 1)
        yield start, stop
        start = stop


def edges(array: Any) -> NDArray[Any]:
    """How many bytes stand before each row of ARRAY, and before the end."""
    if not len(array):
        return np.zeros(1, np.int64)
    places = slice(array.offset, array.offset + len(array) + 1)
    if pa.types.is_string_view(array.type) or pa.types.is_binary_view(array.type):
        # A view is 16 bytes, of which the first four are the length.
        lengths = np.frombuffer(array.buffers()[1], np.int32)[::4][places][: len(array)]
        return np.concatenate([[0], np.cumsum(np.maximum(lengths, 0), dtype=np.int64)])
    wide = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
    found: NDArray[Any] = np.frombuffer(array.buffers()[1], np.int64 if wide else np.int32)[places]
    return found


def read(rows: Any) -> Batch:
    """ROWS (strings) as a batch; nulls are empty. Invalid UTF-8 raises UnicodeDecodeError."""
    if rows.null_count:
        rows = rows.fill_null("")
    whole = pa.ListArray.from_arrays(pa.array([0, len(rows)], pa.int32()), rows)
    joined = str(pc.binary_join(whole, pa.scalar("\n", rows.type))[0].as_buffer(), "utf-8")
    return Batch.of_joined(joined, len(rows), lambda: pc.utf8_length(rows).to_numpy().astype(np.int64))


def unviewed(values: Any) -> Any:
    """VALUES with offsets: few kernels take views."""
    if pa.types.is_string_view(values.type):
        return values.cast(pa.large_string())
    return values.cast(pa.large_binary()) if pa.types.is_binary_view(values.type) else values


def as_bytes(values: Any) -> Any:
    """The same buffers as an array of bytes."""
    if is_bytes(values.type):
        return values
    return values.view(pa.large_binary() if pa.types.is_large_string(values.type) else pa.binary())


def put(values: Any, changed: dict[int, Row]) -> Any:
    """VALUES with the rows CHANGED in it (sorted)."""
    mask = np.zeros(len(values), np.bool_)
    mask[list(changed)] = True
    raw = as_bytes(values)
    new = pc.replace_with_mask(raw, pa.array(mask), pa.array([row.value for row in changed.values()], raw.type))
    return new.view(values.type)
