"""What refers to something that was shown before, of which nothing is remembered: `the later one`, `tutte e due`."""

from __future__ import annotations

import re

_NTH = (
    r"(?:first|second|third|fourth|last|next|other|later|earlier|latest|earliest|same|prim[oa]|second[oa]|terz[oa]"
    r"|quart[oa]|ultim[oa]|prossim[oa]|altr[oa]|stess[oa]|piu (?:tardi|presto)|dopo|prima|successiv[oa]|\d)"
)
_ONE = r"(?:one|class|slot|time|hour|option|choice|lezione|ora|orario|scelta|opzione|turno)"
_POLITE = (
    r"(?:(?:ok|okay|si|yes|yeah|no|nah|nope|uff\w*|ugh|argh|hm+|dai|allora|then|so|please|pls|per favore|grazie|thanks"
    r"|va bene|fine|facciamo|prendo|take|i (?:will )?take|i want|i would like|voglio|vorrei|let us do|book|prenota\w*|e"
    r"|and|ma|but|meglio|mi va bene|for me|per me)\b ?|, ?)*+"
)
_THAT = (
    rf"(?:(?:the|il|la|l|quell[oaei]|that|this|quest[oa]) )?{_NTH}(?: {_ONE})?"
    rf"|(?:the|il|la|quell[oa]|that) {_ONE}|(?:the )?(?:that|this) one|quell[oa] li|quest[oa] qui"
    r"|both(?: of (?:them|these|those))?|tutt[ei] e (?:due|2|tre)|entramb[ie]|all of (?:them|these)|neither"
    r"|nessun[oa] dei"
    r" due|none of (?:those|these|them)(?: works?(?: for me)?)?"
    r"|(?:is there |have you |ce |hai |avete )?(?:anything|something|any other|qualcos(?:a|altro)|altro|nulla)"
    r"(?: (?:di|un po|a bit))* ?(?:earlier|later|piu tardi|piu presto|prima|dopo|else|altro)"
    r"|(?:ce|is there|have you got|hai) (?:(?:un|una|a|an|any) ?)?(?:altr[oa]|another"
    r"|other)? ?(?:turno|slot|class|lezione"
    r"|orario|one)?(?: ?(?:piu tardi|piu presto|later|earlier|before|after|dopo|prima))+(?: (?:one|class|slot|time))?"
    r"|(?:a|al|alla|in|at) \w+(?: \w+)? (?:invece|instead)"
    r"|(?:when|quando) (?:is|ce|e|sarebbe) (?:the |il |la )?(?:next|prossim[oa])(?: (?:one|lezione|class))?"
    r"|(?:same|stess[oa] (?:cosa|richiesta)|the same)(?: (?:thing|request))?(?: (?:but|ma) .{1,20})?"
)
REFERS = re.compile(
    rf"{_POLITE}(?:(?:(?:it is |is )?(?:too (?:late|early)|troppo (?:tardi|presto)|(?:it is )?(?:full|pien[oa])(?:"
    rf" again"
    rf"| di nuovo)?)(?: (?:for me|per me))?[ ,?]*)?{_POLITE}(?:{_THAT})) ?{_POLITE}\??"
)
"""The message is nothing else, and names no class, day or place."""
_TELL_ME = r"(?:(?:can|could|puoi|potresti)(?: you| u)? )?(?:tell me|let me know|notify me|avvis\w+|dimmi|fammi sapere)"
TOLD_OF_IT = re.compile(
    rf"{_POLITE}(?:it is |is )?(?:full|pien[oa])(?: again| di nuovo| sempre)?[ ,?]*{_POLITE}{_TELL_ME}(?:"
    rf" \w+){{1,6}} ?\??"
)
"""A place in what was shown is to be watched."""


def refers_to_before(plain: str) -> bool:
    """Whether the normalised text means something only beside what was shown before it."""
    return bool(REFERS.fullmatch(plain) or TOLD_OF_IT.fullmatch(plain))
