"""The command line: whole trees of real files, read in blocks, repaired by the library, written safely.

    program      the entry point, and what becomes of errors
    commands     the commands of click, options what they share, job what they ask for
    sources      which files; kinds what they are; streams how they are opened
    blocks       bytes in blocks of whole lines; pieces a block on its way through the library
    ends, fields, names, parquet: what of a file is not text, and must stay whole
    save, journal   writing so that every file is old or new
    workers, runner  all cores, in order
    listeners, terminal, diff, report   what a person or a program gets to see

There is no repair in here: every change of text is the library's.
"""

from textfix.cli.program import main, run

__all__ = ["main", "run"]
