"""The rows for a spreadsheet: the fields of the JSON report, an interval in two columns, unrounded."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from edgecv.report import as_json
from edgecv.report.row import Row

INTERVAL = "_ci95"


def text(rows: Sequence[Row]) -> str:
    """The rows as CSV with a line of headings; what is not known is empty."""
    lines = [_flat(as_json.fields(row)) for row in rows]
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(lines[0]) if lines else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def _flat(fields: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        if INTERVAL in name:
            flat[name.replace(INTERVAL, "_low")], flat[name.replace(INTERVAL, "_high")] = value or (None, None)
        else:
            flat[name] = _cell("; ".join(value) if isinstance(value, list) else value)
    return flat


def _cell(value: Any) -> Any:
    # A spreadsheet would run a name that starts like a formula; the apostrophe makes it text.
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
