"""Columns of Arrow: the same texts as one by one, the same types, and nothing made for rows that need nothing."""

from __future__ import annotations

import pytest

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
