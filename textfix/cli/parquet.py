"""Parquet tables: the columns of text, row group by row group."""

from __future__ import annotations

import importlib
from typing import Any

from textfix.cli import ends, files, pieces, save
from textfix.cli.fields import find_columns
from textfix.cli.job import CHANGED, Done, Job, Record, RefusedError, Sample, Source
from textfix.cli.streams import open_input


def load_pyarrow() -> Any:
    """The modules that read and write Parquet."""
    try:
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ImportError:
        raise RefusedError(
            "is a Parquet table, for which a package is missing: pip install 'textfix[parquet]'"
        ) from None


def work_table(job: Job, source: Source) -> files.Outcome:
    """What becomes of a table: the texts in its columns go through the library, all else stays."""
    record = Record(source.name, size=max(source.size, 0), to_encoding="utf-8")
    try:
        arrow = load_pyarrow()
        try:
            return record, _rewrite(arrow, job, source, record)
        except arrow.ArrowException as error:
            reason = str(error).split("\n", 1)[0]
            return files.record_error(
                source, RefusedError(f"is no Parquet table that can be read: {reason}"), record
            ), None
    except Exception as error:
        return files.record_error(source, error, record), None


def _rewrite(arrow: Any, job: Job, source: Source, record: Record) -> Done:
    done = Done(None)
    with open_input(source.name) as (stream, _, status):
        table = arrow.parquet.ParquetFile(stream)
        schema = table.schema_arrow
        columns = find_columns(job.columns, schema.names) if job.columns else range(len(schema.names))
        wanted = [i for i in columns if is_text(arrow, schema.field(i).type)]
        if job.columns and len(wanted) < len(job.columns):
            raise RefusedError("has no text in one of the columns asked for")
        written = files.Written(job, source, None, status)
        if written.path is None and job.output == "stdout":
            raise RefusedError("is a Parquet table, which is no text: choose --in-place or --output")
        draft = written.draft() if written.path is not None else None
        try:
            changed = _copy(arrow, job, table, wanted, draft, record, done)
        except BaseException:
            if draft is not None:
                draft.discard()
            raise
        if changed:
            record.status = CHANGED
        if draft is not None and (changed or job.output != "in-place"):
            record.backup = draft.commit(job.backup if job.output == "in-place" else None)
            record.written = written.path
        elif draft is not None:
            draft.discard()
    return done


def is_text(arrow: Any, kind: Any) -> bool:
    if arrow.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(arrow.types.is_string(kind) or arrow.types.is_large_string(kind))


def _copy(
    arrow: Any, job: Job, table: Any, wanted: list[int], draft: save.Draft | None, record: Record, done: Done
) -> bool:
    """Write every row group of TABLE to DRAFT with its texts repaired; whether any changed."""
    schema, changed, row = table.schema_arrow, False, 0
    packed = {}
    if table.num_row_groups:
        group = table.metadata.row_group(0)
        packed = {group.column(i).path_in_schema: group.column(i).compression for i in range(group.num_columns)}
    writer = arrow.parquet.ParquetWriter(draft.raw, schema, compression=packed or "snappy") if draft else None
    for number in range(table.num_row_groups):
        rows = table.read_row_group(number)
        for i in wanted:
            values = rows.column(i).to_pylist()
            new = _repair(job, values, schema.names[i], row, record, done)
            if new is not None:
                changed = True
                array = arrow.array(new, type=schema.field(i).type)
                rows = rows.set_column(i, schema.field(i), array)
        row += rows.num_rows
        if writer is not None:
            with save.writing():
                writer.write_table(rows)
    if writer is not None:
        with save.writing():
            writer.close()
    return changed


def _repair(
    job: Job, values: list[str | None], name: str, row: int, record: Record, done: Done
) -> list[str | None] | None:
    """VALUES as they should be, None if they are; what changed is counted and kept as samples."""
    places = [i for i, value in enumerate(values) if value]
    taken = [ends.take(values[i] or "") for i in places]
    results = pieces.explain([text for text, _ in taken], job)
    out, changed = list(values), False
    for i, result, (_, end) in zip(places, results, taken, strict=True):
        record.holes += result.text.count("\ufffd")
        if not result.plan:
            continue
        out[i] = ends.put(result, end)
        changed = changed or out[i] != values[i]
        for step in result.plan:
            record.rules.update((step.stage, edit.rule) for edit in step.edits)
        for sample in pieces.list_samples(result, row + i, name):
            if job.samples is not None and len(done.samples) >= job.samples:
                break
            done.samples.append(Sample(row + i, *_rest(sample)))
    return out if changed else None


def _rest(sample: Sample) -> tuple[Any, ...]:
    return (sample.stage, sample.rule, sample.before, sample.after, sample.left, sample.right, sample.odds, sample.note,
            sample.where)  # fmt: skip
