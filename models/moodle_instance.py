import os
import ssl
from datetime import UTC, datetime
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import request
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from odoo.addons.base.models.res_partner import _tz_get

from ..services.domain import home_zone
from ..services.moodle import moodle_errors as errors
from ..services.moodle.gate import Gate
from ..services.moodle.module_detector import SITE_INFO, site_info_from
from ..services.moodle.moodle_client import MoodleClient
from ..services.moodle.moodle_transport import Clock
from ..services.moodle.moodle_url import (
    AddressError,
    normalized_url,
    parse,
    same_origin,
    site_root,
    with_scheme,
)
from ..services.runs.checklist import Check, result_of
from ..services.runs.sync_attendance import SkippedError
from ..services.runs.time_budget import TimeBudget
from ..services.texts import messages_run as words

_lt = LazyTranslate(__name__)

# Seconds that a person waits for a connection test; then it is given up.
TEST_SECONDS = 20
HTTP_REFUSED = _lt(
    "Over http, anyone on the way can read the token. Use https://, or switch on Allow http and "
    "say why."
)
MOST_CALLS = 8
NO_ACCESS = "."  # the group that nobody is in: only the superuser reads such a field


class MoodleInstance(models.Model):
    """One Moodle site: how it is reached. What is synchronised with it is added by
    extensions of this model."""

    _name = "moodle.instance"
    _description = "Moodle Instance"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True, tracking=True)
    url = fields.Char(
        "Moodle URL",
        required=True,
        tracking=True,
        help="The address of Moodle's front page exactly as Moodle shows it, such as "
        "https://moodle.example.org. The token is valid for this address alone: it has to "
        "be entered again when the host, the port or http(s) changes.",
    )
    url_hint = fields.Char(compute="_compute_url_hint")
    url_suggested = fields.Char("Moodle's own address", readonly=True, copy=False)
    allow_http = fields.Boolean(
        "Allow http",
        tracking=True,
        groups="base.group_system",
        help="Over http, anyone on the way can read the token and the attendance. Use it only "
        "where Moodle has no https and the network in between is safe.",
    )
    allow_http_reason = fields.Char(
        "Why http",
        groups="base.group_system",
        help="For whoever maintains this later.",
    )
    over_http = fields.Boolean(compute="_compute_over_http")
    ca_file = fields.Char(
        "CA file",
        groups="base.group_system",
        help="Where your school signs its own certificates: the path, on the server of Odoo, of "
        "the file with the certificate of its authority (PEM). Empty: the usual ones.",
    )
    calls_at_once = fields.Integer(
        "Calls at once",
        default=4,
        required=True,
        tracking=True,
        help="How many answers of Moodle are waited for at the same time, from 1 to 8. More make a "
        "run quicker, and give Moodle more to do. A Moodle that slows down is asked less by "
        "itself.",
    )
    token = fields.Char(
        compute="_compute_token",
        inverse="_inverse_token",
        search="_search_token",
        groups="base.group_system",
        copy=False,
        exportable=False,
        help="Created in Moodle: Site administration > Server > Web services > Manage tokens. "
        "Untick Valid until there; otherwise, the token expires after 30 days. A saved token is "
        "never shown again.",
    )
    # Read and written by SQL alone (_secret, _inverse_token): what the ORM reads lies in a
    # cache that all users' environments of a transaction share.
    token_secret = fields.Char(groups=NO_ACCESS, copy=False, exportable=False, prefetch=False)
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
        tracking=True,
        default=lambda self: self._home_zone() or "UTC",
        help="The time zone in which the date of a Moodle session is read. It should be "
        "the one of the school.",
    )
    tz_now = fields.Char("Local time", compute="_compute_tz_hint")
    tz_hint = fields.Char(compute="_compute_tz_hint")
    tested_at = fields.Datetime("Last Test", readonly=True, copy=False)
    test_ok = fields.Boolean("Test passed", readonly=True, copy=False)
    test_message = fields.Text("Result of the Test", readonly=True, copy=False)

    @api.depends("url")
    def _compute_over_http(self):
        for instance in self:
            try:
                instance.over_http = parse(instance.url).needs_consent
            except AddressError:
                instance.over_http = False

    @api.constrains("url", "allow_http")
    def _check_url(self):
        for instance in self:
            try:
                address = parse(instance.url)
            except AddressError as error:
                raise ValidationError(
                    self.env._("%(why)s: %(url)s", why=self._reason(error), url=instance.url)
                ) from None
            # sudo: only administrators see the switch, and they alone write.
            if address.needs_consent and not instance.sudo().allow_http:
                raise ValidationError(self.env._(HTTP_REFUSED))

    @api.constrains("allow_http", "allow_http_reason")
    def _check_http_reason(self):
        for instance in self:
            if instance.allow_http and not (instance.allow_http_reason or "").strip():
                raise ValidationError(self.env._("Say why http is allowed."))

    def _reason(self, error):
        return self.env._(error.reason).removesuffix(".")

    @api.constrains("calls_at_once")
    def _check_calls_at_once(self):
        if any(not 1 <= instance.calls_at_once <= MOST_CALLS for instance in self):
            raise ValidationError(
                self.env._("Calls at once must be a number from 1 to %s.", MOST_CALLS)
            )

    @api.constrains("ca_file")
    def _check_ca_file(self):
        for instance in self:
            if instance.ca_file and not _holds_certificates(instance.ca_file):
                raise ValidationError(
                    self.env._(
                        "CA file must be the absolute path of a file on the server of Odoo that "
                        "contains certificates (PEM) and that Odoo may read."
                    )
                )

    @api.onchange("url")
    def _onchange_url(self):
        """Of a page of Moodle, as copied from the browser, the site's own address."""
        if self.url:
            self.url = site_root(self.url)

    @api.depends("url")
    def _compute_url_hint(self):
        """What is wrong with an address while it is typed, and what follows from it."""
        for instance in self:
            instance.url_hint = instance._url_hint() if instance.url else False

    def _url_hint(self):
        try:
            parse(self.url)
        except AddressError as error:
            return self.env._(error.reason)
        old = self._origin
        if old.has_token and not same_origin(old.url, self.url):
            return self.env._(
                "The token must be entered again: it was created for %s, and is not sent to "
                "another address.",
                old.url,
            )
        return False

    def _home_zone(self):
        """The zone that the school is probably in: the company's, else that of the browser
        or of the user; never UTC."""
        company = self.company_id or self.env.company
        browser = request.httprequest.cookies.get("tz") if request else None
        return home_zone.likely_zone([company.partner_id.tz, browser, self.env.user.tz])

    @api.depends("tz", "company_id")
    @api.depends_context("uid")
    def _compute_tz_hint(self):
        now = datetime.fromtimestamp(self._clock().wall(), UTC)
        for instance in self:
            instance.tz_now = instance.tz and home_zone.time_in(instance.tz, now)
            instance.tz_hint = instance.tz and instance._tz_words(now)

    def _tz_words(self, now):
        home = self._home_zone()
        words = []
        if home_zone.is_universal(self.tz):
            words.append(self.env._("UTC is rarely the time zone of a school: choose your own."))
        shift = home and home_zone.other_day(self.tz, home, now)
        if shift:
            day, hour = shift
            lessons = (
                self.env._(
                    "Lessons from %(hour)s (%(zone)s) on would fall on the next day.",
                    hour=hour,
                    zone=home,
                )
                if day == home_zone.NEXT_DAY
                else self.env._(
                    "Lessons before %(hour)s (%(zone)s) would fall on the day before.",
                    hour=hour,
                    zone=home,
                )
            )
            words.append(lessons)
        return " ".join(words) or False

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_scheme(vals) for vals in vals_list])

    @staticmethod
    def _with_scheme(vals):
        return {**vals, "url": with_scheme(vals["url"])} if vals.get("url") else vals

    def write(self, vals):
        """A saved token does not follow the address to another host: whoever may change
        the address alone could have the token sent to any server."""
        moved = self.browse()
        vals = self._with_scheme(vals)
        if "url" in vals:
            vals = {"url_suggested": False, **vals}
        if "url" in vals and not vals.get("token"):
            moved = self.filtered(lambda i: not same_origin(i.url, vals["url"]))
        result = super().write(vals)
        if moved:
            moved._keep_secrets(dict.fromkeys(moved.ids, None))
        return result

    def _compute_token(self):
        """Never comes back: what is saved stays on the server."""
        self.token = False

    def _inverse_token(self):
        self._keep_secrets(
            {instance.id: (instance.token or "").strip() or None for instance in self}
        )

    def _keep_secrets(self, secrets):
        """:param secrets: ``{instance id: token or None}``"""
        self.flush_recordset(["token_secret"])
        for instance_id, secret in secrets.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE moodle_instance SET token_secret = %s WHERE id = %s",
                    secret,
                    instance_id,
                )
            )
        # A form reads what it has saved in the same request: not from the cache.
        self.invalidate_recordset(["token", "token_secret", "has_token"], flush=False)

    def _secret(self):
        """The token, for the client alone."""
        self.ensure_one()
        self.flush_recordset(["token_secret"])
        self.env.cr.execute(SQL("SELECT token_secret FROM moodle_instance WHERE id = %s", self.id))
        row = self.env.cr.fetchone()
        return row and row[0]

    def _search_token(self, operator, value):
        """18.0 lets a field that nothing can be found by find everything."""
        raise AccessError(self.env._("The token can't be searched for."))

    @api.depends("token_secret")
    def _compute_has_token(self):
        """Whether there is a token is no secret."""
        self.env["moodle.instance"].flush_model(["token_secret"])
        self.env.cr.execute(
            SQL(
                "SELECT id FROM moodle_instance WHERE id IN %s AND token_secret > ''",
                tuple(self._origin.ids) or (0,),
            )
        )
        having = {row[0] for row in self.env.cr.fetchall()}
        for instance in self:
            instance.has_token = instance._origin.id in having

    @api.model
    def _clock(self):
        """The one clock of all that is done with a Moodle: a test has another.

        :return: ``moodle_transport.Clock``
        """
        return Clock()

    def _check_may_call(self):
        """:raise SkippedError: this instance asks nothing of its Moodle, whoever wants it"""
        if not self.active:
            raise SkippedError(words.ARCHIVED)

    def _why_silent(self):
        """Why this instance asks nothing of its Moodle at all, or an empty text."""
        self.ensure_one()
        try:
            self._check_may_call()
        except SkippedError as reason:
            return reason.explain(self.env)
        return ""

    def _moodle_client(self, budget=None):
        """The one way to Moodle.

        :param budget: ``TimeBudget`` at whose end no call goes on; without one there is none
        :raise ValueError: no usable address (an ``AddressError`` that says why), or no token
        :raise SkippedError: see :meth:`_check_may_call`
        """
        self.ensure_one()
        self._check_may_call()
        budget = budget or TimeBudget(self._clock())
        # sudo: the caller has the right to use this instance, never to see its token.
        instance = self.sudo()
        if parse(instance.url).needs_consent and not instance.allow_http:
            raise AddressError(HTTP_REFUSED)
        token = instance._secret()
        if not token:
            raise ValueError("no token")
        return MoodleClient(
            instance.url,
            token,
            lang=self._message_lang()[:2],
            ca_file=instance.ca_file or None,
            clock=budget.clock,
            deadline=budget.deadline,
            gate=Gate(instance.calls_at_once),
        )

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

    def action_use_address(self):
        """Take over the address that Moodle has named in the last test."""
        self.ensure_one()
        self.check_access("write")
        if not self.url_suggested:
            raise UserError(self.env._("Moodle has not given another address."))
        self.write({"url": self.url_suggested, "tested_at": False, "test_message": False})
        if self.has_token:
            return self._notify(self.name, self.env._("The address was updated."), "success")
        words = self.env._("The address was updated. Enter the token again.")
        return self._notify(self.name, words, "warning")

    def _test(self):
        """:return: ``(passed, message)``; both are kept, with what was found out"""
        try:
            client = self._moodle_client(TimeBudget(self._clock(), TEST_SECONDS, grace=0))
        except AddressError as error:
            raise UserError(self.env._(error.reason)) from None
        except ValueError:
            raise UserError(self.env._("Enter the Moodle URL and the token first.")) from None
        except SkippedError as reason:
            raise UserError(reason.explain(self.env)) from None
        problem = None
        try:
            checks = self._test_connection(client, site_info_from(client.fetch(SITE_INFO)))
        except errors.MoodleError as error:
            checks = [Check.of(self.env, False, _lt("Connection"), error.told())]
            problem = error
        self._suggest_address(problem)
        passed = all(check.ok is not False for check in checks)
        message = result_of(checks)
        self.write(
            {
                "tested_at": fields.Datetime.now(),
                "test_ok": passed,
                "test_message": message,
            }
        )
        self._keep_checks(checks)
        return passed, message

    def _suggest_address(self, error):
        """Keep what Moodle calls itself, for *Use this address*.

        :param error: ``MoodleError`` that a test or a run has met, or ``None``
        """
        address = error.address if isinstance(error, errors.MoodleWrongAddress) else ""
        if (self.url_suggested or "") != address:
            self.url_suggested = address or False

    def _test_connection(self, client, site_info):
        """What a test finds out; extensions add their own findings.

        :param client: the ``MoodleClient`` that was used
        :param site_info: ``module_detector.SiteInfo``
        :return: list of ``checklist.Check``
        :raise MoodleError: the test can't go on
        """
        words = _lt(
            "%(site)s, Moodle %(release)s, as user %(user)s.",
            site=site_info.sitename or self.url,
            release=site_info.release or "?",
            user=site_info.username or "?",
        )
        return [Check.of(self.env, True, _lt("Connection"), words)]

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


def _holds_certificates(path):
    """Whether a file can be trusted for TLS. Its content is told to nobody."""
    if not os.path.isabs(path):
        return False
    try:
        context = ssl.create_default_context(cafile=path)
    except (OSError, ValueError):
        # ssl.SSLError is an OSError; a path with a NUL byte gives the other one.
        return False
    return bool(context.get_ca_certs())
