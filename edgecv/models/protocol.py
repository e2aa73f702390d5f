"""What every model of the zoo says about itself: a module with one architecture, or a `Variant` of a family."""

from collections.abc import Callable
from typing import Any, Protocol

from edgecv.records.recipe import Task


class ModelModule(Protocol):
    """One architecture. The keyword-only arguments of `network` are the model's options in YAML."""

    # Properties, because a record is as good as a module; named as the constants of a module are.
    @property
    def TASK(self) -> Task: ...  # noqa: N802

    @property
    def SUMMARY(self) -> str: ...  # noqa: N802

    @property
    def SIZE(self) -> tuple[int, int]:  # noqa: N802
        """The usual height and width of the input."""

    @property
    def CHANNELS(self) -> int:  # noqa: N802
        """The usual number of colours of the input: 3, or 1 for gray."""

    @property
    def SIDE_MULTIPLE(self) -> int:  # noqa: N802
        """Both sides of the input are multiples of this."""

    @property
    def network(self) -> Callable[..., Any]:
        """`network(size, channels, classes, *, ...options)` gives the untrained keras.Model, with dict outputs."""

    @property
    def postprocess(self) -> Callable[..., dict[str, Any]]:
        """`postprocess(*, ...options)` says how the board reads the outputs."""


class Classifier(ModelModule, Protocol):
    """A classifier: a trunk that makes features of pixels, and a head that makes logits of them."""

    @property
    def trunk(self) -> Callable[..., Any]:
        """`trunk(pixels, *, ...options)` gives the features; its layers have the names they have in the network."""
