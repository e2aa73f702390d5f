"""What a vendor's tool raises about a network, as one line for the user and the whole of it for the log."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from edgecv.errors import EdgecvError, InputError

LONGEST = 300  # characters of a message; converters print whole graphs


@contextmanager
def vendor_refusals(network: str, tool: str) -> Iterator[None]:
    """Turn whatever a tool raises into an InputError that names network and tool: they have no class in common."""
    try:
        yield
    except EdgecvError:
        raise
    except Exception as error:
        traceback.print_exc()  # stderr of this process is the log
        said = (str(error).strip().splitlines() or ["no reason given"])[0][:LONGEST]
        raise InputError(f"{network}: {tool} refuses it: {type(error).__name__}: {said}") from error
