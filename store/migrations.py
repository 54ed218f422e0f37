"""Brings a database file to the version this code knows, in place, after a backup copy.

Version 0 is an empty file, or the five given tables of the first Polimisport bot; VERSION is schema.sql, and what lies
between is reached step by step.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from domain.errors import DatabaseError
from domain.model import Clock
from languages.terminal import _
from store.connection import Connection, Transaction
from store.sqlite_file import GIVEN_TABLES, OURS, SqliteFile

VERSION = 10
SCHEMA = Path(__file__).resolve().parent.parent / "schema.sql"
log = logging.getLogger(__name__)

NUMBERED_ANEW = (
    "agreements", "booking_actions", "courses", "favourites", "holidays", "house_rules", "invitations", "login_remarks",
    "notices", "occurrences", "outages", "own_events", "pairs", "pending_confirmations", "periodic_bookings", "shots",
    "slots", "user_bookings", "web_sessions",
)  # fmt: skip
"""The tables that gave the number of a deleted row to another one until version 9."""

NEVER_TWICE = (
    "CREATE TABLE numbers (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT",  # with the first of these tables SQLite makes
    "DROP TABLE numbers",  # its own, sqlite_sequence, which stays
    # How rows lie in the file does not change, so only the schema's text does: a copy of a long history would take
    # minutes on a small machine (https://sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes")
    "PRAGMA writable_schema = ON",
    f"""UPDATE sqlite_schema SET sql = replace(sql, ' INTEGER PRIMARY KEY,', ' INTEGER PRIMARY KEY AUTOINCREMENT,')
    WHERE type = 'table' AND name IN {NUMBERED_ANEW}""",  # noqa: S608 - a constant
    "PRAGMA writable_schema = RESET",
    *(
        f"INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', coalesce(max(id), 0) FROM {table}"  # noqa: S608
        for table in NUMBERED_ANEW
    ),
)

STEPS: dict[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE booking_actions ADD COLUMN acting INTEGER NOT NULL DEFAULT 0 CHECK (acting IN (0, 1))",
        "ALTER TABLE booking_actions ADD COLUMN free_until TEXT",
        "ALTER TABLE user_bookings ADD COLUMN kept_at TEXT",
        "ALTER TABLE heartbeats ADD COLUMN tasks INTEGER NOT NULL DEFAULT 0",
        "UPDATE booking_actions SET error_kind = NULL WHERE status = 'cancelled'",  # nobody was in doubt about those
        "DROP INDEX IF EXISTS finished_by_class",
        "CREATE INDEX finished_by_class ON booking_actions (user_id, date, id)"
        " WHERE status IN ('completed', 'failed', 'cancelled') AND action_type IN ('book', 'cancel')"
        " AND date IS NOT NULL",
    ),
    2: (
        "ALTER TABLE booking_actions ADD COLUMN gave_up INTEGER NOT NULL DEFAULT 0 CHECK (gave_up IN (0, 1))",
        "ALTER TABLE user_bookings ADD COLUMN missing_since TEXT",
        "ALTER TABLE user_bookings ADD COLUMN calendar_id TEXT",
        "ALTER TABLE user_bookings ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE slots ADD COLUMN missing_since TEXT",
        "ALTER TABLE periodic_bookings ADD COLUMN lead_minutes INTEGER CHECK (lead_minutes BETWEEN 1 AND 2880)",
        "CREATE INDEX periodic_by_lead ON periodic_bookings (lead_minutes)"
        " WHERE active = 1 AND lead_minutes IS NOT NULL",
        "ALTER TABLE accounts ADD COLUMN paused_until TEXT",
        "ALTER TABLE accounts ADD COLUMN pause_kind TEXT",
        "ALTER TABLE accounts ADD COLUMN pause_reason TEXT",
        "ALTER TABLE accounts ADD COLUMN rests INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE notices ADD COLUMN message_id INTEGER",
        "ALTER TABLE notices ADD COLUMN about_user_id INTEGER",
        "ALTER TABLE notices ADD COLUMN lost INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE accounts ADD COLUMN unreachable_since TEXT",
        "ALTER TABLE booking_actions ADD COLUMN course_type TEXT",
        "ALTER TABLE alternatives ADD COLUMN course_type TEXT",
        "ALTER TABLE user_bookings ADD COLUMN course_type TEXT",
        "ALTER TABLE periodic_bookings ADD COLUMN course_type TEXT",
        "ALTER TABLE periodic_alternatives ADD COLUMN course_type TEXT",
        "DROP INDEX one_live_action_per_slot",
        "CREATE UNIQUE INDEX one_live_action_per_slot"
        " ON booking_actions (user_id, date, substr(time_slot, 1, 5), coalesce(course_name, '') COLLATE NOCASE,"
        " coalesce(location, '') COLLATE NOCASE, coalesce(course_type, '') COLLATE NOCASE)"
        " WHERE status IN ('pending', 'processing') AND date IS NOT NULL",
        "ALTER TABLE booking_actions ADD COLUMN opening_requests INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX spent_at_openings ON booking_actions (user_id, opens_at) WHERE opening_requests > 0",
        "ALTER TABLE accounts ADD COLUMN rejected_kind TEXT",
        "ALTER TABLE accounts ADD COLUMN rejected_reason TEXT",
        "ALTER TABLE booking_actions ADD COLUMN pressed INTEGER NOT NULL DEFAULT 0 CHECK (pressed IN (0, 1))",
        "ALTER TABLE booking_actions ADD COLUMN absent_since TEXT",
        "ALTER TABLE booking_actions ADD COLUMN took_back INTEGER NOT NULL DEFAULT 0 CHECK (took_back IN (0, 1))",
        "CREATE INDEX notices_by_confirmation ON notices (confirmation_id) WHERE confirmation_id IS NOT NULL",
        "ALTER TABLE accounts ADD COLUMN login_asked INTEGER NOT NULL DEFAULT 0 CHECK (login_asked IN (0, 1))",
    ),
    3: (
        "UPDATE accounts SET pause_kind = 'LoginBlocked' WHERE pause_kind = 'LoginStuck'",
        "UPDATE booking_actions SET error_kind = 'LoginBlocked' WHERE error_kind = 'LoginStuck'",
        "UPDATE booking_actions SET rehearsal = 'LoginBlocked' WHERE rehearsal = 'LoginStuck'",
        "CREATE TABLE login_remarks (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, kind TEXT NOT NULL,"
        " about TEXT NOT NULL, words TEXT NOT NULL, seen_at TEXT NOT NULL) STRICT",
        "CREATE UNIQUE INDEX one_login_remark ON login_remarks (user_id, kind, about)",
        "ALTER TABLE notices ADD COLUMN remark_id INTEGER REFERENCES login_remarks (id) ON DELETE CASCADE",
        "ALTER TABLE accounts ADD COLUMN rejected_at TEXT",
        "CREATE TABLE house_rules (id INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL,"
        " instead_of TEXT NOT NULL DEFAULT '', words TEXT NOT NULL DEFAULT '', about TEXT NOT NULL DEFAULT '',"
        " action_id INTEGER REFERENCES booking_actions (id) ON DELETE SET NULL, seen INTEGER NOT NULL DEFAULT 1,"
        " seen_at TEXT NOT NULL, told_at TEXT, answer TEXT CHECK (answer IN ('set', 'left')), answered_at TEXT,"
        " configured TEXT, UNIQUE (name, value)) STRICT",
        "ALTER TABLE notices ADD COLUMN rule_id INTEGER REFERENCES house_rules (id) ON DELETE CASCADE",
        "CREATE TABLE recurring_pauses (user_id INTEGER PRIMARY KEY, since TEXT NOT NULL, kind TEXT NOT NULL,"
        " words TEXT NOT NULL DEFAULT '') STRICT",
        "CREATE TRIGGER recurring_resumed AFTER DELETE ON recurring_pauses"
        " BEGIN UPDATE executor SET plan_version = plan_version + 1; END",
    ),
    4: (
        "ALTER TABLE pending_confirmations ADD COLUMN occurrence_id INTEGER"
        " REFERENCES occurrences (id) ON DELETE SET NULL",
        "CREATE INDEX confirmations_by_occurrence ON pending_confirmations (occurrence_id)"
        " WHERE occurrence_id IS NOT NULL",
        # the date whose noon is nearest to the class: dates of one series lie a week apart
        "UPDATE pending_confirmations SET occurrence_id = ("
        " SELECT id FROM occurrences WHERE periodic_booking_id = pending_confirmations.periodic_booking_id"
        " AND abs(julianday(date, '+12 hours') - julianday(scheduled_for)) < 1.5)",
        "ALTER TABLE booking_actions ADD COLUMN won_row_id INTEGER REFERENCES user_bookings (id) ON DELETE SET NULL",
        # the newest row of that name, of the kind of class that was won as far as both say one
        "UPDATE booking_actions SET won_row_id = (SELECT id FROM ("
        " SELECT held.id, held.course_type IS coalesce(choice.course_type, booking_actions.course_type) AS same_kind"
        " FROM user_bookings AS held LEFT JOIN alternatives AS choice"
        " ON choice.action_id = booking_actions.id AND choice.position = booking_actions.won_choice"
        " WHERE held.user_id = booking_actions.user_id AND held.booking_id = booking_actions.booking_id"
        " AND held.booking_date BETWEEN date(booking_actions.date, '-7 days') AND date(booking_actions.date, '+7 days')"
        ") ORDER BY same_kind DESC, id DESC LIMIT 1)"
        " WHERE action_type = 'book' AND status = 'completed' AND booking_id IS NOT NULL",
        "CREATE INDEX won_places ON booking_actions (won_row_id) WHERE won_row_id IS NOT NULL",
    ),
    5: (
        "ALTER TABLE accounts ADD COLUMN language TEXT CHECK (language IN ('it', 'en'))",
        "ALTER TABLE accounts ADD COLUMN telegram_language TEXT",
        "CREATE TABLE preferences (user_id INTEGER PRIMARY KEY,"
        " silent TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(silent)),"
        " quiet_from TEXT CHECK (quiet_from GLOB '[0-2][0-9]:[0-5][0-9]' AND quiet_from < '24'),"
        " quiet_until TEXT CHECK (quiet_until GLOB '[0-2][0-9]:[0-5][0-9]' AND quiet_until < '24'),"
        " reminder_minutes INTEGER CHECK (reminder_minutes BETWEEN 0 AND 10080),"
        " mode TEXT CHECK (mode IN ('ask_first', 'ask_opening', 'hold', 'automatic')),"
        " watch_notice_minutes INTEGER CHECK (watch_notice_minutes BETWEEN 0 AND 10080),"
        " place TEXT NOT NULL DEFAULT '') STRICT",
        "ALTER TABLE booking_actions ADD COLUMN notice_minutes INTEGER CHECK (notice_minutes BETWEEN 1 AND 10080)",
    ),
    6: (
        "ALTER TABLE preferences ADD COLUMN week_dark INTEGER NOT NULL DEFAULT 0 CHECK (week_dark IN (0, 1))",
        "ALTER TABLE preferences ADD COLUMN week_mondays INTEGER NOT NULL DEFAULT 0 CHECK (week_mondays IN (0, 1))",
        "ALTER TABLE preferences ADD COLUMN week_sent TEXT"
        " CHECK (week_sent GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')",
        "CREATE TABLE open_pages (user_id INTEGER NOT NULL, message_id INTEGER NOT NULL, page TEXT NOT NULL,"
        " shown_at TEXT NOT NULL, PRIMARY KEY (user_id, message_id)) STRICT",
        "CREATE TABLE shared_classes (number TEXT PRIMARY KEY, location TEXT NOT NULL, course_name TEXT NOT NULL,"
        " course_type TEXT, date TEXT NOT NULL CHECK (date GLOB '????-??-??' AND date IS date(date, '+0 days')),"
        " time_slot TEXT NOT NULL CHECK (time_slot GLOB '[0-2][0-9]:[0-5][0-9]' AND time_slot < '24'),"
        " starts_at TEXT NOT NULL) STRICT",
        "CREATE INDEX shared_by_date ON shared_classes (date)",
        "CREATE TABLE favourites (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, course_name TEXT NOT NULL,"
        " location TEXT NOT NULL DEFAULT '', course_type TEXT NOT NULL DEFAULT '',"
        " day_of_week INTEGER CHECK (day_of_week BETWEEN 0 AND 6),"
        " time_slot TEXT CHECK (time_slot GLOB '[0-2][0-9]:[0-5][0-9]' AND time_slot < '24'),"
        " CHECK ((day_of_week IS NULL) = (time_slot IS NULL))) STRICT",
        "CREATE UNIQUE INDEX one_star ON favourites (user_id, course_name, location, course_type,"
        " coalesce(day_of_week, -1), coalesce(time_slot, ''))",
        "CREATE INDEX courses_by_hour ON courses (day_of_week, time_start)",
        "CREATE TABLE own_calendars (user_id INTEGER PRIMARY KEY, address TEXT NOT NULL, etag TEXT, last_modified TEXT,"
        " read_at TEXT, expanded_at TEXT, next_at TEXT NOT NULL,"
        " trouble TEXT CHECK (trouble IN ('unreachable', 'refused', 'not_allowed', 'too_large', 'no_calendar')),"
        " failures INTEGER NOT NULL DEFAULT 0, told TEXT) STRICT",
        "CREATE INDEX own_calendars_due ON own_calendars (next_at)",
        "CREATE TRIGGER own_calendar_named AFTER INSERT ON own_calendars"
        " BEGIN UPDATE executor SET plan_version = plan_version + 1; END",
        "CREATE TABLE own_events (id INTEGER PRIMARY KEY,"
        " user_id INTEGER NOT NULL REFERENCES own_calendars (user_id) ON DELETE CASCADE, summary TEXT NOT NULL,"
        " starts_at TEXT NOT NULL, ends_at TEXT NOT NULL, all_day INTEGER NOT NULL DEFAULT 0 CHECK (all_day IN (0, 1)))"
        " STRICT",
        "CREATE INDEX own_events_by_time ON own_events (user_id, starts_at)",
        "CREATE INDEX slots_by_course ON slots (course_name, date)",
        "CREATE TABLE agreements (id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, asker_id INTEGER NOT NULL,"
        " asker_name TEXT NOT NULL, friend_id INTEGER, friend_name TEXT, invited_at TEXT NOT NULL, accepted_at TEXT"
        ") STRICT",
        "CREATE UNIQUE INDEX one_agreement ON agreements (asker_id, friend_id) WHERE friend_id IS NOT NULL",
        "CREATE INDEX agreements_by_friend ON agreements (friend_id) WHERE friend_id IS NOT NULL",
        "ALTER TABLE booking_actions ADD COLUMN both_or_none INTEGER NOT NULL DEFAULT 0 CHECK (both_or_none IN (0, 1))",
        "CREATE TABLE pairs (id INTEGER PRIMARY KEY, asker_id INTEGER NOT NULL, friend_id INTEGER NOT NULL,"
        " asker_name TEXT NOT NULL, friend_name TEXT NOT NULL,"
        " asker_action_id INTEGER NOT NULL REFERENCES booking_actions (id) ON DELETE CASCADE,"
        " friend_action_id INTEGER REFERENCES booking_actions (id) ON DELETE SET NULL,"
        " both_or_none INTEGER NOT NULL CHECK (both_or_none IN (0, 1)),"
        " friends_own INTEGER NOT NULL DEFAULT 0 CHECK (friends_own IN (0, 1)), free_until TEXT,"
        " state TEXT NOT NULL DEFAULT 'open'"
        " CHECK (state IN ('open', 'returning', 'both', 'none', 'apart', 'returned')),"
        " asker_again INTEGER NOT NULL DEFAULT 0 CHECK (asker_again IN (0, 1)),"
        " friend_again INTEGER NOT NULL DEFAULT 0 CHECK (friend_again IN (0, 1)),"
        " return_id INTEGER REFERENCES booking_actions (id) ON DELETE SET NULL, winner_id INTEGER,"
        " created_at TEXT NOT NULL) STRICT",
        "CREATE INDEX undecided_pairs ON pairs (id) WHERE state IN ('open', 'returning')",
        "CREATE INDEX pairs_by_asker_action ON pairs (asker_action_id)",
        "CREATE INDEX pairs_by_friend_action ON pairs (friend_action_id) WHERE friend_action_id IS NOT NULL",
        "CREATE INDEX pairs_by_return ON pairs (return_id) WHERE return_id IS NOT NULL",
        "ALTER TABLE notices ADD COLUMN pair_id INTEGER REFERENCES pairs (id) ON DELETE CASCADE",
        "CREATE INDEX notices_by_pair ON notices (pair_id) WHERE pair_id IS NOT NULL",
        "CREATE TABLE fillings (date TEXT NOT NULL CHECK (date GLOB '????-??-??' AND date IS date(date, '+0 days')),"
        " time_start TEXT NOT NULL CHECK (time_start GLOB '[0-2][0-9]:[0-5][0-9]' AND time_start < '24'),"
        " course_name TEXT NOT NULL, location TEXT NOT NULL DEFAULT '', course_type TEXT NOT NULL DEFAULT '',"
        " opens_at TEXT NOT NULL, free_s REAL, full_s REAL,"
        " asked INTEGER NOT NULL DEFAULT 0, got INTEGER NOT NULL DEFAULT 0,"
        " PRIMARY KEY (date, time_start, course_name, location, course_type)) STRICT",
        "CREATE INDEX fillings_by_class ON fillings (course_name COLLATE NOCASE, time_start, date)",
        "CREATE INDEX fillings_raced ON fillings (asked, got) WHERE asked > 0",
    ),
    7: (
        "CREATE TABLE request_counts (minute TEXT NOT NULL, user_id INTEGER NOT NULL, requests INTEGER NOT NULL,"
        " delayed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (minute, user_id)) STRICT, WITHOUT ROWID",
        "DROP TABLE heartbeats",  # of processes that are no more: this is done before any of the new ones runs
        "CREATE TABLE heartbeats (name TEXT PRIMARY KEY,"
        " program TEXT NOT NULL CHECK (program IN ('bot', 'worker', 'executor', 'web')), pid INTEGER NOT NULL,"
        " started_at TEXT NOT NULL, at TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',"
        " tasks INTEGER NOT NULL DEFAULT 0, version TEXT NOT NULL DEFAULT '', memory INTEGER NOT NULL DEFAULT 0,"
        " browser TEXT NOT NULL DEFAULT '') STRICT",
        "CREATE INDEX finished_lately ON booking_actions (completed_at, action_type, status)"
        " WHERE completed_at IS NOT NULL",
        "CREATE INDEX openings_by_time ON openings (opens_at)",
        "DELETE FROM notices WHERE kind = 'page' AND sent_at IS NOT NULL",
        "ALTER TABLE agreements ADD COLUMN ended_by INTEGER",
        "ALTER TABLE pairs ADD COLUMN withdrew_id INTEGER",
        "ALTER TABLE user_bookings ADD COLUMN was_course TEXT",
        "ALTER TABLE user_bookings ADD COLUMN was_time TEXT",
        "CREATE INDEX untold_notices ON notices (sent_at) WHERE error IS NOT NULL",
        "CREATE TABLE guests (user_id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
        " most_waiting INTEGER NOT NULL DEFAULT 20 CHECK (most_waiting BETWEEN 1 AND 1000),"
        " welcomed_at TEXT NOT NULL, sealed BLOB, fingerprint TEXT NOT NULL DEFAULT '',"
        " by_hand INTEGER NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1)), suspended_at TEXT, entered_at TEXT,"
        " is_tried INTEGER NOT NULL DEFAULT 0 CHECK (is_tried IN (0, 1)),"
        " revision INTEGER NOT NULL DEFAULT 0) STRICT",
        "CREATE TABLE invitations (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, made_by INTEGER NOT NULL,"
        " made_at TEXT NOT NULL) STRICT",
        "CREATE TABLE directory (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL DEFAULT 0) STRICT",
        "INSERT INTO directory (id) VALUES (1)",
        "CREATE TRIGGER guest_came AFTER INSERT ON guests BEGIN UPDATE directory SET version = version + 1;"
        " UPDATE guests SET revision = (SELECT version FROM directory) WHERE user_id = new.user_id; END",
        "CREATE TRIGGER guest_changed AFTER UPDATE OF sealed, by_hand, suspended_at ON guests BEGIN"
        " UPDATE directory SET version = version + 1;"
        " UPDATE guests SET revision = (SELECT version FROM directory) WHERE user_id = new.user_id; END",
        "CREATE TRIGGER guest_left AFTER DELETE ON guests BEGIN UPDATE directory SET version = version + 1; END",
        """CREATE TABLE web_links (
    digest  TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('page', 'account')),
    ends_at TEXT NOT NULL,
    name    TEXT NOT NULL DEFAULT '',
    UNIQUE (user_id, purpose)
) STRICT""",
        """CREATE TABLE web_sessions (
    id       INTEGER PRIMARY KEY,
    digest   TEXT NOT NULL UNIQUE,
    user_id  INTEGER NOT NULL,
    agent    TEXT NOT NULL DEFAULT '',
    began_at TEXT NOT NULL,
    seen_at  TEXT NOT NULL,
    ends_at  TEXT NOT NULL,
    name     TEXT NOT NULL DEFAULT ''
) STRICT""",
        "CREATE INDEX web_sessions_by_person ON web_sessions (user_id, seen_at)",
        "ALTER TABLE user_bookings ADD COLUMN changed_at TEXT",
        "CREATE TABLE bot_profile (id INTEGER PRIMARY KEY CHECK (id = 1), username TEXT NOT NULL) STRICT",
        "CREATE TABLE feeds (user_id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, number INTEGER NOT NULL,"
        " made_at TEXT NOT NULL, read_at TEXT) STRICT",
    ),
    8: (
        "CREATE TABLE backups (id INTEGER PRIMARY KEY CHECK (id = 1), next_at TEXT, made_at TEXT,"
        " failures INTEGER NOT NULL DEFAULT 0, failing_since TEXT, error TEXT) STRICT",
        "INSERT INTO backups (id) VALUES (1)",
        "CREATE TABLE alarm_channels (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL,"
        " digest TEXT NOT NULL UNIQUE,"
        " name TEXT NOT NULL, reached_at TEXT, failing_since TEXT, error TEXT) STRICT",
        "CREATE TABLE alarms (id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " notice_id INTEGER NOT NULL REFERENCES notices (id) ON DELETE CASCADE,"
        " channel_id INTEGER NOT NULL REFERENCES alarm_channels (id) ON DELETE CASCADE, next_at TEXT,"
        " attempts INTEGER NOT NULL DEFAULT 0, sent_at TEXT, error TEXT, UNIQUE (notice_id, channel_id)) STRICT",
        "CREATE INDEX unsent_alarms ON alarms (next_at) WHERE sent_at IS NULL",
        "CREATE INDEX alarms_by_channel ON alarms (channel_id)",
        "DROP INDEX fillings_by_class",  # NOCASE is SQLite's own, and lower() means the same
        "CREATE INDEX fillings_by_class ON fillings (lower(course_name), time_start, date)",
        "CREATE TABLE release_news (id INTEGER PRIMARY KEY CHECK (id = 1), next_at TEXT, version TEXT,"
        " changes TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(changes))) STRICT",
        "INSERT INTO release_news (id) VALUES (1)",
        *NEVER_TWICE,
    ),
    9: (
        "CREATE TABLE site_logins (user_id INTEGER PRIMARY KEY, version INTEGER NOT NULL DEFAULT 0, sealed BLOB,"
        " holder TEXT, held_until TEXT, failure TEXT CHECK (failure IS NULL OR json_valid(failure)), failed_at TEXT)"
        " STRICT",
        "CREATE TABLE sent_codes (user_id INTEGER NOT NULL, counter INTEGER NOT NULL, sent_at TEXT NOT NULL,"
        " PRIMARY KEY (user_id, counter)) STRICT, WITHOUT ROWID",
        "ALTER TABLE booking_actions ADD COLUMN joins_list INTEGER NOT NULL DEFAULT 0 CHECK (joins_list IN (0, 1))",
        "CREATE TABLE request_budgets (user_id INTEGER PRIMARY KEY, spare REAL NOT NULL, counted_at TEXT NOT NULL)"
        " STRICT",
    ),
}
"""What leads from each version to the next."""


def statements(script: str) -> Iterator[str]:
    """The statements of an SQL script, one by one: sqlite3's executescript would commit under our feet."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


async def version(connection: Connection) -> int:
    """The version the file says it has (PRAGMA user_version)."""
    row = await connection.row("PRAGMA user_version")
    return int(row[0]) if row else 0


async def migrate(connection: SqliteFile, clock: Clock) -> None:
    """Upgrades the file to VERSION. Programs that start together do it once. Raises DatabaseError for a newer file."""
    found = await version(connection)
    if found > VERSION:
        raise DatabaseError(
            _(
                "the database {path} was made by a newer version (file {found}, program {version}): "
                "update the program; the file is left as it is",
                path=connection.path,
                found=found,
                version=VERSION,
            )
        )
    if found == VERSION:
        return
    if await _tables(connection):
        await _backup(connection, found, clock)
    await connection.transact(lambda tx: _upgrade(tx, found))


def _upgrade(tx: Transaction, found: int) -> None:
    """Does what leads from the version that was found to VERSION, unless another program has done it meanwhile."""
    row = tx.row("PRAGMA user_version")
    if row is None or row[0] != found:
        return
    if found:
        _step_by_step(tx, found)
    else:
        _from_nothing(tx)
    tx.run(f"PRAGMA application_id = {OURS}")
    tx.run(f"PRAGMA user_version = {VERSION}")


def _step_by_step(tx: Transaction, found: int) -> None:
    for step in range(found, VERSION):
        for statement in STEPS[step]:
            tx.run(statement)


async def _tables(connection: Connection) -> list[str]:
    rows = await connection.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [row[0] for row in rows]


async def _backup(connection: SqliteFile, found: int, clock: Clock) -> None:
    target = connection.path.with_name(f"{connection.path.name}.version{found}-{clock():%Y%m%dT%H%M%S%f}.bak")
    await connection.backup(target)
    log.info("Copied the database of version %s to %s before the upgrade", found, target)


def _from_nothing(tx: Transaction) -> None:
    """schema.sql, filled with what the given tables held."""
    names = [row[0] for row in tx.run("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    given = [name for name in GIVEN_TABLES if name in names]
    for name in given:
        for index in tx.run(
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = :t AND sql > ''", {"t": name}
        ):
            tx.run(f'DROP INDEX "{index[0]}"')
        tx.run(f"ALTER TABLE {name} RENAME TO legacy_{name}")
    for statement in statements(SCHEMA.read_text(encoding="utf-8")):
        tx.run(statement)
    for name in given:
        _copy_legacy(tx, name)


def _copy_legacy(tx: Transaction, name: str) -> None:
    """Takes over the columns both have. The old table goes only when every row fits; else it stays to be looked at."""
    old = [row["name"] for row in tx.run(f"PRAGMA table_info(legacy_{name})")]
    new = [row["name"] for row in tx.run(f"PRAGMA table_info({name})")]
    shared = [column for column in new if column in old]
    taken = (
        {"status": "CASE status WHEN 'processing' THEN 'failed' ELSE status END"} if name == "booking_actions" else {}
    )
    source = ", ".join(taken.get(column, column) for column in shared)
    tx.run(f"INSERT OR IGNORE INTO {name} ({', '.join(shared)}) SELECT {source} FROM legacy_{name}")  # noqa: S608 - names of our own
    left = tx.row(f"SELECT count(*) FROM legacy_{name} WHERE id NOT IN (SELECT id FROM {name})")  # noqa: S608
    if left and left[0]:
        log.warning("%s rows of the old table %s could not be taken over; they stay in legacy_%s", left[0], name, name)
    else:
        tx.run(f"DROP TABLE legacy_{name}")
