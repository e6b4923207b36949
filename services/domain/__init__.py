"""All that decides: the values of both sides and the rules on them (whose mark holds, what a
status means, who is who, which session a sheet is of, what a plan writes, when it is stopped).
Plain values go in and come out. Nothing but the standard library and pytz is imported here, and
no other room: whatever asks Moodle, a database or a clock, or says a sentence, stands elsewhere."""
