"""The page about a run: what was found, how much of each kind, in which files, and edits before and after.

One file, no network, no script: whatever the text is, it is shown and does nothing. English and Chinese stand in it
side by side, and two buttons choose.
"""

from __future__ import annotations

import html
import locale
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib import resources

from textfix import __version__
from textfix.cli import job as jobs
from textfix.cli import save, terminal
from textfix.cli.diff import mark
from textfix.cli.job import Done, Job, Record, RefusedError, Sample, Source, called
from textfix.cli.listeners import Listener, Totals

#: Edits that the whole page shows, files that it names, and characters of an edit.
EDITS, FILES, LONGEST = 4000, 3000, 240
#: Bars of a chart; the rest is one bar.
BARS = 12

STAGES = {
    "repair": ("repair", "修复"),
    "clean": ("clean", "清理"),
    "script": ("script", "繁简转换"),
    "punct": ("punctuation", "标点"),
    "names": ("file names", "文件名"),
    "declaration": ("declared encoding", "编码声明"),
    "line-ends": ("line ends", "换行符"),
}
STATUSES = {
    "changed": ("changed", "已改动"), "unchanged": ("unchanged", "无需改动"), "skipped": ("skipped", "已跳过"),
    "failed": ("failed", "失败"),
}  # fmt: skip
#: What a rule stands for, for those who do not know its name. The longest beginning that fits counts.
MEANINGS = {
    "slip:": ("bytes out of step", "字节错位"),
    "gloss": ("reading added to a character", "夹注拼音"),
    "escape:": ("escape left in text", "残留转义"),
    "byte-order-mark": ("stray byte-order mark", "多余的字节序标记"),
    "invisible": ("invisible character", "不可见字符"),
    "control": ("control character", "控制字符"),
    "direction": ("mark of direction", "方向控制符"),
    "radical": ("radical for a character", "部首代替汉字"),
    "compatibility": ("compatibility ideograph", "兼容汉字"),
    "private": ("private-use character", "私用区字符"),
    "width": ("width of letters", "全角半角"),
    "space": ("odd space", "异常空格"),
    "soft-hyphen": ("soft hyphen", "软连字符"),
    "line-end": ("odd line end", "异常换行"),
    "script:": ("converted", "转换字形"),
    "words": ("word of the region", "地区用词"),
    "opencc": ("converted by OpenCC", "OpenCC 转换"),
}


def both(english: str, chinese: str) -> str:
    """A label in both languages."""
    return f'<span class="en">{html.escape(english)}</span><span class="zh" lang="zh">{html.escape(chinese)}</span>'


def safe(text: str) -> str:
    """TEXT for the page: markup is text, and what cannot be seen, or turns the direction of a line, is an escape."""
    out = []
    for char in text:
        if char.isprintable() or char == "\u3000":
            out.append(html.escape(char))
        else:
            out.append(f'<span class="hidden">{html.escape(terminal.escape(char))}</span>')
    return "".join(out)


def short(text: str) -> str:
    if len(text) <= LONGEST:
        return safe(text)
    return f'{safe(text[: LONGEST // 2])}<span class="hidden"> … {len(text):,} … </span>{safe(text[-LONGEST // 2 :])}'


def mean(stage: str, rule: str) -> tuple[str, str]:
    """What RULE stands for, in both languages."""
    if stage == "repair" and ">" in rule and not rule.startswith("slip"):
        written, _, read = rule.partition(">")
        return f"{written} read as {read}", f"{written} 被当作 {read}"
    fits = [key for key in MEANINGS if rule.startswith(key)]
    return MEANINGS[max(fits, key=len)] if fits else ("", "")


class Report(Listener):
    """Collects what the page shows, and writes it when the run is over."""

    def __init__(self, path: str, job: Job, totals: Totals) -> None:
        self.path, self.job, self.totals = path, job, totals
        self.records: list[tuple[Record, list[Sample]]] = []
        self.rules: Counter[tuple[str, str]] = Counter()
        self.where: Counter[tuple[str, str]] = Counter()
        self.kept = self.left = 0
        self._samples: list[Sample] = []
        self._line = 0
        self.began = datetime.now()

    def part(self, source: Source, record: Record, done: Done) -> None:
        room = min(jobs.SAMPLES - len(self._samples), EDITS - self.kept - len(self._samples))
        self._samples += [terminal.move(sample, self._line) for sample in done.samples if not sample.others][
            : max(room, 0)
        ]
        self._line += done.lines

    def end(self, source: Source, record: Record) -> None:
        samples, self._samples, self._line = self._samples, [], 0
        self.rules.update(record.rules)
        self.where.update(dict.fromkeys(record.rules, 1))
        if record.status == jobs.UNCHANGED:
            return
        if len(self.records) >= FILES:
            self.left += 1
            return
        self.kept += len(samples)
        self.records.append((record, samples))

    def close(self) -> None:
        try:
            self._write()
        except RefusedError as error:
            terminal.say(f"{self.path} {error}")
            self.totals.code = max(self.totals.code, 3)

    def _write(self) -> None:
        draft = save.Draft(self.path)
        try:
            for piece in self.page():
                draft.write(piece.encode("utf-8", "backslashreplace"))
        except BaseException:
            draft.discard()
            raise
        draft.commit()

    # --- the page ---

    def page(self) -> Iterator[str]:
        """The page, piece by piece."""
        chinese = prefers_chinese()
        css = resources.files("textfix.cli").joinpath("report.css").read_text("utf-8")
        yield (
            f'<!doctype html>\n<html lang="{"zh" if chinese else "en"}">\n<meta charset="utf-8">\n'
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>textfix</title>\n'
            f"<style>\n{css}</style>\n<main>\n"
        )
        yield from self._top(chinese)
        yield from self._charts()
        yield from self._kinds()
        yield from self._files()
        yield from self._others(jobs.FAILED, "Failed", "失败的文件")
        yield from self._others(jobs.SKIPPED, "Skipped", "跳过的文件")
        yield f"<footer>textfix {html.escape(__version__)}</footer>\n</main>\n</html>\n"

    def _top(self, chinese: bool) -> Iterator[str]:
        chosen = {True: " checked", False: ""}
        yield (
            '<div class="language">'
            f'<input type="radio" name="language" id="en"{chosen[not chinese]}><label for="en">English</label>'
            f'<input type="radio" name="language" id="zh"{chosen[chinese]}><label for="zh">中文</label></div>\n'
        )
        would = self.totals.check
        title = ("What would be repaired", "将要修复的内容") if would else ("What was repaired", "修复报告")
        command = " ".join(map(terminal.visible, ["textfix", *sys.argv[1:]]))
        yield f"<h1>{both(*title)}</h1>\n"
        yield f'<p class="about">{self.began:%Y-%m-%d %H:%M} · <code>{safe(command[:500])}</code></p>\n'
        count, totals = self.totals.statuses, self.totals
        figures = [
            (sum(count.values()), "files", "文件", False),
            (count[jobs.CHANGED], "would change" if would else "changed", "需改动" if would else "已改动", False),
            (totals.edits, "edits", "处修改", False),
            (totals.recoded.total(), "encodings changed", "个文件转换编码", False),
            (totals.holes, "lost characters", "个字符已丢失", totals.holes > 0),
            (sum(totals.skipped.values()), "skipped", "已跳过", False),
            (count[jobs.FAILED], "failed", "失败", count[jobs.FAILED] > 0),
        ]
        if totals.renamed:
            figures.insert(3, (totals.renamed, "names", "个文件名", False))
        yield '<div class="figures">\n'
        for number, english, chinese_, warn in figures:
            yield f'<div class="figure{" warn" if warn else ""}"><b>{number:,}</b>{both(english, chinese_)}</div>\n'
        yield "</div>\n"

    def _charts(self) -> Iterator[str]:
        stages: Counter[str] = Counter()
        damage: Counter[str] = Counter()
        labels: dict[str, tuple[str, str]] = {}
        for (stage, rule), number in self.rules.items():
            stages[stage] += number
            if stage in ("repair", "names"):
                name = rule.partition(">")[0] if rule.startswith("slip") else rule
                damage[name] += number
                if ">" not in name and any(meaning := mean(stage, rule)):
                    labels[name] = meaning
        yield f'<h2>{both("Overview", "概况")}</h2>\n<div class="charts">\n'
        yield from chart(("Files by encoding", "文件编码"), self.totals.encodings)
        yield from chart(("Edits by stage", "各阶段修改数"), stages, STAGES)
        yield from chart(("Damage", "损坏类型"), damage, labels)
        yield from chart(("Files by result", "处理结果"), self.totals.statuses, STATUSES)
        yield "</div>\n"

    def _kinds(self) -> Iterator[str]:
        if not self.rules:
            return
        yield f"<h2>{both('What was found, by route and rule', '按误读路径与规则统计')}</h2>\n<table>\n<tr>"
        yield f"<th>{both('stage', '阶段')}</th><th>{both('rule', '规则')}</th><th>{both('what it is', '含义')}</th>"
        yield f'<th class="number">{both("edits", "修改数")}</th><th class="number">{both("files", "文件数")}</th></tr>\n'
        for (stage, rule), number in sorted(self.rules.items(), key=lambda item: (-item[1], item[0]))[:200]:
            yield (
                f"<tr><td>{both(*STAGES.get(stage, (stage, stage)))}</td><td><code>{safe(rule)}</code></td>"
                f'<td>{both(*mean(stage, rule))}</td><td class="number">{number:,}</td>'
                f'<td class="number">{self.where[stage, rule]:,}</td></tr>\n'
            )
        yield "</table>\n"

    def _files(self) -> Iterator[str]:
        changed = [(record, samples) for record, samples in self.records if record.status == jobs.CHANGED]
        if not changed:
            return
        changed.sort(key=lambda entry: -entry[0].edits)
        yield f"<h2>{both('Files', '各文件')}</h2>\n"
        for number, (record, samples) in enumerate(changed):
            yield from self._file(record, samples, opened=number < 3)
        if self.left:
            yield f'<p class="more">{both(f"and {self.left:,} more files", f"另有 {self.left:,} 个文件")}</p>\n'

    def _file(self, record: Record, samples: list[Sample], opened: bool) -> Iterator[str]:
        facts = []
        if record.encoding:
            arrow = f" → {record.to_encoding}" if record.recoded else ""
            facts.append(f"<code>{safe(record.encoding + arrow)}</code>")
        if record.mixed:
            facts.append(f"{both('mixed', '混合编码')} <code>{safe(', '.join(record.mixed))}</code>")
        if record.edits:
            facts.append(both(terminal.plural(record.edits, "edit"), f"{record.edits:,} 处修改"))
        if record.holes:
            facts.append(both(terminal.plural(record.holes, "lost character"), f"丢失 {record.holes:,} 个字符"))
        if record.renamed:
            facts.append(f"{both('name', '文件名')} → <bdi>{safe(record.renamed)}</bdi>")
        yield f"<details{' open' if opened and samples else ''}><summary>"
        yield f'<span class="name"><bdi>{safe(called(record.file))}</bdi></span><span class="facts">{" · ".join(facts)}</span></summary>\n'
        for sample in samples:
            yield from edit(sample)
        if not samples:
            reason = (
                ("Only its encoding changes.", "仅转换编码。")
                if not record.edits
                else ("No edits are shown.", "未列出修改。")
            )
            yield f'<div class="more">{both(*reason)}</div>\n'
        elif record.edits > len(samples):
            left = record.edits - len(samples)
            yield f'<div class="more">{both(f"and {left:,} more", f"另有 {left:,} 处")}</div>\n'
        yield "</details>\n"

    def _others(self, status: str, english: str, chinese: str) -> Iterator[str]:
        records = [record for record, _ in self.records if record.status == status]
        if not records:
            return
        yield f"<h2>{both(english, chinese)}</h2>\n<table>\n"
        yield f"<tr><th>{both('file', '文件')}</th><th>{both('why', '原因')}</th></tr>\n"
        for record in records[:500]:
            yield f"<tr><td><bdi>{safe(called(record.file))}</bdi></td><td>{safe(record.reason)}</td></tr>\n"
        yield "</table>\n"


def chart(
    title: tuple[str, str], numbers: Counter[str], labels: dict[str, tuple[str, str]] | None = None
) -> Iterator[str]:
    """A chart of horizontal bars, the longest first."""
    if not numbers:
        return
    rows: list[tuple[str, int]] = numbers.most_common(BARS)
    bars: Iterable[tuple[str, int]] = [
        (both(*labels[name]) if labels and name in labels else safe(name), number) for name, number in rows
    ]
    if rest := numbers.total() - sum(number for _, number in rows):
        bars = [*bars, (both("others", "其他"), rest)]
    most = max(number for _, number in bars)
    yield f'<div class="chart"><h3>{both(*title)}</h3>\n'
    for name, number in bars:
        yield (
            f'<div class="bar"><span class="name">{name}</span><span class="track"><span class="fill" '
            f'style="display:block;width:{100 * number / most:.1f}%"></span></span><span class="number">{number:,}</span></div>\n'
        )
    yield "</div>\n"


def edit(sample: Sample) -> Iterator[str]:
    """One edit, before and after, with the characters that changed marked."""
    where = f" · {safe(sample.where)}" if sample.where else ""
    odds = f" · {sample.odds:.1f} nats" if sample.odds is not None else ""
    note = f" · {safe(sample.note)}" if sample.note else ""
    stage = both(*STAGES.get(sample.stage, (sample.stage, sample.stage)))
    line = both(f"line {sample.line + 1:,}", f"第 {sample.line + 1:,} 行")
    meaning = mean(sample.stage, sample.rule)
    meant = f" · {both(*meaning)}" if any(meaning) else ""
    yield f'<div class="edit"><div class="head">{line}{where} · {stage} · <code>{safe(sample.rule)}</code>{meant}{odds}{note}</div>\n'
    before, after = sample.before, sample.after
    left, right = safe(sample.left), safe(sample.right)
    if max(len(before), len(after)) <= LONGEST:
        old, new = mark(before, after)
        shown = "".join(f"<del>{safe(piece)}</del>" if differs else safe(piece) for piece, differs in old)
        put = "".join(f"<ins>{safe(piece)}</ins>" if differs else safe(piece) for piece, differs in new)
    else:
        shown, put = f"<del>{short(before)}</del>", f"<ins>{short(after)}</ins>"
    yield f'<div class="text"><i>− </i><bdi>{left}{shown}{right}</bdi></div>\n'
    yield f'<div class="text"><i>+ </i><bdi>{left}{put}{right}</bdi></div></div>\n'


def prefers_chinese() -> bool:
    """Whether who runs this reads Chinese first."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    first = next((name for name in names if name), "") or (locale.getlocale()[0] or "")
    return first.lower().startswith(("zh", "chinese"))
