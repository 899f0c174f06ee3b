"""One line under work: its characters, what is shielded, what has been put where."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from textfix.punct.classes import HAN_CHAR, HAN_RUN, LETTER, is_han, is_wide, is_word
from textfix.punct.shield import EYES, KAOMOJI, spans
from textfix.records import Edit

#: How far a look to the side goes: enough for a word or two, so that no line costs more than linear time.
REACH = 80
PAIR_CLOSERS = "”’」』）》】〉\"')]}*_~"


class Line:
    """The text of a line and the new characters at each place; "" means that a place goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.out = list(text)
        self.rules: dict[int, str] = {}
        self.inserts: dict[int, str] = {}
        #: Where the runs of Han start and end, and how many Han stand before each; made when asked for.
        self.runs: tuple[list[int], list[int], list[int]] | None = None
        self.mask = bytearray(len(text))
        self.inner = bytearray(len(text))  # 1 where the boundary before a place lies inside one shielded stretch
        self.kinds: dict[int, str] = {}
        self.ends: dict[int, int] = {}  # where a shielded stretch ends, and where it starts
        for start, end, kind in spans(text):
            self.shield(start, end, kind)

    def shield(self, start: int, end: int, kind: str) -> None:
        self.mask[start:end] = b"\x01" * (end - start)
        self.inner[start + 1 : end] = b"\x01" * max(0, end - start - 1)
        self.kinds[start] = self.kinds[end - 1] = kind
        self.ends[end] = min(start, self.ends.get(end, start))

    def han_before(self, place: int) -> int:
        """How many Han stand before PLACE."""
        if self.runs is None:
            spans = [found.span() for found in HAN_RUN.finditer(self.text)]
            before = [0, *accumulate([end - start for start, end in spans])]
            self.runs = [start for start, _ in spans], [end for _, end in spans], before
        starts, ends, before = self.runs
        at = bisect_right(starts, place) - 1
        return before[at] + min(place, ends[at]) - starts[at] if at >= 0 else 0

    def han(self, start: int, end: int) -> int:
        return self.han_before(end) - self.han_before(start)

    def has_han(self, start: int, end: int) -> bool:
        """Whether Han stand between START and END; a short stretch is looked through, a long one counted."""
        if end - start < 256:
            return HAN_CHAR.search(self.text, start, end) is not None
        return self.han(start, end) > 0

    def at(self, place: int) -> str:
        """The character at PLACE as it now is; "" outside the line."""
        return self.out[place] if 0 <= place < len(self.out) else ""

    def put(self, start: int, end: int, after: str, rule: str) -> None:
        """AFTER in place of START:END, one character to a place, what is over going to the last."""
        if self.text[start:end] == after:
            return
        count = end - start
        if count == 1:
            self.out[start] = after
            self.rules[start] = rule
            return
        for i in range(count):
            piece = after[i : i + 1] if i < count - 1 else after[i:]
            self.out[start + i] = piece
            self.rules[start + i] = rule

    def drop_spaces(self, start: int, end: int, rule: str = "width") -> None:
        """Take the spaces beside START:END away, unless they indent or end the line."""
        text = self.text
        if text[start - 1 : start] == " ":
            left = start
            while left and text[left - 1] == " " and not self.mask[left - 1]:
                left -= 1
            if left and start - left < 3 and text[left - 1] != "|":
                self.erase(left, start, rule)
        if text[end : end + 1] == " ":
            right = end
            while right < len(text) and text[right] == " " and not self.mask[right]:
                right += 1
            if right < len(text) and text[right] not in "\r|" and right - end < 3:  # | ends the cell of a table
                self.erase(end, right, rule)

    def erase(self, start: int, end: int, rule: str) -> None:
        for place in range(start, end):
            self.out[place] = ""
            self.rules[place] = rule

    def before(self, place: int) -> str:
        """The nearest character left of PLACE that is still there; "" at the start."""
        place -= 1
        while place >= 0 and not self.out[place]:
            place -= 1
        return self.out[place] if place >= 0 else ""

    def result(self) -> str:
        """The line as it now is."""
        if not self.inserts:
            return "".join(self.out)
        return "".join(self.inserts.get(place, "") + piece for place, piece in enumerate(self.out))

    def letter_left(self, place: int, reach: int = 12) -> str:
        """The nearest letter, digit or Han before PLACE, over marks and spaces; "" if there is none near."""
        text = self.text
        for at in range(place - 1, max(0, place - reach) - 1, -1):
            if "\u3400" <= text[at] <= "\u9fff" or LETTER.match(text, at):
                return text[at]
        return ""

    def letter_right(self, place: int, reach: int = 12) -> str:
        """The same from PLACE on."""
        if "\u3400" <= self.text[place : place + 1] <= "\u9fff":
            return self.text[place]
        found = LETTER.search(self.text, place, place + reach)
        return found.group() if found else ""

    def chinese(self, char: str) -> bool:
        return is_han(char) or is_wide(char)

    def kaomoji(self, start: int, end: int) -> bool:
        """Whether the bracketed START:END is a face: signs and no word."""
        body = self.text[start + 1 : end - 1]
        if not body or len(body) > 16:
            return False
        if body[0] < "\x80" and EYES.fullmatch(body):
            return True
        if KAOMOJI.search(body) is None or len(HAN_CHAR.findall(body)) > 1 or HAN_RUN.fullmatch(body):
            return False
        words = sum(map(is_word, body))
        return words <= 2 and (words * 2 <= len(body) or body[0] == body[-1])

    def edits(self, offset: int) -> list[Edit]:
        """The edits of this line; OFFSET is where it starts in its text."""
        found: list[Edit] = []
        places = sorted(self.rules)
        at = 0
        while at < len(places):
            start = places[at]
            stop = at + 1
            while (
                stop < len(places)
                and places[stop] == places[stop - 1] + 1
                and self.rules[places[stop]] == self.rules[start]
                and places[stop] not in self.inserts
            ):
                stop += 1
            end = places[stop - 1] + 1
            before, after = self.text[start:end], "".join(self.out[start:end])
            if before != after:
                found.append(Edit(offset + start, offset + end, before, after, self.rules[start]))
            at = stop
        found += [Edit(offset + place, offset + place, "", text, "spacing") for place, text in self.inserts.items()]
        return sorted(found, key=lambda edit: (edit.start, edit.end))


def whole(before: str, after: str, rule: str) -> list[Edit]:
    """One edit from BEFORE to AFTER, as short as what they share at both ends allows."""
    if before == after:
        return []
    low, high = 0, 0
    most = min(len(before), len(after))
    while low < most and before[low] == after[low]:
        low += 1
    while high < most - low and before[-1 - high] == after[-1 - high]:
        high += 1
    end = len(before) - high
    return [Edit(low, end, before[low:end], after[low : len(after) - high], rule)]
