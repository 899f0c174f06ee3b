"""The program `textfix`: its entry, and what becomes of what goes wrong."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import click

from textfix.cli import terminal
from textfix.cli.job import OutputError, ReaderGoneError, say_why
from textfix.errors import TextfixError

#: Exit codes: done, `check` found something, the command or an input was wrong, files failed.
DONE, WOULD_CHANGE, WRONG, SOME_FAILED = 0, 1, 2, 3
#: What the shell reports for a program that was interrupted, ended, or wrote to a closed pipe (128 + the signal).
INTERRUPTED, ENDED, PIPE_CLOSED = 130, 143, 141


class EndedError(KeyboardInterrupt):
    """Somebody asked the program to end: it tidies up as it does when it is interrupted."""


def _end(number: int, frame: FrameType | None) -> None:
    raise EndedError


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command that ARGUMENTS (or those of the program) ask for; its exit code.

    0 done; 1 `check` found what would change; 2 the command or an input was wrong; 3 some files failed.
    """
    try:
        from textfix.cli.commands import cli

        code: int | None = cli.main(arguments, prog_name="textfix", standalone_mode=False)
        sys.stdout.flush()
        return code or DONE
    except click.ClickException as error:
        if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
            error.show()
        else:
            terminal.say(" ".join(error.format_message().split()))
        return WRONG
    except TextfixError as error:
        terminal.say(str(error))
        return WRONG
    except OutputError as error:
        terminal.say(str(error))
        leave_output()
        return SOME_FAILED
    except EndedError:
        return ENDED
    except (KeyboardInterrupt, click.Abort):
        terminal.say("interrupted; every file is either as it was or done")
        return INTERRUPTED
    except (ReaderGoneError, BrokenPipeError):
        leave_output()
        return PIPE_CLOSED
    except OSError as error:  # what click prints itself, and the last flush
        terminal.say(f"standard output cannot be written: {say_why(error)}")
        leave_output()
        return SOME_FAILED


def leave_output() -> None:
    """Python would still try to flush what is left when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """The entry point of the program `textfix`."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open to the end
    signal.signal(signal.SIGTERM, _end)
    sys.exit(run())
