-- Every table, status and invariant of polimisport.db, at version 9 (PRAGMA user_version).
-- database.py runs this file on an empty database; later versions get there by its numbered migrations.
--
-- Conventions: days of the week are 0 = Monday; class dates `YYYY-MM-DD` and times `HH:MM` are the site's
-- (Europe/Rome); instants are UTC, `YYYY-MM-DDTHH:MM:SS.sssZ`, so that comparing text compares time;
-- user_id is a Telegram user id. The columns above a table's "-- more" line are the given ones: a row inserted by
-- hand with these alone works. The columns below it all have defaults. A number (id) is never used twice, also when its
-- row was deleted (AUTOINCREMENT): what a worker, a card in a chat or a message under way means by it stays the same.

-- People -----------------------------------------------------------------------------------------------------------

-- Who may use the bot. Filled from config.json at every start; credentials stay in config.json.
CREATE TABLE accounts (
    user_id     INTEGER PRIMARY KEY,
    role        TEXT NOT NULL CHECK (role IN ('owner', 'friend')),
    active      INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),  -- 0: no longer in config.json
    rejected    INTEGER NOT NULL DEFAULT 0 CHECK (rejected IN (0, 1)),  -- 1: the login was refused, or led astray; nothing is tried
    expected_at TEXT,  -- last seen on the way to a booking: a worker makes itself ready
    fingerprint TEXT NOT NULL DEFAULT '',  -- keyed digest of the credentials: changed credentials clear `rejected`
    created_at  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- A trouble of the account itself: until then nothing is sent for it, whoever works, except near an opening. Its
    -- class as in domain/errors.py, its sentence; and how often the account has waited since something last succeeded.
    paused_until TEXT,
    pause_kind   TEXT,
    pause_reason TEXT,
    rests        INTEGER NOT NULL DEFAULT 0,
    unreachable_since TEXT,  -- Telegram takes no message for them since then: they never opened the chat, or blocked it
    rejected_kind   TEXT,  -- the class of the error that set `rejected`: LoginRejected, LoginDiverted (led elsewhere), OtpMissing (no secret),
                           -- LoginNeeded (who logs in by hand has to), MatricolaMissing (theirs is not offered)
    rejected_reason TEXT,  -- its sentence
    login_asked     INTEGER NOT NULL DEFAULT 0 CHECK (login_asked IN (0, 1)),  -- 1: its person wants a new login tried: the next action does
    rejected_at     TEXT,  -- since when it is `rejected`
    language          TEXT CHECK (language IN ('it', 'en')),  -- what its person chose to read; NULL: as Telegram says
    telegram_language TEXT  -- the language code of their Telegram when they last wrote
) STRICT;

-- People who came with an invitation of the owner: accounts that stand in no file. Each has a row in accounts too, which
-- is active once they have entered what they log in with, and while they are not suspended.
CREATE TABLE guests (
    user_id      INTEGER PRIMARY KEY,  -- a Telegram id
    name         TEXT NOT NULL,        -- what Telegram called them when they came
    most_waiting INTEGER NOT NULL DEFAULT 20 CHECK (most_waiting BETWEEN 1 AND 1000),  -- bookings that wait at once
    welcomed_at  TEXT NOT NULL,
    sealed       BLOB,                 -- what they log in with, sealed with a key that is not in here (safety/sealing.py);
                                       -- NULL: not entered yet
    fingerprint  TEXT NOT NULL DEFAULT '',  -- keyed digest of the same
    by_hand      INTEGER NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1)),  -- 1: they log in themselves
    suspended_at TEXT,
    entered_at   TEXT,  -- when a login of theirs first succeeded
    is_tried     INTEGER NOT NULL DEFAULT 0 CHECK (is_tried IN (0, 1)),  -- 1: no login has succeeded with what they entered last
    revision     INTEGER NOT NULL DEFAULT 0  -- directory.version at its last change
) STRICT;

-- Links that let somebody in, once each: for seven days, or until they are withdrawn.
CREATE TABLE invitations (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    digest  TEXT NOT NULL UNIQUE,  -- SHA-256 of the secret in the link, which is kept nowhere
    made_by INTEGER NOT NULL,      -- a Telegram id
    made_at TEXT NOT NULL
) STRICT;

-- One row: a number that grows with every change of the guests, by whomever and with whatever tool, so that a running
-- program sees with one look whether anybody came, changed or went.
CREATE TABLE directory (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO directory (id) VALUES (1);
CREATE TRIGGER guest_came AFTER INSERT ON guests BEGIN
    UPDATE directory SET version = version + 1;
    UPDATE guests SET revision = (SELECT version FROM directory) WHERE user_id = new.user_id;
END;
CREATE TRIGGER guest_changed AFTER UPDATE OF sealed, by_hand, suspended_at ON guests BEGIN
    UPDATE directory SET version = version + 1;
    UPDATE guests SET revision = (SELECT version FROM directory) WHERE user_id = new.user_id;
END;
CREATE TRIGGER guest_left AFTER DELETE ON guests
    BEGIN UPDATE directory SET version = version + 1; END;

-- What each person prefers. Without a row: as the configuration says. The hours are local to the site.
CREATE TABLE preferences (
    user_id              INTEGER PRIMARY KEY,  -- a Telegram id
    silent               TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(silent)),  -- the events that come without a sound: ["result", ...]
    quiet_from           TEXT CHECK (quiet_from GLOB '[0-2][0-9]:[0-5][0-9]' AND quiet_from < '24'),
    quiet_until          TEXT CHECK (quiet_until GLOB '[0-2][0-9]:[0-5][0-9]' AND quiet_until < '24'),
    reminder_minutes     INTEGER CHECK (reminder_minutes BETWEEN 0 AND 10080),  -- before a class; NULL: reminder_hours
    mode                 TEXT CHECK (mode IN ('ask_first', 'ask_opening', 'hold', 'automatic')),  -- offered first
    watch_notice_minutes INTEGER CHECK (watch_notice_minutes BETWEEN 0 AND 10080),  -- a place that frees later is of no use
    place                TEXT NOT NULL DEFAULT '',  -- shown first
    week_dark            INTEGER NOT NULL DEFAULT 0 CHECK (week_dark IN (0, 1)),  -- 1: pictures are dark
    week_mondays         INTEGER NOT NULL DEFAULT 0 CHECK (week_mondays IN (0, 1)),  -- 1: the week's comes every Monday morning
    week_sent            TEXT CHECK (week_sent GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')  -- the last Monday for which it did
) STRICT;

-- What a person has starred: a class of the week, which the menu offers on its next date; or a course, whatever its
-- days and hours, which comes first in the list of courses.
CREATE TABLE favourites (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL,
    course_name TEXT NOT NULL,
    location    TEXT NOT NULL DEFAULT '',
    course_type TEXT NOT NULL DEFAULT '',
    day_of_week INTEGER CHECK (day_of_week BETWEEN 0 AND 6),  -- NULL: the course itself
    time_slot   TEXT CHECK (time_slot GLOB '[0-2][0-9]:[0-5][0-9]' AND time_slot < '24'),
    CHECK ((day_of_week IS NULL) = (time_slot IS NULL))
) STRICT;
CREATE UNIQUE INDEX one_star ON favourites
    (user_id, course_name, location, course_type, coalesce(day_of_week, -1), coalesce(time_slot, ''));

-- Who may have places booked for whom: one row per invitation. It binds nobody before its friend has said yes, and goes
-- when either of the two ends it, when the friend says no, or when nobody has said yes for seven days.
--   friend_id NULL    nobody has opened its link;  accepted_at NULL    whoever opened it first is asked, and nobody else
CREATE TABLE agreements (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    number      TEXT NOT NULL UNIQUE,  -- 128 random bits, in decimal: what comes with /start
    asker_id    INTEGER NOT NULL,      -- who may then ask for places
    asker_name  TEXT NOT NULL,         -- what Telegram called them when they invited
    friend_id   INTEGER,               -- with whose account they are booked
    friend_name TEXT,                  -- what Telegram called them when they were asked
    invited_at  TEXT NOT NULL,
    accepted_at TEXT,
    ended_by    INTEGER                -- who of the two said no, or ended it: it lets nobody do anything any more
) STRICT;
CREATE UNIQUE INDEX one_agreement ON agreements (asker_id, friend_id) WHERE friend_id IS NOT NULL;
CREATE INDEX agreements_by_friend ON agreements (friend_id) WHERE friend_id IS NOT NULL;

-- The catalogue ----------------------------------------------------------------------------------------------------

-- The weekly timetable, as last read. available_spots is of the next date; total_spots the most ever seen free
-- (the site does not tell the capacity).
CREATE TABLE courses (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    name            TEXT NOT NULL,           -- 'PILATES MATWORK'; 'Fit Center' for the slots without a course
    location        TEXT NOT NULL DEFAULT '',  -- 'Giuriati'
    day_of_week     INTEGER NOT NULL CHECK (day_of_week BETWEEN 0 AND 6),
    time_start      TEXT NOT NULL CHECK (time_start GLOB '[0-2][0-9]:[0-5][0-9]' AND time_start < '24'),
    time_end        TEXT CHECK (time_end GLOB '[0-2][0-9]:[0-5][0-9]' AND time_end < '24'),
    available_spots INTEGER,
    total_spots     INTEGER,
    course_type     TEXT NOT NULL DEFAULT '',  -- 'Corsi Platinum'
    instructor      TEXT,
    last_updated    TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;
CREATE UNIQUE INDEX one_line_per_course ON courses (location, course_type, name, day_of_week, time_start);
CREATE INDEX courses_by_hour ON courses (day_of_week, time_start);

-- The same, dated: what a tap can book. A day in slot_days was read, even when it has no slots.
CREATE TABLE slots (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    appointment_id TEXT NOT NULL DEFAULT '',  -- the site's own id; '' when it was read from the page
    activity_id    TEXT NOT NULL,
    activity       TEXT NOT NULL,             -- 'Giuriati - Corsi Platinum'
    course_name    TEXT NOT NULL,
    date           TEXT NOT NULL CHECK (date GLOB '????-??-??' AND date IS date(date, '+0 days')),
    time_start     TEXT NOT NULL CHECK (time_start GLOB '[0-2][0-9]:[0-5][0-9]' AND time_start < '24'),
    time_end       TEXT NOT NULL CHECK (time_end GLOB '[0-2][0-9]:[0-5][0-9]' AND time_end < '24'),
    instructor     TEXT NOT NULL DEFAULT '',
    places         INTEGER,                   -- NULL when the site did not say
    status         TEXT NOT NULL CHECK (status IN ('available', 'booked', 'disabled', 'waiting')),
    read_at        TEXT NOT NULL,
    missing_since  TEXT                       -- a reading then showed none of its activity's slots of that day
) STRICT;
-- A slot keeps its id from reading to reading, so that a button made before a refresh still means the same slot.
CREATE UNIQUE INDEX one_row_per_slot ON slots (activity_id, course_name, date, time_start);
CREATE INDEX slots_by_date ON slots (date, time_start);
CREATE INDEX slots_by_course ON slots (course_name, date);

CREATE TABLE slot_days (
    date    TEXT PRIMARY KEY,
    read_at TEXT NOT NULL
) STRICT;

-- The links by which somebody shows a class to others of the same bot: one per class, whoever made it. It opens the
-- class's page until the class begins; then it says so for thirty days, and the row goes.
CREATE TABLE shared_classes (
    number      TEXT PRIMARY KEY,  -- 128 random bits, in decimal: what comes with /start
    location    TEXT NOT NULL,
    course_name TEXT NOT NULL,
    course_type TEXT,
    date        TEXT NOT NULL CHECK (date GLOB '????-??-??' AND date IS date(date, '+0 days')),
    time_slot   TEXT NOT NULL CHECK (time_slot GLOB '[0-2][0-9]:[0-5][0-9]' AND time_slot < '24'),
    starts_at   TEXT NOT NULL      -- when the class begins
) STRICT;
CREATE INDEX shared_by_date ON shared_classes (date);

-- The queue --------------------------------------------------------------------------------------------------------

-- One row is one thing to do on the site. Finished rows are history and stay.
--
--   pending ----> processing ----> completed     done, and read back from the site
--      |  ^           |  |               ^
--      |  |           |  |               |       a reading of "my bookings" found it done after all; also of
--      |  |           |  |               |       what was withdrawn after a try whose answer was lost
--      |  '-----------'  '-------> failed        will not be tried again; error says why
--      |   retry, release, or
--      |   lease run out (claimed again)
--      '---------------------------------------> cancelled     withdrawn before it ran; also from processing, while it
--                                                              is only prepared for its opening (acting = 0)
--
-- processing holds a lease: lease_until is set exactly then. attempts only grows and is the fence: whoever finishes
-- must still be the one who claimed it.
CREATE TABLE booking_actions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    action_type  TEXT NOT NULL CHECK (action_type IN ('book', 'cancel', 'check', 'refresh')),
    user_id      INTEGER NOT NULL,
    status       TEXT NOT NULL DEFAULT 'pending'
                 CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    location     TEXT,
    course_name  TEXT,
    date         TEXT CHECK (date GLOB '????-??-??' AND date IS date(date, '+0 days')),
    time_slot    TEXT CHECK (time_slot GLOB '[0-2][0-9]:[0-5][0-9]*' AND time_slot < '24'),
    booking_id   TEXT,
    created_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    started_at   TEXT,
    completed_at TEXT,
    result       TEXT,
    error        TEXT,
    -- more
    run_at       TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),  -- not before
    opens_at     TEXT,                          -- when the slot opens, as the rule says
    lease_until  TEXT,
    worker       TEXT,                          -- who holds the lease: machine, process namespace, process
    attempts     INTEGER NOT NULL DEFAULT 0,    -- how often claimed; the fence
    failures     INTEGER NOT NULL DEFAULT 0,    -- what the retry rule looks at
    crashes      INTEGER NOT NULL DEFAULT 0,    -- how often its lease ran out, or its worker was found dead
    error_kind   TEXT,                          -- the class of the error, as in domain/errors.py
    evidence     TEXT,                          -- folder with page and screenshot, when kept
    quiet        INTEGER NOT NULL DEFAULT 0 CHECK (quiet IN (0, 1)),  -- 1: routine work, told only when it fails for good
    card_message_id     INTEGER,                -- the message in the chat that shows it
    periodic_booking_id INTEGER REFERENCES periodic_bookings (id) ON DELETE SET NULL,
    watch        TEXT CHECK (watch IN ('book', 'tell')),  -- a full slot is looked at again: to book it, or only to tell
    watch_until  TEXT,                          -- until then
    replaces_row_id INTEGER REFERENCES user_bookings (id) ON DELETE SET NULL,  -- an upgrade: once booked, that one is freed
    rehearse_at  TEXT,                          -- the evening before: try everything but the booking; NULL once done
    rehearsal    TEXT,                          -- what came of it: 'ok', 'unseen', or the class of the error
    won_choice   INTEGER,                       -- what was booked: 0 the wish, 1 the first alternative ...
    why_not_first TEXT,                         -- the site's words about the choices before it
    free_until   TEXT,                          -- given back without another question (nobody answered; an upgrade's
                                                -- other), or booked, only until then: later it may cost, and only the
                                                -- person decides
    acting       INTEGER NOT NULL DEFAULT 0 CHECK (acting IN (0, 1)),  -- 1: its worker may take the place from now on
    gave_up      INTEGER NOT NULL DEFAULT 0 CHECK (gave_up IN (0, 1)),  -- 1: what it replaces was given back before it, or may
                                                -- have been; written before the button is pressed
    course_type  TEXT,                          -- 'Corsi Platinum'; NULL: any kind of class
    opening_requests INTEGER NOT NULL DEFAULT 0,  -- sent around its opening, by whichever workers raced for it
    pressed      INTEGER NOT NULL DEFAULT 0 CHECK (pressed IN (0, 1)),  -- 1: a cancellation was confirmed on the site, in whichever try
    absent_since TEXT,                          -- a cancellation's last reading did not show its booking: one more, half a minute
                                                -- later, before anything is told
    took_back    INTEGER NOT NULL DEFAULT 0 CHECK (took_back IN (0, 1)),  -- 1: what it replaces was given up in vain, and had
                                                -- again: it is not given up a second time
    won_row_id   INTEGER REFERENCES user_bookings (id) ON DELETE SET NULL,  -- of a booking, the place it got
    notice_minutes INTEGER CHECK (notice_minutes BETWEEN 1 AND 10080),  -- of a watch: a place that frees later than so
                                                -- long before its class is not wanted. NULL: watch_until alone counts
    both_or_none INTEGER NOT NULL DEFAULT 0 CHECK (both_or_none IN (0, 1)),  -- 1: of a pair in which neither wants a place
                                                -- without the other: no alternatives, and it replaces nothing
    joins_list   INTEGER NOT NULL DEFAULT 0 CHECK (joins_list IN (0, 1)),  -- 1: its person has said yes to the site's waiting list
    CHECK ((status = 'processing') = (lease_until IS NOT NULL)),
    CHECK (action_type <> 'book' OR (date IS NOT NULL AND time_slot IS NOT NULL)),
    CHECK (action_type <> 'cancel' OR booking_id IS NOT NULL OR (date IS NOT NULL AND time_slot IS NOT NULL))
) STRICT;
-- One live action per account, class, date and time: the second tap meets this and is shown the first ticket.
CREATE UNIQUE INDEX one_live_action_per_slot
    ON booking_actions (user_id, date, substr(time_slot, 1, 5), coalesce(course_name, '') COLLATE NOCASE,
        coalesce(location, '') COLLATE NOCASE, coalesce(course_type, '') COLLATE NOCASE)
    WHERE status IN ('pending', 'processing') AND date IS NOT NULL;
CREATE UNIQUE INDEX one_live_routine_action
    ON booking_actions (user_id, action_type)
    WHERE status IN ('pending', 'processing') AND action_type IN ('check', 'refresh');
-- These two hold only live rows: a claim costs the same after a million finished ones.
CREATE INDEX pending_actions ON booking_actions (run_at, id) WHERE status = 'pending';
CREATE INDEX leased_actions ON booking_actions (lease_until) WHERE status = 'processing';
-- What became of a class: asked when a reading of "my bookings" differs from what we knew.
CREATE INDEX finished_by_class ON booking_actions (user_id, date, id)
    WHERE status IN ('completed', 'failed', 'cancelled') AND action_type IN ('book', 'cancel') AND date IS NOT NULL;
CREATE INDEX spent_at_openings ON booking_actions (user_id, opens_at) WHERE opening_requests > 0;
CREATE INDEX actions_by_user ON booking_actions (user_id, quiet, id);
CREATE INDEX live_actions ON booking_actions (user_id, action_type) WHERE status IN ('pending', 'processing');
CREATE INDEX routine_done ON booking_actions (user_id, action_type, completed_at)
    WHERE action_type IN ('check', 'refresh') AND status = 'completed';
-- What ended lately, for the owner and the measurements.
CREATE INDEX finished_lately ON booking_actions (completed_at, action_type, status) WHERE completed_at IS NOT NULL;
CREATE INDEX won_places ON booking_actions (won_row_id) WHERE won_row_id IS NOT NULL;
CREATE INDEX routine_tries ON booking_actions (user_id, action_type, created_at)
    WHERE action_type IN ('check', 'refresh');

-- What else would do, in the person's order: tried when the wish can't be had.
CREATE TABLE alternatives (
    action_id   INTEGER NOT NULL REFERENCES booking_actions (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL CHECK (position >= 1),
    location    TEXT NOT NULL,
    course_name TEXT NOT NULL,
    date        TEXT NOT NULL CHECK (date GLOB '????-??-??' AND date IS date(date, '+0 days')),
    time_slot   TEXT NOT NULL CHECK (time_slot GLOB '[0-2][0-9]:[0-5][0-9]' AND time_slot < '24'),
    course_type TEXT,
    PRIMARY KEY (action_id, position)
) STRICT;

-- How a slot's opening went, and every shot at it. Milliseconds, counted from the opening by the server's clock.
CREATE TABLE openings (
    action_id     INTEGER PRIMARY KEY REFERENCES booking_actions (id) ON DELETE CASCADE,
    opens_at      TEXT NOT NULL,
    offset_ms     REAL NOT NULL,  -- how far the server's clock is ahead of ours
    doubt_ms      REAL NOT NULL,  -- how well we know that
    round_trip_ms REAL NOT NULL,
    seen_ms       REAL,           -- read back in "my bookings"; NULL when it was not
    opened_early  INTEGER NOT NULL DEFAULT 0 CHECK (opened_early IN (0, 1))  -- it could be booked before its time
) STRICT;
CREATE INDEX openings_by_time ON openings (opens_at);

CREATE TABLE shots (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    action_id   INTEGER NOT NULL REFERENCES booking_actions (id) ON DELETE CASCADE,
    choice      INTEGER NOT NULL,
    planned_ms  REAL NOT NULL,
    sent_ms     REAL NOT NULL,
    answered_ms REAL NOT NULL,
    outcome     TEXT NOT NULL CHECK (outcome IN ('accepted', 'already', 'early', 'full', 'refused', 'lost')),
    message     TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX shots_by_action ON shots (action_id);

-- Two bookings of one class for two people, asked for by one of them. What follows for the one from how it goes with the
-- other is decided in the transaction of every change of either (domain/together.py has the rule, store/queue/pairs.py
-- its steps).
--   open         a place may still come                  both      each has a place        none   neither has
--   returning    both or none, and one has lost: return_id cancels the other's place, while that is free
--   returned     it was read back as gone                apart     winner_id alone has a place, and keeps it
CREATE TABLE pairs (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    asker_id         INTEGER NOT NULL,
    friend_id        INTEGER NOT NULL,
    asker_name       TEXT NOT NULL,
    friend_name      TEXT NOT NULL,
    asker_action_id  INTEGER NOT NULL REFERENCES booking_actions (id) ON DELETE CASCADE,
    friend_action_id INTEGER REFERENCES booking_actions (id) ON DELETE SET NULL,  -- NULL: the friend held it already
    both_or_none     INTEGER NOT NULL CHECK (both_or_none IN (0, 1)),
    friends_own      INTEGER NOT NULL DEFAULT 0 CHECK (friends_own IN (0, 1)),  -- 1: theirs before: never given back for this
    free_until       TEXT,  -- until then a place in the class is given back without penalty
    state            TEXT NOT NULL DEFAULT 'open'
                     CHECK (state IN ('open', 'returning', 'both', 'none', 'apart', 'returned')),
    asker_again      INTEGER NOT NULL DEFAULT 0 CHECK (asker_again IN (0, 1)),  -- 1: after a first "full" of theirs
    friend_again     INTEGER NOT NULL DEFAULT 0 CHECK (friend_again IN (0, 1)),  -- the same of the friend
    return_id        INTEGER REFERENCES booking_actions (id) ON DELETE SET NULL,
    winner_id        INTEGER,  -- who of the two had the place when it ended with one
    created_at       TEXT NOT NULL,
    withdrew_id      INTEGER  -- who of the two did not want their place any more, first; 0: that was not how it was lost
) STRICT;
CREATE INDEX undecided_pairs ON pairs (id) WHERE state IN ('open', 'returning');
CREATE INDEX pairs_by_asker_action ON pairs (asker_action_id);
CREATE INDEX pairs_by_friend_action ON pairs (friend_action_id) WHERE friend_action_id IS NOT NULL;
CREATE INDEX pairs_by_return ON pairs (return_id) WHERE return_id IS NOT NULL;

-- What is held -----------------------------------------------------------------------------------------------------

-- Places on the site. status: confirmed (seen at the last reading), cancelled (by us, read back as gone),
-- gone (vanished, and not through us), past (the class is over). Another word typed by hand counts as confirmed.
CREATE TABLE user_bookings (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL,
    booking_id   TEXT NOT NULL DEFAULT '',  -- our own stable name: the site shows no id
    course_name  TEXT,
    location     TEXT,
    booking_date TEXT NOT NULL CHECK (booking_date GLOB '????-??-??' AND booking_date IS date(booking_date, '+0 days')),
    booking_time TEXT NOT NULL CHECK (booking_time GLOB '[0-2][0-9]:[0-5][0-9]*' AND booking_time < '24'),
    status       TEXT NOT NULL DEFAULT 'confirmed',
    created_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- more
    minutes      INTEGER,                   -- how long it lasts, when the site says
    reminded_at  TEXT,                      -- when its reminder was put in the outbox
    kept_at      TEXT,                      -- when its person said "I'll go": it is not asked about any more
    course_type  TEXT,                      -- 'Corsi Platinum'; NULL: the site did not say
    missing_since TEXT,                     -- the readings since then did not show it: a loss once a second one, at
                                            -- least half a minute later and in the browser, agrees
    calendar_id  TEXT,                      -- its name in people's calendars: the first booking_id. NULL: booking_id
    sequence     INTEGER NOT NULL DEFAULT 0, -- how often what a calendar shows of it has changed
    changed_at   TEXT,                      -- when it last did. NULL: created_at
    was_course   TEXT,                      -- what the site called it before it last changed it; NULL: it never did
    was_time     TEXT                       -- the hour it had then
) STRICT;
CREATE INDEX bookings_by_user ON user_bookings (user_id, booking_date, booking_time);
CREATE INDEX bookings_by_date ON user_bookings (booking_date);

-- Recurring bookings -----------------------------------------------------------------------------------------------

-- mode: how much it does by itself. NULL and whatever contradicts requires_confirmation means the plain one of its kind:
-- 'automatic' when requires_confirmation = 0, else 'ask_first'.
--   ask_first    asks shortly before the class, then books        ask_opening  asks shortly before the slot opens
--   hold         books at the opening, asks while the place can still be given back        automatic  books at the opening
CREATE TABLE periodic_bookings (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id               INTEGER NOT NULL,
    name                  TEXT NOT NULL DEFAULT '',
    location              TEXT,
    course_name           TEXT,
    day_of_week           INTEGER NOT NULL CHECK (day_of_week BETWEEN 0 AND 6),
    time_slot             TEXT NOT NULL CHECK (time_slot GLOB '[0-2][0-9]:[0-5][0-9]*' AND time_slot < '24'),
    requires_confirmation INTEGER NOT NULL DEFAULT 1 CHECK (requires_confirmation IN (0, 1)),
    active                INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    created_at            TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- more
    course_type           TEXT,  -- 'Corsi Platinum'; NULL: any kind of class
    mode                  TEXT CHECK (mode IN ('ask_first', 'ask_opening', 'hold', 'automatic')),
    planned_from          TEXT, -- resumed or changed then: what was too late by then is no loss. NULL: created_at
    lead_minutes          INTEGER CHECK (lead_minutes BETWEEN 1 AND 2880)  -- how long before its class ask_first asks.
                                                                           -- NULL: confirmation.lead_minutes
) STRICT;
CREATE INDEX periodic_by_user ON periodic_bookings (user_id);
CREATE INDEX periodic_by_weekday ON periodic_bookings (day_of_week, substr(time_slot, 1, 5)) WHERE active = 1;
CREATE INDEX periodic_by_lead ON periodic_bookings (lead_minutes) WHERE active = 1 AND lead_minutes IS NOT NULL;

-- What else would do for a periodic booking, in the person's order; on the same weekday.
CREATE TABLE periodic_alternatives (
    periodic_booking_id INTEGER NOT NULL REFERENCES periodic_bookings (id) ON DELETE CASCADE,
    position            INTEGER NOT NULL CHECK (position >= 1),
    location            TEXT NOT NULL,
    course_name         TEXT NOT NULL,
    time_slot           TEXT NOT NULL CHECK (time_slot GLOB '[0-2][0-9]:[0-5][0-9]' AND time_slot < '24'),
    course_type         TEXT,
    PRIMARY KEY (periodic_booking_id, position)
) STRICT;

-- Days on which nothing recurring is booked or asked, both included.
CREATE TABLE holidays (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id   INTEGER NOT NULL,
    first_day TEXT NOT NULL CHECK (first_day GLOB '????-??-??' AND first_day IS date(first_day, '+0 days')),
    last_day  TEXT NOT NULL CHECK (last_day GLOB '????-??-??' AND last_day IS date(last_day, '+0 days')),
    CHECK (first_day <= last_day),
    UNIQUE (user_id, first_day, last_day)
) STRICT;

-- One row per (periodic booking, date): waking twice acts once. A row is taken away again only to have its date planned
-- anew (paused and resumed, changed, a skip taken back), together with its waiting action.
--   asked    a confirmation is open                  -> queued | skipped | expired
--   queued   action_id is its booking                -> missed: held, and we woke too late to ask whether it is kept
--   skipped  the person said no, or was on holiday
--   expired  nobody answered in time                 missed   we woke too late to ask
CREATE TABLE occurrences (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    periodic_booking_id INTEGER NOT NULL REFERENCES periodic_bookings (id) ON DELETE CASCADE,
    date                TEXT NOT NULL CHECK (date GLOB '????-??-??' AND date IS date(date, '+0 days')),
    state               TEXT NOT NULL CHECK (state IN ('asked', 'queued', 'skipped', 'expired', 'missed')),
    action_id           INTEGER REFERENCES booking_actions (id) ON DELETE SET NULL,
    created_at          TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    UNIQUE (periodic_booking_id, date)
) STRICT;
CREATE INDEX occurrences_by_date ON occurrences (date, state);
CREATE INDEX actions_by_periodic ON booking_actions (periodic_booking_id, status) WHERE periodic_booking_id IS NOT NULL;

-- A question. An open one has outcome NULL; not answered by expires_at it counts as no. Setting confirmed to 1 by hand
-- counts as the tap on "Conferma".
--   purpose 'book'  "shall I book it?"        yes: queued                no: skipped
--   purpose 'keep'  "will you keep it?"       yes: nothing changes       no: its cancelling is queued; with expires_at =
--                   scheduled_for it was asked too late to give it back without penalty: silence keeps it
CREATE TABLE pending_confirmations (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id             INTEGER NOT NULL,
    periodic_booking_id INTEGER NOT NULL REFERENCES periodic_bookings (id) ON DELETE CASCADE,
    scheduled_for       TEXT NOT NULL,      -- the instant the class begins
    confirmed           INTEGER DEFAULT 0 CHECK (confirmed IN (0, 1)),
    created_at          TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    expires_at          TEXT NOT NULL,
    -- more
    outcome             TEXT CHECK (outcome IN ('confirmed', 'skipped', 'expired')),
    purpose             TEXT NOT NULL DEFAULT 'book' CHECK (purpose IN ('book', 'keep')),
    booking_row_id      INTEGER REFERENCES user_bookings (id) ON DELETE SET NULL, -- what is held, for 'keep'
    occurrence_id       INTEGER REFERENCES occurrences (id) ON DELETE SET NULL    -- the date it is about; NULL: put in
                                                                                  -- by hand and not answered yet
) STRICT;
CREATE UNIQUE INDEX one_question_per_class ON pending_confirmations (periodic_booking_id, scheduled_for, purpose);
CREATE INDEX open_confirmations ON pending_confirmations (expires_at) WHERE outcome IS NULL;
CREATE INDEX confirmations_by_occurrence ON pending_confirmations (occurrence_id) WHERE occurrence_id IS NOT NULL;
CREATE INDEX confirmations_by_booking ON pending_confirmations (booking_row_id) WHERE booking_row_id IS NOT NULL;

-- One row: what the executor remembers. plan_version grows with every change of what recurs, by whomever and with
-- whatever tool, so that the executor looks at once and not at its next minute.
CREATE TABLE executor (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    plan_version INTEGER NOT NULL DEFAULT 0,
    ticked_at    TEXT  -- it was awake then, to within a few minutes: what could be done before it was done
) STRICT;
INSERT INTO executor (id) VALUES (1);
CREATE TRIGGER periodic_made AFTER INSERT ON periodic_bookings
    BEGIN UPDATE executor SET plan_version = plan_version + 1; END;
CREATE TRIGGER periodic_changed AFTER UPDATE ON periodic_bookings
    BEGIN UPDATE executor SET plan_version = plan_version + 1; END;
CREATE TRIGGER date_freed AFTER DELETE ON occurrences
    BEGIN UPDATE executor SET plan_version = plan_version + 1; END;
CREATE TRIGGER holiday_ended AFTER DELETE ON holidays
    BEGIN UPDATE executor SET plan_version = plan_version + 1; END;
CREATE TRIGGER confirmed_by_hand AFTER UPDATE OF confirmed ON pending_confirmations WHEN new.confirmed = 1
    BEGIN UPDATE executor SET plan_version = plan_version + 1; END;

-- What recurs for a person waits until they say so: the site refused a booking for something about the account. There
-- is a row as long as it waits; no date is planned meanwhile.
CREATE TABLE recurring_pauses (
    user_id INTEGER PRIMARY KEY,
    since   TEXT NOT NULL,
    kind    TEXT NOT NULL,              -- the class of the error, as in domain/errors.py
    words   TEXT NOT NULL DEFAULT ''    -- the site's own
) STRICT;
CREATE TRIGGER recurring_resumed AFTER DELETE ON recurring_pauses
    BEGIN UPDATE executor SET plan_version = plan_version + 1; END;

-- The programs -----------------------------------------------------------------------------------------------------

-- Signs of life: one row per running process, written every twenty seconds by bot, worker, executor and web themselves,
-- and taken away when they end as told. A row that is not written any more is a process that died or hangs.
CREATE TABLE heartbeats (
    name       TEXT PRIMARY KEY,  -- machine, process namespace, process: as in booking_actions.worker
    program    TEXT NOT NULL CHECK (program IN ('bot', 'worker', 'executor', 'web')),
    pid        INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    at         TEXT NOT NULL,
    note       TEXT NOT NULL DEFAULT '', -- what it is at
    tasks      INTEGER NOT NULL DEFAULT 0, -- asyncio tasks in its event loop: a number that only grows is a leak
    version    TEXT NOT NULL DEFAULT '', -- of the program that runs: an older one was not restarted after an update
    memory     INTEGER NOT NULL DEFAULT 0, -- bytes of it alone, without driver and browser; 0: the system does not say
    browser    TEXT NOT NULL DEFAULT ''  -- version of the Chromium it started last; empty while it started none
) STRICT;

-- How many requests were sent to the site for each account in each minute, by all workers together: written with their
-- heartbeats, and kept for two days.
CREATE TABLE request_counts (
    minute   TEXT NOT NULL,  -- its beginning
    user_id  INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    delayed  INTEGER NOT NULL DEFAULT 0,  -- of them, those that had to wait: the account had sent too many
    PRIMARY KEY (minute, user_id)
) STRICT, WITHOUT ROWID;

-- What the owner is told about them: one row per process that was missed. until: when it beat again, or another of its
-- kind had taken its place; NULL while it is missed.
CREATE TABLE outages (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT NOT NULL,
    program TEXT NOT NULL,
    since   TEXT NOT NULL,     -- its last sign of life
    died    INTEGER NOT NULL CHECK (died IN (0, 1)),  -- 1: the process is no more; 0: it hangs, or its machine is gone
    until   TEXT
) STRICT;
CREATE UNIQUE INDEX one_open_outage ON outages (name) WHERE until IS NULL;

-- The daily backups, in one row; the files themselves are the truth about which there are. A backup that fails is tried
-- again at next_at, ever later; the owner hears of the second failure running, once, and when one succeeds again.
CREATE TABLE backups (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    next_at       TEXT,                        -- when the next is due; NULL: not known yet
    made_at       TEXT,                        -- when the last was made, and found to be sound
    failures      INTEGER NOT NULL DEFAULT 0,  -- running, since then
    failing_since TEXT,
    error         TEXT                         -- why the last try failed; NULL: it did not
) STRICT;
INSERT INTO backups (id) VALUES (1);

-- Newer releases of the bot, in one row, where the owner wants to be told of them (updates.tell).
CREATE TABLE release_news (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    next_at TEXT,                        -- when they are looked for again; NULL: they never were
    version TEXT,                        -- the one that was told last
    changes TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(changes))  -- what the changelog says of it, as far as it is known
) STRICT;
INSERT INTO release_news (id) VALUES (1);

-- What else people have to do -------------------------------------------------------------------------------------

-- A person's own calendar (lectures, exams), as an .ics address: read at most hourly, to warn before a booking. The
-- address is a secret. told: 'read', or the trouble that was told; NULL: nothing yet.
CREATE TABLE own_calendars (
    user_id       INTEGER PRIMARY KEY,
    address       TEXT NOT NULL,
    etag          TEXT,
    last_modified TEXT,
    read_at       TEXT,
    expanded_at   TEXT,
    next_at       TEXT NOT NULL,
    trouble       TEXT CHECK (trouble IN ('unreachable', 'refused', 'not_allowed', 'too_large', 'no_calendar')),
    failures      INTEGER NOT NULL DEFAULT 0,
    told          TEXT
) STRICT;
CREATE INDEX own_calendars_due ON own_calendars (next_at);
CREATE TRIGGER own_calendar_named AFTER INSERT ON own_calendars
    BEGIN UPDATE executor SET plan_version = plan_version + 1; END;

-- Its events of the next ten weeks, those that recur date by date. They go with it.
CREATE TABLE own_events (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id   INTEGER NOT NULL REFERENCES own_calendars (user_id) ON DELETE CASCADE,
    summary   TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    ends_at   TEXT NOT NULL,
    all_day   INTEGER NOT NULL DEFAULT 0 CHECK (all_day IN (0, 1))
) STRICT;
CREATE INDEX own_events_by_time ON own_events (user_id, starts_at);

-- The address at which a person's calendar application reads their classes: one at most, and a new one ends the one
-- before. Whoever has it reads them, so that only a digest of its secret (256 random bits) is kept.
CREATE TABLE feeds (
    user_id INTEGER PRIMARY KEY,
    digest  TEXT NOT NULL UNIQUE,  -- SHA-256 of the secret, in hexadecimal digits
    number  INTEGER NOT NULL,      -- drawn for each: a button from before it was made changes nothing
    made_at TEXT NOT NULL,
    read_at TEXT                   -- when a calendar last asked for it, to the hour
) STRICT;

-- The outbox -------------------------------------------------------------------------------------------------------

-- What the pages of a login told a person, in the site's words: told once, and again when it becomes something else or
-- was not seen for a month. kind: password_expires, site_notice, matricola_chosen; about: what tells one from the next.
CREATE TABLE login_remarks (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    about   TEXT NOT NULL,
    words   TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_login_remark ON login_remarks (user_id, kind, about);

-- What the site was seen to do otherwise than the rules of the house say (domain/house_rules.py); told to the owner once.
-- answer: 'set': in force as long as the configuration says what it said then; 'left': not taken over, or taken back.
CREATE TABLE house_rules (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,            -- opening, overlap, late_cancel, free_cancel_hours, closes_minutes, most_bookings
    value       TEXT NOT NULL,
    instead_of  TEXT NOT NULL DEFAULT '', -- what was in force when it was seen
    words       TEXT NOT NULL DEFAULT '', -- the site's own, or what was seen
    about       TEXT NOT NULL DEFAULT '', -- the class it was last seen with: the same counts once
    action_id   INTEGER REFERENCES booking_actions (id) ON DELETE SET NULL,
    seen        INTEGER NOT NULL DEFAULT 1,
    seen_at     TEXT NOT NULL,
    told_at     TEXT,
    answer      TEXT CHECK (answer IN ('set', 'left')),
    answered_at TEXT,
    configured  TEXT,                     -- what the configuration said when it was answered
    UNIQUE (name, value)
) STRICT;

-- What a person should hear, as kind and ids; bot_db.py makes the words and sends it, at least once, in order per chat.
--   sent_at NULL -> waits, also for who blocked the bot;  sent_at set, error NULL -> delivered;  sent_at set, error set ->
--   not told: there was nothing to tell any more, or Telegram will never take it, or its answer was lost too often
-- Kinds `progress`, `card` and `page` edit a message that is there already: no new message waits for them.
CREATE TABLE notices (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id         INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    action_id       INTEGER REFERENCES booking_actions (id) ON DELETE CASCADE,
    booking_row_id  INTEGER REFERENCES user_bookings (id) ON DELETE CASCADE,
    confirmation_id INTEGER REFERENCES pending_confirmations (id) ON DELETE CASCADE,
    occurrence_id   INTEGER REFERENCES occurrences (id) ON DELETE CASCADE,
    outage_id       INTEGER REFERENCES outages (id) ON DELETE CASCADE,
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    sent_at         TEXT,
    attempts        INTEGER NOT NULL DEFAULT 0,
    error           TEXT,
    message_id      INTEGER,  -- for kinds card and page: the message that is edited
    about_user_id   INTEGER,  -- for kind unreachable: who can't be reached; for kind agreed: who said yes
    lost            INTEGER NOT NULL DEFAULT 0, -- tries whose answer was lost: each may have arrived
    remark_id       INTEGER REFERENCES login_remarks (id) ON DELETE CASCADE,
    rule_id         INTEGER REFERENCES house_rules (id) ON DELETE CASCADE,
    pair_id         INTEGER REFERENCES pairs (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX unsent_notices ON notices (user_id, id) WHERE sent_at IS NULL;
CREATE INDEX untold_notices ON notices (sent_at) WHERE error IS NOT NULL;
CREATE INDEX notices_by_pair ON notices (pair_id) WHERE pair_id IS NOT NULL;
CREATE INDEX notices_by_confirmation ON notices (confirmation_id) WHERE confirmation_id IS NOT NULL;

-- Where alarms go beside the chat, as the configuration says; the executor keeps it so. The addresses are secrets and
-- stand in the configuration alone.
CREATE TABLE alarm_channels (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id       INTEGER NOT NULL,
    digest        TEXT NOT NULL UNIQUE,  -- keyed digest of the address
    name          TEXT NOT NULL,         -- what kind: ntfy, mailto ...; ping: the address that is asked for while all is well
    reached_at    TEXT,                  -- when something last arrived there
    failing_since TEXT,
    error         TEXT                   -- why the last try failed; NULL: it did not
) STRICT;

-- Notices that go to a channel too, written with the notice: sent at least once, ever later after a failure, for two
-- days. sent_at NULL: waits;  sent_at set, error NULL: arrived;  both set: not sent.
CREATE TABLE alarms (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    notice_id  INTEGER NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
    channel_id INTEGER NOT NULL REFERENCES alarm_channels (id) ON DELETE CASCADE,
    next_at    TEXT,  -- when it is sent again; NULL: at once
    attempts   INTEGER NOT NULL DEFAULT 0,
    sent_at    TEXT,
    error      TEXT,
    UNIQUE (notice_id, channel_id)
) STRICT;
CREATE INDEX unsent_alarms ON alarms (next_at) WHERE sent_at IS NULL;
CREATE INDEX alarms_by_channel ON alarms (channel_id);

-- Messages that show a list of places, or one of its classes: edited when the timetable was read again. A message that
-- shows something else by now has no row.
CREATE TABLE open_pages (
    user_id    INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    page       TEXT NOT NULL,  -- the callback data that leads to it: a verb and ids
    shown_at   TEXT NOT NULL,  -- when its person last asked for it: half an hour later it is left as it is
    PRIMARY KEY (user_id, message_id)
) STRICT;

-- What was seen of a class at its opening, from every reading and refusal: how fast it fills. One row per class and date,
-- of the last 200 days.
CREATE TABLE fillings (
    date        TEXT NOT NULL CHECK (date GLOB '????-??-??' AND date IS date(date, '+0 days')),
    time_start  TEXT NOT NULL CHECK (time_start GLOB '[0-2][0-9]:[0-5][0-9]' AND time_start < '24'),
    course_name TEXT NOT NULL,
    location    TEXT NOT NULL DEFAULT '',
    course_type TEXT NOT NULL DEFAULT '',
    opens_at    TEXT NOT NULL,
    free_s      REAL,  -- the last moment at which a place was seen to be free, in seconds after the opening
    full_s      REAL,  -- the first at which none was
    asked       INTEGER NOT NULL DEFAULT 0,  -- requests of this installation at its opening
    got         INTEGER NOT NULL DEFAULT 0,  -- how many of them got a place
    PRIMARY KEY (date, time_start, course_name, location, course_type)
) STRICT;
CREATE INDEX fillings_by_class ON fillings (lower(course_name), time_start, date);
CREATE INDEX fillings_raced ON fillings (asked, got) WHERE asked > 0;

-- What the bot is called on Telegram, in one row: the links of the pages lead to it. No row: it was never connected.
CREATE TABLE bot_profile (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    username TEXT NOT NULL
) STRICT;

-- The pages in the browser -----------------------------------------------------------------------------------------

-- One-time links, each for one person and one purpose; of the secret only its SHA-256 is kept. A link that was used has
-- no row any more.
CREATE TABLE web_links (
    digest  TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('page', 'account')),
    ends_at TEXT NOT NULL,
    name    TEXT NOT NULL DEFAULT '',  -- the first name that Telegram told with the tap, for the session it begins
    UNIQUE (user_id, purpose)
) STRICT;

-- The browsers in which people have entered; of the secret in the cookie only its SHA-256 is kept.
CREATE TABLE web_sessions (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    digest   TEXT NOT NULL UNIQUE,
    user_id  INTEGER NOT NULL,
    agent    TEXT NOT NULL DEFAULT '',  -- what the browser says it is
    began_at TEXT NOT NULL,
    seen_at  TEXT NOT NULL,             -- its last request, to the hour
    ends_at  TEXT NOT NULL,
    name     TEXT NOT NULL DEFAULT ''   -- the person's first name, as the link brought it
) STRICT;
CREATE INDEX web_sessions_by_person ON web_sessions (user_id, seen_at);

-- One installation on several machines (PostgreSQL) ------------------------------------------------------------------

-- What all machines have to know of an account on the site. A file of SQLite is one machine's: there these stay empty,
-- and the folder beside it holds as much. version grows with each session that is kept.
CREATE TABLE site_logins (
    user_id    INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL DEFAULT 0,
    sealed     BLOB,  -- the session, readable with the installation's key alone; NULL: none is kept
    holder     TEXT,  -- which login has its turn, until held_until unless it says more
    held_until TEXT,
    failure    TEXT CHECK (failure IS NULL OR json_valid(failure)),  -- why the last login failed: kind and words; NULL: it did not
    failed_at  TEXT
) STRICT;

-- The last one-time codes that were sent, by number: none is sent twice, from whichever machine.
CREATE TABLE sent_codes (
    user_id INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    sent_at TEXT NOT NULL,
    PRIMARY KEY (user_id, counter)
) STRICT, WITHOUT ROWID;

-- How many requests all machines together may still send at once for an account, as of counted_at; less than nothing
-- where what was urgent did not wait.
CREATE TABLE request_budgets (
    user_id    INTEGER PRIMARY KEY,
    spare      REAL NOT NULL,
    counted_at TEXT NOT NULL
) STRICT;
