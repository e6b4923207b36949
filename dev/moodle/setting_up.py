"""The set-up's account, its token's limits and its services, in a real Moodle: see ``dev/test_moodle.sh``."""

import unittest
from contextlib import contextmanager

import requests
from black_box import browser_of
from moodle_site import Refused, Site, Stage, command, set_up, tag

RIGHTS = ["local/wsattendance:sync", "webservice/rest:use"]
_ROLE = (
    "return $DB->get_fieldset_sql('SELECT rc.capability FROM {role_capabilities} rc JOIN {role} r ON r.id = rc.roleid"
    " WHERE r.shortname = ? AND rc.permission = 1 ORDER BY 1', ['odoosync']);"
)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = Stage()
        cls.addClassCleanup(cls.stage.close)
        set_up("--native=no", "--reduce")

    def setUp(self):
        # Whatever a test leaves behind, the account is the one of before.
        noted = self.stage("return get_config('local_wsattendance', 'accountid');")
        self.addCleanup(
            self.stage, "set_config('accountid', $in['id'], 'local_wsattendance');", id=noted
        )
        self.noted = int(noted)

    def works(self, token):
        try:
            return bool(Site(token)("core_webservice_get_site_info")["functions"])
        except Refused:
            return False

    def log_in(self, name, service="local_wsattendance_sync"):
        """As an application does. :return: the answer"""
        fields = {"username": name, "password": "Pass-1234", "service": service}
        return requests.post(f"{Site('').url}/login/token.php", data=fields, timeout=60).json()


class TestAccount(Case):
    """Where anybody can register, anybody may have taken the name first."""

    @contextmanager
    def squatter(self):
        name = "sq" + tag()
        made = self.stage(
            "$id = new_user($in['name']); return ['id' => $id, 'token' => new_token($id)];",
            name=name,
        )
        yield name, made
        self.stage("delete_user(core_user::get_user($in['id']));", id=made["id"])

    def holds(self, user):
        """:return: roles and tokens of an account"""
        code = (
            "return [$DB->count_records('role_assignments', ['userid' => $in['id']]),"
            " $DB->get_fieldset_select('external_tokens', 'token', 'userid = ?', [$in['id']])];"
        )
        return self.stage(code, id=user)

    def test_it_is_not_used_unasked(self):
        with self.squatter() as (name, made):
            before = self.holds(made["id"])
            for more in ((), ("--adopt=odoosync",), (f"--adopt={name}x",)):
                status, text = command(f"--account={name}", *more)
                self.assertEqual(status, 1, text)
                for said in (name, "manual", "never", f"{name}@example.com", "--adopt"):
                    self.assertIn(said, text.replace("Never", "never"))
                self.assertNotIn("done", text)
                self.assertEqual(self.holds(made["id"]), before)
            self.assertEqual(
                self.stage("return get_config('local_wsattendance', 'accountid');"), str(self.noted)
            )

    def test_nor_is_its_own_once_somebody_can_log_in_with_it(self):
        change = "$DB->set_field('user', 'auth', $in['auth'], ['id' => $in['id']]);"
        self.stage(change, auth="manual", id=self.noted)
        try:
            status, text = command()
            self.assertEqual((status, "manual" in text), (1, True), text)
        finally:
            self.stage(change, auth="webservice", id=self.noted)
        self.assertEqual(command()[0], 0)

    def test_confirmed_it_belongs_to_nobody_else(self):
        with self.squatter() as (name, made):
            # What somebody else may hold: a token, a session, a password.
            session = browser_of(Site(""), name)
            page = f"{Site('').url}/user/preferences.php"
            self.assertIn("/login/logout.php", session.get(page, timeout=60).text)
            token = set_up(f"--account={name}", f"--adopt={name}")
            self.assertTrue(self.works(token))
            self.assertFalse(self.works(made["token"]))
            self.assertEqual(self.holds(made["id"])[1], [token])
            self.assertIn("error", self.log_in(name))
            self.assertNotIn("/login/logout.php", session.get(page, timeout=60).text)
            self.assertEqual(Site(token)("local_wsattendance_get_status")["canlogin"], 0)
            self.assertEqual(set_up(), token, "it is known now")

    def test_before_that_it_is_told_in_odoo(self):
        """A site that was set up before with somebody's account."""
        with self.squatter() as (_name, made):
            status = Site(made["token"])("local_wsattendance_get_status")
            self.assertEqual(
                (status["auth"], status["canlogin"], status["setup"]), ("manual", 1, 0)
            )

    def test_another_name(self):
        name = "other" + tag()
        token = set_up(f"--account={name}")
        info = Site(token)("core_webservice_get_site_info")
        self.assertEqual(info["username"], name)
        self.assertEqual(set_up(), token)
        self.stage("delete_user(core_user::get_user($in['id']));", id=info["userid"])
        self.assertEqual(command("--account=No Name")[0], 1)

    def test_on_the_page(self):
        with self.squatter() as (name, made):
            # The account of before is gone; its name is somebody's.
            self.stage("unset_config('accountid', 'local_wsattendance');")
            swap = "$DB->set_field('user', 'username', $in['to'], ['id' => $in['id']]);"
            self.stage(swap, to="odoosync.away", id=self.noted)
            self.stage(swap, to="odoosync", id=made["id"])
            try:
                admin = "ad" + tag()
                self.stage(
                    "$id = new_user($in['name']); set_config('siteadmins', $CFG->siteadmins . ',' . $id);",
                    name=admin,
                )
                session = browser_of(Site(""), admin)
                page = f"{Site('').url}/local/wsattendance/setup.php"
                text = session.get(page, timeout=60).text
                self.assertIn(f"{name}@example.com", text)
                fields = {
                    "sesskey": text.partition('"sesskey":"')[2].partition('"')[0],
                    "ip": "",
                    "native": 0,
                }
                fields["_qf__local_wsattendance_form_setup_form"] = 1
                for adopt in ("", "admin"):
                    text = session.post(
                        page, data={**fields, "adopt": adopt, "name": ""}, timeout=60
                    ).text
                    self.assertNotIn("Everything is ready", text)
                self.assertEqual(self.holds(made["id"])[1], [made["token"]])
                text = session.post(
                    page, data={**fields, "adopt": "odoosync", "name": ""}, timeout=60
                ).text
                self.assertIn("Everything is ready", text)
                [token] = self.holds(made["id"])[1]
                self.assertIn(token, text)
            finally:
                self.stage(swap, to=name, id=made["id"])
                self.stage(swap, to="odoosync", id=self.noted)


class TestToken(Case):
    def test_from_some_addresses_only(self):
        token = set_up()
        self.assertEqual(set_up("--ip=10.0.0.0/8, 192.168.1.1-20"), token)
        self.assertFalse(self.works(token))
        self.assertEqual(set_up(), token, "it stays as it is")
        self.assertFalse(self.works(token))
        self.assertEqual(set_up("--ip=127.0.0.1"), token)
        self.assertEqual(Site(token)("local_wsattendance_get_status")["iprestriction"], "127.0.0.1")
        self.assertEqual(set_up("--ip=any"), token)
        self.assertEqual(Site(token)("local_wsattendance_get_status")["iprestriction"], "")
        for wrong in ("all", "10.0.0.0/8;1.2.3.4", "' OR 1=1", "x" * 300):
            self.assertEqual(command(f"--ip={wrong}")[0], 1, wrong)

    def test_with_an_end(self):
        token = set_up("--until=2037-08-31")
        ends = Site(token)("local_wsattendance_get_status")["tokenends"]
        # Midnight after that day, wherever the site is.
        self.assertTrue(2135289600 < ends < 2135289600 + 2 * 86400, ends)
        self.assertEqual(set_up(), token)
        self.assertEqual(Site(token)("local_wsattendance_get_courses")["tokenends"], ends)
        self.assertEqual(set_up("--until=never"), token)
        self.assertEqual(Site(token)("local_wsattendance_get_status")["tokenends"], 0)
        for wrong in ("2020-01-01", "2027-02-30", "tomorrow", "1"):
            self.assertEqual(command(f"--until={wrong}")[0], 1, wrong)
        # One that has ended is none.
        self.stage(
            "$DB->set_field('external_tokens', 'validuntil', 5, ['token' => $in['token']]);",
            token=token,
        )
        self.assertNotEqual(set_up(), token)


class TestServices(Case):
    def test_small_unless_it_is_asked_for(self):
        small = Site(set_up())("core_webservice_get_site_info")["functions"]
        self.assertEqual(len(small), 8)
        self.assertEqual(self.stage(_ROLE), RIGHTS)
        native = set_up("--native")
        names = [f["name"] for f in Site(native)("core_webservice_get_site_info")["functions"]]
        self.assertIn("mod_attendance_update_user_status", names)
        self.assertEqual(len(names), 20)
        self.assertEqual(len(self.stage(_ROLE)), 16)
        self.assertTrue(Site(native)("core_course_get_courses"))
        self.assertEqual(set_up(), native, "it is kept")
        status, text = command("--native=no")
        self.assertEqual(
            (status, "moodle/course:update" in text), (0, True), "what is too much is named"
        )
        self.assertEqual(len(self.stage(_ROLE)), 16, "and not taken away unasked")
        set_up("--reduce")
        self.assertEqual(self.stage(_ROLE), RIGHTS)
        self.assertTrue(self.works(native), "whoever uses the old token goes on")

    def test_what_is_forbidden_stays_so(self):
        forbid = (
            "$r = $DB->get_field('role', 'id', ['shortname' => 'odoosync']);"
            " assign_capability('moodle/course:update', $in['to'], $r, context_system::instance()->id, true);"
        )
        self.stage(forbid, to=-1000)
        try:
            set_up("--reduce")
            self.assertEqual(self.stage(_ROLE), RIGHTS)
            self.assertNotIn("moodle/course:update", command()[1])
            found = self.stage(
                "return $DB->get_field('role_capabilities', 'permission', ['capability' => 'moodle/course:update', 'permission' => -1000]);"
            )
            self.assertEqual(int(found), -1000)
        finally:
            self.stage(forbid, to=0)

    def test_a_site_that_was_set_up_with_an_older_version(self):
        """After the upgrade its token goes on, and its role has the new right as well."""
        native = set_up("--native")
        self.stage("unset_config('native', 'local_wsattendance');")
        self.stage(
            "$r = $DB->get_field('role', 'id', ['shortname' => 'odoosync']); $s = context_system::instance()->id;"
            " unassign_capability('local/wsattendance:sync', $r, $s);"
            " unset_config('accountid', 'local_wsattendance'); set_config('version', 2026120100, 'local_wsattendance');"
        )
        self.stage(
            "require_once($CFG->libdir . '/upgradelib.php'); require_once($CFG->dirroot . '/local/wsattendance/db/upgrade.php');"
            " xmldb_local_wsattendance_upgrade(2026120100); unset_config('upgraderunning');"
        )
        self.assertEqual(
            self.stage("return get_config('local_wsattendance', 'accountid');"), str(self.noted)
        )
        status = Site(native)("local_wsattendance_get_status")
        self.assertEqual((status["sync"], status["setup"], len(status["rights"])), (1, 1, 16))
        self.assertTrue(Site(native)("core_course_get_courses"))
        self.assertTrue(Site(native)("local_wsattendance_get_courses"))
        status, text = command("--dry-run")
        self.assertEqual((status, "remark:      Rights" in text), (0, True), text)
        set_up("--reduce")


class TestCommand(Case):
    def test_one_stream_and_a_status(self):
        status, text = command()
        lines = text.strip().splitlines()
        self.assertEqual(status, 0)
        self.assertTrue(lines[-1].startswith("Token: ") and lines[-2].startswith("Address: "))
        self.assertTrue(any(line.startswith("remark:      Address: ") for line in lines))
        hide = "$DB->set_field('modules', 'visible', $in['to'], ['name' => 'attendance']);"
        self.stage(hide, to=0)
        try:
            status, text = command()
            self.assertEqual(
                (status, "remark:      Attendance activity: " in text), (2, True), text
            )
        finally:
            self.stage(hide, to=1)
        self.stage("set_config('enablewebservices', 0);")
        self.assertEqual(command("--dry-run")[0], 2)
        self.assertEqual(command()[0], 0)


if __name__ == "__main__":
    unittest.main()
