"""Lines in which every mark is certain: most lines, and they need no weighing.

A point behind Han, a pair of corner quotation marks, brackets around Han: what the rules would say of them follows from
their neighbours alone. `hard` finds whatever is not of that kind (code, addresses, Latin beside a mark), and a line that
has any of it goes to the rules. The two must agree: tests/test_punct.py compares them.
"""

from __future__ import annotations

import re
from functools import cache

from textfix.punct.classes import HAN_CHAR, HAN_CLASS, HAN_RANGES, garbled_chars, joined, without
from textfix.punct.code import code_line, row
from textfix.punct.foreign import foreign
from textfix.punct.half import halve_plain
from textfix.punct.marks import named
from textfix.punct.points import LIST_NUMERAL, NUMERALS
from textfix.punct.shield import spans

_HAN = HAN_CLASS
#: Full-width marks behind which a point is one of Chinese text: not those that open, nor quotation marks.
BEHIND_WIDE = "、。〃〉》】〕〗！＂-＇）-／：-＠＼］-｀｝～"
OPENING_WIDE = "《〈【〔〖［｛（"
#: Signs that no rule looks at, as long as they stand in no bracket.
INERT = "\u3000%·~+×÷±§€£\u2190-\u27bf\ufe0f\U0001f300-\U0001faff"
_WIDE = BEHIND_WIDE
_STILL = f"{_HAN}{_WIDE}{OPENING_WIDE}「」『』“”‘’０-９Ａ-Ｚａ-ｚA-Za-z0-9 {INERT}"
_BEHIND = f"{_HAN}{_WIDE}"
_NUMERAL = "".join(NUMERALS)
#: What brackets around Han hold; each sign among it must be certain by itself.
BODY = f"{_HAN}、，。：；！？《》「」『』“”‘’·%～A-Za-z0-9 \\-/.,!?#&+\\[\\]"

#: Marks that are certain, each looked back at.
CERTAIN = (
    # points
    f"(?<=[{_BEHIND},!?;:][,!?])|(?<=[{_HAN}]\\)[,!?])|(?:(?<=[{_BEHIND},!?;][:;])|(?<=[{_HAN}]\\)[:;]))(?![:)(DPpOo3’-])"
    f"|(?<=[A-Za-z0-9%][,;:])(?=[{_HAN}])"
    f"|(?:(?<=[{_BEHIND}]\\.)|(?<=[{_HAN}]\\)\\.))(?<!。\\.)(?<![{_NUMERAL}]\\.)(?![A-Za-z0-9.,;:!?…。])"
    # straight quotation marks around Han, and the point behind one
    f'|(?:(?<=[{_HAN}、，。；：！？（《,;:!?]")|(?<=^"))(?=[{_HAN}])'
    f'|(?<=[{_HAN}.,!?。！？…]")(?=[{_HAN}、，。；：！？）》,;:!?]|\\Z)|(?<=[{_HAN}]"[,;:!?])(?![A-Za-z0-9.)(DPpOo’])'
    # what stays: v1.2, Node.js, 1,000, 12:30, A-4, the number of an item, 和/或, last_id
    "|(?<=[A-Za-z0-9],)(?= {1,2}[A-Za-z0-9])|(?<=-)(?<![-—:;=xX8’]-)(?![-—])|(?<=[A-Za-z0-9][._])(?=[A-Za-z0-9])|(?<= \\.)(?=[A-Za-z])|(?<=[a-z0-9]:)(?=[A-Za-z0-9])"
    "|(?<=^[0-9]\\.)(?![.0-9])|(?<=^[0-9]{2}\\.)(?![.0-9])"
    f"|(?:(?<=[{_HAN}{_WIDE} ][0-9],)|(?<=[{_HAN}{_WIDE} ][0-9]{{2}},)|(?<=[{_HAN}{_WIDE} ][0-9]{{3}},))(?=[0-9])"
    f"|(?<=[{_HAN}]/)(?=[{_HAN} ])|(?<=[A-Za-z0-9 ]/)(?= )|(?<=[A-Za-z0-9]/)(?=[A-Za-z0-9])|(?<=[{_HAN}A-Za-z0-9 ]#)"
    "|(?<=[A-Za-z0-9 ]&)(?=[A-Za-z0-9 ])(?![A-Za-z]{2,8};)"
    # names of buttons: [确定]
    f"|(?<=\\[)(?=[{_HAN}A-Za-z0-9 ])|(?<=\\])(?=[{_HAN}、。，；：）　 ]|\\Z)"
    f"|(?<==)(?![=)(DPpOo3_’])"
    # options: --name; numbers of items in the middle: 步骤 2. and ；2.
    f"|(?:(?<=[ {_HAN}]-)|(?<=^-))(?=-[A-Za-z])|(?:(?<=[ {_HAN}]--)|(?<=^--))(?=[A-Za-z])"
    f"|(?<=[{_HAN}] [0-9]\\.)(?= )|(?<=[{_WIDE}][0-9]\\.)(?=[ {_HAN}])"
    # brackets: around Han, behind Han, or those of a call or behind Latin, which stay: 函数f(x), Migration (DM)
    f"|(?:(?<=[{_HAN}]\\()|(?<=[{_HAN}][{_WIDE}]\\()|(?<=[{_HAN}] \\()|(?<=[{_HAN}]  \\()|(?<=^\\())(?! )"
    f"(?:(?=[^{_HAN}()]*[{_HAN}])[{BODY}]*(?<! )\\)|(?:(?=[A-Za-z]{{2}}[A-Za-z0-9 ./&+-]*(?:, [A-Za-z0-9 ./&+-]*)*\\))[A-Za-z0-9 ./&+,-]*|(?:[A-Za-z]|(?<!^\\()[0-9])[A-Za-z0-9 ./&+-]*)(?<! )\\)(?! ?[0-9]{{3}})"
    f"(?= {{0,2}}[{_HAN}]|\\Z|[，。、：；．](?: {{0,2}}[{_HAN}]|\\Z)))"
    f"|(?<=[{_HAN}]\\()(?=[A-Za-z0-9][A-Za-z0-9 ]*(?<! )\\)(?! ?[0-9]{{3}}))|(?<=^\\()(?=[0-9]{{1,2}}\\)[{_HAN}]{{2}})"
    "|(?:(?<=[A-Za-z0-9_]\\()|(?<=[A-Za-z0-9_] \\())(?=[A-Za-z0-9_ ,.]*\\))|(?<=\\))"
    # ellipses and dashes
    f"|(?<=[{_HAN}]\\.)(?=\\.{{2,8}}(?![.…]))|(?<=\\.\\.)"
    f"|(?<=[{_HAN}]…)(?!\\.)|(?<=…)(?<![.…]…)(?=…(?![.…]))|(?<=……)"
    f"|(?<=—)(?<![-—]—)(?=—(?![-—>]))|(?<=——)|(?<=[^-—{_HAN}]—)(?![-—>])"
)


@cache
def hard() -> re.Pattern[str]:
    """A character that has to be weighed: a mark that is not certain, or one of garbled text.

    The class runs over what never has to; what is certain follows it.
    """
    still = joined(without(HAN_RANGES, garbled_chars())) + _STILL.removeprefix(_HAN)
    return re.compile(f"[^{still}](?!{CERTAIN})")


#: A dot that may be that of a name.
DOT = re.compile(f"\\.(?<=[{_HAN}].)(?=[{_HAN}])")
#: Brackets behind Latin, which stay if they hold nothing but Latin: those of a call, f(x, y).
CALLED = re.compile(r"\((?:(?<=[A-Za-z0-9_]\()|(?<=[A-Za-z0-9_] \())[A-Za-z0-9_ ,.]*\)")
#: One or two spaces and no more.
SPACES = re.compile(" {1,2}(?=[^ ])")
#: What faces are made of, as far as it is not hard.
LETTERS_FACE = r"\(([TQOU])[ovwxA]\1[ a-z]{0,4}\)"
FACE = re.compile(f"[;益\u2190-\u27bf]|{LETTERS_FACE}")
#: Brackets that all have their partners and hold no others.
SEPARATE = re.compile(r"[^()（）]*(?:(?:\([^()（）]*\)|（[^()（）]*）)[^()（）]*)*")
LETTER = re.compile("[A-Za-z0-9]")
START = re.compile(r'[ \u3000]*(?:["A-Za-z(\[]|[0-9]+\.[0-9]+\.|[0-9]{4}[-/][0-9]{2}[-/]|[0-9]{2}:[0-9])')
#: In a line without anything hard: the points that are converted.
POINT = re.compile(
    f"[,;:!?.](?:(?<=[{_BEHIND},;:!?”」…].)(?<!\\.\\.)(?: {{1,2}}(?=[^ \\r]))?|(?<=[A-Za-z0-9%][,;:])(?=[{_HAN}]))"
)
DOTS = re.compile(f"(?<=[{_HAN}])(?:\\.{{3,9}}|…(?!…))|(?<!。)。{{3,9}}(?!。)")
FULL = dict(zip(",;:!?.", "，；：！？。", strict=True))

_ANY = "「」『』“”‘’"
#: Quotation marks that all have their partners, the inner ones in the outer ones.
PAIRED = {
    "「": re.compile(f"[^{_ANY}]*(?:(?:「[^{_ANY}]*(?:『[^{_ANY}]*』[^{_ANY}]*)*」|『[^{_ANY}]*』)[^{_ANY}]*)*\\Z"),
    "“": re.compile(f"[^{_ANY}]*(?:(?:“[^{_ANY}]*(?:‘[^{_ANY}]*’[^{_ANY}]*)*”|‘[^{_ANY}]*’)[^{_ANY}]*)*\\Z"),
}
OTHER = {"「": re.compile("[“”‘’]"), "“": re.compile("[「」『』]")}
QUOTE = re.compile(f"[{_ANY}]")
#: An opening mark that Latin leads to.
ALONE = re.compile(f"[A-Za-z0-9][^{_HAN}A-Za-z0-9]{{0,11}}[「『“‘]")
#: Straight ones by turns, each opening one before Han; LED finds one that neither Han nor a mark behind Han leads to.
STRAIGHT = re.compile(f'[^"]*(?:"(?=[{_HAN}])[^"]*(?<=[{_HAN}.,!?。！？…])"[^"]*)*\\Z')
LED = re.compile(f'(?<![{_HAN}])(?<![{_HAN}][{_WIDE},;:!?])(?<!^)"(?=[{_HAN}])')
PARTNER = {"」": "「", "』": "『", "”": "“", "’": "‘"}
SWAP = {
    "full": dict(zip("「」『』", "“”‘’", strict=True)),
    "corner": dict(zip("“”‘’", "「」『』", strict=True)),
}
APOSTROPHE = re.compile("[A-Za-z0-9]’")
EMPTY = re.compile(f"[“‘](?<![{_HAN}].)[^{_HAN}“”‘’]*[”’]")


def quoted(text: str, style: str) -> str | None:
    """TEXT with its quotation marks in STYLE; None if one of them has to be weighed."""
    found = QUOTE.search(text)
    if found is None:
        return text if '"' not in text else straight(text, style)
    kind = "「" if found.group() in "「」『』" else "“"
    if '"' in text:
        return None
    if (kind == "“") == (style == "full") and OTHER[kind].search(text) is None:
        return text
    if "’" in text and APOSTROPHE.search(text):
        return None
    paired = PAIRED[kind].match(text) is not None
    if not paired and ("’" in text or OTHER[kind].search(text)):
        return None
    if (style == "corner" and EMPTY.search(text)) or (LETTER.search(text) and ALONE.search(text)):
        return None
    if not paired:
        return apart(text, style)
    for corner, curly in ("「“", "」”", "『‘", "』’"):
        text = text.replace(corner, curly) if style == "full" else text.replace(curly, corner)
    return text


def straight(text: str, style: str) -> str | None:
    """The same where all are straight: each second one closes."""
    if STRAIGHT.match(text) is None or (LETTER.search(text) and LED.search(text)):
        return None
    first, second = "“”" if style == "full" else "「」"
    pieces = text.split('"')
    return "".join(
        piece + mark for piece, mark in zip(pieces, [first, second] * (len(pieces) // 2) + [""], strict=True)
    )


def apart(text: str, style: str) -> str | None:
    """The same where some have no partner: those stay, and the others keep their levels."""
    waiting: list[int] = []
    count = dict.fromkeys("「『“‘", 0)
    marks = QUOTE.findall(text)
    stay = [False] * len(marks)
    for place, mark in enumerate(marks):
        opening = PARTNER.get(mark)
        if opening is None:
            waiting.append(place)
            count[mark] += 1
        elif count[opening]:
            while marks[other := waiting.pop()] != opening:
                count[marks[other]] -= 1
                stay[other] = True
            count[opening] -= 1
        else:
            stay[place] = True
    for place in waiting:
        stay[place] = True
    swap = SWAP[style]
    pieces = QUOTE.split(text)
    out = [pieces[0]]
    for mark, still, piece in zip(marks, stay, pieces[1:], strict=True):
        out += (mark if still else swap.get(mark, mark), piece)
    return "".join(out)


def pointed(found: re.Match[str]) -> str:
    return FULL[found[0][0]]


def bracketed(text: str) -> str:
    """TEXT, whose brackets are all certain and hold no others, with those of Chinese text in full width."""
    out: list[str] = []
    at = 0
    while (start := text.find("(", at)) >= 0:
        end = text.find(")", start) + 1
        if CALLED.match(text, start):
            out.append(text[at:end])
        else:
            out += (text[at:start].rstrip(" "), "（", text[start + 1 : end - 1], "）")
            spaces = SPACES.match(text, end)
            end = spaces.end() if spaces else end
        at = end
    out.append(text[at:])
    return "".join(out)


def plain(text: str, style: str | None) -> str | None:
    """The line TEXT in STYLE, if every mark in it is certain; None if it has to be weighed."""
    if style == "half":
        if next(spans(text), None):
            return None
        return halve_plain(text)
    if style is None or hard().search(text) or HAN_CHAR.search(text) is None:
        return None
    latin = LETTER.search(text) is not None
    if latin and foreign(text):
        return text
    if (START.match(text) and code_line(text)) or ((latin or text.endswith(";")) and row(text)):
        return None
    if "." in text and (
        LIST_NUMERAL.match(text) or (style == "full" and any(named(text, dot.start()) for dot in DOT.finditer(text)))
    ):
        return None
    after = quoted(text, style)
    if after is None:
        return None
    if "(" in text or ")" in text:
        if SEPARATE.fullmatch(text) is None or FACE.search(text):
            return None
        after = bracketed(after)
    elif "（" in text and FACE.search(text):
        return None
    if "..." in after or "…" in after or "。。。" in after:
        after = DOTS.sub("……", after)
    return POINT.sub(pointed, after)
