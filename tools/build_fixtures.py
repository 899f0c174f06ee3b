"""Writes the fixtures of repair from clean sentences: each is put through a real misreading or byte filter.

    python tools/build_fixtures.py            the same fixtures again, from fixtures/sentences/*.txt
    python tools/build_fixtures.py --sort     and the cases that fail are moved to known.jsonl, those that pass out of it
    python tools/build_fixtures.py --floors   floors.json is raised to what is reached today; it is never lowered

What a case must give never comes from the repair: where nothing was lost it is the sentence itself; where bytes were
lost it is what the bytes that are left say, checked against the sentence character by character. Without `--sort` a
case stays where it is. The cases of escapes.jsonl, glosses.jsonl and harm.jsonl are written by hand, and only sorted.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import damage  # noqa: E402
import habits  # noqa: E402

import textfix  # noqa: E402
from textfix import encodings, routes  # noqa: E402
from textfix.batch import to_text  # noqa: E402

HOLE = "\ufffd"
#: Lengths, in characters, for which there are floors.
SIZES = (8, 16)
#: Where a garbled text stands: alone, in a field of a clean line, in a file name, in JSON, between clean lines.
FRAMES: dict[str, dict[str, list[str]]] = {
    "line": {"hans": ["{}"], "hant": ["{}"]},
    "field": {
        "hans": ["标题：{}（共12页）", "来源：本站，备注：{}；浏览35次", "2. {} | 已审核"],
        "hant": ["標題：{}（共12頁）", "來源：本站，備註：{}；瀏覽35次", "2. {} | 已審核"],
    },
    "json": {key: ['{{"id": 1024, "title": "{}", "open": true}}'] for key in ("hans", "hant")},
    "file": {key: ["/home/mei/books/{}.pdf", "D:\\backup\\2016\\{}.zip"] for key in ("hans", "hant")},
    "lines": {
        "hans": ["下面是今天收到的留言：\n{}\n一共只有这一条。"],
        "hant": ["下面是今天收到的留言：\n{}\n一共只有這一條。"],
    },
}
ORDER = [("line", "field", "file"), ("line", "json", "lines"), ("line", "field", "lines"), ("line", "json", "file")]
#: What keeps a JSON line in one piece and readable: controls, spaces that are none, surrogates and private use are escaped.
ESCAPED = re.compile(
    "[\x7f-\xa0\xad\u0300-\u036f\u0600-\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\uf8ff\ufe00-\ufe0f\ufeff\ufff0-\uffff]"
)


def sentences(name: str) -> list[str]:
    lines = (FIXTURES / "sentences" / name).read_text("utf-8").split("\n")
    return [line for line in lines if line and not line.startswith("#")]


def misread(text: str, chain: routes.Chain) -> str:
    """TEXT after the misreadings of CHAIN; ValueError where one of them before the last lost something."""
    for route in chain.routes:
        if HOLE in text:
            raise ValueError(f"{chain.name}: something was lost half-way")
        text = misread_line(text, route)
    return text


def misread_line(text: str, route: routes.Route) -> str:
    """TEXT after one misreading, as a line of a file: what its last byte becomes depends on the line end."""
    if route.written in encodings.WIDE or route.read in encodings.WIDE:
        return routes.misread(text, route.name)
    return routes.misread(f"{text}\n", route.name).removesuffix("\n")


def honest(text: str, garbled: str, chain: routes.Chain) -> str:
    """What GARBLED can be made into: TEXT, or where bytes were lost what the others say; it must agree with TEXT."""
    if HOLE not in garbled:
        return text
    if any(route.written in encodings.WIDE or route.read in encodings.CASED for route in chain.routes):
        raise ValueError(f"{chain.name}: what is left cannot be told from the bytes alone")
    left = []
    for euro in ("gb18030", "cp936"):  # € may be A2E3 or 80: what agrees with the sentence is what happened
        now = garbled
        for route in reversed(chain.routes):
            read = euro if route.read == "gb18030" else route.read
            data, _ = routes.undo(now, f"{route.written}>{read}")
            now = to_text(encodings.load(route.written).decode(data).codes)
        if match := re.fullmatch("(.+)".join(map(re.escape, re.split(f"{HOLE}+", now))), text):
            pieces, at = [], 0
            for lost in range(1, match.re.groups + 1):
                pieces += [text[at : match.start(lost)], HOLE * len(match[lost])]
                at = match.end(lost)
            left.append("".join([*pieces, text[at:]]))
    if not left:
        raise ValueError(f"{chain.name}: {now!r} is not what is left of {text!r}")
    return min(left, key=lambda now: now.count(HOLE))


def loss(out: str) -> tuple[int, int]:
    """How hard it is to tell how many characters were lost: those side by side, and all."""
    return out.count(HOLE) - len(re.findall(f"{HOLE}+", out)), out.count(HOLE)


def mojibake() -> Iterator[dict[str, Any]]:
    """Three cases for each row of routes.toml, no two with the same sentence and frame."""
    pools = {key: sentences(f"{key}.txt") for key in ("hans", "hant")}
    taken = {"hans": 0, "hant": 0}
    for number, chain in enumerate(routes.table()):
        if chain.routes[-1].read in encodings.CASED:
            continue  # what is sure enough to be shown is the repair's own judgement
        for place in range(3):
            # UTF-8 is written in both scripts, GB18030 on the mainland, Big5 in Taiwan and Hong Kong.
            written = chain.routes[0].written
            script = "hant" if written == "big5" or (written == "utf-8" and (number + place) % 3 == 2) else "hans"
            frame = ORDER[number % len(ORDER)][place]
            shapes = FRAMES[frame][script]
            around = shapes[number % len(shapes)]
            found = []
            for ahead in range(len(pools[script])):
                text = pools[script][(taken[script] + ahead) % len(pools[script])]
                try:
                    garbled = misread(text, chain)
                    out = honest(text, garbled, chain)
                except ValueError:
                    continue  # the reader gave one character for two codes: what is left cannot be told from the bytes
                found.append((loss(out), ahead, text, garbled, out))
                if garbled != text and loss(out)[0] == 0 and 3 * loss(out)[1] <= len(text):
                    break
            else:
                found.sort()
            if not found:
                continue  # none of our sentences comes through without a loss
            _, ahead, text, garbled, out = found[0 if found[0][0] < found[-1][0] else -1]
            taken[script] += ahead + 1
            case = {
                "id": f"mojibake-{chain.name.replace('>', '-').replace(', ', '+')}-{frame}",
                "in": around.format(garbled),
                "out": around.format(out),
                "source": "own",
            }
            if HOLE in out:
                case["note"] = f"written: {text}"
            yield case


def slip(data: bytes, what: str) -> bytes:
    """DATA (GBK) after a replacement on its bytes, blind to where characters begin."""
    if what in ("!", "?!"):
        return data.replace(b"\xa3\xa1", b"!")
    if what in ("?", "??"):
        return data.replace(b"\xa3\xbf", b"?")
    if what == "first":
        return data.replace(b"\xa1\xa3\xa1\xb0", b"?\xa3\xa1\xb0", 1)
    return damage.gloss(data)


def show(data: bytes) -> str:
    """DATA as a GBK reader shows it that puts a question mark for the first byte of what is no character."""
    out, at = [], 0
    while at < len(data):
        pair = data[at : at + 2]
        if pair[0] < 0x80:
            out.append(chr(pair[0]))
        elif len(pair) == 2 and 0x40 <= pair[1] != 0x7F:
            out.append(pair.decode("gbk", "ignore"))
            at += 1
        else:
            out.append("?")
        at += 1
    return "".join(out)


def reveal(data: bytes) -> str:
    """DATA as a GBK reader shows it that puts a question mark for each pair that forms no character."""
    out, at = [], 0
    while at < len(data):
        pair = data[at : at + 2]
        whole = pair[0] >= 0x80 and len(pair) == 2 and 0x40 <= pair[1] != 0x7F
        out.append(
            pair.decode("gbk", "replace")[:1].replace(HOLE, "?") if whole else chr(pair[0]) if pair[0] < 0x80 else ""
        )
        at += 1 + whole
    return "".join(out)


def swallow(data: bytes) -> str:
    """DATA as a GBK reader shows it that takes the opening bracket of a gloss for a second byte: one question mark."""
    return damage.read(re.sub(rb"([\x81-\xfe][\x40-\x7e\x80-\xfe])[\x81-\xfe]\(", rb"\1?", data))


def slips() -> Iterator[dict[str, Any]]:
    """Byte filters on GBK, read by readers that drop, show or swallow the byte that is left over."""
    readers = {"?!": show, "??": show, "?gloss": swallow}
    for number, line in enumerate(sentences("slips.txt"), 1):
        what, marked = line.split("\t")
        what, _, how = what.partition(" ")
        text = re.sub(r"[{}]", "", marked)
        shown = (reveal if how == "marked" else readers.get(what, damage.read))(slip(text.encode("gbk"), what))
        out = re.sub(r"\{(.*?)\}", lambda match: HOLE * len(match[1]), marked)
        # A full-width mark that is whole is made ASCII with the broken ones.
        out = out.replace("！", "!") if "!" in what else out.replace("？", "?") if "?" in what else out
        if how == "fold":
            shown, out = damage.fold(shown), damage.fold(out)
        case = {"id": f"slips-{number:02}", "in": shown, "out": out, "source": "own"}
        if HOLE in out:
            case["note"] = f"written: {text}"
        yield case


def passes(case: dict[str, Any]) -> bool:
    result = textfix.explain(case["in"], **case.get("config", {}))
    rules = [edit.rule for step in result.plan for edit in step.edits]
    again = textfix.fix(case["out"], **case.get("config", {}))
    return result.text == case["out"] == again and rules == case.get("plan", rules)


def snippets(chain: routes.Chain, size: int) -> Iterator[tuple[str, str]]:
    """48 snippets of SIZE characters (fewer on a chain that loses some half-way): garbled, and what they should become."""
    for line in spoken(chain.name):
        for at in (0, 16):
            text = line[at : at + size]
            try:
                garbled = misread(text, chain)
            except ValueError:
                continue
            try:
                yield garbled, honest(text, garbled, chain)
            except ValueError:  # what is left does not agree with the text: only the text itself is right
                yield garbled, text


def fits(text: str, left: str) -> bool:
    """Whether TEXT is LEFT but for holes, at most every other character."""
    pattern = ".+".join(map(re.escape, re.split(f"{HOLE}+", text)))
    return re.fullmatch(pattern, left) is not None and 2 * text.count(HOLE) <= len(left)


def recall(chain: routes.Chain, size: int) -> int:
    """Percent of the snippets that come out as they should, rounded down; holes side by side are one."""
    cases = list(snippets(chain, size))
    got = textfix.fix_many([garbled for garbled, _ in cases], clean=False)
    pairs = zip(got, (left for _, left in cases), strict=True)
    # A letter may have been one of two bytes, half a surrogate pair shows nothing of its own: what is not sure is a hole.
    if chain.routes[-1].read in encodings.CASED or chain.routes[0].written in encodings.WIDE:
        right = sum(fits(text, left) for text, left in pairs)
    else:
        right = sum(re.sub(f"{HOLE}+", HOLE, text) == re.sub(f"{HOLE}+", HOLE, left) for text, left in pairs)
    return 100 * right // len(cases)


def raise_floors() -> None:
    path = FIXTURES / "floors.json"
    floors = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for chain in routes.table():
        row = floors.setdefault(chain.name, {})
        for size in SIZES:
            row[str(size)] = max(row.get(str(size), 0), recall(chain, size))
    write_floors("floors.json", floors)
    path = FIXTURES / "habits.json"
    before = json.loads(path.read_text("utf-8")) if path.exists() else {}
    after = {}
    for habit, route in habits.rows():
        name = f"{habit.name}: {route}"
        row = after[name] = habits.measure(habit, route, spoken(route))
        if old := before.get(name):
            row["back"], row["false"] = max(row["back"], old["back"]), min(row["false"], old["false"])
    write_floors("habits.json", after)


def spoken(route: str) -> list[str]:
    """The sentences that ROUTE is measured on."""
    script = "sentences.hant.txt" if route.startswith("big5") else "sentences.txt"
    return (FIXTURES / "floors" / script).read_text("utf-8").split("\n")[:-1]


def write_floors(name: str, floors: dict[str, dict[str, int]]) -> None:
    rows = ",\n".join(f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(row)}" for key, row in floors.items())
    (FIXTURES / name).write_text(f"{{\n{rows}\n}}\n", "utf-8")


def to_line(case: dict[str, Any]) -> str:
    def escape(match: re.Match[str]) -> str:
        return f"\\u{ord(match[0]):04x}"

    return ESCAPED.sub(escape, json.dumps(case, ensure_ascii=False))


def read(name: str) -> list[dict[str, Any]]:
    path = FIXTURES / name
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line] if path.exists() else []


def write(name: str, cases: list[dict[str, Any]]) -> None:
    (FIXTURES / name).write_text("".join(f"{to_line(case)}\n" for case in cases), "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sort", action="store_true", help="run every case, and put it where it belongs")
    parser.add_argument("--floors", action="store_true", help="raise floors.json to what is reached")
    args = parser.parse_args()
    known = read("known.jsonl")
    fail = {case["id"] for case in known}
    made = {"mojibake.jsonl": list(mojibake()), "slips.jsonl": list(slips())}
    for kind in ("escapes", "glosses", "harm"):
        made[f"{kind}.jsonl"] = read(f"{kind}.jsonl") + [case for case in known if case["id"].startswith(f"{kind}-")]
    ours = {case["id"]: passes(case) for cases in made.values() for case in cases} if args.sort else {}
    fail = (fail - ours.keys()) | {name for name, passed in ours.items() if not passed}
    still = [case for case in known if f"{case['id'].split('-')[0]}.jsonl" not in made]
    for name, cases in made.items():
        write(name, [case for case in cases if case["id"] not in fail])
        still += [case for case in cases if case["id"] in fail]
        print(f"{name}: {len(cases)} cases, {sum(case['id'] in fail for case in cases)} of them fail")
    write("known.jsonl", still)
    if args.floors:
        raise_floors()
    return 0


if __name__ == "__main__":
    sys.exit(main())
