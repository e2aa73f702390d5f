"""Which side of a tensor is which, in files that mostly keep channels first: ours are written with channels last."""

from collections.abc import Hashable, Sequence

from edgecv.inspection.graph import Tensor

CHANNELS_FIRST, CHANNELS_LAST = "nchw", "nhwc"
MOST_COLOURS = 4


class Layouts:
    """The letters of each tensor's sides, followed from operator to operator; pictures come with channels first."""

    def __init__(self) -> None:
        self._known: dict[Hashable, str] = {}

    def of_input(self, shape: Sequence[int]) -> str:
        """The letters of an input, which no file tells: a picture has few channels."""
        if len(shape) != 4:
            return ""
        return CHANNELS_LAST if shape[3] <= MOST_COLOURS < shape[1] else CHANNELS_FIRST

    def tensor(self, key: Hashable, shape: Sequence[int], letters: str, value_bytes: int) -> Tensor:
        """A tensor under its key, without the batch and with channels last."""
        self._known[key] = letters
        if len(shape) == 4 and letters in (CHANNELS_FIRST, "nhcw", "nwch"):
            sides = dict(zip(letters, shape, strict=True))
            return Tensor((sides["h"], sides["w"], sides["c"]), value_bytes)
        return Tensor(tuple(shape[1:]) if len(shape) > 1 else tuple(shape), value_bytes)

    def same(self, source: Hashable, output: Hashable) -> None:
        """What is another name for a tensor."""
        self._known[output] = self._known.get(source, "")

    def after(self, inputs: Sequence[Hashable], shape: Sequence[int], permutation: Sequence[int] | None = None) -> str:
        """The letters of what an operator makes: those of what it reads, put in another order where it does so."""
        letters = next((self._known[key] for key in inputs if len(self._known.get(key, "")) == 4), CHANNELS_FIRST)
        if permutation is not None and len(permutation) == 4:
            return "".join(letters[side] for side in permutation)
        return letters if len(shape) == 4 else ""
