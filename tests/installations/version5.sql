-- What version 5 had and version 4 had not.
UPDATE pending_confirmations SET occurrence_id = id;
UPDATE booking_actions SET won_row_id = 1 WHERE id = 1;
