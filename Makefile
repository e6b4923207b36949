# make demo       a real Odoo with the addon, a scripted Moodle, attendance pulled twice
# make serve      leaves Odoo running with the demo's data
# make test       all tests, EVERYTHING=1: in each direction and family; ARGS="-k pull" narrows them
# make coverage   the same, and which branches they reach; fails below 95 of 100
# make terms      the texts to be translated, and the translations brought up to date
# make docs       the manual as Help shows it in Odoo, from docs/
# make wheel      packages for pip, one for each Odoo series
# make histories  many more random histories; HISTORY_SEED repeats one
# make fuzz       changed answers of Moodle, fifty times as many, others each time
# make mutants    small changes of the rules, and how many the tests of plain values find
# make faults     every mishap at every call of a run; `make test` takes every fifth, in turn
# make kills      fifty runs killed at random moments, with PostgreSQL and Moodle restarted in between
# make longlife   two years of a school in some minutes: rows and times of each quarter
# make bench      what runs cost, beside floors of the same run; SIZES, CASES, LATENCY, PROFILE, COMPARE=file
# make jobs       a run shared out as jobs of queue_job, to one worker and two, one of which is killed
# make copies     a synchronised database, copied in each way that people do: no copy asks Moodle for anything
# make upgrade    1.0.0 with data, updated to this; FROM=commit: another state
# make uninstall  what is left in a database afterwards
# make moodle-plugin  the plug-in for Moodle, as the zip that its installer takes
# make test-moodle    the plug-in in a real Moodle; MOODLE_HOME=folder; ARGS=phpunit: its own tests alone
# make lint       the linters
# make clean      forgets the databases and all that was fetched

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

.PHONY: help demo serve test coverage mutants histories fuzz faults kills longlife terms upgrade uninstall lint docs wheel clean bench jobs copies moodle-plugin test-moodle

demo:
	@dev/setup.sh
	@dev/demo.sh

serve:
	@dev/setup.sh
	@dev/serve.sh

test:
	@dev/setup.sh browser
	@dev/test.sh $(ARGS)

coverage:
	@dev/setup.sh browser
	@EVERYTHING=1 COVERAGE=1 dev/test.sh

mutants:
	@dev/mutants.sh

histories:
	@dev/setup.sh
	@HISTORIES=200000 WHO_WINS=20000 REAL_HISTORIES=3000 MACHINES=4000 REAL_MACHINES=150 dev/test.sh -k "Histories or Machine or WhoWins"

fuzz:
	@dev/setup.sh
	@FUZZ=$${FUZZ:-300000} FUZZ_RUNS=$${FUZZ_RUNS:-3000} FUZZ_LINES=$${FUZZ_LINES:-5000} dev/test.sh -k test_fuzz

faults:
	@dev/setup.sh
	@FAULTS=all dev/test.sh -k test_every

kills:
	@dev/setup.sh
	@dev/kills.sh

longlife:
	@dev/setup.sh
	@dev/long_life.sh

bench:
	@dev/setup.sh
	@dev/bench/bench.sh

jobs:
	@dev/setup.sh
	@dev/jobs.sh

copies:
	@dev/setup.sh
	@dev/copies.sh

terms:
	@dev/setup.sh
	@dev/terms.sh

upgrade:
	@dev/setup.sh
	@dev/upgrade.sh $(FROM)

uninstall:
	@dev/setup.sh
	@dev/uninstall.sh

lint:
	@dev/lint.sh

docs:
	@dev/docs.sh

wheel:
	@dev/wheel.sh

moodle-plugin:
	@dev/moodle_plugin.sh

test-moodle:
	@dev/setup.sh
	@dev/test_moodle.sh $(ARGS)

clean:
	@dev/clean.sh
