"""Fits the confidence of detection: writes textfix/data/decode_confidence.toml.

    python tools/calibrate.py CORPUS

CORPUS is the folder that tools/train.py reads. Only lines that training left out are used (CRC-32 divisible by 20).
Snippets of 1 to 16 characters are written in the encodings of their languages, one in four with a byte lost or
changed; what detection says of each, right or wrong, gives a logistic curve over its odds, by maximum likelihood.
Every other line is kept out of the fit, and the table in the file is measured on those.
"""

from __future__ import annotations

import argparse
import lzma
import random
import sys
import zlib
from pathlib import Path

import manifest
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


APART = 20
SIZES = (1, 2, 2, 3, 4, 6, 8, 16)
#: Which encodings the lines of a corpus file (by the start of its name) are written in.
WRITTEN = {
    "hans": ("gb18030", "gb18030", "utf-8"),
    "hant-tw": ("cp950", "cp950", "gb18030", "utf-8"),
    "hant-hk": ("big5hkscs", "utf-8"),
    "other-ja": ("cp932", "euc_jp"),
    "other-ko": ("cp949",),
    "other-ru": ("cp1251", "koi8-r"),
    "other-fr": ("cp1252", "utf-8"),
    "other-de": ("cp1252",),
    "other-pl": ("cp1250",),
    "other-el": ("cp1253",),
}


def held_out(path: Path, limit: int) -> list[str]:
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
        lines = [line.rstrip("\n") for line in file]
    kept = [line for line in lines if line.strip() and zlib.crc32(line.encode()) % APART == 0]
    return kept[:: max(1, len(kept) // limit)]


def cases(corpus: Path, each: int, part: int, rng: random.Random) -> list[tuple[bytes, str]]:
    found = []
    for path in sorted(corpus.glob("*.txt.xz")):
        encodings = next((value for start, value in WRITTEN.items() if path.name.startswith(start)), ())
        lines = held_out(path, 800)[part::2] if encodings else []
        for encoding in encodings if lines else ():
            for _ in range(each):
                line, size = rng.choice(lines), rng.choice(SIZES)
                start = rng.randrange(max(1, len(line) - size + 1))
                text = line[start : start + size].strip()
                try:
                    data = text.encode(encoding)
                except UnicodeEncodeError:
                    continue
                if data.isascii():
                    continue
                found.append((data, text))
    return found


def answers(asked: list[tuple[bytes, str]], rng: random.Random) -> tuple[np.ndarray, np.ndarray]:
    """The odds of each answer, and whether it was right."""
    from textfix.decode import detect
    from textfix.encodings import codecs

    codecs.register()
    odds, right = [], []
    for data, text in asked:
        told = data
        if rng.random() < 0.25 and len(data) > 4:
            at = rng.randrange(len(data))
            told = data[:at] + (bytes([rng.randrange(256)]) if rng.random() < 0.5 else b"") + data[at + 1 :]
        found = detect(told)
        if found.encoding is None:
            continue
        odds.append(found.odds)
        # What was damaged cannot be compared as text: there the name must read the undamaged bytes.
        right.append(data.decode(found.encoding, "replace") == text)
    return np.array(odds), np.array(right, float)


def fit(odds: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Offset and slope of the logistic curve, by Newton's method."""
    x = np.stack([np.ones_like(odds), odds])
    beta = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(beta @ x, -30, 30)))
        weight = p * (1 - p) + 1e-9
        beta += np.linalg.solve((x * weight) @ x.T, x @ (right - p))
    return float(beta[0]), float(beta[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--each", type=int, default=120, help="snippets of each file in each of its encodings")
    args = parser.parse_args()
    fitted = answers(cases(args.corpus, args.each, 0, random.Random(1)), random.Random(2))
    offset, slope = fit(np.minimum(fitted[0], 30.0), fitted[1])
    x, y = answers(cases(args.corpus, args.each, 1, random.Random(3)), random.Random(4))
    told = 1 / (1 + np.exp(-(offset + slope * np.minimum(x, 30.0))))
    # Expected calibration error: ten bands of confidence, the gap between told and right in each, by its answers.
    band = np.minimum((told * 10).astype(int), 9)
    gaps = [abs(told[band == i].mean() - y[band == i].mean()) * (band == i).mean() for i in set(band.tolist())]
    shares = []
    for low, high in ((0, 1), (1, 2), (2, 4), (4, 8), (8, 16), (16, 1e9)):
        inside = (x >= low) & (x < high)
        mean = (
            float((1 / (1 + np.exp(-(offset + slope * np.minimum(x[inside], 30.0))))).mean()) if inside.any() else 0.0
        )
        upper = "more" if high > 1e8 else f"{high:g}"
        shares.append(
            f"#   odds {low:2g} to {upper:>4}: {inside.sum():5d} answers, {y[inside].mean():.4f} right, told {mean:.4f}"
        )
    text = (
        "# confidence = 1 / (1 + exp(-(offset + slope * odds))), odds in nats, at most `most`. Fitted by tools/calibrate.py\n"
        f"# to {len(fitted[0])} snippets of 1 to 16 characters, whole and damaged, of lines that the model was not trained on.\n"
        f"# Measured on {len(x)} others, from lines that the fit has not seen:\n#\n"
        + "\n".join(shares)
        + f"\n#\n# Expected calibration error, over ten bands of confidence: {sum(gaps):.4f}"
        + f"\n\noffset = {offset:.4f}\nslope = {slope:.4f}\nmost = 30.0\n"
    )
    (manifest.DATA / "decode_confidence.toml").write_text(text, "utf-8")
    manifest.describe(
        "decode_confidence.toml",
        what="the curve from odds to confidence",
        source=["detections of held-out lines of the training corpus"],
        command="python tools/calibrate.py CORPUS",
        licence="Apache-2.0",
    )
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
