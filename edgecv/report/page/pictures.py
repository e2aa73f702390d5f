"""Pictures inside the page: training curves, drawn predictions."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from edgecv.errors import InputError
from edgecv.report.page.markup import Markup, element

KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


def pictures(captioned: Sequence[tuple[str, Path]]) -> Markup:
    """The pictures with their captions; empty without any."""
    if not captioned:
        return Markup()
    figures = [_figure(caption, path) for caption, path in captioned]
    return element("section", element("h2", "Pictures"), element("div", *figures, class_="pictures"))


def _figure(caption: str, path: Path) -> Markup:
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise InputError(f"{path}: expected a picture that ends in {', '.join(KINDS)}")
    try:
        content = base64.b64encode(path.read_bytes()).decode("ascii")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    image = element("img", src=f"data:{kind};base64,{content}", alt=caption)
    return element("figure", image, element("figcaption", caption))
