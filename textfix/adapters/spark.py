"""PySpark: text columns fixed where they lie, in Arrow batches.

    from textfix.adapters.spark import textfix_df

    fixed = textfix_df(df, "text", script="hans", report=True)

The library must be installed where the executors run. Its tables are loaded once in each Python worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from textfix.config import Config, check_report, configure
from textfix.decode.detection import check_declared
from textfix.errors import ChoiceError, TextfixError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["textfix_df", "textfix_udf"]


def textfix_df(
    df: DataFrame,
    columns: str | Sequence[str] = "text",
    *,
    report: bool | str = False,
    declared: str | None = None,
    config: Config | None = None,
    **options: Any,
) -> DataFrame:
    """Fix text columns of a Spark DataFrame (batch or streaming): the same texts as `fix` gives, on every executor.

    Columns of strings keep their type; bytes in a string column that are no UTF-8 (a GBK file through `spark.read.text`)
    are read as `fix_bytes` would. Binary columns go through `fix_bytes` (`declared` is what the sender says) and come
    back as UTF-8. Rows, their order in a partition, nulls, other columns and metadata stay.

    `report=True` adds `<column>_changed` (boolean), `_steps` (array<string>), `_odds` (float, nats) and `_holes` (int);
    a string is put before these names.

    A column that is not there, one that holds no text, an option or a value that does not exist: each raises here,
    before any job starts; content never raises.

        df = textfix_df(spark.read.parquet("pages"), ["title", "text"], script="hans", report=True)
    """
    from pyspark.sql import types

    settings = _checked(report, declared, config, options)
    names = list(dict.fromkeys([columns] if isinstance(columns, str) else columns))
    fields = {field.name: field for field in df.schema.fields}
    for name in names:
        if name not in fields:
            raise ChoiceError("column", name, list(fields))
        if not isinstance(
            fields[name].dataType, (types.StringType, types.CharType, types.VarcharType, types.BinaryType)
        ):
            raise TypeError(f"column {name!r} holds {fields[name].dataType.simpleString()}, and no text")
    if not names:
        return df
    schema = types.StructType([_unbounded(field) if field.name in names else field for field in df.schema.fields])
    if report is not False:
        prefix = report if isinstance(report, str) else ""
        for name in names:
            for field in _report_fields():
                new = types.StructField(f"{prefix}{name}_{field.name}", field.dataType, field.nullable)
                if new.name in fields:
                    raise ChoiceError(
                        "name for a column of the report", new.name, ["report='PREFIX', a prefix of your own"]
                    )
                schema.add(new)

    def fix_batches(batches: Iterable[Any]) -> Iterator[Any]:
        from textfix.adapters.arrow import fix_arrow

        for batch in batches:
            yield fix_arrow(batch, names, report=report, declared=declared, config=settings)

    return df.mapInArrow(fix_batches, schema)


def textfix_udf(
    *, report: bool = False, declared: str | None = None, config: Config | None = None, **options: Any
) -> Callable[..., Any]:
    """A function on columns, for `withColumn`, `select` and, registered, for SQL.

    It takes a column of strings or binary and gives strings. With `report=True` it gives a struct: `text`, `changed`,
    `steps`, `odds`, `holes`. Options are checked here, before any job starts. Needs Spark 4.1 or later; `textfix_df`
    does not.

        df.withColumn("text", textfix_udf(script="hans")("text"))
        spark.udf.register("textfix", textfix_udf(script="hans"))    # SELECT textfix(text) FROM pages
    """
    from pyspark.sql import types

    try:
        from pyspark.sql.functions import arrow_udf
    except ImportError:
        raise TextfixError("textfix_udf() needs Spark 4.1 or later: textfix_df() runs on older ones") from None
    settings = _checked(report, declared, config, options)
    kind: Any = types.StringType()
    if report:
        kind = types.StructType([types.StructField("text", kind), *_report_fields()])

    import pyarrow as pa

    from textfix.adapters.arrow import fix_arrow

    def textfix(values: pa.Array) -> pa.Array:
        found = fix_arrow(values, report=report, declared=declared, config=settings)
        fixed, rows = found if report else (found, None)
        if pa.types.is_binary(fixed.type) or pa.types.is_large_binary(fixed.type):
            fixed = fixed.view(pa.string() if pa.types.is_binary(fixed.type) else pa.large_string())
        if rows is None:
            return fixed
        return pa.StructArray.from_arrays([fixed, *rows.columns], names=["text", *rows.schema.names])

    textfix.__annotations__ = {
        "values": pa.Array,
        "return": pa.Array,
    }  # objects: Spark asks them for the kind of function
    return arrow_udf(textfix, kind)  # type: ignore[no-any-return]


def _checked(report: object, declared: str | None, config: Config | None, options: dict[str, Any]) -> Config:
    """The configuration; what is wrong with it raises on the driver, not in a worker an hour later."""
    check_report(report)
    check_declared(declared)
    return configure(config, options)


def _report_fields() -> list[Any]:
    """What a report says of each row, as Spark's fields."""
    from pyspark.sql import types

    return [
        types.StructField("changed", types.BooleanType()),
        types.StructField("steps", types.ArrayType(types.StringType())),
        types.StructField("odds", types.FloatType()),
        types.StructField("holes", types.IntegerType()),
    ]


def _unbounded(field: Any) -> Any:
    """FIELD, where its type sets a length (char, varchar), as a string: a fixed text may be longer than the damaged one."""
    from pyspark.sql import types

    if not isinstance(field.dataType, (types.CharType, types.VarcharType)):
        return field
    return types.StructField(field.name, types.StringType(), field.nullable, field.metadata)
