"""Other processes that do the work, on all cores; a run that is small is done in this one."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from typing import Any, TypeVar

T = TypeVar("T")

#: Bytes of a run from which other processes pay: starting them costs as much time as half a megabyte of text.
WORTH = 1 << 20
#: Tasks that wait for each process, so that none is idle and few results lie about.
AHEAD = 2


def count_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def _begin() -> None:
    """In a worker: leave interrupts to the main process, and end with it, even if it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach while they load: they inherit what is blocked here."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # multiprocessing's own helper is shielded by itself, but what is blocked here would be no more once it is started.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Pool:
    """JOBS processes; with one, the work is done here and now, as are the first HERE bytes of a run of unknown size."""

    def __init__(self, jobs: int, here: int = 0) -> None:
        self.jobs, self.here = jobs, here
        self.window = jobs * AHEAD if jobs > 1 else 1
        self._executor: ProcessPoolExecutor | None = None
        self._broken = False

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        if self._executor is not None:
            self._end_broken()
            self._executor.shutdown(wait=True, cancel_futures=True)

    def submit(self, work: Callable[..., T], *arguments: Any, size: int = 0) -> Future[T]:
        """WORK on ARGUMENTS, which stand for SIZE bytes, in another process if there are any."""
        if self.jobs > 1 and self.here <= 0:
            with contextlib.suppress(
                OSError, EOFError, ImportError
            ):  # no memory for a process, no semaphores, a server killed
                return self._send(work, *arguments)
            self.jobs = 1
        self.here -= size
        future: Future[T] = Future()
        try:
            future.set_result(work(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def _send(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        with _uninterrupted():
            if self._executor is not None and not self._broken:
                with contextlib.suppress(BrokenProcessPool):  # one of them was killed: the next ones are others
                    return self._given_to(self._executor, work, *arguments)
            self._broken = self._executor is not None
            self._end_broken()
            self._executor = self._start()
            return self._given_to(self._executor, work, *arguments)

    def _given_to(self, executor: ProcessPoolExecutor, work: Callable[..., T], *arguments: Any) -> Future[T]:
        future = executor.submit(work, *arguments)
        future.add_done_callback(self._notice)
        return future

    def _notice(self, future: Future[Any]) -> None:
        if not future.cancelled() and isinstance(future.exception(), BrokenProcessPool):
            self._broken = True

    def _end_broken(self) -> None:
        """End the processes of an executor one of which was killed: it ends all that it knew then, and waits for ever for one
        that was being started at that moment.
        """
        if self._broken:
            for process in multiprocessing.active_children():
                process.terminate()
            self._broken = False

    def _start(self) -> ProcessPoolExecutor:
        # A fork of a process with threads (numpy has some) may hang; a server that forks itself clean has everything loaded.
        methods = multiprocessing.get_all_start_methods()
        context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if "forkserver" in methods:
            context.set_forkserver_preload(["textfix.cli.files", "textfix.pipeline"])
        return ProcessPoolExecutor(self.jobs, context, _begin)

    def each(
        self, work: Callable[..., T], tasks: Iterable[tuple[Any, ...]], size: int
    ) -> Iterator[tuple[tuple[Any, ...], T]]:
        """TASKS of about SIZE bytes, and the results of WORK on them, in order; few are under way at a time."""
        waiting: deque[tuple[tuple[Any, ...], Future[T]]] = deque()
        try:
            for task in tasks:
                waiting.append((task, self.submit(work, *task, size=size)))
                if len(waiting) >= self.window:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()
        finally:
            for _, future in waiting:
                future.cancel()
