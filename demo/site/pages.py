"""The pages of the simulated site, as HTML text. Pure; every class and id that a client of the real site relies on is
in here, or in `static/site.js` for what the real pages build by script.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import escape
from zlib import crc32

from demo.site.catalogue import Activity
from demo.site.faults import REDESIGN
from demo.site.penalties import LATE_POINTS, MISSED_POINTS, MOST_POINTS, SUSPENDED_FOR, Penalty
from demo.site.slots import Slot
from demo.site.tenant import POLIMI, Tenant

PENALTY = "Punti di penalità"
_BANNER = """
<div id="iubenda-cs-banner" class="iubenda-cs-container{whole}" role="dialog" data-asks="{asks}"
 aria-label="Informativa sui cookie" hidden>
  <div class="iubenda-cs-content">
    <button type="button" class="iubenda-cs-close-btn" aria-label="Chiudi questa informativa">&times;</button>
    <p><strong>Informativa</strong><br>Noi e terze parti selezionate utilizziamo cookie o tecnologie simili per finalità
    tecniche e, con il tuo consenso, anche per altre finalità come specificato nella cookie policy.</p>
    <div class="iubenda-cs-opt-group">
      <button type="button" class="iubenda-cs-customize-btn">Scopri di più e personalizza</button>
      <button type="button" class="iubenda-cs-accept-btn iubenda-cs-btn-primary">Accetta</button>
    </div>
  </div>
</div>"""
_DEAF = """(() => {
  const born = new WeakMap();
  const bear = (changes) => changes.forEach((each) =>
    [each.target, ...each.addedNodes].slice(each.type === "attributes" ? 0 : 1)
      .forEach((node) => born.set(node, performance.now())));
  new MutationObserver(bear).observe(document, {subtree: true, childList: true, attributeFilter: ["hidden"]});
  addEventListener("click", (event) => {
    let latest = 0;
    for (let node = event.target; node; node = node.parentNode) latest = Math.max(latest, born.get(node) ?? 0);
    if (performance.now() - latest > %d) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
})()"""
_DELETE = '<button type="button" class="btn red btn-delete">Cancella</button>'
_DIALOGS = """
<div id="srModal_g_confirm_dialog" class="modal" role="dialog" aria-modal="true" hidden><div class="modal-dialog">
  <div class="modal-body"></div>
  <div class="modal-footer">
    <button type="button" class="btn green" data-modalrole="ok">Sì</button>
    <button type="button" class="btn default" data-modalrole="cancel">No</button>
  </div></div></div>
<div id="srModal_g_alert_dialog" class="modal" role="dialog" aria-modal="true" hidden><div class="modal-dialog">
  <div class="modal-body"></div>
  <div class="modal-footer"><button type="button" class="btn green" data-modalrole="close">Ok</button></div>
</div></div>"""


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page of the site."""

    tenant: Tenant = POLIMI  # whose site it is
    person: str = ""  # name of who is logged in, empty for nobody
    banner: bool = True
    banner_over_all: bool = False
    banner_again: bool = False  # asks a second time, though it was accepted: the dashboard does
    renamed: dict[str, str] | None = None

    @property
    def base(self) -> str:
        """What the paths of the site begin with."""
        return self.tenant.base

    @property
    def version(self) -> int:
        """Changes with the renamed classes, so that a browser doesn't mix pages and scripts of two designs."""
        return crc32(json.dumps(self.renamed or {}).encode())

    def rename(self, text: str) -> str:
        for old, new in (self.renamed or {}).items():
            text = text.replace(old, new)
        return text


def renaming(value: bool | dict[str, str] | None) -> dict[str, str] | None:
    """The fault `rename_classes` as a table."""
    return REDESIGN if value is True else value or None


def page(frame: Frame, title: str, body: str, crumbs: tuple[tuple[str, str], ...] = ()) -> str:
    """A whole page of the site."""
    banner = _banner(frame) if frame.banner else ""
    html = f"""<!DOCTYPE html>
<html lang="it"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} - {escape(frame.tenant.name)}</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="{frame.base}/static/site.css?v={frame.version}"></head>
<body class="page-md" data-base="{frame.base}">
<header class="page-header"><div class="container">
  <a class="page-logo" href="{frame.base}/">{frame.tenant.logo}</a>{_user_menu(frame)}
</div></header>
<main class="container">{_breadcrumbs(crumbs, title)}{body}</main>
<footer class="page-footer"><div class="container">Sito simulato: nessuna prenotazione è reale.</div></footer>
{_DIALOGS}{banner}
<script src="{frame.base}/static/site.js?v={frame.version}"></script>
</body></html>"""
    return frame.rename(html)


def _banner(frame: Frame) -> str:
    return _BANNER.format(whole=" over-all" if frame.banner_over_all else "", asks=2 if frame.banner_again else 1)


def _user_menu(frame: Frame) -> str:
    if not frame.person:
        return ""
    return f"""<nav class="top-menu"><a href="{frame.base}/Booking">Prenotazioni</a>
<span class="username">{escape(frame.person)}</span><a href="{frame.base}/Account/LogOut">Esci</a></nav>"""


def _breadcrumbs(crumbs: tuple[tuple[str, str], ...], title: str) -> str:
    if not crumbs:
        return ""
    links = "".join(f'<li><a href="{url}">{escape(name)}</a></li>' for name, url in crumbs)
    return f'<ul class="page-breadcrumb">{links}<li>{escape(title)}</li></ul>'


def _portlet(title: str, content: str, extra: str = "") -> str:
    return f"""<div class="portlet light">
<div class="portlet-title"><h1 class="caption">{escape(title)}</h1>{extra}</div>
<div class="portlet-body">{content}</div></div>"""


def public_home(tenant: Tenant) -> str:
    """The public home of the sports centre, which only links to the site."""
    frame = Frame(tenant, banner=False)
    body = f"""<p>Corsi, palestra e impianti per studenti e personale.</p>
<p><a class="btn green" href="{frame.base}/">Area Riservata</a></p>"""
    return page(frame, tenant.name, _portlet(tenant.name, body))


def login(frame: Frame, action: str, token: str) -> str:
    body = f"""<div class="login-columns"><form method="post" action="{escape(action)}">
<input type="hidden" name="__RequestVerificationToken" value="{token}">
<p>Studenti e personale accedono con le credenziali del Politecnico.</p>
<button type="submit" class="btn green">Accedi al tuo account</button></form>
<form method="get" action="{frame.base}/Account/Login"><p class="hint">Non sei del Politecnico?</p>
<button type="submit" class="btn green pull-right">Registrati</button></form></div>"""
    return page(frame, "Accesso", _portlet("Benvenuto", body))


def login_form(frame: Frame, action: str, token: str, error: str = "") -> str:
    """The login page of a club that asks for user name and password itself."""
    told = f'<div class="alert alert-danger">{escape(error)}</div>' if error else ""
    body = f"""{told}<div class="login-columns"><form method="post" action="{escape(action)}" autocomplete="off">
<input type="hidden" name="__RequestVerificationToken" value="{token}">
<label for="UserName">Nome utente</label><input type="text" id="UserName" name="UserName">
<label for="Password">Password</label><input type="password" id="Password" name="Password">
<button type="submit" class="btn green">Accedi</button></form>
<form method="get" action="{frame.base}/Account/Login"><p class="hint">Non sei iscritto?</p>
<button type="submit" class="btn green pull-right">Registrati</button></form></div>"""
    return page(frame, "Accesso", _portlet("Benvenuto", body))


def dashboard(frame: Frame, penalty_points: int | None) -> str:
    """The home after the login. Without `penalty_points` the site knows none."""
    points = (
        ()
        if penalty_points is None
        else (("home_btt_penalty", f"{frame.base}/Booking", str(penalty_points), PENALTY, "red"),)
    )
    tiles = (
        ("home_btt_booking", f"{frame.base}/Booking", "Booking", "Prenotazioni e noleggi", "green"),
        ("home_btt_profile", "#", "Profilo", "I tuoi dati", "blue"),
        ("home_btt_shop", "#", "Shop", "Abbonamenti e iscrizioni", "purple"),
        *points,
    )
    body = "".join(
        f'<a id="{id_}" class="tile-link" href="{url}"><div class="dashboard-stat {colour}">'
        f'<div class="details"><div class="number">{name}</div> <div class="desc">{text}</div></div> '
        f'<span class="more">View more</span></div></a>'
        for id_, url, name, text, colour in tiles
    )
    return page(
        replace(frame, banner_again=True),
        "Home",
        f'<h1 class="page-title">Ciao {escape(frame.person)}</h1><div class="tiles">{body}</div>',
    )


def bookings(
    frame: Frame,
    blocks: str,
    numbers: list[str],
    token: str,
    *,
    container: bool,
    penalties: list[Penalty] | None,
    by_script: bool,
) -> str:
    """My bookings. The site's numbers of the bookings are in the script, not in the blocks. Without `penalties` the
    site knows none."""
    empty = '<p class="event-empty">Non hai prenotazioni attive.</p>'
    content = "" if by_script else blocks or empty
    repository = f'<div id="event-repository">{content}</div>' if container else ""
    source = f' data-filled-from="{frame.base}/Booking/Events"' if by_script else ""
    data = json.dumps({"token": token, "numbers": numbers})
    points = "" if penalties is None else _penalty_box(penalties)
    body = f"""{repository}{points}
<script type="application/json" id="booking-data"{source}>{data}</script>"""
    target = f"{frame.base}/Booking/ChooseActivity"
    new = f'<a class="btn btn_nuovaprenotazione standard-booking purple-plum" href="{target}">Nuova Prenotazione</a>'
    return page(frame, "Le mie prenotazioni", _portlet("Le mie prenotazioni", body, new), (("Home", f"{frame.base}/"),))


def _penalty_box(penalties: list[Penalty]) -> str:
    points = sum(each.points for each in penalties)
    lines = "".join(f"<li>{each.at:%d/%m/%Y}: {escape(each.reason)} ({each.points})</li>" for each in penalties)
    return f"""<div class="penalty-box"><p><strong>Punti di penalità: <span class="penalty-points">{points}</span> di
{MOST_POINTS}</strong></p>
<p class="hint">Una cancellazione oltre il termine gratuito vale {LATE_POINTS} punto, un'assenza {MISSED_POINTS}. Con
{MOST_POINTS} punti le prenotazioni sono sospese per {SUSPENDED_FOR.days} giorni.</p><ul>{lines}</ul></div>"""


def booking_blocks(slots: list[Slot], bound: list[Slot], *, free_hours: float, name: str = "", note: str = "") -> str:
    """One block a booking, those that are `bound` without a button; `name` in place of the courses', `note` beside."""
    return "".join(
        _booking_block(slot, free_hours, name or slot.course, note, "" if slot in bound else _DELETE) for slot in slots
    )


def _booking_block(slot: Slot, free_hours: float, course: str, note: str, button: str) -> str:
    until = slot.starts_at - timedelta(hours=free_hours)
    term = f"Cancellazione gratuita entro il {until:%d/%m/%Y alle %H:%M}" if button else ""
    return f"""<div class="event-main-block row">
<div class="event-info-when"><div class="event-info-schedule">{slot.date:%d/%m/%Y}</div>
<div><span class="time-start">{slot.start}</span> <span class="time-duration">{slot.minutes} min</span></div></div>
<div class="event-info-what"><div class="event-info-description">{escape(slot.activity)}</div>
<div class="event-info-skill-level">{escape(course)}</div>{escape(note)}
<div class="event-info-notes">{term}</div></div>
<div class="event-info-actions">{button}</div></div>"""


def choose_activity(frame: Frame, activities: tuple[Activity, ...], *, dead_first_click: bool) -> str:
    to = f"{frame.base}/Booking/BookActivity"
    links = "".join(
        f'<a class="list-group-item" href="{to}?activityId={each.id}&amp;activityFlags=Classes">{escape(each.name)}</a>'
        for each in activities
    )
    dead = ' data-dead-first-click="1"' if dead_first_click else ""
    body = _portlet("Scegli l'attività", f'<div class="list-group"{dead}>{links}</div>')
    return page(frame, "Attività", body, (("Home", f"{frame.base}/"), ("Prenotazioni", f"{frame.base}/Booking")))


def calendar(frame: Frame, activity: Activity, today: date, behaviour: dict[str, float]) -> str:
    """The empty calendar; the script fills it with the calendar's own requests, and behaves as it is told."""
    told = "".join(f' data-{name}="{value}"' for name, value in behaviour.items())
    body = f"""<div id="booking-calendar" data-activity-id="{activity.id}" data-today="{today}"{told} hidden>
<div class="calendar-toolbar">
<a class="btn default btn-move-date" href="#" data-date-target="-1" title="Indietro">&lsaquo;</a>
<a class="btn default btn-today" href="#">Oggi</a>
<a class="btn default btn-move-date" href="#" data-date-target="+1" title="Avanti">&rsaquo;</a></div>
<div id="day-schedule-container"></div><div id="day-schedule-repository" hidden></div></div>
<div id="booking-confirm-container" hidden></div><p class="calendar-loading">Caricamento in corso…</p>"""
    crumbs = (("Prenotazioni", f"{frame.base}/Booking"), ("Attività", f"{frame.base}/Booking/ChooseActivity"))
    return page(frame, activity.name, _portlet(activity.name, body), crumbs)


def confirmation(frame: Frame, slot: Slot, refusal: str, *, warning: str, waiting: bool) -> str:
    """The confirmation, a fragment. With a reason for refusal there is nothing to confirm."""
    label = "Lista" if waiting else "Conferma Prenotazione"
    button = f'<button type="button" id="btnConfirmAppointmentBooking" class="btn green">{label}</button>'
    teacher = f"<dt>Istruttore</dt><dd>{escape(slot.instructor)}</dd>" if slot.instructor else ""
    fragment = f"""<div class="booking-confirm"><h3>{escape(slot.course or slot.activity)}</h3><dl>
<dt>Attività</dt><dd>{escape(slot.activity)}</dd>{teacher}
<dt>Data</dt><dd>{slot.date:%d/%m/%Y}</dd><dt>Orario</dt><dd>{slot.start} - {slot.end}</dd></dl>
{f'<div class="alert alert-warning">{escape(warning)}</div>' if warning else ""}
{f'<div class="alert alert-danger">{escape(refusal)}</div>' if refusal else button}
<button type="button" class="btn default btn-back">Indietro</button></div>"""
    return frame.rename(fragment)


def notice(title: str, text: str, tenant: Tenant = POLIMI) -> str:
    """A page that only says something: maintenance, captcha, an error."""
    return page(Frame(tenant, banner=False), title, _portlet(title, f"<p>{escape(text)}</p>"))


def deaf(html: str, seconds: float) -> str:
    """The page, its handlers bound late: what has just appeared in it takes no click for so long."""
    return html.replace("<head>", f"<head><script>{_DEAF % (seconds * 1000)}</script>", 1)
