"""Moodle: how it is asked over HTTP and what its answers mean. What comes out are the records of
the domain or an error that knows how far it reaches. No cursor, no model, nothing of Odoo is here:
an address, a token and a time to wait come in as plain values."""
