-- What version 2 had and version 1 had not.
UPDATE booking_actions SET acting = 1, free_until = '2026-11-30T15:00:00.000Z' WHERE id = 3;
UPDATE user_bookings SET kept_at = '2026-11-26T09:00:00.000Z' WHERE id = 1;
UPDATE heartbeats SET tasks = 5;
