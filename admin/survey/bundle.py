"""The one file a survey leaves: written without anybody's data, read back with distrust. Used by the demo too."""

from __future__ import annotations

import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from admin.survey.class_names import markup_words
from admin.survey.cleaning import Cleaner
from admin.survey.facts import Finding
from admin.survey.markup import cleaned, people_in
from admin.survey.seen import Got, Post, Seen, Trial
from database import VERSION
from domain.errors import ConfigError
from domain.model import Credentials
from languages.terminal import _
from portal.evidence.redactor import AccountRedactor
from safety.redaction import Redactor
from safety.untrusted import Unreadable, read_json

FORMAT = 1
MAKER = "Polimisport Bot"
LARGEST_FILE = 20_000_000  # bytes of the zip itself
LARGEST_ENTRY = 3_000_000  # bytes of one file in it, unpacked
LARGEST = 30_000_000  # bytes of all of them
MOST_ENTRIES = 120
STEEPEST = 300  # times as large unpacked; what is honest is about ten
NAME = re.compile(r"report\.(?:txt|json)|LEGGIMI\.txt|(?:pages|data)/[a-z0-9-]{1,40}\.(?:html|json)")
README = """This file tells how the booking site behaved on {day}: report.txt says it in lines, report.json for
programs; pages/ and data/ hold what the site showed, without names, numbers, cookies, tokens or pictures. Words that
are not known to be the site's own are made up (parola1, parola2 ...), and so are all ids. Dates, hours and places of
classes are real: those of your own bookings too. Look into it before you send it to anybody.
"""


# ----- writing


def contents(
    seen: Seen, findings: Sequence[Finding], credentials: Credentials, redactor: AccountRedactor
) -> dict[str, str]:
    """Every file of the survey, clean. What holds a secret all the same is left out, and named."""
    cleaner = Cleaner(seen.today, [credentials.username, *_people(seen)])
    cleaner.know_markup(markup_words(_every_page(seen), [each.got.json for each in seen.schedules]))
    files = {**_data(seen, cleaner), **_pages(seen, cleaner)}
    files["report.json"] = _report(seen, findings, cleaner)
    files["report.txt"] = "".join(f"{_line(each, cleaner)}\n" for each in findings)
    files["LEGGIMI.txt"] = README.format(day=seen.today)
    return {name: text if _is_clean(text, credentials, redactor) else "left out\n" for name, text in files.items()}


def _is_clean(text: str, credentials: Credentials, redactor: AccountRedactor) -> bool:
    """Searches a finished file once more for secrets: none should ever be found."""
    return redactor.data(text) == text and not Redactor([credentials.username]).holds(text)


def _people(seen: Seen) -> Iterable[str]:
    return [name for html in _every_page(seen) for name in people_in(html)]


def _every_page(seen: Seen) -> list[str]:
    answers = [*seen.sent.values(), *seen.strangers.values()]
    return [*seen.pages.values(), *(got.text for got in answers), *(met.html for met in seen.login)]


def _data(seen: Seen, cleaner: Cleaner) -> dict[str, str]:
    """Cleans the schedules first: their ids are then recognised in the pages."""
    files: dict[str, str] = {}
    activities = [
        {
            "id": cleaner.id(each.activity.id),
            "name": cleaner.text(each.activity.name),
            "flags": cleaner.text(each.flags),
        }
        for each in seen.calendars
    ]
    files["data/activities.json"] = _dumped(activities)
    for number, schedule in enumerate(seen.schedules):
        files[f"data/schedule-{number:02d}.json"] = _dumped(
            {
                "activity": cleaner.id(schedule.calendar.activity.id),
                "day": schedule.day.isoformat(),
                "status": schedule.got.status,
                "answer": cleaner.json(schedule.got.json),
            }
        )
    files["data/answers.json"] = _dumped(_answers(seen, cleaner))
    if seen.trial:
        files["data/trial.json"] = _dumped(_trial(seen.trial, cleaner))
    return files


def _answers(seen: Seen, cleaner: Cleaner) -> Any:
    """Of each answer its status, the names of its headers, and the cookies by name and flags."""
    got = {**seen.strangers, **seen.sent}
    return {
        "answers": {name: _outside(each, cleaner) for name, each in got.items()},
        "cookies": [
            {"name": cleaner.identifier(each.name), "http_only": each.http_only, "secure": each.secure}
            for each in seen.cookies
        ],
        "login": [cleaner.identifier_path(met.path) for met in seen.login],
        "requests": seen.requests,
    }


def _outside(got: Got, cleaner: Cleaner) -> Any:
    names = sorted({cleaner.identifier(name) for name in got.headers})
    return {"status": got.status, "seconds": round(got.seconds, 3), "headers": names}


def _trial(trial: Trial, cleaner: Cleaner) -> Any:
    return {
        "booking": _post(trial.booking, cleaner),
        "deletion": _post(trial.deletion, cleaner),
        "seen_booked": trial.seen_booked,
        "seen_gone": trial.seen_gone,
    }


def _post(post: Post | None, cleaner: Cleaner) -> Any:
    if post is None:
        return None
    sent = [cleaner.identifier(name) for name in post.fields]
    return {"path": cleaner.identifier_path(post.path), "sent": sent, "answer": cleaner.json(post.got.json)}


def _pages(seen: Seen, cleaner: Cleaner) -> dict[str, str]:
    pages = {**{name: got.text for name, got in seen.sent.items() if name not in seen.pages}, **seen.pages}
    pages |= {f"login-{number:02d}": met.html for number, met in enumerate(seen.login)}
    pages |= {name: got.text for name, got in seen.strangers.items() if name == "login"}
    return {f"pages/{name}.html": cleaned(html, cleaner) for name, html in pages.items()}


def _line(finding: Finding, cleaner: Cleaner) -> str:
    """The terminal's line; what the site said in it cleaned."""
    return str(finding).replace(finding.verdict.words, cleaner.text(finding.verdict.words))


def _report(seen: Seen, findings: Sequence[Finding], cleaner: Cleaner) -> str:
    facts = [
        {
            "id": each.fact.id,
            "mark": each.verdict.mark.name.lower(),
            "words": cleaner.text(each.verdict.words),
            "value": _value(each.verdict.value, cleaner),
        }
        for each in findings
    ]
    rule = {"days_ahead": seen.rule.days_ahead, "at": f"{seen.rule.at:%H:%M:%S}"}
    report = {"made_by": MAKER, "format": FORMAT, "schema": VERSION, "date": seen.today.isoformat(), "opening": rule}
    return _dumped({**report, "facts": facts})


def _value(value: Any, cleaner: Cleaner) -> Any:
    if isinstance(value, dict):
        return {str(key): _value(each, cleaner) for key, each in value.items()}
    if isinstance(value, list):
        return [_value(each, cleaner) for each in value]
    return cleaner.text(value) if isinstance(value, str) else value


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def write(folder: Path, seen: Seen, files: Mapping[str, str]) -> Path:
    """The zip, readable by its owner only, in place of nothing. Raises ConfigError where it can't be written."""
    for number in range(1, 100):
        path = folder / f"survey-{seen.today}{f'-{number}' if number > 1 else ''}.zip"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise ConfigError(_("{path} can't be written ({why})", path=path, why=error.strerror)) from None
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, text in files.items():
                packed.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
        return path
    raise ConfigError(_("there are a hundred surveys of {day} in {folder}: delete some", day=seen.today, folder=folder))


# ----- reading


class BadSurvey(Exception):
    """The file is no survey, or can't be read; one sentence says why."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a survey's file holds. Not believed: whoever uses a part of it checks it."""

    report: Mapping[str, Any]
    files: Mapping[str, str] = field(repr=False)

    def value(self, fact: str) -> Any:
        """What was seen of a fact, for programs; None when nothing was."""
        facts = self.report.get("facts")
        named = (each for each in facts if isinstance(each, dict)) if isinstance(facts, list) else ()
        return next((each.get("value") for each in named if each.get("id") == fact), None)

    def mark(self, fact: str) -> str:
        facts = self.report.get("facts")
        named = (each for each in facts if isinstance(each, dict)) if isinstance(facts, list) else ()
        return str(next((each.get("mark") for each in named if each.get("id") == fact), "unseen"))

    def data(self, name: str) -> Any:
        """A JSON file of it; None when it is not there, or none."""
        try:
            return read_json(self.files.get(f"data/{name}.json", ""))
        except Unreadable:
            return None


def read(path: Path) -> Survey:
    """Reads a survey in memory; nothing is unpacked to disk. Raises BadSurvey."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadSurvey(
                _(
                    "{path} is larger than any survey ({megabytes} MB): was it made by us?",
                    path=path,
                    megabytes=f"{path.stat().st_size / 1e6:.0f}",
                )
            )
        with zipfile.ZipFile(path) as packed:
            files = _unpacked(path, packed)
    except OSError as error:
        raise BadSurvey(
            _("{path} can't be read ({why})", path=path, why=error.strerror or type(error).__name__)
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise BadSurvey(
            _("{path} is no zip that can be read: take the file as setup.py --survey wrote it", path=path)
        ) from None
    return Survey(_report_of(path, files), files)


def _unpacked(path: Path, packed: zipfile.ZipFile) -> dict[str, str]:
    entries = packed.infolist()
    if len(entries) > MOST_ENTRIES or len({each.filename for each in entries}) < len(entries):
        raise BadSurvey(
            _(
                "{path} holds {number} files, more than any survey, or one twice: it is none of ours",
                path=path,
                number=len(entries),
            )
        )
    for each in entries:
        if not NAME.fullmatch(each.filename):
            raise BadSurvey(
                _(
                    "{path} holds a file that no survey has ({name}): nothing of it was used",
                    path=path,
                    name=f"{each.filename[:60]!r}",
                )
            )
        if each.flag_bits & 1:
            raise BadSurvey(_("{path} is encrypted: send the file as setup.py --survey wrote it", path=path))
        steep = each.file_size > STEEPEST * max(each.compress_size, 100)
        if each.file_size > LARGEST_ENTRY or steep:
            raise BadSurvey(
                _(
                    "{path} would be far too large unpacked ({name}): nothing of it was used",
                    path=path,
                    name=each.filename,
                )
            )
    if sum(each.file_size for each in entries) > LARGEST:
        raise BadSurvey(_("{path} would be far too large unpacked: nothing of it was used", path=path))
    return {each.filename: _text(path, packed, each) for each in entries}


def _text(path: Path, packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    """Unpacks an entry up to the limit: the size that it states is not believed."""
    with packed.open(entry) as file:
        text = file.read(LARGEST_ENTRY + 1)
    if len(text) > LARGEST_ENTRY:
        raise BadSurvey(
            _("{path} would be far too large unpacked ({name}): nothing of it was used", path=path, name=entry.filename)
        )
    return text.decode("utf-8", errors="replace")


def _report_of(path: Path, files: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        report = read_json(files.get("report.json", ""))
    except Unreadable:
        report = None
    if not isinstance(report, dict) or report.get("made_by") != MAKER or not isinstance(report.get("format"), int):
        raise BadSurvey(_("{path} is no survey: it has no report.json of ours", path=path))
    if report["format"] > FORMAT:
        raise BadSurvey(
            _("{path} was made by a newer version of the bot: update this one (git pull), then try again", path=path)
        )
    return report
