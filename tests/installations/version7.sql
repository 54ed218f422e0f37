-- What version 7 had and version 6 had not.
UPDATE preferences SET week_dark = 1, week_mondays = 1, week_sent = '2026-11-23';
INSERT INTO open_pages (user_id, message_id, page, shown_at) VALUES (42, 901, 'day:1', '2026-11-26T09:58:00.000Z');
INSERT INTO shared_classes (number, location, course_name, course_type, date, time_slot, starts_at) VALUES ('1234567890', 'Giuriati', 'YOGA', 'Corsi Platinum', '2026-11-30', '18:00', '2026-11-30T17:00:00.000Z');
INSERT INTO favourites (id, user_id, course_name, location, course_type, day_of_week, time_slot) VALUES
    (1, 42, 'YOGA', 'Giuriati', 'Corsi Platinum', 0, '18:00'), (2, 42, 'ZUMBA', '', '', NULL, NULL);
INSERT INTO own_calendars (user_id, address, next_at, told) VALUES (42, 'https://calendar.test/a.ics', '2026-11-26T11:00:00.000Z', 'read');
INSERT INTO own_events (id, user_id, summary, starts_at, ends_at) VALUES (1, 42, 'Analisi 2', '2026-11-30T15:00:00.000Z', '2026-11-30T17:30:00.000Z');
INSERT INTO agreements (id, number, asker_id, asker_name, friend_id, friend_name, invited_at, accepted_at) VALUES
    (1, '99', 42, 'Giulia', 43, 'Marco', '2026-11-20T10:00:00.000Z', '2026-11-20T11:00:00.000Z');
INSERT INTO booking_actions (id, action_type, user_id, location, course_name, date, time_slot, both_or_none) VALUES
    (8, 'book', 42, 'Giuriati', 'SPINNING', '2026-12-04', '18:00', 1), (9, 'book', 43, 'Giuriati', 'SPINNING', '2026-12-04', '18:00', 1);
INSERT INTO pairs (id, asker_id, friend_id, asker_name, friend_name, asker_action_id, friend_action_id, both_or_none, created_at) VALUES
    (1, 42, 43, 'Giulia', 'Marco', 8, 9, 1, '2026-11-26T09:00:00.000Z');
INSERT INTO notices (id, user_id, kind, pair_id) VALUES (10, 43, 'together', 1);
INSERT INTO fillings (date, time_start, course_name, location, course_type, opens_at, free_s, full_s, asked, got) VALUES
    ('2026-11-30', '18:00', 'YOGA', 'Giuriati', 'Corsi Platinum', '2026-11-27T23:00:00.000Z', 0.4, 12.0, 2, 1);
