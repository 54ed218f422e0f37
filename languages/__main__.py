"""python -m languages en|it: prints the sentences that a language lacks, as entries for its message files.

Exit code 0: none is missing. 1: some are. 2: no such language.
"""

from __future__ import annotations

import io
import sys

from babel.messages import Catalog
from babel.messages.pofile import write_po

from languages.catalogue import Language
from languages.sentences import missing


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in list(Language):
        sys.stderr.write("Say which language: python -m languages en, or python -m languages it.\n")
        return 2
    entries = Catalog(charset="utf-8")
    for sentence in missing(Language(arguments[0])):
        texts = sentence.texts if len(sentence.texts) > 1 else sentence.texts[0]
        entries.add(texts, locations=[(sentence.file, sentence.line)])
    printed = io.BytesIO()
    write_po(printed, entries, omit_header=True, width=0)
    sys.stdout.write(printed.getvalue().decode())
    return 1 if len(entries) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
