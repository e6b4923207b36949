"""Which addresses a Moodle may have."""

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..services.moodle import moodle_url as u

LINK_LOCAL = (
    "169.254.169.254",
    "169.254.0.1",
    "2852039166",
    "0xA9FEA9FE",
    "0xa9.0xfe.0xa9.0xfe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "169.16689662",
    "１６９.２５４.１６９.２５４",
    "169。254。169。254",
    "169.254.169.254.",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[::169.254.169.254]",
    "[64:ff9b::169.254.169.254]",
    "[2002:a9fe:a9fe::1]",
    "[fe80::1]",
    "[febf::1]",
    "[fd00:ec2::254]",
    "[FD00:0EC2:0:0:0:0:0:0254]",
    # Google, Oracle, Scaleway; Amazon's others.
    "[fd20:ce::254]",
    "[fd00:c1::a9fe:a9fe]",
    "[fd00:42::42]",
    "[fd00:ec2::23]",
    # NAT64 with a prefix of one's own (RFC 8215), translated, ISATAP, Teredo.
    "[64:ff9b:1::a9fe:a9fe]",
    "[64:ff9b:1:a9fe:a9:fe00::]",
    "[64:ff9b::6464:64c8]",
    "[::ffff:0:a9fe:a9fe]",
    "[::5efe:a9fe:a9fe]",
    "[2001:db8::5efe:169.254.169.254]",
    "[2001:db8::200:5efe:169.254.169.254]",
    "[2001:0:a9fe:a9fe::1]",
    "[2001:0:808:808::5601:5601]",
    "[2002:6464:64c8::]",
    # RFC 6052 with each length of prefix.
    "[2001:db8:a9fe:a9fe::]",
    "[2001:db8:1a9:fea9:fe::]",
    "[2001:db8:122:a9fe:a9:fe00::]",
    "[2001:db8:122:3a9:fe:a9fe::]",
    "[2001:db8:122:344:a9:fea9:fe00::]",
    "[2001:db8:122:344::a9fe:a9fe]",
    "[2001:db8:122:344::168.63.129.16]",
    "100.100.100.200",
    "1684301000",
    "168.63.129.16",
    "metadata.google.internal",
    "METADATA.google.internal.",
    "ⓜetadata.google.internal",
    "metadata",
)
RESERVED = ("0.0.0.0", "0", "0.1.2.3", "[::]", "255.255.255.255", "240.0.0.1", "224.0.0.1", "[ff02::1]",
            "[fec0::1]")  # fmt: skip


@tagged("post_install", "-at_install")
class TestParse(BaseCase):
    def test_what_is_taken(self):
        for url, text, kind in (
            (" https://moodle.example/ ", "https://moodle.example", u.PUBLIC),
            ("http://a.b/moodle/webservice/rest/server.php", "http://a.b/moodle", u.PUBLIC),
            ("HTTPS://Moodle.Example:8443/a//", "https://moodle.example:8443/a", u.PUBLIC),
            ("https://moodle.example.", "https://moodle.example", u.PUBLIC),
            ("https://schule-müller.example", "https://xn--schule-mller-klb.example", u.PUBLIC),
            ("http://moodle_web:8080", "http://moodle_web:8080", u.PUBLIC),
            ("http://127.0.0.1:65535", "http://127.0.0.1:65535", u.LOOPBACK),
            ("http://2130706433", "http://127.0.0.1", u.LOOPBACK),
            ("http://[::1]:80/x", "http://[::1]:80/x", u.LOOPBACK),
            ("http://[::ffff:127.0.0.1]", "http://[::ffff:7f00:1]", u.LOOPBACK),
            ("http://localhost", "http://localhost", u.LOOPBACK),
            ("http://10.1.2.3", "http://10.1.2.3", u.PRIVATE),
            ("http://192.168.1.1", "http://192.168.1.1", u.PRIVATE),
            ("http://100.64.0.1", "http://100.64.0.1", u.PRIVATE),
            ("http://[fd12::1]", "http://[fd12::1]", u.PRIVATE),
            ("https://8.8.8.8", "https://8.8.8.8", u.PUBLIC),
        ):
            with self.subTest(url):
                address = u.parse(url)
                self.assertEqual(address.kind, kind)
                # Python 3.13 writes such a number otherwise.
                shown = address.text.replace("[::ffff:127.0.0.1]", "[::ffff:7f00:1]")
                self.assertEqual(shown, text)
                self.assertEqual(u.parse(address.text), address)

    def test_what_is_never_asked(self):
        for host in (*LINK_LOCAL, *RESERVED):
            for url in (f"http://{host}", f"https://{host}:8443/moodle"):
                with self.subTest(url), self.assertRaises(u.AddressError):
                    u.parse(url)

    def test_what_is_no_address(self):
        for url in (
            None, False, "", "moodle.example", "ftp://a.b", "http://", "https:///x", "file:///etc/passwd",
            "https://u:p@a.b", "https://u@a.b", "https://@a.b", "https://a.b/?x=1", "https://a.b/?",
            "https://a.b#", "https://a.b/#x", "https://a b.example", "https://a.b/x y", "https://a.b\\@c.d",
            "https://a.b/\\x", "https://a.b\x00", "https://a.b/\x07", "https://a\nb.example",
            "https://a.b/\u202ex", "https://a\u00adb.example", "https://a.b:0", "https://a.b:65536",
            "https://a.b:x", "https://a.b:-1", "https://a.b:", "https://-a.b", "https://a..b",
            "https://[::1", "https://[fe80::1%25eth0]", "https://[x]", "https://" + "a" * 64 + ".b",
            "https://" + "a." * 200 + "b", "https://a.b/" + "x" * 600, "https://999.1.1.1",
            "https://1.2.3.4.5", "https://%31.b", "https://a.b/ü", "https://a.b/\ud800", "javascript:x",
        ):  # fmt: skip
            with self.subTest(repr(url)):
                with self.assertRaises(u.AddressError) as caught:
                    u.parse(url)
                self.assertTrue(caught.exception.reason)

    def test_http_needs_consent_but_on_the_machine_itself(self):
        for url, needed in (
            ("http://moodle.example", True),
            ("http://10.0.0.1", True),
            ("https://moodle.example", False),
            ("http://127.0.0.1:8080", False),
            ("http://localhost", False),
            ("http://moodle.localhost", True),
            ("http://[::ffff:127.0.0.1]", False),
            # Another machine, by way of a gateway.
            ("http://[2002:7f00:1::]", True),
            ("http://[64:ff9b::7f00:1]", True),
            ("http://[2001:db8::5efe:127.0.0.1]", True),
        ):
            self.assertEqual(u.parse(url).needs_consent, needed, url)

    def test_what_is_typed_without_a_scheme(self):
        for url in ("moodle.example", "moodle.example:8443/a", "localhost", "10.0.0.1/x"):
            self.assertEqual(u.with_scheme(f" {url}"), f"https://{url}")
        for url in ("http://a.b", "javascript:x", "u@a.b", "file:///x", "ftp://a.b", "", None):
            self.assertEqual(u.with_scheme(url), url)

    def test_the_site_of_a_page(self):
        for page, root in (
            ("https://a.b/login/index.php?x=1#top", "https://a.b"),
            ("a.b/moodle/my/courses.php", "https://a.b/moodle"),
            ("https://a.b/moodle/my/", "https://a.b/moodle"),
            ("https://a.b/login", "https://a.b"),
            ("https://a.b/?redirect=0", "https://a.b"),
            ("https://a.b/mod/attendance/manage.php?id=4", "https://a.b"),
            ("https://a.b/course/webservice/rest/server.php", "https://a.b/course"),
            ("https://a.b/course", "https://a.b/course"),
            ("https://u@a.b/", "https://u@a.b"),
            ("", ""),
        ):
            self.assertEqual(u.site_root(page), root)

    def test_where_a_redirect_leads(self):
        for location, root in (
            ("https://a.b/login/index.php", "https://a.b"),
            ("https://www.a.b", "https://www.a.b"),
            ("https://a.b/webservice/rest/server.php", "https://a.b"),
            ("/moodle/login/index.php", "http://a.b/moodle"),
            ("http://a.b/login/index.php", ""),
            ("http://169.254.169.254/", ""),
            ("https://u:p@a.b/", ""),
            ("http://[x", ""),
            ("", ""),
        ):
            self.assertEqual(u.redirected_root("http://a.b", location), root, location)

    def test_the_same_origin(self):
        same = u.same_origin
        self.assertTrue(same("https://a.b", "https://A.B:443/moodle/"))
        self.assertTrue(same("http://127.0.0.1", "http://2130706433:80"))
        for other in (
            "http://a.b",
            "https://a.b:444",
            "https://c.b",
            "https://a.b.",
            "nonsense",
            False,
        ):
            self.assertEqual(same("https://a.b", other), other == "https://a.b.")
        self.assertFalse(same("nonsense", "nonsense"))

    def test_what_a_name_server_says(self):
        for number, kind in (
            ("8.8.8.8", u.PUBLIC),
            ("2001:4860:4860::8888", u.PUBLIC),
            ("127.8.8.8", u.LOOPBACK),
            ("::1", u.LOOPBACK),
            ("172.16.0.1", u.PRIVATE),
            ("2002:808:808::1", u.PUBLIC),
            ("64:ff9b::8.8.8.8", u.PUBLIC),
            ("64:ff9b::10.0.0.1", u.PRIVATE),
            ("2002:a00:1::1", u.PRIVATE),
            # As people and machines choose them: not for each that looks a little like one.
            ("2001:db7:a9fe:a9fe::1", u.PUBLIC),
            ("2a01:4f8:c17:b0f:4a3:b2ff:a9fe:a9fe", u.PUBLIC),
            ("fe80::1%eth0", u.REFUSED),
            ("169.254.1.1", u.REFUSED),
            ("::ffff:169.254.169.254", u.REFUSED),
            ("nonsense", u.REFUSED),
        ):
            self.assertEqual(u.kind_of(number), kind, number)
