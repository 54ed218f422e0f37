-- What version 4 had and version 3 had not.
UPDATE accounts SET pause_kind = 'LoginBlocked' WHERE pause_kind = 'LoginStuck';
UPDATE accounts SET rejected_at = '2026-11-25T08:00:00.000Z' WHERE user_id = 44;
INSERT INTO login_remarks (id, user_id, kind, about, words, seen_at) VALUES (1, 42, 'password_expires', '2026-12-10', 'La password scade tra 14 giorni', '2026-11-26T08:00:00.000Z');
INSERT INTO house_rules (id, name, value, instead_of, words, about, action_id, seen_at, told_at) VALUES
    (1, 'overlap', 'warned', 'refused', 'prenotato', 'YOGA', 1, '2026-11-27T23:00:01.000Z', '2026-11-27T23:00:02.000Z');
INSERT INTO recurring_pauses (user_id, since, kind, words) VALUES (43, '2026-11-26T08:00:00.000Z', 'EntriesUsedUp', 'ingressi esauriti');
INSERT INTO notices (id, user_id, kind, remark_id, rule_id) VALUES (8, 42, 'login_remark', 1, NULL), (9, 42, 'house_rule', NULL, 1);
