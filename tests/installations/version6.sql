-- What version 6 had and version 5 had not.
UPDATE accounts SET language = 'it', telegram_language = 'en' WHERE user_id = 42;
INSERT INTO preferences (user_id, silent, quiet_from, quiet_until, reminder_minutes, mode, watch_notice_minutes, place) VALUES
    (42, '["result"]', '23:00', '07:00', 120, 'hold', 360, 'Giuriati');
UPDATE booking_actions SET notice_minutes = 360 WHERE id = 4;
