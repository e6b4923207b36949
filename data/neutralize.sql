-- A copy of the database must not write to the school's Moodle.
UPDATE moodle_instance SET token_secret = NULL, active = false, reference_key = NULL;
