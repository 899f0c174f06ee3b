"""How engines scale: documents a second on one core and on two, in Spark, Ray and Dask. Needs `textfix[engines]`.

    python benchmarks/engines.py spark ray dask [--documents 40000] [--rounds 3]

Each run is a process of its own that is held to its cores from the start (driver, Java and all), loads the tables in
every worker by a first job, and is then timed; the best of the rounds counts. Nothing else should run on the machine:
`load` is its load average. `plain` is `fix_arrow` in one process, without an engine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

PAGES = Path(__file__).resolve().parent.parent / "fixtures" / "pages"
#: Characters of a document, and files that they lie in: tasks for two workers, and enough of them that both end together.
LENGTH, FILES = 500, 32
#: One document in a hundred is a garble of all its characters, half of which have lost a byte: the dearest there is.
DAMAGED, ROUTE = 100, "utf-8>gb18030"


def write(folder: Path, number: int) -> None:
    """NUMBER documents as Parquet in FOLDER."""
    from textfix.routes import misread

    sentences = [
        line for line in re.split("(?<=[。！？\n])", (PAGES / "clinic.hans.txt").read_text("utf-8")) if line.strip()
    ]
    chance = random.Random(1)
    texts = []
    for i in range(number):
        piece = f"{i}："
        while len(piece) < LENGTH:
            piece += chance.choice(sentences)
        texts.append(misread(piece, ROUTE) if i % DAMAGED == 0 else piece)
    size = -(-number // FILES)
    for start in range(0, number, size):
        part = pa.table({"id": pa.array(range(start, min(start + size, number))), "text": texts[start : start + size]})
        pq.write_table(part, folder / f"{start:08}.parquet")


@contextmanager
def plain(folder: Path, cores: int) -> Iterator[Callable[[int], None]]:
    from textfix.adapters.arrow import fix_arrow

    def run(files: int) -> None:
        for path in sorted(folder.iterdir())[:files]:
            fix_arrow(pq.read_table(path), "text", report=True, script="hans")

    yield run


@contextmanager
def spark(folder: Path, cores: int) -> Iterator[Callable[[int], None]]:
    from pyspark.sql import SparkSession

    from textfix.adapters.spark import textfix_df

    os.environ.update(PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1", SPARK_WORKER_DIR=tempfile.mkdtemp())
    session = (
        SparkSession.builder.master(f"local-cluster[{cores},1,1024]")
        .config("spark.ui.enabled", "false")
        # A file that costs as much to open as a task may hold is a task of its own; a smaller limit would cut files.
        .config("spark.sql.files.maxPartitionBytes", "128m")
        .config("spark.sql.files.openCostInBytes", "128m")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")

    def run(files: int) -> None:
        frame = session.read.parquet(*map(str, sorted(folder.iterdir())[:files]))
        textfix_df(frame, "text", report=True, script="hans").write.format("noop").mode("overwrite").save()

    yield run
    session.stop()


@contextmanager
def ray(folder: Path, cores: int) -> Iterator[Callable[[int], None]]:
    import ray

    from textfix.adapters.ray import Fixer

    ray.init(
        address="local",
        num_cpus=cores,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        object_store_memory=1 << 29,
    )
    ray.data.DataContext.get_current().enable_progress_bars = False

    def run(files: int) -> None:
        dataset = ray.data.read_parquet(
            [str(path) for path in sorted(folder.iterdir())[:files]], override_num_blocks=files
        )
        dataset = dataset.map_batches(Fixer("text", report=True, script="hans"), batch_format="pyarrow")
        dataset.materialize()

    yield run
    ray.shutdown()


@contextmanager
def dask(folder: Path, cores: int) -> Iterator[Callable[[int], None]]:
    import dask.dataframe as dd
    from distributed import Client, LocalCluster, wait

    from textfix.adapters.dask import textfix_df

    def run(files: int) -> None:
        frame = dd.from_map(_read, [str(path) for path in sorted(folder.iterdir())[:files]])
        wait(textfix_df(frame, "text", report=True, script="hans").persist())

    with (
        LocalCluster(n_workers=cores, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        yield run


def _read(path: str) -> Any:
    import pandas as pd

    return pd.read_parquet(path, dtype_backend="pyarrow")


ENGINES = {"plain": plain, "spark": spark, "ray": ray, "dask": dask}


def measure(engine: str, cores: int, folder: Path, rounds: int) -> None:
    """Print the best time of ROUNDS; this process, and what it starts, runs on the first CORES cores."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    with ENGINES[engine](folder, cores) as run:
        run(2 * cores)
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            run(FILES)
            times.append(time.perf_counter() - start)
    print("best", json.dumps(min(times)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "engines", nargs="*", default=["spark", "ray", "dask"], metavar="engine", help=", ".join(ENGINES)
    )
    parser.add_argument("--documents", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)  # what the processes are started with
    given = parser.parse_args()
    if given.one:
        engine, cores, folder = given.one
        measure(engine, int(cores), Path(folder), given.rounds)
        return
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), given.documents)
        print(
            f"{given.documents:,} documents of {LENGTH} characters, 1 in {DAMAGED} a garble; the best of {given.rounds}"
        )
        print("engine  cores  seconds  documents/s  minutes per million  load")
        for engine in dict.fromkeys(["plain", *given.engines]):
            first = 0.0
            for cores in (1,) if engine == "plain" else (1, 2):
                command = [sys.executable, __file__, "--rounds", str(given.rounds), "--one", engine, str(cores), name]
                run = subprocess.run(command, capture_output=True, text=True)
                lines = [line for line in run.stdout.splitlines() if line.startswith("best ")]
                if not lines:
                    sys.exit(f"{engine} on {cores} failed:\n{run.stderr[-3000:]}")
                seconds = float(lines[0].split()[1])
                rate = given.documents / seconds
                first = first or seconds
                scale = f"  x{first / seconds:.2f}" if cores > 1 else ""
                load = os.getloadavg()[0]
                print(
                    f"{engine:6} {cores:6} {seconds:8.2f} {rate:12,.0f} {1e6 / rate / 60:20.1f} {load:5.1f}{scale}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
