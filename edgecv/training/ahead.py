"""Work done by threads before it is asked for, in the order in which it will be asked for.

Threads are enough: decoding, resampling and table lookups, where the time goes, let other threads run.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from itertools import islice
from typing import Generic, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

MOST_WORKERS = 8  # each holds a batch
SPARE = 2  # results that wait, so that a slow one holds nobody up


def usable_cores() -> int:
    """The cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Ahead(Generic[Item, Made]):
    """An iterator over `make(item)` for every item. A mistake or `stop` ends it, and its threads."""

    def __init__(self, make: Callable[[Item], Made], items: Iterable[Item], workers: int | None = None) -> None:
        workers = workers or min(usable_cores(), MOST_WORKERS)
        self._make, self._items = make, iter(items)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="ahead")
        self._waiting: deque[Future[Made]] = deque()
        self._stopped, self._asking = False, threading.Lock()
        self._ask(workers + SPARE)

    def __iter__(self) -> "Ahead[Item, Made]":
        return self

    def __next__(self) -> Made:
        if self._stopped or not self._waiting:
            self.stop()
            raise StopIteration
        try:
            made = self._waiting.popleft().result()
            self._ask(1)
        except CancelledError:  # stopped by another thread
            raise StopIteration from None
        except BaseException:
            self.stop()
            raise
        return made

    def stop(self) -> None:
        """End the threads; what they have begun is waited for, and takes no longer than one item."""
        with self._asking:
            self._stopped = True
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _ask(self, count: int) -> None:
        with self._asking:
            for item in islice(self._items, 0 if self._stopped else count):
                self._waiting.append(self._threads.submit(self._make, item))
