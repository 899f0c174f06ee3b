"""textfix makes damaged Chinese text whole.

>>> import textfix
>>> textfix.fix("鏁版嵁澶勭悊")
'数据处理'
>>> textfix.fix("數(shù)據(jù)處理", script="hans")
'数据处理'
"""

from __future__ import annotations

import codecs as _codecs
import sys as _sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import ModuleType as _Module
from typing import TYPE_CHECKING, Any

from textfix.config import CHOICES, Config, configure
from textfix.errors import ChoiceError, DataError, ReplayError, TextfixError
from textfix.explain import explain, explain_bytes, work_out, work_out_texts, wrong_type
from textfix.records import Ambiguity, Change, Choice, Detection, Edit, Plan, Result, Script, Step
from textfix.replay import replay
from textfix.scars import Scar

if TYPE_CHECKING:
    from textfix.decode import Detector, detect
    from textfix.script import identify

__version__ = "0.1.0"


def _find_codec(name: str) -> _codecs.CodecInfo | None:
    """EUC-TW, ISO-2022-CN and other codecs that Python does not have."""
    from textfix.encodings.codecs import search

    return search(name)


_codecs.register(_find_codec)

__all__ = [
    "Ambiguity",
    "Change",
    "Choice",
    "ChoiceError",
    "Config",
    "DataError",
    "Detection",
    "Detector",
    "Edit",
    "Plan",
    "ReplayError",
    "Result",
    "Scar",
    "Script",
    "Step",
    "TextfixError",
    "__version__",
    "clean",
    "convert",
    "detect",
    "explain",
    "fix",
    "fix_bytes",
    "fix_many",
    "identify",
    "punctuate",
    "repair",
    "replay",
]


#: What is loaded when it is first asked for: the stages, with their tables and patterns, take longer than all the rest.
_LATER = {"Detector": "textfix.decode", "detect": "textfix.decode", "identify": "textfix.script"}


class _Package(_Module):
    """A stage and the function that runs it alone share one word: loading the stage must not take the function's place."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, _Module) and name in ("clean", "repair")):
            super().__setattr__(name, value)


_sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_LATER[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})


def fix(text: str, config: Config | None = None, **options: Any) -> str:
    """Make damaged Chinese text whole: undo mojibake, slips and glosses, and take out what cannot be seen or meant.

    Text that needs nothing comes back as the same object. Options are those of Config; `script`, `punctuation` and
    `spacing` are off until asked for. Bytes raise TypeError (use `fix_bytes`), an unknown option raises ChoiceError,
    content never raises.

    >>> import textfix
    >>> textfix.fix("ÖÐÎÄ±àÂë")
    '中文编码'
    >>> textfix.fix("工作負擔(dān),", script="hans", punctuation="full")
    '工作负担，'
    """
    return work_out(text, configure(config, options))[0]


def fix_bytes(data: bytes, *, declared: str | None = None, config: Config | None = None, **options: Any) -> str:
    """Detect the encoding of bytes, decode them, and fix the text.

    `declared` is what the sender says the encoding is (an HTTP charset, say): evidence, not an order.

    >>> import textfix
    >>> textfix.fix_bytes("数据处理".encode("gb18030"))
    '数据处理'
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"fix_bytes() takes bytes, not {type(data).__name__}: for text there is textfix.fix()")
    return explain_bytes(bytes(data), declared, configure(config, options)).text


def fix_many(texts: Iterable[str], config: Config | None = None, **options: Any) -> list[str]:
    """Fix many texts together: the same as `fix` for each, faster.

    >>> import textfix
    >>> textfix.fix_many(["ÖÐÎÄ±àÂë", "好好的"])
    ['中文编码', '好好的']
    """
    return work_out_texts(texts, configure(config, options))


def _alone(text: str, name: str, **options: Any) -> str:
    """One stage alone, through the same pipeline: everything else is off."""
    try:
        config = _only(**options)
    except TypeError:  # a value that cannot be a key
        config = _only.__wrapped__(**options)
    return work_out(text, config, name)[0]


@lru_cache(maxsize=64, typed=True)
def _only(**options: Any) -> Config:
    """The configuration of one stage alone; kept, for checking it costs as much as converting a thousand characters."""
    off: dict[str, Any] = {"repair": False, "clean": False}
    return configure(None, off | options)


def repair(text: str, *, holes: str = "mark") -> str:
    """Undo mojibake, byte slips, machine glosses and escapes, and nothing else.

    `holes` says what becomes of characters whose bytes were lost: "mark" puts U+FFFD, "keep" leaves the garbled
    span as it is, "fill" puts the likeliest character.

    >>> import textfix
    >>> textfix.repair("ÎÒ°®±±¾©Ìì°²ÃÅ")
    '我爱北京天安门'
    """
    return _alone(text, "repair", repair=True, holes=holes)


def clean(text: str, *, level: str = "safe") -> str:
    """Take out what cannot be seen or meant ("safe"), or also even out width ("full").

    >>> import textfix
    >>> textfix.clean("中\\u200b文⽂件")
    '中文文件'
    """
    if level not in ("safe", "full"):
        raise ChoiceError("level", level, ["safe", "full"])
    return _alone(text, "clean", clean=level)


def convert(
    text: str,
    to: str,
    *,
    words: bool = False,
    engine: str = "context",
    terms: Mapping[str, str] | None = None,
    keep: Sequence[str] = (),
) -> str:
    """Convert between simplified and traditional script: `to` is "hans", "hant", "tw" or "hk".

    `words=True` also puts the region's own words; `terms` are words of your own and what each becomes, `keep` words
    that stay; `engine="opencc"` gives OpenCC's own output and takes neither.

    >>> import textfix
    >>> textfix.convert("头发发现", "hant")
    '頭髮發現'
    """
    if to not in CHOICES["script"] or to is None:
        raise ChoiceError("target", to, [choice for choice in CHOICES["script"] if choice])
    if engine not in ("context", "opencc"):
        raise ChoiceError("engine", engine, ["context", "opencc"])
    if not isinstance(text, str):
        raise wrong_type("convert", text)
    if engine == "opencc":
        if terms or keep:
            raise ChoiceError("engine for terms and keep", engine, ["context"])
        from textfix.script import convert_opencc

        return convert_opencc(text, to, words=words)
    if words or terms or keep:
        return _alone(text, "convert", script=to, words=words, terms=terms or (), keep=keep)
    return _converter()(text, to)


@lru_cache(maxsize=1)
def _converter() -> Callable[[str, str], str]:
    """The stage without the plan that nobody sees here; to import it anew takes as long as converting 100 characters."""
    from textfix.script import convert_text

    return convert_text


def punctuate(text: str, style: str, *, spacing: bool | None = None) -> str:
    """Put Chinese punctuation in one style: "full" (mainland), "corner" (「」: Taiwan, Hong Kong), "half" (ASCII).

    `spacing` True puts a space between Han and Latin or digits, False removes it, None leaves it.

    >>> import textfix
    >>> textfix.punctuate('他说:"你好,世界!"', "full")
    '他说：“你好，世界！”'
    """
    if style not in CHOICES["punctuation"] or style is None:
        raise ChoiceError("style", style, [choice for choice in CHOICES["punctuation"] if choice])
    return _alone(text, "punctuate", punctuation=style, spacing=spacing)
