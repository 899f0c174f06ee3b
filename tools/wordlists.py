"""Writes word lists of other languages as text that tools/train.py reads: what Chinese must not be mistaken for.

    pip install wordfreq
    python tools/wordlists.py WORDS           # WORDS/other-words-LANGUAGE.txt

Texts of a language hold its commonest words a hundred times and most others never; a name on a button (옵션, "options")
then looks like a garble. wordfreq (data under CC BY-SA 4.0) knows some 30,000 to 300,000 words of each of 40 languages. A
word stands as often as it would in TOKENS words of text, and once at least. The same release gives the same files.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from pathlib import Path

#: Words of running text whose frequencies are imitated, and the words of a language that are taken: half as much text as
#: the corpus has of each of the languages that it has.
TOKENS, MOST = 20_000, 15_000
#: Korean and Japanese are read by the same encodings as Chinese: all of their words count, so often at least. The list of
#: Korean words is a fifth as long, and the model forgets what it saw once.
ALL = {"ko": 2, "ja": 1}
#: Chinese and the languages that the corpus has enough of: no word of theirs was ever taken for a garble.
LEFT_OUT = (
    "zh", "ar", "bg", "cs", "de", "el", "en", "es", "fa", "fr", "hi", "hu", "id", "it", "nl", "pl", "pt", "ro", "ru", "sv",
    "tr", "uk", "vi",
)  # fmt: skip
#: Languages that have no spaces between words.
CLOSE = ("ja",)
WORDS_A_LINE = 8


def lines(language: str) -> list[str]:
    """The words of LANGUAGE, mixed, some on each line."""
    import wordfreq

    listed = wordfreq.get_frequency_dict(language, wordlist="best")
    words = sorted(listed, key=lambda word: (-listed[word], word))
    words = words if language in ALL else words[:MOST]
    tokens = [word for word in words for _ in range(max(ALL.get(language, 1), math.ceil(listed[word] * TOKENS)))]
    random.Random(language).shuffle(tokens)
    size = 1 if language in CLOSE else WORDS_A_LINE
    return [" ".join(tokens[at : at + size]) for at in range(0, len(tokens), size)]


def main() -> int:
    import wordfreq

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", type=Path, help="the folder to write to")
    args = parser.parse_args()
    args.words.mkdir(parents=True, exist_ok=True)
    for language in sorted(wordfreq.available_languages("best")):
        if language not in LEFT_OUT:
            text = "\n".join(lines(language)) + "\n"
            (args.words / f"other-words-{language}.txt").write_text(text, "utf-8", newline="\n")
            print(f"{language}: {len(text)} characters", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
