"""What data pipelines make of damaged Chinese by themselves, and with textfix: the tables of docs/pipelines.md.

    python tools/show_engines.py

Needs `textfix[engines]`, and NeMo Curator without what it depends on (pip install --no-deps nemo-curator cosmos-xenna).
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import textfix

warnings.simplefilter("ignore")

TEXTS = {
    "UTF-8 read as GB18030": "鏁版嵁澶勭悊",
    "GBK read as Latin-1": "ÖÐÎÄ±àÂë",
    "UTF-8 read as cp1252": "ä¸\xadæ–‡",
    "glossed by a site": "數(shù)據(jù)處理",
    "nothing wrong": "他说：“１月，《边城》重印（第２版）。”",
    "nothing wrong, indented": "　　段首缩进……",
}
LINE = "城南的旧书店昨天重新开了门。"


def cleaners() -> dict[str, Callable[[str], str]]:
    """The step for damaged text that each tool brings, with its defaults."""
    from data_juicer.ops.mapper.fix_unicode_mapper import FixUnicodeMapper
    from data_juicer.ops.mapper.punctuation_normalization_mapper import PunctuationNormalizationMapper
    from datatrove.pipeline.formatters import FTFYFormatter
    from nemo_curator.stages.text.modifiers.unicode import UnicodeReformatter

    def mapper(op: Any) -> Callable[[str], str]:
        return lambda text: str(op.process_batched({"text": [text]})["text"][0])

    return {
        "datatrove: FTFYFormatter": FTFYFormatter().format,
        "NeMo Curator: UnicodeReformatter": UnicodeReformatter().modify_document,
        "data-juicer: fix_unicode_mapper": mapper(FixUnicodeMapper()),
        "data-juicer: punctuation_normalization_mapper": mapper(PunctuationNormalizationMapper()),
        "textfix": textfix.fix,
    }


def spark(path: str) -> str:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        return str(session.read.text(path).selectExpr("decode(encode(value, 'utf-8'), 'utf-8') AS value").first()[0])
    finally:
        session.stop()


def ray(path: str) -> str:
    import ray

    ray.init("local", num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        ray.data.DataContext.get_current().enable_progress_bars = False
        rows = ray.data.read_text(path).take_all()
        return str(rows[0]["text"]) if rows else "no row"
    finally:
        ray.shutdown()


def dask(path: str) -> str:
    import dask.bag

    return str(dask.bag.read_text(path, encoding="utf-8").compute(scheduler="synchronous")[0])


def main() -> None:
    tools = cleaners()
    print("| | " + " | ".join(tools) + " |")
    print("|---" * (len(tools) + 1) + "|")
    for what, text in TEXTS.items():
        print(f"| {what}: `{text}` | " + " | ".join(f"`{tool(text)}`" for tool in tools.values()) + " |")
    print()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.txt"
        path.write_bytes((LINE + "\n").encode("gb18030"))
        for tool in (spark, ray, dask):
            try:
                found = tool(str(path))
            except Exception as error:
                found = f"{type(error).__name__}: {error}".strip().splitlines()[-1]
            print(f"| {tool.__name__} | `{found}` |")


if __name__ == "__main__":
    main()
