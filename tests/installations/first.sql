-- The file of the first Polimisport bot: its five tables, as they were given, and a person's data in them.
CREATE TABLE courses (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, location TEXT, day_of_week INTEGER,
    time_start TEXT, time_end TEXT, available_spots INTEGER, total_spots INTEGER, course_type TEXT, instructor TEXT,
    last_updated TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE user_bookings (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, booking_id TEXT, course_name TEXT,
    location TEXT, booking_date TEXT, booking_time TEXT, status TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE periodic_bookings (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, name TEXT, location TEXT,
    course_name TEXT, day_of_week INTEGER, time_slot TEXT, requires_confirmation BOOLEAN, active BOOLEAN,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE pending_confirmations (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER,
    periodic_booking_id INTEGER, scheduled_for TIMESTAMP, confirmed BOOLEAN DEFAULT 0,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, expires_at TIMESTAMP);
CREATE TABLE booking_actions (id INTEGER PRIMARY KEY AUTOINCREMENT, action_type TEXT, user_id INTEGER, status TEXT,
    location TEXT, course_name TEXT, date TEXT, time_slot TEXT, booking_id TEXT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, started_at TIMESTAMP, completed_at TIMESTAMP, result TEXT, error TEXT);
CREATE INDEX idx_actions_status ON booking_actions (status);
INSERT INTO courses (id, name, location, day_of_week, time_start, time_end, available_spots, total_spots, course_type, instructor)
    VALUES (1, 'YOGA', 'Giuriati', 0, '18:00', '18:55', 7, 20, 'Corsi Platinum', 'ROSSI ANNA');
INSERT INTO user_bookings (id, user_id, booking_id, course_name, location, booking_date, booking_time, status)
    VALUES (1, 42, 'b1', 'YOGA', 'Giuriati', '2026-11-23', '18:00', 'confirmed');
INSERT INTO periodic_bookings (id, user_id, name, location, course_name, day_of_week, time_slot, requires_confirmation, active)
    VALUES (1, 42, 'Yoga del lunedì', 'Giuriati', 'YOGA', 0, '18:00', 1, 1);
INSERT INTO pending_confirmations (id, user_id, periodic_booking_id, scheduled_for, expires_at)
    VALUES (1, 42, 1, '2026-11-30 17:00:00', '2026-11-30 16:55:00');
INSERT INTO booking_actions (id, action_type, user_id, status, location, course_name, date, time_slot, booking_id)
    VALUES (1, 'book', 42, 'completed', 'Giuriati', 'YOGA', '2026-11-23', '18:00', 'b1'),
           (2, 'book', 42, 'pending', 'Giuriati', 'PILATES MATWORK', '2026-11-26', '19:00', NULL),
           (3, 'cancel', 42, 'processing', 'Giuriati', 'ZUMBA', '2026-11-24', '20:00', 'b0');
