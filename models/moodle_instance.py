from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.base.models.res_partner import _tz_get

from ..services import moodle_errors as errors
from ..services.checklist import Check
from ..services.module_detector import SITE_INFO
from ..services.moodle_client import MoodleClient, normalized_url

NO_ACCESS = "."  # the group that nobody is in: only the superuser reads such a field


class MoodleInstance(models.Model):
    """One Moodle site: how it is reached. What is synchronised with it is added by
    extensions of this model."""

    _name = "moodle.instance"
    _description = "Moodle Instance"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    url = fields.Char(
        "Moodle URL",
        required=True,
        help="The address of Moodle's front page exactly as Moodle shows it, such as "
        "https://moodle.example.org",
    )
    token = fields.Char(
        compute="_compute_token",
        inverse="_inverse_token",
        search="_search_token",
        groups="base.group_system",
        copy=False,
        exportable=False,
        help="Made in Moodle: Site administration > Server > Web services > Manage tokens. "
        "A saved token is never shown again.",
    )
    token_secret = fields.Char(groups=NO_ACCESS, copy=False, exportable=False)
    has_token = fields.Boolean(compute="_compute_has_token")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        help="Messages about this Moodle are written in this person's language.",
    )
    tz = fields.Selection(
        _tz_get,
        "Time zone",
        required=True,
        default=lambda self: self.env.company.partner_id.tz or self.env.user.tz or "UTC",
        help="The time zone in which the date of a Moodle session is read. It should be "
        "the one of the school.",
    )
    tested_at = fields.Datetime("Last Test", readonly=True, copy=False)
    test_ok = fields.Boolean("Test passed", readonly=True, copy=False)
    test_message = fields.Text("Result of the Test", readonly=True, copy=False)

    @api.constrains("url")
    def _check_url(self):
        for instance in self:
            try:
                normalized_url(instance.url)
            except ValueError:
                raise ValidationError(
                    self.env._(
                        "The Moodle URL must begin with https:// or http:// and hold "
                        "neither a user name nor a question mark: %s",
                        instance.url,
                    )
                ) from None

    def _compute_token(self):
        """Never comes back: what is saved stays on the server."""
        self.token = False

    def _inverse_token(self):
        tokens = {instance: (instance.token or "").strip() or False for instance in self}
        for instance, token in tokens.items():
            # sudo: the stored field is open to nobody; this one is to administrators.
            instance.sudo().token_secret = token
        # A form reads what it has saved in the same request: not from the cache.
        self.invalidate_recordset(["token"], flush=False)

    def _search_token(self, operator, value):
        """18.0 lets a field that nothing can be found by find everything."""
        raise AccessError(self.env._("The token can't be searched for."))

    @api.depends("token_secret")
    def _compute_has_token(self):
        for instance in self:
            # sudo: whether there is a token is no secret.
            instance.has_token = bool(instance.sudo().token_secret)

    def _moodle_client(self):
        """:raise ValueError: no usable address, or no token"""
        self.ensure_one()
        # sudo: the caller has the right to use this instance, never to see its token.
        token = self.sudo().token_secret
        if not token:
            raise ValueError("no token")
        return MoodleClient(self.url, token, lang=self._message_lang()[:2])

    def _moodle_address(self, path, **params):
        """The address of a page of this Moodle.

        :param path: such as ``course/view.php``
        """
        self.ensure_one()
        return f"{normalized_url(self.url)}/{path}?{urlencode(params)}"

    def _message_lang(self):
        """Language code in which this instance's messages are kept."""
        self.ensure_one()
        return self.user_id.lang or self.company_id.partner_id.lang or "en_US"

    def action_test_connection(self):
        """Ask Moodle who we are, try what the sync needs, and show what it says."""
        self.ensure_one()
        self.check_access("write")
        passed, message = self._test()
        return self._notify(
            self.env._("Connected") if passed else self.env._("Not connected"),
            message,
            "success" if passed else "danger",
            sticky=not passed,
        )

    def _test(self):
        """:return: ``(passed, message)``; both are kept, with what was found out"""
        try:
            client = self._moodle_client()
        except ValueError:
            raise UserError(self.env._("Enter the Moodle URL and the token first.")) from None
        try:
            checks = self._test_connection(client, client.fetch(SITE_INFO))
        except errors.MoodleError as error:
            checks = [Check(False, self.env._("Connection"), error.explain(self.env))]
        wrong = [check for check in checks if check.ok is False]
        message = (wrong or checks)[0].words
        self.write(
            {"tested_at": fields.Datetime.now(), "test_ok": not wrong, "test_message": message}
        )
        self._keep_checks(checks)
        return not wrong, message

    def _test_connection(self, client, site_info):
        """What a test finds out; extensions add their own findings.

        :param client: the ``MoodleClient`` that was used
        :param site_info: answer of ``core_webservice_get_site_info``
        :return: list of ``checklist.Check``
        :raise MoodleError: the test can't go on
        """
        words = self.env._(
            "%(site)s, Moodle %(release)s, as user %(user)s.",
            site=site_info.get("sitename") or self.url,
            release=site_info.get("release") or "?",
            user=site_info.get("username") or "?",
        )
        return [Check(True, self.env._("Connection"), words)]

    def _keep_checks(self, checks):
        """For extensions that show them."""

    def _notify(self, title, message, kind, sticky=False, following=None):
        """A notification, after which the screen is read again.

        :param kind: ``success``, ``info``, ``warning`` or ``danger``
        :param following: action that comes next instead
        """
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": title,
                "message": message,
                "type": kind,
                "sticky": sticky,
                "next": following or {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
