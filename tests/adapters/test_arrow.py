"""Columns of Arrow: the same texts as one by one, the same types, and nothing made for rows that need nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pa = pytest.importorskip("pyarrow")

import textfix  # noqa: E402
from textfix.adapters.arrow import fix_arrow  # noqa: E402

GARBLED, WHOLE = "鏁版嵁澶勭悊", "数据处理"
TEXTS = ["好好的", None, "", GARBLED, WHOLE, GARBLED, "一行\n两行", "\u200b零宽"]
FIXED = [None if text is None else textfix.fix(text) for text in TEXTS]
TYPES = [
    pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string()),
    pa.dictionary(pa.int32(), pa.large_string()), pa.dictionary(pa.uint16(), pa.string_view()),
]  # fmt: skip


@pytest.mark.parametrize("kind", TYPES, ids=str)
@pytest.mark.parametrize(("start", "stop"), [(0, 8), (2, 6), (3, 4), (4, 4), (7, 8)])
def test_texts_and_types(kind: pa.DataType, start: int, stop: int) -> None:
    """Whatever the layout and wherever a slice starts: what `fix` gives, in the type that came."""
    array = pa.array(TEXTS).cast(kind).slice(start, stop - start)
    fixed = fix_arrow(array)
    fixed.validate(full=True)
    assert fixed.type == kind
    assert fixed.to_pylist() == FIXED[start:stop]


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_what_needs_nothing_is_the_same_object(kind: pa.DataType) -> None:
    array = pa.array(TEXTS).cast(kind)[:3]
    assert fix_arrow(array) is array
    chunks = pa.chunked_array([array, array[:0]])
    assert fix_arrow(chunks) is chunks
    table = pa.table({"text": chunks})
    assert fix_arrow(table) is table


def test_untouched_columns_keep_their_buffers() -> None:
    """Other columns, the order of all, metadata of the fields and of the table stay."""
    schema = pa.schema(
        [pa.field("n", pa.int64(), metadata={"unit": "页"}), pa.field("text", pa.string()), pa.field("b", pa.string())],
        metadata={"made": "by hand"},
    )
    table = pa.table([pa.array([1, 2]), pa.array(["好", GARBLED]), pa.array(["一", "二"])], schema=schema)
    for data in (table, table.to_batches()[0]):
        fixed = fix_arrow(data)
        assert type(fixed) is type(data)
        assert fixed.schema.equals(schema, check_metadata=True)
        assert fixed.column("text").to_pylist() == ["好", WHOLE]
        for name in ("n", "b"):
            before, after = (one.column(name) for one in (data, fixed))
            if isinstance(data, pa.Table):
                before, after = before.chunk(0), after.chunk(0)
            assert [one and one.address for one in before.buffers()] == [one and one.address for one in after.buffers()]


def test_chunks_stay() -> None:
    chunks = pa.chunked_array([["好", GARBLED], [], [None], [GARBLED]], pa.string())
    fixed = fix_arrow(chunks)
    assert [chunk.to_pylist() for chunk in fixed.chunks] == [["好", WHOLE], [], [None], [WHOLE]]
    assert fixed.type == chunks.type
    empty = pa.chunked_array([], pa.string())
    assert fix_arrow(empty) is empty
    assert len(fix_arrow(empty, report=True)[1]) == 0


def test_clean_rows_are_never_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a column in which one row is damaged, one row becomes a Python string."""
    from textfix import batch

    made: list[int] = []
    get = batch.Slices.__getitem__
    monkeypatch.setattr(batch.Slices, "__getitem__", lambda self, i: made.append(i) or get(self, i))
    array = pa.array([f"第{i}页没有毛病，读来通顺。" for i in range(500)])
    assert fix_arrow(array) is array
    assert made == []
    texts = array.to_pylist()
    texts[123] = GARBLED
    assert fix_arrow(pa.array(texts))[123].as_py() == WHOLE
    assert set(made) == {123}


def test_report_on_a_table() -> None:
    table = pa.table({"a": ["好", GARBLED, None], "b": ["\u200b零宽", "留\ufffd洞", "好"], "n": [1, 2, 3]})
    fixed = fix_arrow(table, report=True, script="hant")
    assert fixed.schema.names[3:] == [
        f"{name}_{part}" for name in "ab" for part in ("changed", "steps", "odds", "holes")
    ]
    assert fixed.schema.field("a_steps").type == pa.list_(pa.string())
    assert fixed.schema.field("a_odds").type == pa.float32()
    assert fixed.schema.field("a_holes").type == pa.int32()
    assert fixed["a_changed"].to_pylist() == [False, True, False]
    assert fixed["a_steps"].to_pylist() == [[], ["repair:utf-8>gb18030", "script:hant"], []]
    assert fixed["a_odds"].null_count == 2
    expected = min(edit.odds for edit in textfix.explain(GARBLED).plan[0].edits if edit.odds)
    assert fixed["a_odds"][1].as_py() == pytest.approx(expected)
    assert fixed["b_holes"].to_pylist() == [0, 1, 0]
    assert fixed["b_changed"].to_pylist() == [True, False, False]


def test_report_where_nothing_changes() -> None:
    """The columns are there all the same, and the text is the same buffer."""
    table = pa.table({"text": ["好", None]})
    fixed = fix_arrow(table, "text", report="audit_")
    assert fixed.schema.names == ["text", *(f"audit_text_{part}" for part in ("changed", "steps", "odds", "holes"))]
    assert fixed["audit_text_changed"].to_pylist() == [False, False]
    assert fixed["text"].chunk(0).buffers()[2].address == table["text"].chunk(0).buffers()[2].address


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_report_on_an_array(kind: pa.DataType) -> None:
    """Whatever the layout, the report has a row for each row, a null one too."""
    array = pa.array(TEXTS).cast(kind)
    for data, form in ((array, pa.RecordBatch), (array[1:1], pa.RecordBatch), (pa.chunked_array([array]), pa.Table)):
        _, rows = fix_arrow(data, report=True)
        assert isinstance(rows, form)
        rows.validate(full=True)
        changed = [text is not None and textfix.fix(text) != text for text in data.to_pylist()]
        assert rows.column("changed").to_pylist() == changed
        assert [bool(steps) for steps in rows.column("steps").to_pylist()] == changed


def test_names_taken_by_other_columns() -> None:
    table = pa.table({"text": ["好"], "text_steps": [1]})
    with pytest.raises(textfix.ChoiceError, match="'text_steps'"):
        fix_arrow(table, "text", report=True)
    assert len(fix_arrow(table, "text", report="x_").schema) == 6


BYTES = {
    "数据处理很重要": "数据处理很重要".encode("gb18030"),
    "數據處理很重要": "數據處理很重要".encode("big5"),
    "好好的文字": "好好的文字".encode(),
    "带标记的": "带标记的".encode("utf-8-sig"),
    "": b"",
    "plain ASCII": b"plain ASCII",
}


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary_view()], ids=str)
def test_bytes(kind: pa.DataType) -> None:
    """Bytes in any encoding come back as UTF-8, by the same door as `fix_bytes`; the report says how they were read."""
    array = pa.array([*BYTES.values(), None, GARBLED.encode()], kind)
    fixed, rows = fix_arrow(array, report=True)
    fixed.validate(full=True)
    assert fixed.type == kind
    assert fixed.to_pylist() == [*(text.encode() for text in BYTES), None, WHOLE.encode()]
    steps = rows.column("steps").to_pylist()
    assert steps[:4] == [["decode:gb18030"], ["decode:cp950"], [], ["decode:utf-8-sig"]]
    assert steps[4:] == [[], [], [], ["repair:utf-8>gb18030"]]


def test_bytes_as_fix_bytes_reads_them() -> None:
    """What is plainly UTF-8 takes a shorter way to the same end; bytes of all kinds are compared."""
    samples = [*BYTES.values(), GARBLED.encode("gb18030"), "中".encode(), "中文".encode("utf-16"), "你好，世界。".encode()[:-1],
               "很长的一段中文\0带零".encode(), "\x1b[31m红\x1b[0m色的字在终端里".encode(), b"~{VPND~}", "é".encode(), b"\xff" * 5,
               bytes(range(256)), "联通".encode("gbk"), "第一行是这样\n".encode() + "第二行是那样\n".encode("gbk")]  # fmt: skip
    fixed = fix_arrow(pa.array(samples, pa.binary())).to_pylist()
    assert [data.decode() for data in fixed] == [textfix.fix_bytes(data) for data in samples]


def test_declared_is_heard() -> None:
    data = "é".encode("latin-1") + b"t" + "é".encode("latin-1")
    assert fix_arrow(pa.array([data]), declared="latin-1")[0].as_py().decode() == textfix.fix_bytes(
        data, declared="latin-1"
    )


def test_invalid_utf8_in_a_string_column() -> None:
    """Some writers do not check: the row is read as bytes are, the others are as ever, all are valid afterwards."""
    raw = pa.array(
        ["好".encode(), "数据处理很重要".encode("gbk"), None, GARBLED.encode(), "一句话断了".encode()[:-1]], pa.binary()
    )
    for strings in (raw.view(pa.string()), raw.cast(pa.large_binary()).view(pa.large_string())):
        fixed, rows = fix_arrow(strings, report=True)
        fixed.validate(full=True)
        assert fixed.to_pylist()[:4] == ["好", "数据处理很重要", None, WHOLE]
        assert "\ufffd" in fixed.to_pylist()[4]
        assert rows.column("steps").to_pylist()[1] == ["decode:gb18030"]
        assert rows.column("holes").to_pylist() == [0, 0, 0, 0, 1]


def test_a_cell_of_fifty_megabytes() -> None:
    """It neither raises nor vanishes, and its neighbours are fixed."""
    page = "这一格很大，里面都是好好的字。\n" * (50_000_000 // 46)
    array = pa.array([GARBLED, page, None, GARBLED])
    fixed = fix_arrow(array)
    assert fixed.to_pylist() == [WHOLE, page, None, WHOLE]


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same comes out however the rows are cut into blocks."""
    from textfix.adapters import arrow

    texts = [*TEXTS, "ÖÐÎÄ±àÂë", "", "", None, "數(shù)據(jù)處理"] * 7
    whole = fix_arrow(pa.array(texts)).to_pylist()
    assert whole == [None if text is None else textfix.fix(text) for text in texts]
    for size in (1, 20, 100):
        monkeypatch.setattr(arrow, "BLOCK", size)
        for kind in (pa.string(), pa.string_view()):
            assert fix_arrow(pa.array(texts, pa.string()).cast(kind)).to_pylist() == whole
    monkeypatch.setattr(arrow, "BLOCK", 1 << 20)
    monkeypatch.setattr(arrow, "ROWS", 3)
    assert fix_arrow(pa.array(texts)).to_pylist() == whole


def test_dictionaries() -> None:
    """Each value once; those that become equal become one; what no row uses makes no work; order and nulls stay."""
    values = pa.array(["好", GARBLED, WHOLE, None, "ÖÐÎÄ±àÂë"])
    array = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, None, 3, 1], pa.int16()), values, ordered=True)
    fixed = fix_arrow(array)
    fixed.validate(full=True)
    assert fixed.type == array.type
    assert fixed.to_pylist() == ["好", WHOLE, WHOLE, None, None, WHOLE]
    found = [text for text in fixed.dictionary.to_pylist() if text is not None]
    assert len(found) == len(set(found))
    unused = pa.DictionaryArray.from_arrays(pa.array([0, None], pa.int16()), values)
    assert fix_arrow(unused) is unused
    chunks = pa.chunked_array([array[:2], array[2:]])
    assert fix_arrow(chunks).to_pylist() == fixed.to_pylist()


def test_extension_types() -> None:
    """An extension whose storage is text keeps its type."""

    class Title(pa.ExtensionType):
        def __init__(self) -> None:
            super().__init__(pa.string(), "textfix.test.title")

        def __arrow_ext_serialize__(self) -> bytes:
            return b""

        @classmethod
        def __arrow_ext_deserialize__(cls, storage_type: pa.DataType, serialized: bytes) -> Title:
            return cls()

    array = pa.ExtensionArray.from_storage(Title(), pa.array([GARBLED, None, "好"]))
    fixed = fix_arrow(array)
    assert fixed.type == array.type
    assert fixed.storage.to_pylist() == [WHOLE, None, "好"]
    clean = array[1:]
    assert fix_arrow(clean) is clean
    table = pa.table({"title": array})
    assert fix_arrow(table) is table, "nobody named the column, and who knows what it means"
    assert fix_arrow(table, "title")["title"].type == array.type


def test_null_type() -> None:
    array = pa.nulls(3)
    assert fix_arrow(array) is array
    assert fix_arrow(pa.table({"text": array}), "text", report=True)["text_changed"].to_pylist() == [False] * 3


@pytest.mark.parametrize(
    "array",
    [pa.array([1]), pa.array([["好"]]), pa.array([{"text": "好"}]), pa.array([b"abcd"], pa.binary(4))],
    ids=lambda array: str(array.type),
)
def test_what_holds_no_text(array: pa.Array) -> None:
    """Named, it is refused with its name and type; not named, it is left alone."""
    table = pa.table({"page": array})
    assert fix_arrow(table) is table
    with pytest.raises(TypeError, match="'page'") as error:
        fix_arrow(table, "page")
    assert str(array.type) in str(error.value)
    with pytest.raises(TypeError, match="holds"):
        fix_arrow(array)


def test_wrong_calls() -> None:
    table = pa.table({"text": ["好"]})
    with pytest.raises(textfix.ChoiceError, match=r"'title'.*'text'"):
        fix_arrow(table, "title")
    with pytest.raises(textfix.ChoiceError, match="'scirpt'"):
        fix_arrow(table, scirpt="hans")
    with pytest.raises(textfix.ChoiceError, match="report"):
        fix_arrow(table, report=3)
    with pytest.raises(TypeError, match="not list"):
        fix_arrow(["好"])
    with pytest.raises(TypeError, match="columns"):
        fix_arrow(table["text"], "text")
    with pytest.raises(TypeError, match="declared"):
        fix_arrow(table, declared=3)


@settings(max_examples=40)
@given(
    st.lists(st.none() | st.text(st.sampled_from("中文ÖÐÎÄ±àÂë鏁版嵁\n\u200b ab?&#;\ufffd𠀀"), max_size=12), max_size=8)
)
def test_as_one_by_one(texts: list[str | None]) -> None:
    """Whatever the rows: what `fix` gives for each."""
    fixed = fix_arrow(pa.array(texts, pa.string()), punctuation="full", script="hans")
    fixed.validate(full=True)
    assert fixed.to_pylist() == [
        None if text is None else textfix.fix(text, punctuation="full", script="hans") for text in texts
    ]
