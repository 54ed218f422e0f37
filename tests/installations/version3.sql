-- What version 3 had and version 2 had not.
UPDATE accounts SET paused_until = '2026-11-26T12:00:00.000Z', pause_kind = 'LoginStuck', pause_reason = 'una pagina', rests = 2
    WHERE user_id = 43;
UPDATE accounts SET rejected_kind = 'LoginRejected', rejected_reason = 'password errata', unreachable_since = '2026-11-25T08:00:00.000Z'
    WHERE user_id = 44;
UPDATE user_bookings SET course_type = 'Corsi Platinum', calendar_id = 'b0', sequence = 2, missing_since = '2026-11-26T09:00:00.000Z' WHERE id = 1;
UPDATE slots SET missing_since = '2026-11-26T09:00:00.000Z' WHERE id = 2;
UPDATE periodic_bookings SET lead_minutes = 180, course_type = 'Corsi Platinum' WHERE id = 1;
UPDATE booking_actions SET course_type = 'Corsi Platinum', gave_up = 1, opening_requests = 4 WHERE id = 2;
UPDATE booking_actions SET pressed = 1, absent_since = '2026-11-26T10:00:00.000Z' WHERE id = 3;
UPDATE alternatives SET course_type = 'Corsi Platinum';
UPDATE periodic_alternatives SET course_type = 'Corsi Platinum';
INSERT INTO notices (id, user_id, kind, message_id, action_id, lost) VALUES (6, 42, 'card', 900, 2, 1);
INSERT INTO notices (id, user_id, kind, about_user_id) VALUES (7, 42, 'unreachable', 44);
