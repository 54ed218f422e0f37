"""What a question tells of a message: what it asks to be done, and the words of which nothing was made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from bot.understanding.intents import Act, Asked, Doubt, Unsure, Wish
from bot.understanding.lexicon import FILLERS, Kind
from bot.understanding.parts import Part
from bot.understanding.words import normalised, worded

WEIGHTY = worded(
    """
    everything tutto all next prossimo prossima prossime first prima primo only solo again start starts begin begins
    inizia iniziano comincia cominciano qualsiasi qualunque whichever whatever anything whether held
    """
)
"""Words that mean nothing to a wish that is clear, and may mean something in a message that is not."""
HARMLESS = (FILLERS - WEIGHTY) | worded(
    """
    vorrei voglio vorremmo volevo vuoi puoi potresti potete potrei posso possiamo riesci riesco devo dovrei puo
    potrebbe possono avevo serve servirebbe piacerebbe want wanna need would like love can could will may shall should
    let lets mind able if_possible sarebbe fammi prego gradirei desidero preferirei prefer mi vi la ti
    go going come coming do make join attend try have be fare far faccio facciamo vado andare venire vengo provare
    partecipare esserci train tra
    what which when where how che cosa quale quali qual quando dove ce ci sono dimmi tell see show
    and e ed or o oppure ma but because perche quindi pero poi then also anche plus ? , - & al alla allo ai agli alle
    per to for with con into su yes yeah si sure yet re say cosi she he her his they who me noi us le
    sei sia piu via idea qualcosa fa vabbe thing things dirmi sapere chiedere many much know check dici
    """
)
"""The closed list of words that nobody needs to be told of: articles, courtesies, interjections, verbs of wishing."""
JOINTS = frozenset({Kind.COMMA, Kind.AND, Kind.ASKING})
ACTS = {
    Kind.BOOK: Act.BOOK,
    Kind.CANCEL: Act.CANCEL,
    Kind.MOVE: Act.MOVE,
    Kind.PAUSE: Act.PAUSE,
    Kind.WATCH: Act.WATCH,
    Kind.UNWATCH: Act.UNWATCH,
    Kind.REMINDER: Act.REMIND,
}
"""What is read back by its name; of what recurs the weekday tells it."""
QUOTED = (Kind.LOOK, Kind.MINE)
"""What is read back as it was written."""
NOES = (Kind.NOT, Kind.NOTHING)
BETWEEN = frozenset({Kind.FILLER, Kind.SOFT, Kind.TO, Kind.DO, Kind.NO_LONGER})
VAGUE = re.compile(
    r"stop|ferma|smett\w+(?: .*)?|interrompi|quit|basta con|lasci\w* (?:perdere|stare)|dimentica|forget(?: about)?"
)
NEEDED = ("occorre", "serve", "bisogno", "need", "che", "necessary", "necessario")
"""What stands between a no and the verb it denies."""
MOST_QUOTED = 3
LONGEST = 5  # words of one quotation

KEEPS = re.compile(
    r"\b(?:(?:i am|we are|i will be|i ll be) (?:still )?(?:going|coming|there)(?= ?(?:,|$|anyway|after all|as planned))"
    r"|(?:just )?(?:leave|keep) (?:it|them|that|everything|all|my|the (?:other|rest)|as)\b(?! (?:an eye|off|out)\b)"
    r"|(?:do not|don t|dont|never) (?:you )?(?:touch|change|cancel anything)\b|hands off"
    r"|(?:let|keep) (?:it|them|that|this) (?:run(?:ning)?|be|go(?:ing)? on|continue)|lascial[oaie] (?:andare"
    r"|attiv[oaie])"
    r"|(?:stay|stays|remain|remains|keep) (?:as|where|put|the same)\b|(?:i |i ll )?(?:stay|stick|keep) with\b"
    r"|(?:so |then )?(?:it|they) stays?\b|forget (?:it|that)(?= |$)|(?:la|lo|le|li) (?:tengo|teniamo)"
    r"|lascial[oaie](?! (?:libera|liber))"
    r"|(?:resto|resta|rimane) (?:fiss\w+ )?(?:dove|con|com)\w*"
    r"|(?:tutto|cosi|le altre|gli altri|il resto)? ?(?:resta|restano|rimane|rimangono) (?:com|cosi|dov|le|l)\w*"
    r"|(?:lascia\w*|tien\w*|mantien\w*|tengo) (?:tutt\w+|cosi|com|stare le altre|le altre|il resto"
    r"|il posto(?! (?:a|ad)\b)|il mio)"
    r"(?: com is| cosi| come)*"
    r"|tienil[oiae]|tienimel[oiae]|tienimi(?! d occhio)|(?:non|not) (?:toccar\w*|muover\w*|occorre|serve) ?"
    r"|(?:ci vado|ci vengo|vado|vengo) (?:lo stesso|comunque)|fermo)(?= |$)"
)
"""Somebody says that something is to stay as it is."""
COURTESIES = re.compile(
    r"\b(?:se (?:si puo|posso|possibile|puoi|riesci|potessi|potesse|volesse|vuoi|cortesemente)"
    r"|if (?:possible|you (?:can|could|want|like)|i (?:can|may))|grateful if"
    r"|(?:dirmi|dimmi|dire|sapere|saprebbe|chiedere|chiedo|vedere|controlla\w*|verifica\w*|tell me|know|see|ask|check"
    r"|wonder(?:ing)?)(?: \w+)? (?:se|if|whether))(?= |$)"
)
"""An "if" that is a courtesy, or leads to what is asked."""
OF_ALL = worded("everything tutto")


def act_of(part: Part) -> Act:
    """What the verb asks; of a vague one ("stop") only that something is to end."""
    return Act.STOP if part.kind is Kind.CANCEL and VAGUE.fullmatch(part.text) else ACTS[part.kind]


def kept_words(plain: str) -> frozenset[str]:
    """The words that say that something is to stay as it is."""
    return frozenset(word for match in KEEPS.finditer(plain) for word in match[0].split())


def acts_of(parts: Sequence[Part], plain: str) -> tuple[Asked, ...]:
    """What the message asks to be done, in its order, each with whether a no stands right before it."""
    found: list[Asked] = []
    denied = False
    for part in parts:
        if part.kind in NOES:
            denied = True
        elif part.kind in ACTS:
            found.append(Asked(Act.UNWATCH) if denied and part.kind is Kind.WATCH else Asked(act_of(part), denied))
            denied = False
        elif part.kind not in BETWEEN and part.text not in NEEDED:
            denied = False
    if KEEPS.search(plain):
        found.insert(0, Asked(Act.KEEP))
    return tuple(dict.fromkeys(found))


def quotations(parts: Sequence[Part]) -> tuple[str, ...]:
    """What is asked about, as it was written."""
    said = (part.text for part in parts if part.kind in QUOTED)
    weighty = (text for text in said if not set(text.split()) <= HARMLESS)
    return tuple(dict.fromkeys(weighty))[:MOST_QUOTED]


def means_all(parts: Sequence[Part], heard: Wish) -> bool:
    """Whether everything is to go, of whatever kind."""
    said = {
        word for part in parts if part.kind not in (Kind.DAY, Kind.HOURS, Kind.COURSE) for word in part.text.split()
    }
    return bool(said & OF_ALL) and not heard.names and any(part.kind in ACTS for part in parts)


def covered_by(unsure: Unsure, parts: Sequence[Part], taken: Collection[int], plain: str) -> list[str]:
    """The words that the question reads back, or names as unknown."""
    acts = {each.act for each in unsure.acts}
    told = [word for phrase in (*unsure.words, *unsure.quoted) for word in phrase.split()]
    for at, part in enumerate(parts):
        is_act = part.kind in ACTS and act_of(part) in acts
        is_weekly = part.kind is Kind.EVERY and unsure.weekly
        is_no = part.kind is Kind.EXCEPT and unsure.denied != Wish()
        if at in taken or is_act or is_weekly or is_no or part.shift or part.kind in NOES and _before_an_act(parts, at):
            told += part.text.split()
    told += [word for no in unsure.noes for word in normalised(no).split()] if unsure.doubt is Doubt.NEGATED else []
    told += OF_ALL if unsure.everything else ()
    return [*told, *kept_words(plain), *(word for match in COURTESIES.finditer(plain) for word in match[0].split())]


def _before_an_act(parts: Sequence[Part], at: int) -> bool:
    following = next((part for part in parts[at + 1 :] if part.kind not in BETWEEN), None)
    return following is not None and following.kind in ACTS


def unused_words(tokens: Sequence[str], covered: Sequence[str], corrected: Callable[[str], str]) -> tuple[str, ...]:
    """What is neither harmless nor covered, side by side as it was written."""
    left = Counter(covered)
    phrases: list[list[str]] = []
    gap: list[str] | None = None
    for token in tokens:
        if token in HARMLESS:
            gap = [*gap, token] if gap is not None and token.isalnum() else None
            continue
        word = token if left[token] else corrected(token)
        if left[word]:
            left[word] -= 1
            gap = None
        elif gap is not None and len(phrases[-1]) + len(gap) < LONGEST:
            phrases[-1] += [*gap, token]
            gap = []
        else:
            phrases.append([token])
            gap = []
    return tuple(dict.fromkeys(" ".join(phrase) for phrase in phrases))
