"""A Spark job: text in Parquet is fixed on every executor, with columns that say what was done.

    pip install 'textfix[spark]'
    spark-submit --master 'local[*]' docs/examples/spark_job.py PAGES FIXED --script hans
    spark-submit --master spark://host:7077 --py-files … spark_job.py hdfs:///pages hdfs:///fixed

On a cluster the library must be installed where the executors run.
"""

from __future__ import annotations

import argparse

from pyspark.sql import SparkSession, functions

from textfix.adapters.spark import textfix_df


def main() -> None:
    parser = argparse.ArgumentParser(description="Fix a text column of Parquet files.")
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--column", default="text")
    parser.add_argument("--script", choices=["hans", "hant", "tw", "hk"])
    parser.add_argument("--punctuation", choices=["full", "corner", "half"])
    given = parser.parse_args()

    spark = SparkSession.builder.appName("textfix").getOrCreate()
    pages = spark.read.parquet(given.source)
    fixed = textfix_df(pages, given.column, report=True, script=given.script, punctuation=given.punctuation)
    fixed.write.mode("overwrite").parquet(given.target)

    # The report is made of columns: what was done to the corpus is a query.
    done = spark.read.parquet(given.target)
    steps = done.select(functions.explode(f"{given.column}_steps").alias("step"))
    for row in steps.groupBy("step").count().sort("count", "step", ascending=False).collect():
        print(f"{row['count']:>12,}  {row['step']}")
    total = done.count()
    changed = done.where(f"{given.column}_changed").count()
    holes = done.where(f"{given.column}_holes > 0").count()
    print(f"{total:,} rows, {changed:,} changed, {holes:,} with characters that were lost")
    spark.stop()


if __name__ == "__main__":
    main()
