"""OpenCC's own output: one converter for each configuration, made when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

#: Configurations by target, without and with regional words. "tw2s" also knows the shapes that "t2s" leaves.
CONFIGS = {
    "hans": ("tw2s", "tw2sp"),
    "hant": ("s2t", "s2t"),
    "tw": ("s2tw", "s2twp"),
    "hk": ("s2hk", "s2hkp"),
}


@cache
def converter(name: str) -> Callable[[str], str]:
    """OpenCC's conversion by the configuration NAME."""
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC(name).convert
    return convert


def convert_opencc(text: str, to: str, *, words: bool = False) -> str:
    """What OpenCC makes of TEXT: `to` is "hans", "hant", "tw" or "hk".

    Lone surrogates, which OpenCC cannot read, stay where they are.

    >>> convert_opencc("汉字", "tw")
    '漢字'
    """
    convert = converter(CONFIGS[to][words])
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(c if "\ud800" <= c <= "\udfff" else convert(c) for c in text)
    after = convert(text)
    return text if after == text else after
