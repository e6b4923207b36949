from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.domain.site_identity import same_address
from ..services.domain.site_key import site_key
from .indexes import unique_index


class MoodleInstance(models.Model):
    """One instance per Moodle and company: with two, every sheet is there twice."""

    _name = "moodle.instance"
    _inherit = ["moodle.instance", "moodle.guarded"]

    site_key = fields.Char(compute="_compute_site_key", store=True, copy=False)
    user_id = fields.Many2one(check_company=True)

    def init(self):
        result = super().init()
        unique_index(
            self.env.cr,
            "moodle_instance_unique_site",
            self._table,
            ["company_id", "site_key"],
            where="active",
        )
        return result

    @api.depends("url")
    def _compute_site_key(self):
        for instance in self:
            instance.site_key = site_key(instance.url) or False

    @api.constrains("url", "active", "company_id")
    def _check_one_per_site(self):
        """In words; the index holds it for two at once. Compared here and not by a search,
        which would write first and meet the index.

        :raise ValidationError: the company has another instance of this Moodle
        """
        # sudo: instances are few; only those of the same company are named.
        everyone = self.sudo().with_context(active_test=False).search([("id", ">", 0)], order="id")
        for instance in self.sudo().filtered("active"):
            same = everyone.filtered(
                lambda other, instance=instance: (
                    other != instance
                    and other.company_id == instance.company_id
                    and site_key(other.url) == site_key(instance.url)
                )
            )
            active = same.filtered("active") or (everyone - instance).filtered(
                lambda other, instance=instance: (
                    other.active
                    and other.company_id == instance.company_id
                    and same_address(instance._known_site(), other._known_address())
                )
            )
            if active:
                raise ValidationError(
                    self.env._(
                        "%(name)s is already connected to this Moodle: each sheet would exist "
                        "twice.",
                        name=active[0].name,
                    )
                )
            for other in same:
                if other._has_sheets():
                    raise ValidationError(
                        self.env._(
                            "%(name)s is already connected to this Moodle; it is archived and has "
                            "attendance sheets. Unarchive it instead.",
                            name=other.name,
                        )
                    )

    def _has_sheets(self):
        sheets = self.env["op.attendance.sheet"].with_context(active_test=False)
        return bool(sheets.search_count([("moodle_instance_id", "=", self.id)], limit=1))

    def copy_data(self, default=None):
        """A copy of the same Moodle is archived until it has an address of its own."""
        default = dict(default or {})
        if "url" not in default:
            default.setdefault("active", False)
        return super().copy_data(default)
