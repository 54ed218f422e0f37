"""Formatted text in the Telegram emulator: HTML and Markdown are read, refused and drawn as Telegram does it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.telegram.entities import from_list, to_html, units
from demo.telegram.errors import ApiError
from demo.telegram.html_mode import parse_html
from demo.telegram.markdown_mode import parse_markdown, parse_markdown_v2


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("è <p>x</p>", 'Unsupported start tag "p" at byte offset 3'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<a href='x", "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_bad_html_is_refused_with_the_place_of_the_fault(source: str, sentence: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {sentence}"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("a.b", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("*a", "Can't find end of Bold entity at byte offset 0"),
        ("[a](b", "Can't find end of a URL at byte offset 3"),
        ("a `b", "Can't find end of Code entity at byte offset 2"),
    ],
)
def test_bad_markdown_is_refused_with_the_place_of_the_fault(source: str, sentence: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_markdown_v2(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {sentence}"


@pytest.mark.parametrize(
    "source",
    [
        "<b>grassetto <i>e corsivo</i></b> 👋 <u>u</u><s>s</s>",
        '<a href="https://polimi.it/?a=1&amp;b=2">link</a> &lt;tag&gt;',
        '<pre><code class="language-python">a &lt; b</code></pre>',
        "<blockquote>citazione</blockquote>\n<blockquote expandable>lunga</blockquote>",
        "<tg-spoiler>segreto</tg-spoiler> <code>x</code>",
    ],
)
def test_html_survives_the_way_to_entities_and_back(source: str) -> None:
    read = parse_html(source)
    assert to_html(read.text, read.entities_json()) == source


def test_both_markdowns_say_what_html_says() -> None:
    expected = parse_html('<b>a</b> <i>b</i> <code>c</code> <a href="https://d.it/">d</a>\n<pre>e</pre>')
    source = "*a* _b_ `c` [d](https://d.it/)\n```\ne```"
    assert parse_markdown_v2(source) == expected
    assert parse_markdown(source) == expected
    nested = parse_markdown_v2("*a _b ~c~_* __d__ ||e|| \\*\n>q")
    wanted = "<b>a <i>b <s>c</s></i></b> <u>d</u> <tg-spoiler>e</tg-spoiler> *\n<blockquote>q</blockquote>"
    assert nested == parse_html(wanted)


def test_overlapping_entities_still_give_nested_markup() -> None:
    listed = [{"type": "bold", "offset": 0, "length": 4}, {"type": "italic", "offset": 2, "length": 4}]
    read = from_list("abcdef", listed)
    assert to_html(read.text, read.entities_json()) == "<b>ab<i>cd</i></b><i>ef</i>"


@given(st.text(max_size=60))
def test_any_escaped_text_comes_through_html_mode_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    read = parse_html(escaped)
    assert read.text == text.replace("\r\n", "\n").replace("\r", "\n").strip()
    assert all(entity.end <= units(read.text) for entity in read.entities)


@given(st.text(alphabet="<>/bai&;*_`[]()~|!>\\ \nx", max_size=40))
def test_no_markup_however_odd_breaks_the_parsers(source: str) -> None:
    for parser in (parse_html, parse_markdown_v2, parse_markdown):
        with suppress(ApiError):
            read = parser(source)
            assert to_html(read.text, read.entities_json(), page=True).count("<") % 2 == 0
