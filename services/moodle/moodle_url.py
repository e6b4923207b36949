"""Which address a Moodle may have, and which machine may be asked. Pure.

Odoo's server stands inside a network and asks whatever address an administrator enters,
or whatever a name server says that a name means. Addresses that are never a Moodle and
often a machine's own secrets (link-local, cloud metadata) are refused, in every way they
can be written; loopback and private ones are where many a school's Moodle really is.

Used twice: on the address as it was typed (:func:`parse`), and on each number that its
name leads to when a connection is made (:func:`kind_of`).
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from ..texts import messages_moodle as words

ENDPOINT = "/webservice/rest/server.php"
MAX_LENGTH = 500  # characters

PUBLIC, PRIVATE, LOOPBACK, REFUSED = "public", "private", "loopback", "refused"

_METADATA_NAMES = {
    "instance-data",
    "instance-data.ec2.internal",
    "metadata",
    "metadata.azure.internal",
    "metadata.goog",
    "metadata.google.internal",
}
# Metadata services outside the link-local ranges: Alibaba, Oracle, Azure; Amazon, Google, Oracle,
# Scaleway.
_METADATA = [
    ipaddress.ip_network(text)
    for text in (
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "fd00:ec2::/32",
        "fd20:ce::254",
        "fd00:c1::a9fe:a9fe",
        "fd00:42::42",
    )
]
_SHARED = ipaddress.ip_network("100.64.0.0/10")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Where the four bytes of an IPv4 address stand in an IPv6 one, by the length of the prefix
# (RFC 6052). The byte 8, and what follows them, is 0.
_TRANSLATED = ((4, 5, 6, 7), (5, 6, 7, 9), (6, 7, 9, 10), (7, 9, 10, 11), (9, 10, 11, 12),
               (12, 13, 14, 15))  # fmt: skip
# In front of an IPv4 address at the end: translated (RFC 2765), ISATAP (RFC 5214).
_ENDINGS = (bytes.fromhex("ffff0000"), bytes.fromhex("00005efe"), bytes.fromhex("02005efe"))
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}")
# Pages of Moodle that people copy the address of, or that a redirect leads to.
_PAGE = re.compile(
    r"(/(admin|course|login|mod/[a-z0-9_]+|my|user|webservice/rest))?/[a-z0-9_]+\.php$|/(login|my)$"
)
_HOST_AND_PATH = re.compile(r"[\w.-]+(:[0-9]+)?(/.*)?")
# Printable ASCII without what ends an address or means something else to another reader
# of it; letters beyond ASCII are left to the host, which is encoded.
_FORBIDDEN = re.compile("[\x00-\x20\x7f-\xa0\\\\?#@\"<>^`{|}\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")  # fmt: skip

# A sentence of ``texts``, to be translated. Odoo makes it, and is unknown in this room.
Sentence = object
_Number = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressError(ValueError):
    """:param reason: a sentence for an administrator, to be translated"""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Address:
    """``text`` is the site's address as the client wants it, without a slash at its end;
    ``host`` is lower-case ASCII, ``port`` is always given; ``kind`` is what the host says
    by itself, ``PUBLIC`` for a name."""

    text: str
    scheme: str
    host: str
    port: int
    kind: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Who gets to know what is sent there."""
        return self.scheme, self.host, self.port

    @property
    def needs_consent(self) -> bool:
        """Whether the token would travel readable to others."""
        return self.scheme == "http" and self.kind != LOOPBACK


def normalized_url(url: str | None) -> str:
    """:return: the site's address as the client wants it
    :raise AddressError: it can't be one
    """
    return parse(url).text


def parse(url: str | None) -> Address:
    """:param url: what a person typed
    :raise AddressError: it is no web address, or one that is never asked
    """
    url = (url or "").strip(" \t\r\n").rstrip("/").removesuffix(ENDPOINT).rstrip("/")
    if len(url) > MAX_LENGTH:
        raise AddressError(words.URL_TOO_LONG)
    if not url.lower().startswith(("https://", "http://")):
        raise AddressError(words.URL_SCHEME)
    if _FORBIDDEN.search(url):
        raise AddressError(words.URL_CHARACTERS)
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _host(parts.hostname or "", bracketed="[" in parts.netloc)
        parts.path.encode("ascii")
    except ValueError:
        raise AddressError(words.URL_PARTS) from None
    if port == 0 or parts.netloc.endswith(":"):
        raise AddressError(words.URL_PARTS)
    kind = _kind_of_host(host)
    if kind == REFUSED:
        raise AddressError(words.URL_REFUSED)
    shown = f"[{host}]" if ":" in host else host
    place = shown if port is None else f"{shown}:{port}"
    port = port or {"https": 443, "http": 80}[parts.scheme]
    return Address(f"{parts.scheme}://{place}{parts.path}", parts.scheme, host, port, kind)


def with_scheme(url: str | None) -> str | None:
    """An address that was typed without ``https://``, with it."""
    text = (url or "").strip()
    return f"https://{text}" if _HOST_AND_PATH.fullmatch(text) else url


def site_root(url: str | None) -> str:
    """The address of the site that a page of Moodle belongs to, such as its log-in page:
    with a scheme, without the page and what follows a question mark or number sign."""
    text = re.split("[?#]", with_scheme(url) or "", maxsplit=1)[0].rstrip("/")
    scheme, mark, rest = text.removesuffix(ENDPOINT).partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host}{_PAGE.sub('', slash + path)}".rstrip("/")


def redirected_root(asked: str, location: str) -> str:
    """Where a redirect leads.

    :param asked: the site's address that was asked
    :param location: of the answer, whatever it is
    :return: the other site's address; empty if it is the same one, or one never asked
    """
    try:
        root = parse(site_root(urljoin(asked + ENDPOINT, location))).text
    except ValueError:
        return ""
    return "" if root == asked.rstrip("/") else root


def same_origin(one: str | None, other: str | None) -> bool:
    """Whether two addresses are the same scheme, host and port; two that can't be read
    are not."""
    try:
        return parse(one).origin == parse(other).origin
    except AddressError:
        return False


def kind_of(number: str) -> str:
    """:param number: an IP address as text, as a name server gives it
    :return: ``PUBLIC``, ``PRIVATE``, ``LOOPBACK`` or ``REFUSED``
    """
    try:
        address = ipaddress.ip_address(number.partition("%")[0])
    except ValueError:
        return REFUSED
    return _kind(address)


def _kind(address: _Number) -> str:
    if address.version == 6:
        inside = _same_machine(address)
        if inside is not None:
            return _kind(inside)
        kinds = {_kind(inside) for inside in _stands_for(address)}
        if REFUSED in kinds:
            return REFUSED
        if kinds - {PUBLIC}:
            # Not this machine, whatever the gateway makes of it.
            return PRIVATE
    if _is_secret(address) or address.is_multicast:
        return REFUSED
    if address.is_loopback:
        return LOOPBACK
    if address.is_unspecified or getattr(address, "is_site_local", False):
        # 0.0.0.0 and :: lead to the machine itself.
        return REFUSED
    if address.version == 4 and (address.packed[0] == 0 or address.packed[0] >= 240):
        return REFUSED
    if address.is_private or (address.version == 4 and address in _SHARED):
        return PRIVATE
    return PUBLIC


def _same_machine(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that is meant by one in IPv6's way of writing, or ``None``."""
    if address.ipv4_mapped:
        return address.ipv4_mapped
    # The old "IPv4-compatible" form; ::1 and :: are themselves.
    if address.packed[:12] == bytes(12) and int(address) > 0xFFFF:
        return ipaddress.IPv4Address(address.packed[12:])
    return None


def _stands_for(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses to which a gateway, a tunnel or a relay may bring what is sent to this
    one."""
    packed = address.packed
    found = [*(address.teredo or ()), *filter(None, (address.sixtofour,))]
    if packed[8:12] in _ENDINGS or address in _NAT64:
        found.append(ipaddress.IPv4Address(packed[12:]))
    if not packed[8]:
        # A network may have a prefix of its own for this. So that no other address is taken for
        # one, nothing but what is never asked counts.
        for places in _TRANSLATED:
            inside = ipaddress.IPv4Address(bytes(packed[place] for place in places))
            if not any(packed[places[-1] + 1 :]) and _is_secret(inside):
                found.append(inside)
    return found


def _is_secret(address: _Number) -> bool:
    """Whether what answers there knows the machine's own secrets."""
    return address.is_link_local or any(
        address in network for network in _METADATA if network.version == address.version
    )


def _host(host: str, bracketed: bool) -> str:
    """:raise ValueError: no host name and no number"""
    if bracketed:
        return str(ipaddress.IPv6Address(host))
    # Wide digits, dots of other scripts and ligatures are made what they look like, so
    # that the checks see what the resolver will.
    host = host.encode("idna").decode().lower().removesuffix(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise ValueError(host)
    if host.rpartition(".")[2].isdecimal() or _NUMBER.fullmatch(host):
        # Decimal, octal, hexadecimal or with fewer dots, as resolvers read them.
        try:
            return socket.inet_ntoa(socket.inet_aton(host))
        except OSError:
            raise ValueError(host) from None
    return host


def _kind_of_host(host: str) -> str:
    if host in _METADATA_NAMES:
        return REFUSED
    if host == "localhost":
        # What stands before a dot, a name server may answer for.
        return LOOPBACK
    if ":" in host or _NUMBER.fullmatch(host):
        return kind_of(host)
    return PUBLIC
