"""/__demo__/: every switch and fault of the simulated site as a form, for people; it sends what programs send."""

import json
from dataclasses import fields
from html import escape
from typing import Any

from demo.site.adjustable import Adjustable

SIMPLE = (bool, int, float, str)


def page(groups: dict[str, Adjustable], base: str) -> str:
    """One table a group; the script beside it sends what is changed to the group's address."""
    tables = "".join(
        f'<section><h2>{name.title()}</h2><table data-group="{name}">{_rows(group)}</table></section>'
        for name, group in groups.items()
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>The simulated site</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="{base}/static/control.css"></head>
<body><main><h1>The simulated site</h1><p>What is set here holds from the next request on. What each is: README_DB.md,
"The demo world alone", and <code>demo/site/faults.py</code>. <a href="state">What there is</a>.</p>
<p role="status" id="said"></p>{tables}</main><script src="{base}/static/control.js"></script></body></html>"""


def _rows(group: Adjustable) -> str:
    return "".join(
        f'<tr><th><label for="{each.name}">{each.name.replace("_", "_<wbr>")}</label></th>'
        f"<td>{_field(each.name, getattr(group, each.name), each.metadata.get('choices'))}</td></tr>"
        for each in fields(group)
    )


def _field(name: str, value: Any, choices: tuple[str, ...] | None) -> str:
    """What fits the value: a box, a list to choose from, or a line; lists and tables are written as JSON."""
    if isinstance(value, bool):
        return f'<input type="checkbox" id="{name}"{" checked" if value else ""}>'
    if choices and isinstance(value, str):
        options = "".join(f"<option{' selected' if each == value else ''}>{escape(each)}</option>" for each in choices)
        return f'<select id="{name}">{options}</select>'
    if isinstance(value, SIMPLE):
        number = not isinstance(value, str)
        kind = 'type="number" step="any"' if number else 'type="text"'
        return f'<input {kind} id="{name}" value="{escape(str(value))}">'
    return f'<input type="text" data-json="1" id="{name}" value="{escape(json.dumps(value))}">'
