"""Writes textfix/data/readings.toml: the Mandarin readings of the characters of GBK, syllable by syllable.

    pip install pypinyin && python tools/build_readings.py

Source: the reading dictionary of pypinyin (MIT), which draws on the Unihan database (Unicode licence).
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent)]

import manifest  # noqa: E402
from pypinyin.pinyin_dict import pinyin_dict  # noqa: E402

NAME = "readings.toml"


def main() -> None:
    table: dict[str, list[str]] = {}
    for code, readings in sorted(pinyin_dict.items()):
        char = chr(code)
        try:
            written = char.encode("gbk")
        except UnicodeEncodeError:
            continue
        if len(written) == 2 and 0x4E00 <= code <= 0x9FFF:
            for reading in readings.split(","):
                table.setdefault(reading, []).append(char)
    lines = ["# The characters of GBK by their Mandarin reading (toned pinyin).", ""]
    lines += [f'"{reading}" = "{"".join(chars)}"' for reading, chars in sorted(table.items())]
    (manifest.DATA / NAME).write_text("\n".join(lines) + "\n", "utf-8")
    manifest.describe(
        NAME,
        what="characters of GBK by toned Mandarin reading",
        source=[f"pypinyin {version('pypinyin')} (MIT), after Unihan (Unicode licence)"],
        command="python tools/build_readings.py",
        licence="MIT",
    )


if __name__ == "__main__":
    main()
