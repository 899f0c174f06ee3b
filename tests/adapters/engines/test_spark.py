"""PySpark on a local cluster: a master, two workers with an executor of one core each, all processes of their own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import textfix
from textfix.adapters.arrow import fix_arrow
from textfix.adapters.spark import textfix_df, textfix_udf

pyspark = pytest.importorskip("pyspark")
pa = pytest.importorskip("pyarrow")

import pyarrow.parquet as pq  # noqa: E402
from pyspark.sql import SparkSession, functions, types  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas", "ignore::ResourceWarning")
REPORT = ["changed", "steps", "odds", "holes"]


@pytest.fixture(scope="module")
def spark(java_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("spark")
    settings = {
        "JAVA_HOME": str(java_home),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_WORKER_DIR": str(folder / "work"),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        builder = (
            SparkSession.builder.master("local-cluster[2,1,1024]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.memory", "1g")
            .config("spark.executor.memory", "1g")
            .config("spark.driver.maxResultSize", "1g")
            .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", "100")
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.network.timeout", "600s")
            .config("spark.excludeOnFailure.enabled", "false")
        )
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        try:
            yield session
        finally:
            gateway = session.sparkContext._gateway
            session.stop()
            # Spark leaves its Java running until Python ends: tests that come later need the memory.
            gateway.shutdown()
            gateway.proc.stdin.close()
            gateway.proc.wait(60)
            pyspark.SparkContext._gateway = pyspark.SparkContext._jvm = None


def collect(df: Any) -> Any:
    return df.sort("id").toArrow()


def test_all_rows_as_in_one_process(spark: Any, rows: Any) -> None:
    """What two executors make of a frame is what one process makes of the table: texts, bytes, nulls and report."""
    df = spark.createDataFrame(rows).repartition(8)
    fixed = textfix_df(df, ["text", "page"], script="hans", report=True)
    found, due = collect(fixed), fix_arrow(rows, ["text", "page"], script="hans", report=True)
    assert found.column_names == due.column_names
    assert found.to_pylist() == due.to_pylist()
    assert 0 < sum(found["text_changed"].to_pylist()) < len(rows)
    assert found["text"].null_count == rows["text"].null_count


def test_a_killed_executor_costs_nothing(spark: Any, rows: Any, killer: Any) -> None:
    """An executor dies in the middle: its tasks run again elsewhere, no row is lost, doubled or different."""
    df = spark.createDataFrame(rows).repartitionByRange(24, "id")
    hold = killer.hold

    def wait(batches: Any) -> Any:
        for batch in batches:
            hold(batch.column("id")[0].as_py())
            yield batch

    fixed = textfix_df(df.mapInArrow(wait, df.schema), "text", script="hans", report=True)
    # A Python worker is a child of a daemon, which is a child of the executor.
    killer.start(lambda pid: killer.parent(killer.parent(pid)))
    found = collect(fixed)
    killer.stop()
    assert killer.repeated() >= 1
    assert found.to_pylist() == fix_arrow(rows, "text", script="hans", report=True).to_pylist()


def test_the_schema_is_kept(spark: Any) -> None:
    schema = types.StructType(
        [
            types.StructField("id", types.LongType(), False),
            types.StructField("text", types.StringType(), True, {"comment": "正文"}),
            types.StructField("page", types.BinaryType(), True),
            types.StructField("tags", types.ArrayType(types.StringType()), True),
        ]
    )
    df = spark.createDataFrame([(1, "ÖÐÎÄ±àÂë", bytearray("数据处理".encode("gb18030")), ["鏁版嵁"])], schema)
    fixed = textfix_df(df, ["text", "page"])
    assert fixed.schema == schema
    assert fixed.first().asDict() == {"id": 1, "text": "中文编码", "page": "数据处理".encode(), "tags": ["鏁版嵁"]}
    reported = textfix_df(df, "text", report="fix_")
    assert reported.columns == [*df.columns, *(f"fix_text_{name}" for name in REPORT)]
    assert reported.select("fix_text_changed", "fix_text_steps", "fix_text_holes").first() == (
        True,
        ["repair:gb18030>latin-1"],
        0,
    )


def test_errors_come_before_the_job(spark: Any) -> None:
    """A misspelt option an hour into a job is an hour lost."""
    df = spark.createDataFrame([(1, "中文")], "id long, text string")
    with pytest.raises(textfix.ChoiceError, match=r"'scirpt'.*script"):
        textfix_df(df, "text", scirpt="hans")
    with pytest.raises(textfix.ChoiceError, match=r"'simplified'.*hans"):
        textfix_df(df, "text", script="simplified")
    with pytest.raises(textfix.ChoiceError, match=r"'txt'.*text"):
        textfix_df(df, "txt")
    with pytest.raises(TypeError, match="column 'id' holds bigint"):
        textfix_df(df, "id")
    with pytest.raises(textfix.ChoiceError, match="text_changed"):
        textfix_df(df.withColumn("text_changed", functions.lit(1)), "text", report=True)
    with pytest.raises(textfix.ChoiceError, match="'scirpt'"):
        textfix_udf(scirpt="hans")


def test_bad_rows_neither_raise_nor_vanish(spark: Any, tmp_path: Path) -> None:
    """Invalid UTF-8 in a string column, as every GBK file read by `spark.read.text` has; bytes that are nothing; nulls."""
    lines = ["城南的旧书店昨天重新开了门。", "数据处理和存储的费用低了三成。"]
    (tmp_path / "gbk.txt").write_bytes("\n".join(lines).encode("gb18030"))
    df = spark.read.text(str(tmp_path / "gbk.txt"))
    assert [row.value for row in textfix_df(df, "value").collect()] == lines
    raw = [b"\xff\xfe\xfd\x00\x80", b"", None, bytes(range(256)), "中文".encode()[:-1]]
    df = spark.createDataFrame([(i, data) for i, data in enumerate(raw)], "id int, page binary")
    df = df.withColumn("text", df.page.cast("string")).repartition(1)
    found = textfix_df(df, ["page", "text"], report=True).sort("id").collect()
    assert len(found) == len(raw)
    assert (
        [row.page is None for row in found] == [row.text is None for row in found] == [False, False, True, False, False]
    )
    for row in found:
        if row.page is not None:
            bytes(row.page).decode()
            assert row.page.decode() == row.text


def test_a_cell_of_50_megabytes(spark: Any) -> None:
    """One huge page in a frame is fixed like the small ones around it."""
    sentence = "数据处理和存储的费用，今年比去年低了三成。\n"
    times = 50_000_000 // len(sentence.encode()) + 1
    df = spark.createDataFrame([(0, "好"), (1, sentence), (2, None)], "id int, text string")
    huge = functions.concat(functions.repeat(df.text, times), functions.lit("ÖÐÎÄ±àÂë"))
    df = df.withColumn("text", functions.when(df.id == 1, huge).otherwise(df.text))
    assert df.select(functions.max(functions.octet_length("text"))).first()[0] > 50_000_000
    fixed = textfix_df(df.repartition(1), "text", report=True)
    digest = functions.when(fixed.id == 1, functions.sha2("text", 256)).otherwise(fixed.text)
    found = fixed.select("id", digest.alias("text"), "text_changed").sort("id").collect()
    due = hashlib.sha256((sentence * times + "中文编码").encode()).hexdigest()
    assert found == [(0, "好", False), (1, due, True), (2, None, False)]


def test_a_column_function_and_sql(spark: Any, rows: Any) -> None:
    df = spark.createDataFrame(rows)
    fixed = collect(df.select("id", textfix_udf(script="hans")("text").alias("text")))
    assert fixed["text"].to_pylist() == fix_arrow(rows, "text", script="hans")["text"].to_pylist()
    pages = collect(df.select("id", textfix_udf()("page").alias("page")))
    assert pages["page"].to_pylist() == fix_arrow(rows, "page")["page"].cast(pa.string()).to_pylist()
    spark.udf.register("textfix", textfix_udf(script="hant", report=True))
    assert spark.sql("SELECT textfix('鏁版嵁澶勭悊') AS it").select("it.text", "it.changed", "it.holes").first() == (
        "數據處理",
        True,
        0,
    )


def test_the_example_runs_as_a_job_of_its_own(packed_java: Path, tmp_path: Path) -> None:
    """docs/examples/spark_job.py under spark-submit, with Parquet in and out, on the Java that comes from PyPI."""
    root = Path(__file__).parents[3]
    source, target = tmp_path / "pages", tmp_path / "fixed"
    source.mkdir()
    pq.write_table(pa.table({"url": ["a", "b", "c"], "text": ["ÖÐÎÄ±àÂë", "好好的", None]}), source / "part.parquet")
    environment = {
        **os.environ,
        "JAVA_HOME": str(packed_java),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    command = [
        submit,
        "--master",
        "local[2]",
        "--conf",
        "spark.ui.enabled=false",
        root / "docs" / "examples" / "spark_job.py",
    ]
    run = subprocess.run(
        [*map(str, command), str(source), str(target), "--script", "hant"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    table = pq.read_table(target)
    found = {row["url"]: (row["text"], row["text_changed"]) for row in table.to_pylist()}
    assert found == {"a": ("中文編碼", True), "b": ("好好的", False), "c": (None, False)}
    assert "repair:gb18030>latin-1" in run.stdout
