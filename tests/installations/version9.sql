-- What version 9 had and version 8 had not.
UPDATE backups SET next_at = '2026-11-27T03:00:00.000Z', made_at = '2026-11-26T03:00:00.000Z';
INSERT INTO alarm_channels (id, user_id, digest, name, reached_at) VALUES (1, 42, 'd5', 'ntfy', '2026-11-26T08:00:00.000Z');
INSERT INTO alarms (id, notice_id, channel_id, next_at, attempts) SELECT 1, min(id), 1, '2026-11-26T10:00:00.000Z', 1 FROM notices;
UPDATE release_news SET next_at = '2026-11-27T03:00:00.000Z', version = '0.5.0', changes = '["It is faster."]';
