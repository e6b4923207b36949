"""From 1.1.0 on http needs a switch with a reason, unless it stays on the machine. What runs
over http already goes on, and says on the form why it may."""

import logging

from odoo.addons.openeducat_moodle_attendance.services.moodle.moodle_url import AddressError, parse

_logger = logging.getLogger(__name__)
REASON = "It was so before version 1.1.0."


def migrate(cr, version):
    """:param version: that the database had"""
    if not version:
        return
    cr.execute("SELECT id, url FROM moodle_instance")
    for number, url in cr.fetchall():
        try:
            address = parse(url)
        except AddressError as error:
            _logger.warning("Moodle instance %s has an address it may not have: %s", number, error)
            continue
        if address.needs_consent:
            cr.execute(
                "UPDATE moodle_instance SET allow_http = true, allow_http_reason = %s "
                "WHERE id = %s",
                (REASON, number),
            )
