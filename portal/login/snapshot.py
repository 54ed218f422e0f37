"""A snapshot of the page of the login on show: what a person would see of it, read in one go.

It is read in an isolated world, where the page's scripts have changed nothing, and past the page's own names: a field
called "form" would hide a form's. Every element of the snapshot gets its number as an attribute, by which it is used.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from portal.login.page_kinds import Button, Career, Field, Snapshot
from portal.pages.base import TRIED
from portal.responses.playwright_errors import in_time

NUMBER = "data-number"
MOST_SEEN = (
    5000  # characters of a text that may be told: more than redactor.py reads, which would not know half a secret
)
BETWEEN_LOOKS = 0.1  # seconds, unless the page says before that something has happened
LOOK = (
    (
        """(() => {
  const own = (element, name) => {
    for (let type = Object.getPrototypeOf(element); type; type = Object.getPrototypeOf(type)) {
      const found = Object.getOwnPropertyDescriptor(type, name)
      if (found && found.get) return found.get.call(element)
    }
  }
  const says = (element, name) => Element.prototype.getAttribute.call(element, name) || ""
  const is = (element, selector) => Element.prototype.matches.call(element, selector)
  const within = (element, selector) => Element.prototype.closest.call(element, selector)
  const all = selector => [...Document.prototype.querySelectorAll.call(document, selector)]
  const inside = (element, selector) => [...Element.prototype.querySelectorAll.call(element, selector)]
  const holds = (element, other) => Node.prototype.contains.call(element, other)
  const text = element => (own(element, "innerText") || "").replace(/\\s+/g, " ").trim()
  const shown = element => {
    const box = Element.prototype.getBoundingClientRect.call(element)
    return Element.prototype.checkVisibility.call(element, {checkVisibilityCSS: true})
      && box.width > 1 && box.height > 1 && box.right + scrollX > 0 && box.bottom + scrollY > 0
  }
  const forms = []
  const form = element => {
    const found = own(element, "form")
    if (!found) return -1
    if (!forms.includes(found)) forms.push(found)
    return forms.indexOf(found)
  }
  const aside = element => Boolean(within(element, "header, nav, footer, [role=banner], [role=navigation], "
    + "[role=contentinfo], [role=search], #iubenda-cs-banner"))
  let count = 0
  const number = element => {
    Element.prototype.setAttribute.call(element, "NUMBER", ++count)
    return {number: count, tried: Element.prototype.hasAttribute.call(element, "TRIED"), aside: aside(element)}
  }
  const label = element => [...(own(element, "labels") || [])].map(text).join(" ")
    || says(element, "aria-label") || says(element, "placeholder") || says(element, "title")
  const cell = element => {
    const found = within(element, "td, dd")
    const before = found && own(found, "previousElementSibling")
    return before ? text(before).slice(0, 60) : ""
  }
  const typed = "input:not([type=hidden i], [type=submit i], [type=button i], [type=image i], [type=reset i]), "
    + "textarea, select, [contenteditable=true]"
  const seen = each => Element.prototype.checkVisibility.call(each, {opacityProperty: true}) && shown(each)
  const inputs = all(typed).filter(each => seen(each) && !is(each, ":disabled")
    && !within(each, "form#automaticaRedirectForm"))
  const kind = each => is(each, "input") ? own(each, "type") : is(each, "select") ? "select" : "text"
  const fields = inputs.map(each => ({...number(each), kind: kind(each), name: says(each, "name"),
    id: says(each, "id"), label: label(each) || cell(each), form: form(each),
    autocomplete: says(each, "autocomplete"), readonly: is(each, "[readonly]"),
    value: kind(each) === "password" ? "" : String(own(each, "value") || "").slice(0, 200)}))
  const anchor = inputs.find(each => kind(each) === "password") || inputs.find(each => !aside(each))
  const far = element => {
    let steps = 0
    for (let each = anchor; each; each = own(each, "parentElement"), steps++) if (holds(each, element)) return steps
    return 1000
  }
  const goes = element => {
    const of = is(element, "button, input") && own(element, "form")
    if (says(element, "formaction")) return String(own(element, "formAction"))
    return of && says(of, "action") ? String(own(of, "action")) : ""
  }
  const pressed = all("button, input[type=submit i], input[type=button i], input[type=image i], a, [role=button], "
    + "[role=link]").filter(shown)
  const buttons = pressed.slice(0, 300).map(each => ({...number(each), label: (text(each) || own(each, "value")
    || says(each, "aria-label") || says(each, "title") || says(each, "alt")).slice(0, 200),
    is_link: is(each, "a:not([role=button], .btn, .button), [role=link]"), id: says(each, "id"),
    name: says(each, "name"), classes: says(each, "class"), form: is(each, "button, input") ? form(each) : -1,
    submits: is(each, "button:not([type=button i], [type=reset i]), input[type=submit i], input[type=image i]"),
    to: is(each, "[href]") ? String(own(each, "href")) : goes(each),
    disabled: is(each, ":disabled, [aria-disabled=true]"),
    accedi: Boolean(within(each, ".aunicalogin-button-accedi")), distance: anchor ? far(each) : 0}))
  const chosen = all("#dati_applicativi_autorizzazioniXSceltaMatricolaColl")[0]
    || (/SceltaMatricola/i.test(location.href) ? all("table")[0] : null)
  const rows = (chosen ? inside(chosen, "tr, li") : []).map(each => ({row: each, link:
    inside(each, "a, button, input[type=submit i], input[type=button i], input[type=image i]").find(shown)}))
    .filter(each => each.link).map(each => ({...number(each.link), text: text(each.row).slice(0, MOST),
      carries: ["href", "onclick", "value"].map(name => says(each.link, name)).join(" ").slice(0, 1000)}))
  const complaints = all("[role=alert], [class*=error i], [class*=alert i], [class*=danger i]").filter(shown)
    .filter(each => !inputs.some(input => holds(each, input)))
  const outer = complaints.filter(each => !complaints.some(other => other !== each && holds(other, each)))
  const up = element => own(element, "parentElement")
  const beside = "header, nav, footer, aside, [role=banner], [role=navigation], [role=contentinfo], [role=search], "
    + "[id*=iubenda i], [class*=footer i], [id*=footer i], [class*=navbar i], [class*=lang i], [id*=lang i], "
    + "[class*=cookie i], [class*=version i], button, [role=button], a[class*=btn i], select, script, style, noscript"
  const isBeside = element => {
    for (let each = element && within(element, beside); each; each = up(each) && within(up(each), beside))
      if (!is(each, "html, body")) return true
    return false
  }
  const paragraphs = "p, li, dd, td, h1, h2, h3, h4, h5, h6, [class*=message i], [role=alert]"
  const said = (root, of_link) => {
    const walker = Document.prototype.createTreeWalker.call(document, root, 4), parts = []
    while (TreeWalker.prototype.nextNode.call(walker)) {
      const node = own(walker, "currentNode"), parent = own(node, "parentNode"), link = within(parent, "a")
      if (shown(parent) && !isBeside(parent) && (!link || of_link(link))) parts.push(own(node, "data"))
    }
    return parts.join(" ").replace(/(^|\\s)[|·•](?=\\s|$)/g, " ").replace(/\\bv(er)?\\. ?\\d[\\d.]*/gi, " ")
      .replace(/\\s+/g, " ").replace(/ (?=[.,;:!?»)])/g, "").trim()
  }
  const in_sentence = link => {
    const block = within(link, paragraphs)
    return Boolean(block) && /\\p{L}/u.test(said(block, () => false))
  }
  const body = all("body")[0]
  const main = all("main, [role=main]").find(shown)
  const words = body ? text(body) : ""
  return {url: location.href, born: performance.timeOrigin, loaded: document.readyState === "complete",
    parsed: document.readyState !== "loading",
    title: (all("title")[0] ? own(all("title")[0], "textContent") : "").trim().slice(0, 200),
    words: words.slice(0, MOST), main: (body && said(main || body, in_sentence) || words).slice(0, MOST),
    fields, buttons, rows, complaint: outer.map(text).filter(Boolean).join(" ").slice(0, MOST),
    home: all("#home_btt_booking").length > 0,
    banner: all("[id*=iubenda i], [id*=cookie i], [class*=cookie i], [id*=consent i]").some(shown),
    automatic: all("form#automaticaRedirectForm, meta[http-equiv=refresh i]").length > 0
      || all("form").some(each => inside(each, "input").length > 0 && inside(each, "input, select, textarea")
        .every(input => is(input, "[type=hidden i]") || !shown(input)) && !inside(each, "button").some(shown))}
})()"""
    )
    .replace("NUMBER", NUMBER)
    .replace("TRIED", TRIED)
    .replace("MOST", str(MOST_SEEN))
)
BANNER = """(() => {
  const shown = element => element.checkVisibility({checkVisibilityCSS: true}) && element.getClientRects().length > 0
  const all = selector => [...Document.prototype.querySelectorAll.call(document, selector)].filter(shown)
  const named = new RegExp("^\\\\W*(accett[ao]( tutt[oi]| e continua| e chiudi)?|accept( all)?( cookies)?|ok|ho capito"
    + "|got it|chiudi questa informativa)\\\\W*$", "i")
  const lying = all("[id*=iubenda i], [id*=cookie i], [class*=cookie i], [id*=consent i], [aria-label*=cookie i]")
  const inside = lying.flatMap(each => [...each.querySelectorAll("button, a, [role=button]")]).filter(shown)
  const button = all(".iubenda-cs-accept-btn")[0] || inside.find(each => named.test(each.innerText))
    || all("[aria-label='Chiudi questa informativa']")[0]
  if (button) HTMLElement.prototype.click.call(button)
  return Boolean(button)
})()"""


class SnapshotReader:
    """Looks at a page, again and again."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._channel: CDPSession | None = None
        self._happened = asyncio.Event()
        page.on("domcontentloaded", lambda _: self._happened.set())
        page.on("framenavigated", lambda _: self._happened.set())
        page.on("close", lambda _: self._happened.set())

    async def look(self) -> Snapshot | None:
        """What is on show; None while one page makes way for the next."""
        found = await self._ask(LOOK)
        return _snapshot(found) if found else None

    async def accept_banner(self) -> bool:
        """Accepts what asks about cookies, if it is there; whether it was."""
        return bool(await self._ask(BANNER))

    async def something_happens(self) -> None:
        """Waits until the page navigates, at most BETWEEN_LOOKS: what its scripts change raises no event."""
        self._happened.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._happened.wait(), BETWEEN_LOOKS)

    async def _ask(self, question: str) -> Any:
        """What an expression gives in an isolated world of the page's main frame. Raises when the page was closed."""
        try:
            if self._channel is None:
                self._channel = await self._page.context.new_cdp_session(self._page)
            frame = (await self._channel.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
            world = await self._channel.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "login"})
            asked = {"expression": question, "contextId": world["executionContextId"], "returnByValue": True}
            return (await self._channel.send("Runtime.evaluate", asked))["result"].get("value")
        except PlaywrightError:
            if self._page.is_closed():
                raise
            return None

    async def close(self) -> None:
        if self._channel:
            await in_time(self._channel.detach())


def _snapshot(found: Any) -> Snapshot:
    return Snapshot(
        **{name: value for name, value in found.items() if name not in ("fields", "buttons", "rows")},
        fields=tuple(Field(**each) for each in found["fields"]),
        buttons=tuple(Button(**each) for each in found["buttons"]),
        rows=tuple(Career(**each) for each in found["rows"]),
    )
