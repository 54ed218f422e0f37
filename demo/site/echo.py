"""Gives back what the site was told of a person, in every spelling and place: as an odd or hostile site could. Pure."""

import base64
import json
import re
from collections.abc import Callable, Iterable
from html import escape
from html.entities import codepoint2name
from urllib.parse import quote, quote_plus

Spelling = Callable[[str], str]


def _entities(form: Callable[[int], str]) -> Spelling:
    return lambda text: "".join(form(ord(letter)) for letter in text)


def _named(text: str) -> str:
    return "".join(f"&{codepoint2name[ord(each)]};" if ord(each) in codepoint2name else each for each in text)


SPELLINGS: dict[str, Spelling] = {
    "plain": str,
    "named": _named,
    "decimal": _entities("&#{};".format),
    "hexadecimal": _entities("&#x{:X};".format),
    "percent": lambda text: quote(text, safe=""),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "plus": quote_plus,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "escapes": _entities("\\u{:04x}".format),
    "repr": lambda text: repr(text)[1:-1],
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "upper": str.upper,
    "lower": str.lower,
}


def words(secrets: Iterable[str]) -> str:
    """All of them in all spellings, in one line."""
    return " ".join(f"«{spelled(secret)}»" for secret in secrets for spelled in SPELLINGS.values())


def address(secrets: Iterable[str]) -> str:
    """The same as the path and query of an address of the site."""
    said = "&".join(f"x={SPELLINGS[name](each)}" for each in secrets for name in ("percent", "percent twice", "plus"))
    path = "/".join(quote(each, safe="") for each in secrets)
    return f"{path}?{said}#{path}"


def on_page(html: str, secrets: list[str]) -> str:
    """The page with the secrets in its title, text, attributes, scripts and addresses, and across its tags."""
    said = words(secrets)
    text, inside = escape(said, quote=False), escape(" ".join(secrets))
    halves = "".join(map(_across_tags, secrets))
    echo = f"""<div class="echo alert" title="{inside}" data-echo="{inside}">{text} {_as_markup(secrets)}</div>{halves}
<input type="hidden" name="echo" value="{inside}"><textarea hidden>{text}</textarea>
<a href="{escape(address(secrets))}">Torna</a><!-- {text.replace("--", "")} -->
<script>localStorage.setItem("echo", {json.dumps(said).replace("<", chr(92) + "u003c")})</script>"""
    titled = html.replace("</title>", f" {text}</title>", 1)
    return re.sub(r"<body[^>]*>", lambda body: body[0] + echo, titled, count=1)


def _across_tags(secret: str) -> str:
    middle = len(secret) // 2
    return f"<p>{escape(secret[:middle])}<b>{escape(secret[middle:])}</b></p>"


def _as_markup(secrets: Iterable[str]) -> str:
    """In the spellings that mean the secret itself once they are markup."""
    return " ".join(SPELLINGS[name](each) for each in secrets for name in ("named", "decimal", "hexadecimal"))


def in_json(text: str, secrets: list[str]) -> str:
    """The answer with the secrets in every text that a person is to read, and in fields nobody asked for."""
    answer = json.loads(text)
    if isinstance(answer, dict):
        said = words(secrets)
        reason = answer.get("message") or answer.get("error_message") or ""
        answer |= {"message": f"{reason} {said}", "error_message": said, "echo": secrets}
    return json.dumps(answer)
