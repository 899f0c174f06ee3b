"""The characters that cleaning looks at, and those that decide about them, as pieces of character classes."""

from __future__ import annotations

import re
from functools import cache

#: What removes itself where neither neighbour gives it work.
INVISIBLE = "\u034f\u200b\u200c\u200d\u2060\U000e0020-\U000e007f"
#: Direction marks, embeddings and isolates (UAX #9), and the deprecated U+206A..206F.
BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
CONTROL = "\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
LINE_END = "\r\x85\u2028\u2029"
#: Code points of clean.toml: radicals, compatibility ideographs, private use.
STANDING = "\u2e80-\u2fd5\uf900-\ufad9\U0002f800-\U0002fa1d\ue000-\uf848"
SELECTOR = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
WIDE = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
KANA = "\uff61-\uff9f"
#: Full-width signs that hold a number, a word or an address together; never 点号 such as ，：！？.
JOINING = "％＃＆＋－．／＝＠＿"

HAN = "\u3007\u3400-\u9fff\U00020000-\U000323af"
CJK = f"{HAN}\u2e80-\u2fdf\u3000-\u30ff\u3100-\u312f\u31a0-\u31bf\uf900-\ufaff\ufe10-\ufe4f\uff00-\uff60"
#: Right-to-left letters and signs.
RTL = "\u0590-\u060f\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
#: Scripts that join, or break lines, by invisible characters; U+0600..17FF are all of them but Georgian to Cherokee.
SHAPING = (
    f"{RTL}\u0600-\u109f\u1100-\u11ff\u1680-\u1cff\u2d30-\u2d7f\ua800-\ua8ff\ua930-\uabff"
    "\U00011000-\U00011fff\U00016100-\U00016fff\U0001e000-\U0001e8ff"
)
#: Emoji, their modifiers and presentation selector: a joiner beside one makes one picture of two.
EMOJI = "\u00a9\u00ae\u2190-\u2bff\ufe0f\u3030\u303d\U0001f000-\U0001faff"

SAFE = f"\ufeff\xad\xa0{INVISIBLE}{BIDI}{CONTROL}{LINE_END}{STANDING}"
FULL = f"{SAFE}{SELECTOR}{WIDE}{KANA}{JOINING}\u3000\u2000-\u200a\u202f\u205f"


@cache
def suspects(level: str) -> re.Pattern[str]:
    """Runs of characters that may have to go."""
    return re.compile(f"[{FULL if level == 'full' else SAFE}]+")


@cache
def gate(level: str) -> re.Pattern[str]:
    """Finds a text that may have any: a class that is quick to run over, for a little more than the suspects.

    Beyond the BMP it has one range for all; of "full" it leaves out indentation and the signs that join nothing.
    """
    coarse = f"\ufeff\xad\xa0\u034f\u200b-\u200d\u2060{BIDI}{CONTROL}{LINE_END}{STANDING}"
    if level == "full":
        coarse += f"\ufe00-\ufe0f{WIDE}{KANA}\u202f\u205f\u2000-\u200a"
    coarse = coarse.replace("\U0002f800-\U0002fa1d", "") + "\U0002f800-\U0010ffff"
    if level != "full":
        return re.compile(f"[{coarse}]")
    return re.compile(
        f"[{coarse}\u3000{JOINING}]"
        f"(?:(?<![\u3000{JOINING}])|(?<=\u3000)(?<=[^\n\u3000].)|(?<=[{JOINING}])(?<=[{WIDE}A-Za-z0-9].))"
    )
