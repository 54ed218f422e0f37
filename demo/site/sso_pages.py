"""The pages of the simulated single sign-on, as HTML text: another site with another look. Pure.

Ids, classes and addresses are those that clients of other services behind the real one have met (site-contract.md,
"The login in 2026"); everything else is made up.
"""

from html import escape

PROVIDERS = ("aruba", "infocert", "poste", "tim")
CAREERS = (("900001", "Ingegneria Informatica (laurea)"), ("900002", "Ingegneria Informatica (laurea magistrale)"))
ERRORS = {
    "own": '<div class="aunicalogin-error" role="alert">{0}</div>',
    "message": '<div class="Message ErrorMessage">{0}</div>',
    "alert": '<div class="alert alert-danger">{0} Code: 14</div>',
}


def _page(body: str, error: str = "", style: str = "own") -> str:
    alert = ERRORS[style].format(escape(error)) if error else ""
    return f"""<!DOCTYPE html>
<html lang="it"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Servizi Online - Login</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/sso.css"></head>
<body><header><strong>POLITECNICO</strong> MILANO 1863</header>
<main><h1>Servizi Online</h1>{alert}{body}</main></body></html>"""


def login(error: str = "", *, style: str = "own", chooser: bool = False) -> str:
    """The password page; with `chooser`, beside the other ways in."""
    form = """<form method="post" action="/aunicalogin/login" autocomplete="off">
<label for="login">Codice Persona</label><input type="text" id="login" name="login" autofocus>
<label for="password">Password</label><input type="password" id="password" name="password">
<div class="aunicalogin-button-accedi"><button type="submit">Accedi</button></div></form>"""
    return _page(_among_others(form) if chooser else form, error, style)


def _among_others(form: str) -> str:
    spid = "".join(
        f'<li class="spid-idp-button-link" data-idp="{name}"><button type="submit" name="idp" value="{name}">Entra con '
        f"SPID {name.title()}</button></li>"
        for name in PROVIDERS
    )
    others = "".join(
        f'<form method="post" action="/aunicalogin/{way}.do"><button type="submit">Entra con {label}</button></form>'
        for way, label in (("IngressoCIE", "CIE"), ("IngressoEIDAS", "eIDAS"), ("IngressoEduGAIN", "eduGAIN"))
    )
    return f"""<div class="ingressoFederato"><form method="post" action="/aunicalogin/IngressoSPID.do"><ul>{spid}</ul>
</form>{others}</div><div class="ingressoPolimi"><h2>Accedi con il codice persona</h2>{form}</div>"""


def one_time_code(error: str = "") -> str:
    return _page(
        """<p>Inserisci il codice generato dalla tua app di autenticazione.</p>
<form method="post" action="/aunicalogin/otp" autocomplete="off">
<label for="otp">OTP</label><input type="text" id="otp" name="otp" inputmode="numeric" autofocus>
<button type="submit" id="submit-dissms">Continua</button></form>""",
        error,
    )


def notice() -> str:
    """About two-factor authentication: no field, waits for a click."""
    return _page(
        """<h2>Autenticazione a due fattori</h2>
<p>Dal prossimo mese l'accesso ai servizi online richiederà un secondo fattore di autenticazione.</p>
<form method="post" action="/aunicalogin/passi/AvvisiDFA.do"><button type="submit">Prosegui</button></form>"""
    )


def expiring() -> str:
    """The password expires soon."""
    return _page(
        """<p>La tua password scadrà tra 9 giorni.</p><p>Per proseguire premere 'Continua'</p>
<form method="post" action="/aunicalogin/PWDinScadenza.do">
<input type="submit" name="evn_continua" value="Continua"></form>"""
    )


def matricola() -> str:
    """Which of two careers."""
    rows = "".join(
        f'<tr><td><a href="/aunicalogin/SceltaMatricola.do?matricola={number}">{number}</a></td><td>{name}</td></tr>'
        for number, name in CAREERS
    )
    return _page(
        f"""<p>Scegli la matricola con cui vuoi accedere.</p>
<table id="dati_applicativi_autorizzazioniXSceltaMatricolaColl"><tbody>{rows}</tbody></table>"""
    )


def extension(chosen: str) -> str:
    """Submits itself, with hidden fields of which one looks like a password."""
    return _page(
        f"""<p>Attendere prego…</p>
<form id="automaticaRedirectForm" method="post" action="/aunicalogin/passi/LoginExtensionPoint.do">
<input type="hidden" name="SSO_LOGIN" value="1"><input type="hidden" name="MATRICOLA_SCELTA" value="{escape(chosen)}">
<input type="hidden" name="RESTA_CONNESSO" value=""><input type="password" name="password" value="" hidden></form>
<script>document.getElementById("automaticaRedirectForm").submit();</script>"""
    )


def back(target: str, assertion: str, relay_state: str) -> str:
    """The form that submits itself and so carries the login back to the site."""
    return _page(
        f"""<p>Accesso in corso…</p><form id="return" method="post" action="{escape(target)}">
<input type="hidden" name="SAMLResponse" value="{escape(assertion)}">
<input type="hidden" name="RelayState" value="{escape(relay_state)}">
<noscript><button type="submit">Continua</button></noscript></form>
<script>document.getElementById("return").submit();</script>"""
    )


def elsewhere() -> str:
    """The page that other ways to log in lead to."""
    return _page("<p>Questo accesso non è simulato.</p>")
