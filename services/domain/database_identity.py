"""Whether this is the database that was known, or a copy of it. Pure.

A copy holds all that the database holds, the token too, and would write into the same Moodle.
So a database is known by what a copy can't share, which PostgreSQL gives and no dump carries;
never by a name, an address or a port: these change, and it is still the same one.
"""

from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True)
class Database:
    """Each is an empty text where it can't be read.

    :param system: PostgreSQL's system identifier, made with its cluster
    :param oid: of the database in that cluster
    :param table: oid of the table of the instances, another one once a dump was restored over
        the same database
    :param uuid: Odoo's own ``database.uuid``, which its *Duplicate* changes
    """

    system: str = ""
    oid: str = ""
    table: str = ""
    uuid: str = ""

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> "Database | None":
        """The reverse; ``None`` for what is none of it."""
        if not isinstance(data, dict):
            return None
        known = {field.name: data.get(field.name) for field in fields(cls)}
        found = cls(**{name: value for name, value in known.items() if isinstance(value, str)})
        return found if found != cls() else None


def differs(known: Database | None, seen: Database) -> bool:
    """:param known: as it was kept, or ``None`` for nothing yet
    :param seen: as it is
    :return: whether anything speaks against its being the same; what can't be read on either
        side says nothing
    """
    if known is None:
        return False
    old, new = known.to_json(), seen.to_json()
    return any(old[name] and new[name] and old[name] != new[name] for name in old)
