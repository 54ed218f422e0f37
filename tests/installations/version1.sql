-- Rows in every table of version 1; the files of later versions add to them what was new there.
INSERT INTO accounts (user_id, role, fingerprint, created_at) VALUES
    (42, 'owner', 'f1', '2026-11-01T10:00:00.000Z'), (43, 'friend', 'f2', '2026-11-02T10:00:00.000Z');
INSERT INTO accounts (user_id, role, active, rejected) VALUES (44, 'friend', 0, 1);
INSERT INTO courses (id, name, location, day_of_week, time_start, time_end, available_spots, total_spots, course_type, instructor)
    VALUES (1, 'YOGA', 'Giuriati', 0, '18:00', '18:55', 7, 20, 'Corsi Platinum', 'ROSSI ANNA'),
           (2, 'Fit Center', 'Bovisa', 2, '08:00', NULL, NULL, NULL, '', NULL);
INSERT INTO slots (id, appointment_id, activity_id, activity, course_name, date, time_start, time_end, instructor, places, status, read_at)
    VALUES (1, 'a1', '1', 'Giuriati - Corsi Platinum', 'YOGA', '2026-11-30', '18:00', '18:55', 'ROSSI ANNA', 7, 'available', '2026-11-26T05:10:00.000Z'),
           (2, '', '2', 'Bovisa - Fit Center', 'Fit Center', '2026-12-02', '08:00', '09:00', '', NULL, 'disabled', '2026-11-26T05:10:00.000Z');
INSERT INTO slot_days (date, read_at) VALUES ('2026-11-30', '2026-11-26T05:10:00.000Z'), ('2026-12-06', '2026-11-26T05:10:00.000Z');
INSERT INTO user_bookings (id, user_id, booking_id, course_name, location, booking_date, booking_time, status, minutes, reminded_at)
    VALUES (1, 42, 'b1', 'YOGA', 'Giuriati', '2026-11-30', '18:00', 'confirmed', 55, NULL),
           (2, 42, 'b2', 'ZUMBA', 'Giuriati', '2026-11-20', '20:00', 'past', 55, '2026-11-20T16:00:00.000Z'),
           (3, 43, 'b3', NULL, 'Bovisa', '2026-12-02', '08:00', 'cancelled', NULL, NULL);
INSERT INTO periodic_bookings (id, user_id, name, location, course_name, day_of_week, time_slot, requires_confirmation, active, mode)
    VALUES (1, 42, 'Yoga del lunedì', 'Giuriati', 'YOGA', 0, '18:00', 1, 1, 'hold'),
           (2, 43, 'Palestra', 'Bovisa', NULL, 2, '08:00', 0, 0, NULL);
INSERT INTO periodic_alternatives (periodic_booking_id, position, location, course_name, time_slot)
    VALUES (1, 1, 'Giuriati', 'PILATES MATWORK', '19:00');
INSERT INTO holidays (id, user_id, first_day, last_day) VALUES (1, 42, '2026-12-23', '2027-01-06');
-- what waits for its opening, what a worker held when all was stopped, what is watched, and what has ended in each way
INSERT INTO booking_actions (id, action_type, user_id, status, location, course_name, date, time_slot, booking_id, run_at,
    opens_at, lease_until, worker, attempts, error, error_kind, quiet, watch, watch_until, periodic_booking_id, won_choice, completed_at)
    VALUES
    (1, 'book', 42, 'completed', 'Giuriati', 'YOGA', '2026-11-30', '18:00', 'b1', '2026-11-27T23:00:00.000Z', '2026-11-27T23:00:00.000Z', NULL, NULL, 1, NULL, NULL, 0, NULL, NULL, 1, 0, '2026-11-27T23:00:01.000Z'),
    (2, 'book', 42, 'pending', 'Giuriati', 'PILATES MATWORK', '2026-12-03', '19:00', NULL, '2026-11-30T23:00:00.000Z', '2026-11-30T23:00:00.000Z', NULL, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL),
    (3, 'cancel', 42, 'processing', 'Giuriati', 'YOGA', '2026-11-30', '18:00', 'b1', '2026-11-26T10:00:00.000Z', NULL, '2026-11-26T10:01:00.000Z', 'host - 7', 2, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL),
    (4, 'book', 43, 'pending', 'Bovisa', 'Fit Center', '2026-12-02', '08:00', NULL, '2026-11-26T10:00:00.000Z', NULL, NULL, NULL, 9, NULL, NULL, 0, 'book', '2026-12-02T05:00:00.000Z', NULL, NULL, NULL),
    (5, 'book', 43, 'failed', 'Giuriati', 'ZUMBA', '2026-11-25', '20:00', NULL, '2026-11-22T23:00:00.000Z', '2026-11-22T23:00:00.000Z', NULL, NULL, 3, 'posti esauriti', 'ClassFull', 0, NULL, NULL, NULL, NULL, '2026-11-22T23:00:05.000Z'),
    (6, 'book', 42, 'cancelled', 'Giuriati', 'ZUMBA', '2026-11-25', '20:00', NULL, '2026-11-22T23:00:00.000Z', NULL, NULL, NULL, 0, NULL, 'UnknownOutcome', 0, NULL, NULL, NULL, NULL, '2026-11-22T20:00:00.000Z'),
    (7, 'check', 42, 'completed', NULL, NULL, NULL, NULL, NULL, '2026-11-26T09:00:00.000Z', NULL, NULL, NULL, 1, NULL, NULL, 1, NULL, NULL, NULL, NULL, '2026-11-26T09:00:04.000Z');
UPDATE booking_actions SET replaces_row_id = 1 WHERE id = 2;
INSERT INTO alternatives (action_id, position, location, course_name, date, time_slot) VALUES (2, 1, 'Giuriati', 'YOGA', '2026-12-03', '20:00');
INSERT INTO openings (action_id, opens_at, offset_ms, doubt_ms, round_trip_ms, seen_ms) VALUES (1, '2026-11-27T23:00:00.000Z', 120.5, 4.0, 31.0, 640.0);
INSERT INTO shots (id, action_id, choice, planned_ms, sent_ms, answered_ms, outcome, message) VALUES
    (1, 1, 0, 10.0, 10.4, 67.0, 'accepted', ''), (2, 1, 0, 60.0, 60.2, 101.0, 'already', 'già prenotato');
INSERT INTO occurrences (id, periodic_booking_id, date, state, action_id) VALUES (1, 1, '2026-11-30', 'queued', 1), (2, 1, '2026-12-07', 'asked', NULL);
INSERT INTO pending_confirmations (id, user_id, periodic_booking_id, scheduled_for, expires_at, purpose, booking_row_id) VALUES
    (1, 42, 1, '2026-11-30T17:00:00.000Z', '2026-11-30T15:00:00.000Z', 'keep', 1),
    (2, 42, 1, '2026-12-07T17:00:00.000Z', '2026-12-07T16:55:00.000Z', 'book', NULL);
UPDATE executor SET ticked_at = '2026-11-26T09:55:00.000Z';
INSERT INTO heartbeats (name, program, pid, started_at, at) VALUES ('host - 7', 'worker', 7, '2026-11-26T08:00:00.000Z', '2026-11-26T10:00:00.000Z');
INSERT INTO outages (id, name, program, since, died, until) VALUES (1, 'host - 6', 'worker', '2026-11-26T07:00:00.000Z', 1, '2026-11-26T08:00:00.000Z');
INSERT INTO notices (id, user_id, kind, action_id, booking_row_id, confirmation_id, occurrence_id, outage_id, sent_at, attempts, error) VALUES
    (1, 42, 'result', 1, NULL, NULL, NULL, NULL, '2026-11-27T23:00:02.000Z', 1, NULL),
    (2, 42, 'confirmation', NULL, NULL, 1, NULL, NULL, NULL, 0, NULL),
    (3, 43, 'result', 5, NULL, NULL, NULL, NULL, NULL, 2, NULL),
    (4, 42, 'program_back', NULL, NULL, NULL, NULL, 1, '2026-11-26T08:00:01.000Z', 1, NULL),
    (5, 42, 'reminder', NULL, 2, NULL, NULL, NULL, '2026-11-20T16:00:01.000Z', 1, NULL);
