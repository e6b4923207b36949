"""All that decides: the values of both sides and the rules on them (whose mark holds, what a
status means, who is who, which session a sheet is of, what a plan writes, when it is stopped),
and the catalogue of what is left to people. Plain values go in and come out. Nothing but the
standard library and pytz is imported here, and no other room: whatever asks Moodle, a database or
a clock, or translates a sentence, stands elsewhere."""
