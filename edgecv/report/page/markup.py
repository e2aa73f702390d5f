"""HTML and SVG elements in which every text is escaped unless this module made it."""

from __future__ import annotations

import html

VOID = frozenset({"meta", "img", "br"})


class Markup(str):
    """Text that is HTML already. Only `element`, `group` and `raw` make it."""

    __slots__ = ()


def raw(text: str) -> Markup:
    """Trusted text of our own, such as the style sheet."""
    return Markup(text)


def group(*children: str) -> Markup:
    """Several children side by side."""
    return Markup("".join(_escaped(child) for child in children))


def element(name: str, /, *children: str, **attributes: object) -> Markup:
    """`<name attributes>children</name>`; `class_` is class, and `stroke_width` is stroke-width."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{group(*children)}</{name}>")


def _escaped(child: str) -> str:
    return child if isinstance(child, Markup) else html.escape(child)


def _plain(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)  # a tenth of a pixel is enough
