"""By what two addresses are known to be the same Moodle. Pure."""

from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def site_key(url: str | None) -> str:
    """The address without what may be written in several ways: http or https, capitals in
    the host's name, the scheme's own port, a slash at the end. With and without www are
    two hosts: Moodle itself answers under one of them only.

    :param url: as an administrator has entered it
    :return: such as ``moodle.example.org/school``; an empty text for what is no address
    """
    parts = urlsplit((url or "").strip())
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    host = host.rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if port and port != DEFAULT_PORTS.get(parts.scheme.lower()):
        host = f"{host}:{port}"
    path = "/".join(part for part in parts.path.split("/") if part)
    path = path.removesuffix("webservice/rest/server.php").rstrip("/")
    return f"{host}/{path}".rstrip("/")
