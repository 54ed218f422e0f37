-- What version 8 had and version 7 had not.
UPDATE heartbeats SET version = '0.4.0', memory = 70000000, browser = 'Chromium 130';
INSERT INTO request_counts (minute, user_id, requests, delayed) VALUES ('2026-11-26T09:58', 42, 12, 0);
UPDATE agreements SET ended_by = NULL;
UPDATE user_bookings SET was_course = 'HATHA YOGA', was_time = '17:30', changed_at = '2026-11-26T08:00:00.000Z' WHERE id = 1;
INSERT INTO accounts (user_id, role) VALUES (45, 'friend');
INSERT INTO guests (user_id, name, most_waiting, welcomed_at, sealed, fingerprint, entered_at) VALUES
    (45, 'Sara', 20, '2026-11-26T08:00:00.000Z', x'0001ff', 'f3', '2026-11-26T08:05:00.000Z');
INSERT INTO invitations (id, digest, made_by, made_at) VALUES (1, 'd1', 42, '2026-11-26T08:00:00.000Z');
INSERT INTO web_links (digest, user_id, purpose, ends_at, name) VALUES ('d2', 42, 'page', '2026-11-26T10:10:00.000Z', 'Giulia');
INSERT INTO web_sessions (id, digest, user_id, agent, began_at, seen_at, ends_at, name) VALUES
    (1, 'd3', 42, 'Firefox', '2026-11-26T08:00:00.000Z', '2026-11-26T09:00:00.000Z', '2026-12-26T08:00:00.000Z', 'Giulia');
INSERT INTO bot_profile (id, username) VALUES (1, 'polimisport_bot');
INSERT INTO feeds (user_id, digest, number, made_at, read_at) VALUES (42, 'd4', 3, '2026-11-26T08:00:00.000Z', NULL);
