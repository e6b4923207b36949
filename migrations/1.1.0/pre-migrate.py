"""From 1.1.0 on a company has one active instance for a Moodle; before, nothing kept two
from doubling every sheet. The unique index would stop the update, so all but one are
archived: the one stays that most sheets are linked with, else the oldest."""

import logging

from odoo.addons.openeducat_moodle_attendance.services.domain.site_key import site_key

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """:param version: that the database had"""
    if not version:
        return
    cr.execute(
        """
        SELECT instance.id, instance.company_id, instance.url
          FROM moodle_instance instance
         WHERE instance.active
         ORDER BY (SELECT count(*) FROM op_attendance_sheet sheet
                    WHERE sheet.moodle_instance_id = instance.id) DESC, instance.id
        """
    )
    kept, twins = {}, {}
    for number, company, url in cr.fetchall():
        key = company, site_key(url)
        if key in kept:
            twins[number] = kept[key]
        elif key[1]:
            kept[key] = number
    for number, other in twins.items():
        _logger.warning(
            "Moodle instance %s is archived: instance %s is the same Moodle.", number, other
        )
        cr.execute("UPDATE moodle_instance SET active = false WHERE id = %s", (number,))
