"""Arrays of numpy: objects, strings of fixed width, StringDType."""

from __future__ import annotations

import numpy as np
import pytest

import textfix
from textfix.adapters.numpy import fix_numpy

GARBLED, WHOLE = "鏁版嵁澶勭悊", "数据处理"


def test_objects() -> None:
    """Only texts and bytes are touched; all else, and texts that need nothing, stay the objects they are."""
    kept, other = "好好的", object()
    array = np.array(
        [kept, GARBLED, None, float("nan"), 7, other, "数据处理很重要".encode("gbk"), "\ud800半个"], object
    )
    fixed = fix_numpy(array)
    assert fixed is not array
    assert array[1] == GARBLED, "the array that was given is not changed"
    assert fixed[0] is kept
    assert fixed[5] is other
    assert fixed[1] == WHOLE
    assert fixed[3] is array[3]
    assert fixed[6] == "数据处理很重要"
    assert fixed[7] == "\ud800半个"
    clean = array[[0, 2, 5]]
    assert fix_numpy(clean) is clean


def test_shapes() -> None:
    array = np.array([["好", GARBLED], [None, "ÖÐÎÄ±àÂë"], ["", GARBLED]], object)
    for one in (array, array.T, array[::2], array[:0]):
        fixed, report = fix_numpy(one, report=True)
        assert fixed.shape == one.shape
        assert (
            fixed.tolist() == np.vectorize(lambda x: x if x is None else textfix.fix(x), [object])(one).tolist()
            if one.size
            else True
        )
        assert report["changed"].shape == one.shape
        assert (report["changed"] == (fixed != one)).all()


def test_strings_of_fixed_width() -> None:
    """What needs more room gets it."""
    array = np.array(["ÖÐÎÄ±àÂë", "好", "a,b中"])
    fixed = fix_numpy(array, spacing=True)
    assert fixed.tolist() == ["中文编码", "好", "a,b 中"]
    assert fixed.dtype.kind == "U"
    clean = np.array(["好", "a"])
    assert fix_numpy(clean) is clean
    assert fix_numpy(np.array(["数据处理很重要".encode("gbk"), b"ok"])).tolist() == ["数据处理很重要", "ok"]


@pytest.mark.skipif(not hasattr(np.dtypes, "StringDType"), reason="numpy 1")
def test_string_dtype() -> None:
    array = np.array([GARBLED, "好"], np.dtypes.StringDType())
    fixed = fix_numpy(array)
    assert fixed.dtype == array.dtype
    assert fixed.tolist() == [WHOLE, "好"]


def test_report() -> None:
    array = np.array(
        ["好", GARBLED, None, "数据处理很重要".encode("gbk"), "好好的文字".encode(), "\u200b留\ufffd洞"], object
    )
    fixed, report = fix_numpy(array, report=True)
    assert fixed[4] == "好好的文字"
    assert report["changed"].tolist() == [False, True, False, True, False, True]
    assert report["steps"][:5].tolist() == [[], ["repair:utf-8>gb18030"], [], ["decode:gb18030"], []]
    assert np.isnan(report["odds"]).tolist() == [True, False, True, False, True, True]
    assert report["holes"].tolist() == [0, 0, 0, 0, 0, 1]
    assert {name: one.dtype.kind for name, one in report.items()} == {
        "changed": "b",
        "steps": "O",
        "odds": "f",
        "holes": "i",
    }


def test_wrong_calls() -> None:
    with pytest.raises(TypeError, match="int64"):
        fix_numpy(np.arange(3))
    with pytest.raises(TypeError, match="list"):
        fix_numpy(["好"])  # type: ignore[arg-type]
    with pytest.raises(textfix.ChoiceError, match="scirpt"):
        fix_numpy(np.array(["好"]), scirpt="hans")
