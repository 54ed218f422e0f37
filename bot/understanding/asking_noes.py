"""A no by which somebody asks or begins to speak, put as the question it is: `can't you`, `non potresti`."""

from __future__ import annotations

import re

from bot.understanding.days import BY_WEEKDAY

_TAG = r"(?:is|are|was|were|do|does|did|have|has|can|could|will|would|should) not (?:it|they|i|we|you|there|that)"
_DAY = "|".join(("oggi", "stasera", "domani", "dopodomani", "stamattina", *BY_WEEKDAY))
_CAN_I = r"(?:posso|possiamo|potrei|potremmo|riesc[io]|riusciamo)"
_COMING = r"(?:venir|andar|esser|far|partecipar|allenar)"
_DO_IT = (
    r"mi (?!\w+[aei]re\b)(?:fai|fa|metti|mette|prenot\w+|trovi|spost\w+|dai|dici|avvis\w+|pu[oi]i?|ricordi)\b"
    r"(?![^?]*\b(?:ok|okay|va bene|per favore|grazie|vero|giusto|chiaro|capito|intesi|eh)(?: ,)? \?)"
)
_ASKED_SO = (
    rf"(?:si (?:puo|possono|riesce)|pu[oi]i?|potete|{_CAN_I}(?=[^?,]* "
    rf"(?!{_COMING})\w+(?:[aei]re|rrei?|[aei]r(?:mi|ci|l[aoei]))\b)"
    rf"|ce(?! la )|ci sono(?! (?:\?|a|al|alla|per|da|in|prima|dopo|{_DAY})(?= |$))|vi sono"
    r"|hai|avete|ho(?! (?:voglia|tempo|modo|forze|bisogno|intenzione|piu)\b)|sono"
    r" (?:gia )?(?:iscritt|prenotat|segnat)\w*|is (?:possibile|rimast\w+)|esist\w+"
    r"|rest\w+|riman\w+|apr\w+"
    r"|(?:la|lo|le|li) (?:puoi|potete|avete))"
)
_WOULD = (
    r"(?:(?:si |mi |ci |ce ne |vi )?(?:potrest[ei]|potrebb\w+|riuscirest[ei]|riuscirebbe|sarebb\w+"
    r"|avrest[ei]|farest[ei]"
    r"|metterest[ei]|troverest[ei]|dispiacerebbe|converrebbe)|(?:si |ci )?(?:fosse|fossero|potesse|potessi) (?:troppo"
    r"|ancora|mica|possibile|per caso))"
)
_BEFORE_A_QUESTION = r"(?:^|(?<=, )|(?<=\? )|(?<=so )|(?<=but )|(?<=and )|(?<=why )|(?<=come )|(?<=hey )|(?<=hi ))"

NO_THAT_ASKS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        # Why something can't be booked: it is not open yet
        (
            r"\b(?:why|how come|perche|come mai) (?:can not i|can i not|i can not|can not we|(?:does|do) (?:it"
            r"|the (?:site|bot)) not"
            r"(?: let me)?|(?:will|does) not (?:it|the \w+|you) let me|non (?:posso|possiamo|riesco a|si puo"
            r"|mi (?:fa|fai|lasci\w*)|fa))"
            r"(?: (?:ancora|still|yet))? (?:book|reserve|prenot\w+)(?: (?:for|per|ancora|yet)\b)?",
            "when can i book",
        ),
        (r"\b(when can i book\b[^?]*?) (?:yet|still|ancora|gia)\b", r"\1"),
        # That something did not work is told, and is no wish for the contrary
        (
            r"\b(?:i )?(?:could not|was not able to|did not manage to|can not seem to"
            r"|am not managing to|non (?:sono|ero)"
            r" (?:ancora )?(?:riuscit[oa] ad?|stat[oa] in grado di)|non (?:riuscivo|sto riuscendo) ad?) "
            r"(?:book\w*|reserv\w+|get (?:into|in|a (?:place|spot) (?:in|for))|prenot\w+|iscriv\w+)",
            "problem with",
        ),
        # `non mi metti a yoga?`; with `ok?` or `vero?` behind it, or the infinitive, that forbids it
        (rf"(?<!perche )(?<!mai )\bnon (?={_DO_IT}[^?,]*\?)", ""),
        # `, isn't it?`, `, no?`
        (rf"(?<=\w)(?: ,)? (?:{_TAG}|or not|no|vero|giusto|right)(?= \?|$)(?<! no)|(?<=\w)(?: ,)? no(?= \?)", ""),
        # `can't you`, `isn't there`
        (
            rf"{_BEFORE_A_QUESTION}(can|could|would|will|should|did|does|do|have) not (?=(?:you|i|we) "
            r"(?!want|would|will|need|am|like)\w)",
            r"\1 ",
        ),
        (rf"{_BEFORE_A_QUESTION}(is|are|was|would|does|did|has) not (?=(?:it|there|that|this|the|my)\b)", r"\1 "),
        # `non potresti`, `non c'è mica un posto?`
        (rf"\bnon (?={_WOULD}\b)", ""),
        (rf"(?<!perche )(?<!mai )\bnon (?={_ASKED_SO}\b[^?,]*\?)", ""),
        (r"\bmica\b ?", ""),
        # `no no no, ...`, `niente, il mio capo ...`
        (r"^no(?: ,)?(?: no\b(?: ,)?){1,4}(?= \w)", "no"),
        (r"^(?:niente|nulla|nothing) ,(?= (?!grazie|thanks)\w)", ""),
        # That there are no places is not said of the wish
        (
            r"(?<!se )\bnon (?:ce|ci sono|trovo|vedo)(?: (?:mai|piu|un|dei|ancora|quasi|solo|altri)){0,3}"
            r" post[oi](?: liber[oi])?\b",
            "pieno",
        ),
        (
            r"(?<!if )\b(?:there (?:is|are) (?:never|no|not|hardly)|i (?:can not|never) (?:find|see|get))"
            r"(?: (?:ever|any|more|a|free|left)){0,3} (?:places?|spots?|room|space|slots?)(?: left)?\b",
            "full",
        ),
    )
)
"""A no by which somebody asks, or begins to speak: what is asked stays."""


def asked_straight(text: str) -> str:
    """Normalised text with each such no as the question it is; never emptied by that."""
    said = text
    for question, instead in NO_THAT_ASKS:
        said = question.sub(instead, said)
    return " ".join(said.split()).strip(" ,") or text
