"""What is said about the state of an instance, and what its button is called."""

from odoo.tools.translate import LazyTranslate

from ..domain import instance_state as s

_lt = LazyTranslate(__name__)

# What to do next, by why the state is what it is.
NEXT = {
    s.STEPS: _lt("The set-up is not finished yet: finish it to start the schedule."),
    s.UNTESTED: _lt("The connection has never been tested: test it now."),
    s.TOKEN: _lt("There is no token: an administrator has to enter it (Connection)."),
    s.ERROR: _lt("Do what the message says, then test the connection."),
    s.MENDED: _lt("A test has passed since then: press Sync now, or wait for the schedule."),
    s.ARCHIVED: _lt("It is archived, and nothing is synchronised."),
    s.SCHEDULE: _lt(
        "The scheduled action Moodle: synchronise attendance is switched off: switch it on."
    ),
    s.DATABASE: _lt("This database may be a copy: an administrator must say what it is."),
    s.SITE: _lt("A different Moodle answers: an administrator must say what it is."),
    s.SITE_WAITS: _lt(
        "Another Moodle was connected. The schedule is waiting: check what a run would do now "
        "(Preview), then press Sync now."
    ),
    s.DIRECTION: _lt(
        "The direction was changed. The schedule is waiting: check what a run would do now "
        "(Preview), then press Sync now."
    ),
    s.MEANING: _lt(
        "The meaning of a letter of Moodle was changed. The schedule is waiting: check what a run "
        "would do now (Preview), then press Sync now."
    ),
    s.STOPPED: _lt(
        "A course was stopped because it would change too much at once; the others continue. Check "
        "it, then allow it or fix it."
    ),
    s.COURSE: _lt(
        "The direction of a course was changed. The schedule leaves it alone: check what a run "
        "would do now (Preview), then press Sync now."
    ),
    s.COURSES: _lt("Some courses could not be synchronised: the last run says which, and why."),
    s.FIRST: _lt("The first run starts automatically."),
    s.GAPS: _lt("Something was left out: see the open gaps."),
    s.TOKEN_ENDS: _lt(
        "The token ends within 30 days, and the synchronisation with it. In Moodle, on Site "
        "administration > Plugins > Local plugins > OpenEduCat attendance, under More choices, "
        "choose a later day: the token stays the same. Then test the connection."
    ),
}
# The same for somebody who may not change the instance, and has none of its buttons.
NEXT_FOR_MANAGERS = {
    s.ERROR: _lt("Press Sync now; if it fails again, tell your administrator."),
}
BUTTONS = {
    s.STEPS: _lt("Finish set-up"),
    s.UNTESTED: _lt("Test connection"),
    s.TOKEN: _lt("Enter the token"),
    s.ERROR: _lt("Test connection"),
    s.MENDED: _lt("Sync now"),
    s.ARCHIVED: _lt("Unarchive"),
    s.SCHEDULE: _lt("Open the scheduled action"),
    s.DATABASE: _lt("See the question"),
    s.SITE: _lt("See the question"),
    s.SITE_WAITS: _lt("Preview"),
    s.DIRECTION: _lt("Preview"),
    s.MEANING: _lt("Preview"),
    s.STOPPED: _lt("Stopped courses"),
    s.COURSE: _lt("Preview"),
    s.COURSES: _lt("Last run"),
    s.FIRST: _lt("Sync now"),
    s.GAPS: _lt("Open gaps"),
    s.TOKEN_ENDS: _lt("Test connection"),
}
