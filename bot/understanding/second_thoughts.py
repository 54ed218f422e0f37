"""Somebody thought better of it: what they were about to do is not to be done, and nothing else is."""

from __future__ import annotations

import re

from bot.understanding.days import BY_WEEKDAY

_POLITE = (
    r"(?:(?:no|ok|okay|oh|ah|scusa(?:mi|te|temi)?|sorry|mi scusi|grazie|thanks|thank you|ciao|please|per favore|pls"
    r"|actually|anzi|allora|quindi|so|ma|but|and|e|then"
    r"|hm+|mm+|boh|beh|guarda|vabbe|dai|bot|alla fine|in the end|oops|ops|uffa|niente|nothing|comunque"
    r"|va bene|fermo|ferma|aspetta|wait|stop"
    r"|for now|per ora|per adesso|it is ok|fa niente)\b ?|, ?)*"
)
_ALL = (
    r"(?:tutt[oaie]|tutto quanto|everything|all(?: of it)?|it|them|things|that|pure|le cose|le (?:mie )?prenotazioni"
    r"|my bookings|bookings|as)"
)
_AS_IT_IS = (
    r"(?:cosi(?: come (?:is|sta|stanno|sono))?|com is|come(?: (?:is|sta|stanno|sono|era|prima))?|stare(?: cosi)?"
    r"|invariat[oaie]"
    r"|as (?:it|they|that) (?:is|are|was|were)|(?:like|the way) (?:it|that|they) (?:is|are)?|alone|be|unchanged"
    r"|the same"
    r"|where (?:it|they) (?:is|are)|booked)"
)
KEPT = (
    rf"(?:(?:lascia\w*|tieni\w*|tenga|mantieni|keep|leave|let)(?: {_ALL})*(?: {_AS_IT_IS})(?: {_ALL})*"
    rf"|(?:lascia\w*|tieni\w*|keep) (?:tutto|everything|it all)"
    r"|(?:resta|rimane|restano|stay|stays|remains?)(?: tutto)?(?: cosi(?: com is)?| as (?:it|they) (?:is|are)| booked)"
    r"|(?:non|do not) (?:fare|toccare|cambiare|spostar\w+|muovere|annullar\w+|do|touch|change|cancel"
    r"|move) (?:niente|nulla|anything|nothing|it|them)"
    r"|come non detto|(?:fai|fa|faccia) (?:come se|finta) (?:niente|non avessi (?:detto|scritto) (?:niente|nulla))"
    r"|scherz(?:o|avo)|(?:i (?:was |am )?)?(?:just |only )?(?:kidding|joking)|forget (?:it|that|what i (?:said"
    r"|wrote)|about (?:it|that))"
    r"|ignore (?:that|me|it|my last message|what i said)|ignora(?:mi| il messaggio)?|as you were|scratch that"
    r"|(?:i will |i ll |i )?(?:stay|stick) with (?:the |what )?[^,]+|never ?mind(?: (?:(?!\b(?:book"
    r"|prenot\w*|cancel|annull\w*|put|add|get|move|sign|want|wanna|voglio|vorrei|would|still|let|let s|i|we|can|please"
    rf"|{'|'.join(BY_WEEKDAY)})\b)[^,]){1, 40})?|nvm|nevermind"
    r"|lasciamo (?:stare|perdere|cosi)|lascia(?:te)? (?:stare|perdere)|lasci (?:stare"
    r"|perdere)"
    r"|(?:io )?(?:ho cambiato idea|ci ripenso|ci ho ripensato|ripensandoci|cambio idea)"
    r"|(?:i )?(?:have )?(?:changed my mind|had second thoughts)|on second thoughts?"
    r"|(?:no )?(?:i am|i will be|we are) (?:still |actually )?(?:going|coming|there)|i (?:will )?(?:still )?(?:go|come)"
    r"|(?:ci )?(?:vado|vengo|andro|verro)(?: lo stesso| comunque)?|ci (?:sono|saro)|mi pento(?: sempre)?|risolto"
    r"|(?:tutto )?a posto(?: cosi)?|all good|it is fine"
    r"|(?:ci (?:penso|ragiono|devo pensare|dormo)(?: su| un attimo)*|poi vedo|vedo)(?: e (?:poi )?(?:ti|vi) (?:dico"
    r"|faccio sapere"
    r"|scrivo))?"
    r"|(?:poi |dopo )?(?:ti|vi) (?:dico|faccio sapere|scrivo)(?: (?:dopo|poi|domani|piu tardi|io))?"
    r"|i (?:will )?(?:think about it|have to think(?: about it)?|let you know|decide later|see)(?: (?:later|tomorrow"
    r"|first))?"
    r"|let me think(?: about it)?|(?:i )?(?:wrote|sent (?:it|this|that)|texted)(?: (?:to|in|it to))? the wrong"
    r" (?:chat|person"
    r"|bot|number|window)|wrong (?:chat|person|number|window)|(?:ho )?sbagliato (?:chat|persona|numero|contatto"
    r"|finestra)"
    r"|(?:chat|persona|numero|contatto) sbagliat[oa]"
    r"|(?:era|is) per (?:un )?altr[oa] (?:chat|persona|bot)|(?:not|non) (?:for|per) (?:you|te)"
    r"|(?:ignore|ignora|disregard)(?: (?:my|the|il|l))* (?:last|ultimo|previous|prior)(?: (?:message|messages|messaggio"
    r"|one|request))?)"
)
WHOLE = re.compile(rf"{_POLITE}{KEPT}(?: ?{_POLITE}{KEPT})*(?: ?{_POLITE})")
"""The message is nothing else."""
INTENDED = re.compile(
    r"\b(?:(?:i|we) (?:was|were) (?:about|going|thinking|gonna|tempted|planning)|i (?:wanted|meant|thought"
    r"|had planned) (?:to|of|about)"
    r"|volevo|vorrei aver|stavo (?:per|pensando)|pensavo (?:di|se)|avevo (?:pensato|intenzione|deciso)|ero li li per"
    r"|mi era venut[oa])\b"
)
"""What somebody was about to do."""
ENDS_SO = re.compile(rf"(?:^|(?<= )){KEPT}(?: ?{_POLITE})$")
DEEDS = re.compile(
    r"\b(?:prenot(?:a|ami|ate|i)|book|reserve|put me|segnami|mettimi|iscrivimi|instead|invece|piuttosto|sposta\w*"
    r"|move|swap)\b"
)
"""What is wanted all the same, or in its stead."""


def thought_better(plain: str) -> bool:
    """Whether nothing is to be done: the normalised text only says so, or takes back what somebody was about to do."""
    if WHOLE.fullmatch(plain):
        return bool(SAYS_SO.search(plain))
    told = INTENDED.search(plain)
    if not told or not (end := ENDS_SO.search(plain, told.end())):
        return False
    return not DEEDS.search(plain, told.end(), end.start())


SAYS_SO = re.compile(
    r"\b(?:lasci\w*|tieni\w*|tenga|mantieni|keep|leave|toccare|cambiare|touch|change|detto|finta|come se|scherz\w+"
    r"|kidding"
    r"|joking|forget|ignor\w+|as you were|scratch|never ?mind|nvm|nevermind|idea|ripens\w+|mind|thoughts?|resta\w*"
    r"|rimane"
    r"|stays?|remains?|pento|cancel|move|penso|pensare|think|dico|sapere|decide|wrong|sbagliat[oa]|vedo|disregard)\b"
)
"""At least one of these: "I'm coming" alone takes nothing back."""
