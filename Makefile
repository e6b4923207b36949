# make demo   a real Odoo with the addon, a scripted Moodle, attendance pulled twice
# make serve  leaves Odoo running with the demo's data
# make test   all tests; ARGS="-k pull" narrows them
# make lint   the linters
# make clean  forgets the databases and all that was fetched

.PHONY: demo serve test lint clean

demo:
	@dev/setup.sh
	@dev/demo.sh

serve:
	@dev/setup.sh
	@dev/serve.sh

test:
	@dev/setup.sh
	@dev/test.sh $(ARGS)

lint:
	@dev/lint.sh

clean:
	@dev/clean.sh
