"""The key to Moodle: whom it is sent to, over what, and where it lies meanwhile."""

import os
import ssl
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import MoodleCase
from .test_security import MANAGER


class KeyCase(MoodleCase):
    def setUp(self):
        super().setUp()
        self.env.ref("base.user_admin").lang = "en_US"
        self.admin = self.instance.with_user(self.env.ref("base.user_admin"))

    def secret(self, instance=None):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT token_secret FROM moodle_instance WHERE id = %s",
            [(instance or self.instance).id],
        )
        return self.env.cr.fetchone()[0]


@tagged("post_install", "-at_install")
class TestItStaysWithItsAddress(KeyCase):
    def start(self):
        self.instance.write({"url": "https://moodle.example/moodle", "token": self.token})

    def test_it_does_not_follow_to_another_host_port_or_scheme(self):
        for url in (
            "https://elsewhere.example/moodle",
            "https://moodle.example:8443/moodle",
            "https://moodle.example.elsewhere.example",
            "http://127.0.0.1:8069",
            "https://moodle.example@elsewhere.example",
        ):
            self.start()
            with self.subTest(url):
                try:
                    with self.env.cr.savepoint():
                        self.admin.url = url
                except ValidationError:
                    self.assertIn("@", url)
                    continue
                self.assertFalse(self.admin.has_token)
                self.assertFalse(self.secret())
                with self.assertRaisesRegex(UserError, "token"):
                    self.admin.action_test_connection()

    def test_it_stays_within_the_same_one(self):
        self.start()
        for url in (
            "https://moodle.example",
            "HTTPS://MOODLE.example:443/other/",
            "https://moodle.example.",
        ):
            self.admin.url = url
            self.assertEqual(self.secret(), self.token)

    def test_a_new_one_in_the_same_call_does(self):
        self.start()
        self.admin.write({"url": "https://elsewhere.example", "token": "new"})
        self.assertEqual(self.secret(), "new")
        self.admin.write({"token": "newer", "url": "https://third.example"})
        self.assertEqual(self.secret(), "newer")
        self.admin.write({"url": "https://fourth.example", "token": False})
        self.assertFalse(self.secret())

    def test_an_import_and_a_form(self):
        self.start()
        self.env["ir.model.data"].create(
            {
                "module": "test",
                "name": "moodle",
                "model": "moodle.instance",
                "res_id": self.instance.id,
            }
        )
        result = self.admin.load(["id", "url"], [["test.moodle", "https://elsewhere.example"]])
        self.assertTrue(result["ids"], result)
        self.assertFalse(self.secret())
        self.start()
        (saved,) = self.admin.web_save({"url": "https://elsewhere.example"}, {"has_token": {}})
        self.assertFalse(saved["has_token"])
        self.assertFalse(self.secret())

    def test_of_several_each_by_itself(self):
        self.start()
        other = self.second_instance(name="Other", url="https://elsewhere.example")
        other.token = "other"
        (self.instance | other).write({"url": "https://elsewhere.example"})
        self.assertEqual((self.secret(), self.secret(other)), (None, "other"))

    def test_the_form_says_so_before(self):
        self.start()
        form = Form(self.admin)
        form.url = "https://moodle.example/other"
        self.assertFalse(form.url_hint)
        form.url = "https://elsewhere.example"
        self.assertIn("must be entered again", form.url_hint)
        form.url = "https://else where.example"
        self.assertIn("must not contain", form.url_hint)


@tagged("post_install", "-at_install")
class TestWhatItTravelsOver(KeyCase):
    def test_http_has_to_be_allowed_with_a_reason(self):
        with self.assertRaisesRegex(ValidationError, "Allow http"):
            self.admin.url = "http://moodle.example"
        with self.assertRaisesRegex(ValidationError, "why http is allowed"):
            self.admin.write({"url": "http://moodle.example", "allow_http": True})
        with self.assertRaisesRegex(ValidationError, "why http is allowed"):
            self.admin.write({"allow_http": True, "allow_http_reason": "  "})
        self.admin.write(
            {
                "url": "http://moodle.example",
                "allow_http": True,
                "allow_http_reason": "No https yet",
            }
        )
        self.assertTrue(self.admin.over_http)
        with self.assertRaisesRegex(ValidationError, "Allow http"):
            self.admin.allow_http = False

    def test_what_was_there_before_the_switch_is_told_off_by_the_run(self):
        self.env.cr.execute("UPDATE moodle_instance SET url = 'http://moodle.example'")
        self.env.invalidate_all()
        result = self.sync()
        self.assertEqual(result.state, "skipped")
        self.assertIn("Allow http", result.message)
        with self.assertRaisesRegex(UserError, "Allow http"):
            self.instance.action_test_connection()

    def test_addresses_that_are_never_a_moodle(self):
        for url in (
            "https://169.254.169.254/latest", "https://[fe80::1]", "https://0xA9FEA9FE",
            "https://metadata.google.internal", "https://a.b\\c", "https://a.b:99999", "https://a.b/ x",
        ):  # fmt: skip
            with self.subTest(url), self.assertRaises(ValidationError):
                self.admin.url = url

    def test_a_file_of_certificates(self):
        usual = ssl.get_default_verify_paths().openssl_cafile
        usual = usual if os.path.exists(usual) else __import__("certifi").where()
        with tempfile.TemporaryDirectory() as folder:
            wrong = Path(folder, "wrong.pem")
            wrong.write_text("no certificate")
            for path in (
                str(wrong),
                folder,
                "/nowhere.pem",
                "relative.pem",
                "/etc/passwd",
                "/x\x00y",
            ):
                with (
                    self.subTest(path),
                    self.assertRaises(ValidationError),
                    self.env.cr.savepoint(),
                ):
                    self.admin.ca_file = path
            self.admin.ca_file = usual
            self.assertTrue(self.instance._moodle_client())

    def test_managers_see_and_change_none_of_it(self):
        manager = new_test_user(self.env, "t-key", f"base.group_user,{MANAGER}")
        instance = self.instance.with_user(manager)
        for name in ("allow_http", "allow_http_reason", "ca_file", "token", "token_secret"):
            self.assertNotIn(name, instance.fields_get())
            with self.assertRaises(AccessError):
                instance.read([name])
            with self.assertRaises(AccessError):
                instance.write({name: "x"})
        self.assertTrue(instance.has_token)

    def test_the_check_list_has_a_word_about_an_address_within(self):
        self.instance.action_test_connection()
        (word,) = [c for c in self.instance.checks if c["name"] == "Address"]
        self.assertIsNone(word["ok"])
        self.assertIn("same machine", word["words"])


@tagged("post_install", "-at_install")
class TestWhereItLies(KeyCase):
    def test_no_cache_holds_it(self):
        self.add_session("PA")
        self.env.invalidate_all()
        self.assertTrue(self.instance.sudo()._moodle_client())
        self.assertTrue(self.instance.has_token)
        self.instance.name, self.instance.url, self.instance.tz  # noqa: B018 (prefetched)
        self.check_cache()
        self.sync()
        self.check_cache()
        self.instance.action_test_connection()
        self.check_cache()

    def test_nor_after_it_was_entered(self):
        self.admin.token = self.token
        self.check_cache()
        self.admin.write({"token": self.token, "name": "Renamed"})
        self.check_cache()
        made = self.admin.create({"name": "New", "url": "https://a.example", "token": self.token})
        self.assertTrue(made.has_token)
        self.check_cache()

    def check_cache(self):
        text = self.cache_text()
        self.assertIn(self.instance.name, text, "this looks at the cache")
        self.assertNotIn(self.token, text)

    def cache_text(self):
        self.assertTrue(self.instance.name)
        transaction = self.env.transaction
        # 19.0 keeps the values in the transaction, 18.0 in an object of its own.
        data = getattr(transaction, "field_data", None) or transaction.cache._data
        return repr({str(field): dict(values) for field, values in data.items()})

    def test_whether_there_is_one(self):
        self.assertTrue(self.instance.has_token)
        self.instance.token = False
        self.assertFalse(self.instance.has_token)
        self.instance.token = "x"
        self.assertTrue(self.instance.has_token)
        self.assertFalse(self.env["moodle.instance"].new({"name": "x"}).has_token)

    def test_the_client_does_not_show_it(self):
        client = self.instance._moodle_client()
        with patch.object(client._wire, "post", side_effect=AssertionError):
            self.assertNotIn(self.token, repr(client) + repr(client._secret) + repr(client._wire))
