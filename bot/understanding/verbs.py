"""Everyday verbs by what they ask to be done, in every form that people write: words the grammar has not otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from bot.understanding.lexicon import Kind
from bot.understanding.words import worded

ENCLITIC = ("", *sorted(worded("mi ti ci lo la li le melo mela meli mele celo cela temi temelo")))
"""What is written behind an imperative or an infinitive: `toglimela`, `rimandarlo`."""
ENDINGS = {
    "are": (("o", "i", "iamo", "erei", "eresti", "ero", "erai", "ando"), ("a", "ar", "ate")),
    "ere": (("o", "i", "iamo", "erei", "eresti", "ero", "erai", "endo"), ("i", "er", "ete")),
    "ire": (("o", "i", "iamo", "irei", "iresti", "iro", "irai", "endo"), ("i", "ir", "ite")),
    "isc": (("isco", "isci", "iamo", "irei", "iresti", "iro", "endo"), ("isci", "ir", "ite")),
}
"""Of each conjugation: the forms that nothing is written behind, and those that take an object there."""

ITALIAN: dict[Kind, dict[str, str]] = {
    Kind.CANCEL: {
        "are": "lev moll abbandon cass depenn scart disert cestin revoc stralci sfil ritir bidon pacc tagli"
        " disprenot elimin annull cancell rinunci salt liber",
        "ere": "togli rimuov disiscriv desist",
        "ire": "disdic",
    },
    Kind.MOVE: {
        "are": "slitt spost anticip posticip rinvi rimand ritard procrastin permut baratt modific riprogramm ripianific"
        " dirott trasl cambi scambi invers dilazion scal",
        "ere": "trasmett traspon pospon",
        "ire": "invert convert",
        "isc": "sostitu trasfer",
    },
    Kind.PAUSE: {
        "are": "congel scongel riattiv riavvi ripristin paus stopp",
        "ere": "sospend riprend interromp",
        "ire": "riapr",
    },
    Kind.BOOK: {
        "are": "prenot riprenot piazz infil aggiudic acchiapp agguant arraff accaparr becc ripiazz schiaff sbatt assegn"
        " procur segn risegn opzion",
        "ere": "prend riprend rimett mett iscriv aggiung",
        "isc": "inser reinser garant",
    },
    Kind.WATCH: {"are": "sorvegli monitor vigil presidi tampin pedin", "isc": "segu"},
}
ENGLISH: dict[Kind, str] = {
    Kind.CANCEL: """
        renounce forgo forego relinquish forfeit retract revoke rescind scrub dump kill nuke zap erase abandon dodge
        waive void unenroll unenrol unregister disenroll unschedule trash yeet surrender vacate ditch discard cancle
        absent decline skip
        """,
    Kind.MOVE: """
        reschedule invert flip rearrange transfer relocate defer delay adjourn readjust amend modify alter convert
        transpose slide bump interchange substitute anticipate retime shift
        """,
    Kind.PAUSE: """
        unfreeze unfroze defrost thaw halt suspend reactivate reinstate relaunch reenable restore revive unsuspend
        unblock pause hibernate
        """,
    Kind.BOOK: "snag nab rebook snatch reserve",
    Kind.WATCH: "monitor stalk scout lurk refresh",
}
MORE: dict[Kind, str] = {
    Kind.CANCEL: "addio farewell tolgo tolga toglierei toglimelo assente unsigned outta disdirla disdirlo disdirmi",
    Kind.MOVE: "inverto slittarla slittarlo",
    Kind.PAUSE: "reprise riattivazione sospensione",
    Kind.BOOK: "prendimelo prendimela rimettimi rimettermi",
}
"""Irregular forms, and nouns that say the same."""


def italian_forms(stem: str, conjugation: str) -> Iterator[str]:
    """`lev` and `are`: levo, levi, leva, levami, levamelo, levarlo ..."""
    plain, with_object = ENDINGS[conjugation]
    yield from (stem + ending for ending in plain)
    for ending in with_object:
        yield from (stem + ending + enclitic for enclitic in ENCLITIC if enclitic or ending[-1] != "r")
        if ending[-1] == "r":
            yield stem + ending + "e"


def english_forms(verb: str) -> Iterator[str]:
    """`flip`: flip, flipping; a past form tells what was done already, and is none."""
    yield verb
    short = len(verb) > 2 and verb[-1] not in "aeiouwyx" and verb[-2] in "aeiou" and verb[-3] not in "aeiou"
    yield verb[:-1] + "ing" if verb.endswith("e") else verb + verb[-1] + "ing" if short else verb + "ing"
    if short:
        yield verb + "ing"


def _everyday() -> Iterator[tuple[str, Kind]]:
    for kind, verbs in ENGLISH.items():
        yield from ((form, kind) for verb in verbs.split() for form in english_forms(verb))
    for kind, conjugations in ITALIAN.items():
        for conjugation, stems in conjugations.items():
            yield from (
                (form.replace("ii", "i"), kind) for stem in stems.split() for form in italian_forms(stem, conjugation)
            )
    for kind, forms in MORE.items():
        yield from ((form, kind) for form in forms.split())


RATHER = worded(
    """
    prendi prendo segno segui seguo levi leva scala scalo salti tagli taglio mollo segui molla sego
    cassa casso cassi piazza piazzo piazzi opzioni sbatti sbatto sbatta sbattere taglia tagliando tagliare tagliarmi
    scarto scarti ritiro ritiri ritirare ritirarlo ritirarla cambi ritardo ritardi metto becco becchi becci becca
    procura procuri segni assegno assegni schiaffo schiaffi pacco pacca pacci bidoni bidono cestino cestini cancello
    cancelli molli liberi libero liberarmi liberarci sfilate levate abbandono abbandoni rinvio rinvi scambi anticipo
    anticipi rimandi rimando inverso inversa inversi baratto scalare scalate scalando scalata trasferisco trasferirmi
    trasferirci trasferiro trasferiamo congelate congelo riapri riapro riaprite ripristino vigili presidio presidi
    pedina seguire seguite seguendo seguiamo seguiro garantite assente
    absent absenting kill killing substitute substituting void flip flipping refresh refreshing monitor snatch
    snatching trash slide sliding anticipate anticipating transfer transferring decline declining surrender dump
    inverting scout dodge
    """
)
"""Forms that are as often another word: what they ask is not told by them alone."""
EVERYDAY: dict[str, Kind] = {form: kind for form, kind in _everyday() if form not in RATHER}
"""Each form, and what it asks."""
OF_A_NOUN = worded("a an any the my un uno una il nel in quali quanti quante night work late")
"""What stands before a noun: `any delay`, `my shift`, `un rinvio` ask nothing to be done."""
NOUNS = worded("delay shift transfer cancello ritardo anticipo rinvio ritiro")
"""Nouns there, and verbs elsewhere, of those that the grammar's phrases have."""
