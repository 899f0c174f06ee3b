"""Characters that are spoken of: 「爲」是「為」的異體字 says nothing any more once both are one."""

from __future__ import annotations

from textfix.script.characters import TOP, folding

#: Quotation marks that a character may stand in by itself.
QUOTES = (("「", "」"), ("『", "』"), ("“", "”"), ("‘", "’"))


def places(text: str) -> list[int]:
    """The places of characters that are quoted by themselves in a line that also quotes another form of the same one."""
    found: list[int] = []
    for opening, closing in QUOTES:
        at = text.find(closing)
        while at >= 0:
            if at > 1 and text[at - 2] == opening:
                found.append(at - 1)
            at = text.find(closing, at + 1)
    if len(found) < 2:
        return []
    quoted: dict[tuple[int, int], list[int]] = {}
    line, last = 0, 0
    for at in sorted(found):
        line, last = line + text.count("\n", last, at), at
        quoted.setdefault((line, int(folding()[min(ord(text[at]), TOP)])), []).append(at)
    return sorted(at for forms in quoted.values() if len({text[at] for at in forms}) > 1 for at in forms)
