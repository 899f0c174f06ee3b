"""The public names, their signatures and their errors: what callers rely on, and what may not change by accident."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
from typing import Any

import pytest

import textfix
from textfix import ChoiceError, Config, Detection, Edit, ReplayError, Result, Step, TextfixError

SIGNATURES = {
    "detect": "data, *, declared=None",
    "fix_bytes": "data, *, declared=None, config=None, **options",
    "fix": "text, config=None, **options",
    "fix_many": "texts, config=None, **options",
    "explain": "text_or_bytes, config=None, **options",
    "replay": "text, plan",
    "repair": "text, *, holes='mark'",
    "clean": "text, *, level='safe'",
    "convert": "text, to, *, words=False, engine='context', terms=None, keep=()",
    "identify": "text",
    "punctuate": "text, style, *, spacing=None",
}
OPTIONS = {
    "repair": True, "clean": "safe", "script": None, "words": False, "punctuation": None, "spacing": None,
    "holes": "mark", "caution": 12.0, "max_layers": 3, "terms": (), "keep": (), "escapes": True,
}  # fmt: skip
TEXT_FUNCTIONS: list[tuple[str, tuple[Any, ...]]] = [
    ("fix", ()), ("repair", ()), ("clean", ()), ("convert", ("hans",)), ("punctuate", ("full",)), ("identify", ()),
    ("replay", ((),)),
]  # fmt: skip


def signature(name: str) -> str:
    parameters = inspect.signature(getattr(textfix, name)).parameters.values()
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    return str(inspect.Signature(bare))[1:-1]


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(name: str) -> None:
    """A renamed parameter breaks callers silently until they run."""
    assert signature(name) == SIGNATURES[name]


def test_every_public_name_is_there_and_documented() -> None:
    """`from textfix import *` gives what is promised, no more; each function has a docstring with an example."""
    assert set(SIGNATURES) <= set(textfix.__all__)
    assert sorted(textfix.__all__) == sorted(set(textfix.__all__))
    for name in textfix.__all__:
        assert hasattr(textfix, name)
    for name in SIGNATURES:
        assert ">>>" in (getattr(textfix, name).__doc__ or ""), f"{name} has no example"


def test_options_and_their_defaults() -> None:
    """Repair and cleaning are on, taste is off: this is what `fix(text)` means."""
    assert dataclasses.asdict(Config()) == OPTIONS


def test_presets() -> None:
    """A preset is a Config like any other, and options go over it."""
    for preset in (Config.SCRAPE, Config.CORPUS, Config.STRICT, Config.MARKUP):
        assert isinstance(preset, Config)
        assert textfix.fix("好", preset, script="hans") == "好"
    assert Config.CORPUS.caution > Config().caution
    assert Config.STRICT.holes == "keep"
    page = '<a href="%E4%B8%AD%E6%96%87">&#20013;&#25991;</a>\r\n'
    assert textfix.fix(page, Config.MARKUP) is page
    assert textfix.fix(page + "鏁版嵁澶勭悊", Config.MARKUP) == page + "数据处理"


@pytest.mark.parametrize(("name", "rest"), TEXT_FUNCTIONS)
@pytest.mark.parametrize("wrong", [None, 1, ["中"]], ids=["None", "int", "list"])
def test_what_is_no_text_is_a_type_error(name: str, rest: tuple[Any, ...], wrong: object) -> None:
    """Never a guess, never str(x): the caller has a mistake to find."""
    with pytest.raises(TypeError):
        getattr(textfix, name)(wrong, *rest)


@pytest.mark.parametrize(("name", "rest"), [case for case in TEXT_FUNCTIONS if case[0] not in ("identify", "replay")])
def test_bytes_are_sent_to_fix_bytes(name: str, rest: tuple[Any, ...]) -> None:
    """Bytes where text belongs is the commonest mistake; the error names the function to use."""
    with pytest.raises(TypeError, match="fix_bytes"):
        getattr(textfix, name)("中文".encode(), *rest)


def test_text_is_sent_to_fix() -> None:
    """And the other way round."""
    with pytest.raises(TypeError, match=r"textfix\.fix\(\)"):
        textfix.fix_bytes("中文")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        textfix.detect("中文")  # type: ignore[arg-type]


def test_one_string_is_not_many() -> None:
    """A string is an iterable of strings: fix_many("中文") would fix two texts of one character each."""
    with pytest.raises(TypeError, match=r"fix\(\)"):
        textfix.fix_many("中文")
    with pytest.raises(TypeError, match="number 1"):
        textfix.fix_many(["中文", b"x"])  # type: ignore[list-item]


CALLS: list[tuple[str, Any, list[str]]] = [
    ("option", lambda: textfix.fix("好", skript="hans"), ["skript", "script", "punctuation"]),
    ("script", lambda: textfix.fix("好", script="zh"), ["hans", "hant", "tw", "hk"]),
    ("punctuation", lambda: textfix.fix("好", punctuation="wide"), ["full", "corner", "half"]),
    ("clean", lambda: textfix.fix("好", clean=True), ["safe", "full", "False"]),
    ("holes", lambda: textfix.repair("好", holes="guess"), ["mark", "keep", "fill"]),
    ("target", lambda: textfix.convert("好", "zh-TW"), ["hans", "hant", "tw", "hk"]),
    ("engine", lambda: textfix.convert("好", "tw", engine="jieba"), ["context", "opencc"]),
    ("style", lambda: textfix.punctuate("好", "wide"), ["full", "corner", "half"]),
    ("level", lambda: textfix.clean("好", level="off"), ["safe", "full"]),
    ("caution", lambda: textfix.fix("好", caution=0), ["above 0"]),
    ("max_layers", lambda: textfix.fix("好", max_layers=-1), ["from 0 up"]),
]


@pytest.mark.parametrize(("what", "call", "listed"), CALLS, ids=[case[0] for case in CALLS])
def test_unknown_choices_are_refused_and_the_known_ones_listed(what: str, call: Any, listed: list[str]) -> None:
    """A misspelt option that is quietly ignored is a wrong result; an error without the choices is half an answer."""
    with pytest.raises(ChoiceError) as caught:
        call()
    for word in listed:
        assert word in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TextfixError)


def test_config_must_be_a_config() -> None:
    """A dict would be taken for one otherwise, and fail far from here."""
    with pytest.raises(TypeError, match="Config"):
        textfix.fix("好", {"script": "hans"})  # type: ignore[arg-type]


def test_replay_refuses_a_plan_of_another_text() -> None:
    """A plan applied to another text would garble it; nothing is applied in part."""
    plan = [Step("repair", (Edit(0, 1, "好", "坏", "x"), Edit(1, 2, "的", "地", "x")))]
    assert textfix.replay("好的", plan) == "坏地"
    for text, steps in (("好了", plan), ("", plan), ("好的", [{"stage": "repair"}]), ("好的", [{"edits": 1}])):
        with pytest.raises(ReplayError):
            textfix.replay(text, steps)


def test_results() -> None:
    """str(result) is the text, `changed` and `holes` say what a caller asks first, to_dict() is plain JSON."""
    result = Result(
        "中\ufffd文", (Step("repair", (Edit(0, 1, "x", "中\ufffd", "rule", 3.14159, "note"),)),), source="x文"
    )
    assert str(result) == "中\ufffd文"
    assert result.changed
    assert result.holes == (1,)
    assert result.to_dict() == {
        "text": "中\ufffd文",
        "plan": [{"stage": "repair", "edits": [{
            "start": 0, "end": 1, "before": "x", "after": "中\ufffd", "rule": "rule", "odds": 3.14, "note": "note"}]}],
        "detection": None,
        "parts": [], "holes": [1], "scars": [],
    }  # fmt: skip
    assert not Result("好").changed


def test_detections() -> None:
    """A detection of bytes comes with the result of bytes, and not with that of text."""
    result = textfix.explain("数据处理和存储。".encode("gb18030"))
    assert isinstance(result.detection, Detection)
    assert set(result.detection.to_dict()) == {"encoding", "odds", "confidence", "evidence", "script", "runners_up"}
    assert textfix.explain("好").detection is None


def test_records_travel() -> None:
    """Workers of a pool send results and errors to one another."""
    result = textfix.explain("“好”\u200b", clean="full", punctuation="corner")
    assert pickle.loads(pickle.dumps(result)).to_dict() == result.to_dict()
    assert pickle.loads(pickle.dumps(Config.CORPUS)) == Config.CORPUS
    with pytest.raises(ChoiceError) as caught:
        Config(script="zh")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_records_are_frozen() -> None:
    """A plan that can be edited is no evidence."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Edit(0, 1, "a", "b", "x").before = "c"  # type: ignore[misc]
