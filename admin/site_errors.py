"""What an error of the site says, or a worker of itself, in the language of the terminal.

Such a sentence is stored, and told in a chat in words of its own, so that it is English wherever it is made.
Here are the sentences that the doctor, a login by hand and the survey show; others are shown as they are.
"""

from __future__ import annotations

import re
from functools import cache

from languages.terminal import N_

SENTENCES = (  # what is in braces may hold another of them
    # the login
    N_("the site refused user name or password: {words}"),
    N_("the site asks for the password again, and does not say why"),
    N_("the site refused two one-time codes: {words}"),
    N_("the site asks for a one-time code, and there is no secret: put it in 'otpatu'"),
    N_("the matricola {wanted} is not among those that the site offers: «{offered}»"),
    N_("the session that was made by hand has ended"),
    N_("nobody has logged in yet"),
    N_("the sign-on asks for its person"),
    N_("another login of this account has not ended"),
    N_("the login was led astray, {what}"),
    N_("a page was on its way to {place}"),
    N_("another window was on its way to {place}"),
    N_("a request with password or code was on its way to {place}"),
    N_("the login goes on in another window, at {place}"),
    N_("the login stops, for {why}, at {place}"),
    N_("the login stops at {place}"),
    N_("the login breaks off ({why}), at {place}"),
    N_("the sign-on lets us in, and then there is no page ({why}), at {place}"),
    N_("the site lets us in, and then asks to log in all the same, at {place}"),
    N_("the site lets us in, and then asks to log in all the same"),
    N_("the site lets us in, and refuses {what} all the same ({why})"),
    # why a login stops
    N_("it asks for a new password, and nothing is typed there"),
    N_("it shows page after page, {number} and no end"),
    N_("it asks for the password of somebody else"),
    N_("it starts over"),
    N_("it comes again after it was clicked"),
    N_("it goes in a circle, {number} pages and no end"),
    N_("it leads to another window"),
    N_("it leads elsewhere, to {place}"),
    N_("it takes longer than {seconds} s"),
    N_("nobody knows that page"),
    N_("the next page did not come"),
    # the session and the site
    N_("the session is over: the site redirects to its login page"),
    N_("the session is over: the site answers that we are logged out"),
    N_("the session is over: the page became the login page"),
    N_("the site shows its login page"),
    N_("the site asks to log in (HTTP 401)"),
    N_("the site asks to prove that we are human"),
    N_("the site redirects to where we should prove that we are human"),
    N_("the site turns us away (HTTP {status})"),
    N_("the site answers HTTP {status}"),
    N_("the site is under maintenance"),
    N_("the site redirects elsewhere: {path}"),
    N_("the site redirects to what is no address"),
    N_("the site answers with data where a page should be"),
    N_("the site answers with {what} where data is due"),
    N_("the site did not answer: {why}"),
    N_("the site did not answer in time"),
    N_("{what}: the site did not answer in time"),
    N_("{what}: the page is not as expected ({why})"),
    N_("the page with my bookings has no list of bookings"),
    N_("the bookings in the page are not marked up as expected"),
    N_("a booking in the page lacks its date, time or place"),
    N_("the page with the activities links to no calendar"),
    N_("the schedule of a day is not a list of slots"),
    N_("the page is too large to be read"),
    N_("no slot of the schedule tells when it begins"),
    N_("the survey has asked for enough"),
    # the browser
    N_("starting the browser: {why}"),
    N_("opening the login page: {why}"),
    N_("opening a window: {why}"),
    N_("the programs run as root"),
    N_("run them as a user of their own: see deploy/systemd/polimisport.target"),
    N_("this machine forbids it ({switch})"),
    N_("this machine or container forbids user namespaces"),
    N_("allow it: {command} (to stay so: a line in /etc/sysctl.d)"),
    N_("in a container use deploy/container/compose.yaml with its seccomp.json; else install chromium-sandbox"),
    # what a worker notes of itself
    N_("{number} in hand, {some} of them for an opening"),
    # the site's own words, behind an address or alone
    N_("{place}: the site says «{words}»"),
    N_("the site says «{words}»"),
)


def retold(sentence: str) -> str:
    """The sentence of an error, in the language of the terminal."""
    for known in SENTENCES:
        if found := _form(known.message).fullmatch(sentence):
            return known.filled(**{name: retold(part) for name, part in found.groupdict().items()})
    return sentence


@cache
def _form(sentence: str) -> re.Pattern[str]:
    """Matches the sentence with whatever stands in its braces."""
    parts = re.split(r"\{(\w+)\}", sentence)
    made = (f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts))
    return re.compile("".join(made), re.DOTALL)
