"""One text walked over: each suspect judged by its line and its neighbours."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache, cached_property

from textfix import tables
from textfix.clean.classes import (
    BIDI,
    CJK,
    EMOJI,
    HAN,
    INVISIBLE,
    JOINING,
    LINE_END,
    RTL,
    SHAPING,
    suspects,
)
from textfix.records import Edit

#: Gaps that are indentation at the start of a line, and what may go from among them.
INDENT = re.compile(f"[ \t\u3000\xa0\u2000-\u200a\u202f\u205f\ufeff\xad{INVISIBLE}{BIDI}]*")

LINE = re.compile(f"[\n{LINE_END}]+")
LINE_OF_CJK = re.compile(f"[{CJK}\ue5e5-\uf848]")
RADICALS_ARE_THE_TOPIC = re.compile(r"部首|偏旁|[Rr]adicals?|RADICAL|U\+2[EF]")
KANA_LETTER = re.compile("[\u3041-\u309f\u30a1-\u30fa\uff66-\uff9d]")
RTL_LETTER = re.compile(f"[{RTL}]")
ORDINARY = re.compile(f"[{HAN}]+")
SHAPED = re.compile(f"[{SHAPING}{EMOJI}]")
WIDENED = re.compile(f"[{CJK}]")
#: A sequence that sets the colour of a terminal or moves its cursor.
TERMINAL = re.compile("\x1b\\[[0-9;?]*[A-Za-z]")
FLAG = "\U0001f3f4"
#: Characters that only Cantonese is written with, the same in both scripts.
CANTONESE = re.compile("[嘅咗喺啲嚟冇佢哋嘢攞瞓噉咁啱冚孭嚿嘥啩噃]")
#: What stands beside a character of a sentence: ideographs and their marks.
BESIDE = re.compile(f"[{HAN}\u3001-\u301f\uff01-\uff60“”‘’…—\ue000-\uf848]")


@cache
def standing() -> dict[str, tuple[str, str]]:
    """For each character that stands for another: the rule and the other. The first table that has it wins."""
    data = tables.toml("clean.toml")
    found: dict[str, tuple[str, str]] = {}
    for name in ("kangxi", "radicals", "compatibility", "gb", "eten", "hkscs"):
        rule = {"kangxi": "radical", "radicals": "radical", "compatibility": "compatibility"}.get(
            name, f"private-{name}"
        )
        for char, other in data[name].items():
            found.setdefault(char, (rule, other))
    return found


@cache
def kana() -> dict[str, str]:
    """Half-width katakana and their marks, and the full ones."""
    table: dict[str, str] = tables.toml("clean.toml")["kana"]
    return table


class Line:
    """What is known of a line, each fact worked out when first asked for."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.start, self.end, self.text = start, end, text[start:end]

    @cached_property
    def cjk(self) -> bool:
        return LINE_OF_CJK.search(self.text) is not None

    @cached_property
    def indent(self) -> int:
        """How many blanks the line begins with; what goes from among them does not end them."""
        found = INDENT.match(self.text)
        return found.end() if found else 0

    @cached_property
    def rtl(self) -> bool:
        return RTL_LETTER.search(self.text) is not None

    @cached_property
    def kana(self) -> bool:
        return KANA_LETTER.search(self.text) is not None

    @cached_property
    def ideographs(self) -> int:
        """How many characters are, or stand for, CJK."""
        return sum(1 for char in self.text if WIDENED.match(char) or "\ue5e5" <= char <= "\uf848")

    @cached_property
    def radicals(self) -> bool:
        """Whether radicals are meant as such: the line talks of them, or lists them in order."""
        if RADICALS_ARE_THE_TOPIC.search(self.text):
            return True
        row = [char for char in self.text if "\u2e80" <= char <= "\u2fd5"]
        return len(row) > 3 and row == sorted(set(row)) and not ORDINARY.search(self.text)

    @cached_property
    def cantonese(self) -> bool:
        return CANTONESE.search(self.text) is not None

    @cached_property
    def traditional(self) -> bool:
        """Whether the ideographs are those of a Big5 text: all are in HKSCS, and some not in GB 2312."""
        words = "".join(ORDINARY.findall(self.text))
        try:
            words.encode("big5hkscs")
        except UnicodeEncodeError:
            return False
        try:
            words.encode("gb2312")
        except UnicodeEncodeError:
            return True
        return False


class Walk:
    """One text, its lines, and the edits that clean it."""

    def __init__(self, text: str, full: bool, becomes_traditional: bool = False) -> None:
        self.text, self.full, self.becomes_traditional = text, full, becomes_traditional
        self.breaks: list[int] = []
        self.current: Line | None = None
        #: Whether its lines end in newlines alone, so that one is found without looking for all of them.
        self.is_plain = not any(char in text for char in LINE_END)

    def line(self, place: int) -> Line:
        if self.current is None or not self.current.start <= place < self.current.end:
            if self.is_plain:
                start, end = self.text.rfind("\n", 0, place) + 1, self.text.find("\n", place)
                self.current = Line(self.text, start, len(self.text) if end < 0 else end)
                return self.current
            if not self.breaks:
                self.breaks = [0, *(found.end() for found in LINE.finditer(self.text))]
            row = bisect_right(self.breaks, place) - 1
            end = self.breaks[row + 1] if row + 1 < len(self.breaks) else len(self.text)
            self.current = Line(self.text, self.breaks[row], end)
        return self.current

    def edits(self, places: Iterable[int] | None = None) -> Iterator[Edit]:
        """The edits, one for each stretch of neighbouring characters under the same rule; PLACES are where they may be."""
        pending: Edit | None = None
        for found in self.suspects(places):
            for edit in self.run(found.start(), found.end()):
                if pending and pending.end == edit.start and pending.rule == edit.rule:
                    edit = Edit(
                        pending.start, edit.end, pending.before + edit.before, pending.after + edit.after, edit.rule
                    )
                elif pending:
                    yield pending
                pending = edit
        if pending:
            yield pending

    def suspects(self, places: Iterable[int] | None) -> Iterator[re.Match[str]]:
        """Runs of characters that may have to go; where they may begin is asked of PLACES, or of the whole text."""
        pattern = suspects("full" if self.full else "safe")
        if places is None:
            yield from pattern.finditer(self.text)
            return
        at = 0
        for place in places:
            if place >= at and (found := pattern.match(self.text, place)) is not None:
                yield found
                at = found.end()

    def run(self, start: int, end: int) -> Iterator[Edit]:
        """The edits in a run of suspects; its neighbours are characters that stay as they are."""
        text = self.text
        place = start
        while place < end:
            char = text[place]
            size = 1
            found = None
            if char in "\r\x85\u2028\u2029":
                found = self.line_end(place)
            elif char == "\ufeff":
                found = "byte-order-mark", ""
            elif char == "\xad":
                found = "soft-hyphen", ""
            elif char == "\x1b" and (sequence := TERMINAL.match(text, place)):
                size, found = sequence.end() - place, ("control", "")
            elif char == "\x0c":
                found = self.page_break(place)
            elif char < "\xa0":
                found = "control", ""
            elif char in "\u200b\u200c\u200d\u2060\u034f" or "\U000e0020" <= char <= "\U000e007f":
                found = self.invisible(char, place, start, end)
            elif "\u061c" <= char <= "\u206f" and char not in self.gaps:
                found = None if self.line(place).rtl else ("direction", "")
            elif char in self.gaps:
                found = self.gap(char, place)
            elif "\uff00" <= char <= "\uffef":
                size, found = self.width(char, place, end)
            elif "\ufe00" <= char <= "\ufe0f" or char >= "\U000e0100":
                found = self.selector(place)
            else:
                found = self.stand(char, place)
            if found:
                yield Edit(place, place + size, text[place : place + size], found[1], found[0])
            place += size

    gaps = frozenset("\xa0\u3000\u202f\u205f" + "".join(map(chr, range(0x2000, 0x200B))))

    def line_end(self, place: int) -> tuple[str, str]:
        alone = not (self.text[place] == "\r" and self.text[place + 1 : place + 2] == "\n")
        return "line-end", "\n" if alone else ""

    def page_break(self, place: int) -> tuple[str, str] | None:
        """A form feed between two lines parts pages; inside a line it is a stray control."""
        before, after = self.text[place - 1 : place] if place else "", self.text[place + 1 : place + 2]
        return ("control", "") if before.strip() and after.strip() else None

    def invisible(self, char: str, place: int, start: int, end: int) -> tuple[str, str] | None:
        """Whether a joiner or zero-width space has work to do: beside a script that shapes, or between emoji."""
        before, after = self.neighbours(place, start, end)
        if char >= "\U000e0020":  # tags spell the name of a flag after a black flag, and are hidden text elsewhere
            return None if before == FLAG else ("invisible", "")
        if SHAPED.match(before) or SHAPED.match(after):
            return None
        if char == "\u200b" or WIDENED.match(before) or WIDENED.match(after) or not (before and after):
            return "invisible", ""
        return None  # a ligature broken or a line kept whole between letters

    def neighbours(self, place: int, start: int, end: int) -> tuple[str, str]:
        """The nearest characters on both sides that can be seen; inside a run, what it stands for counts."""
        before = self.text[start - 1 : start] if start else ""
        after = self.text[end : end + 1]
        for other in range(place - 1, max(start, place - 8) - 1, -1):
            if self.visible(self.text[other]):
                before = self.text[other]
                break
        for other in range(place + 1, min(end, place + 9)):
            if self.visible(self.text[other]):
                after = self.text[other]
                break
        return before.strip("\n"), after.strip("\n\r")

    @staticmethod
    def visible(char: str) -> bool:
        return char >= "\u2e80" and char != "\ufeff" and char < "\U000e0000"

    def gap(self, char: str, place: int) -> tuple[str, str] | None:
        """A no-break or ideographic space inside a line becomes a space; indentation stays."""
        line = self.line(place)
        if char == "\xa0":
            return ("space", " ") if line.cjk else None
        if not self.full or not line.cjk or self.indents(line, place):
            return None
        return "space", " "

    def indents(self, line: Line, place: int) -> bool:
        return place - line.start < line.indent

    def width(self, char: str, place: int, end: int) -> tuple[int, tuple[str, str] | None]:
        """Full-width letters and digits to ASCII, half-width katakana to full; a sign follows what it joins."""
        text = self.text
        if "\uff61" <= char <= "\uff9f":
            stop = place
            while stop < end and "\uff61" <= text[stop] <= "\uff9f":
                stop += 1
            wide = "".join(kana()[other] for other in text[place:stop])
            return stop - place, ("width", unicodedata.normalize("NFC", wide))
        if char in JOINING:
            before, after = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
            held = alnum(before) and (alnum(after) or (char == "％" and before in DIGITS))
            if char == "．" and not (before in DIGITS and after in DIGITS) and not (letter(before) and letter(after)):
                held = False
            return 1, ("width", chr(ord(char) - 0xFEE0)) if held else None
        return 1, ("width", chr(ord(char) - 0xFEE0))

    def selector(self, place: int) -> tuple[str, str] | None:
        """A variation selector after Han (or its punctuation) chooses a glyph; after anything else it is kept."""
        at = place
        while at and (("\ufe00" <= self.text[at] <= "\ufe0f") or self.text[at] >= "\U000e0100"):
            at -= 1
        base = self.text[at]
        return ("variation", "") if WIDENED.match(base) and base not in "\u3030\u303d" else None

    def stand(self, char: str, place: int) -> tuple[str, str] | None:
        """The character that a radical, compatibility ideograph or private-use code point stands for."""
        found = standing().get(char)
        if found is None:
            return None
        line = self.line(place)
        rule, _ = found
        if rule == "radical":
            meant = line.radicals or line.ideographs < 2
        elif rule == "compatibility":
            meant = "\ufa10" <= char <= "\ufa6d" and line.kana  # forms that Japanese names insist on
        elif rule == "private-hkscs":
            meant = not (line.ideographs > 1 and self.of_hong_kong(line, place))
        else:
            meant = line.ideographs < 2
        return None if meant else found

    def of_hong_kong(self, line: Line, place: int) -> bool:
        """Whether a private-use code point is a character of Hong Kong, for icon fonts live in the same code points.

        In Cantonese it is; in other traditional text if it stands inside a sentence. Where the text is about to be
        converted into traditional script, that it is in it would be no evidence a second time.
        """
        if line.cantonese:
            return True
        if self.becomes_traditional or not line.traditional:
            return False
        before, after = self.text[place - 1 : place] if place else "", self.text[place + 1 : place + 2]
        return bool(BESIDE.match(before) and BESIDE.match(after) and ORDINARY.search(before + after))


DIGITS = frozenset("0123456789０１２３４５６７８９")


def letter(char: str) -> bool:
    return bool(char) and (char.isascii() or "\uff21" <= char <= "\uff5a") and char.isalpha()


def alnum(char: str) -> bool:
    return bool(char) and (char in DIGITS or letter(char))
