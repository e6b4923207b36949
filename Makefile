# make demo   a real Odoo with the addon, a scripted Moodle, attendance pulled twice
# make serve  leaves Odoo running with the demo's data
# make test   all tests; ARGS="-k pull" narrows them
# make histories  the random histories, ten times as many; HISTORY_SEED repeats one
# make lint   the linters
# make clean  forgets the databases and all that was fetched

.PHONY: demo serve test histories lint clean

demo:
	@dev/setup.sh
	@dev/demo.sh

serve:
	@dev/setup.sh
	@dev/serve.sh

test:
	@dev/setup.sh
	@dev/test.sh $(ARGS)

histories:
	@dev/setup.sh
	@HISTORIES=200000 REAL_HISTORIES=3000 MACHINES=4000 REAL_MACHINES=150 dev/test.sh -k "Histories or Machine"

lint:
	@dev/lint.sh

clean:
	@dev/clean.sh
