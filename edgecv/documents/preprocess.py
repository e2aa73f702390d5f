"""What a preprocess block has to obey beyond its types, in a recipe or in a file of its own."""

from dataclasses import replace

from edgecv.documents.wording import shown
from edgecv.documents.written import Written
from edgecv.records.preprocess import Preprocess


def with_channels(preprocess: Preprocess, written: Written) -> Preprocess:
    """One mean and one std where the network sees gray and the block leaves them to the default."""
    for name in ("mean", "std"):
        if name not in written.value:
            preprocess = replace(preprocess, **{name: getattr(preprocess, name)[: preprocess.channels]})
    return preprocess


def mistake_in(preprocess: Preprocess) -> tuple[str, str] | None:
    """The first field that makes no sense, and the complaint about it."""
    if min(preprocess.size) <= 0:
        return "size", f"expected height and width above 0, got {shown(preprocess.size)}"
    for name in ("mean", "std"):
        count = len(getattr(preprocess, name))
        if count != preprocess.channels:
            expected = "1 number" if preprocess.channels == 1 else f"{preprocess.channels} numbers"
            return name, f"expected {expected} for color '{preprocess.color}', got {count}"
    if 0 in preprocess.std:
        return f"std[{preprocess.std.index(0)}]", "expected anything but 0, got '0': it divides"
    side = preprocess.resize_to
    if side is None:
        return None
    if preprocess.resize != "crop":
        return "resize_to", f"only with resize 'crop', got resize '{preprocess.resize}'"
    if side < max(preprocess.size):
        return (
            "resize_to",
            f"expected at least {max(preprocess.size)}, the longer side of preprocess.size, got '{side}'",
        )
    return None
