"""Before 1.1.0 the keys of most gaps began with their kind and Moodle course twice. From
1.1.0 on they do once: what is kept is renamed, so that the next run finds it again, with
its state and its history."""


def migrate(cr, version):
    """:param version: that the database had"""
    if not version:
        return
    # A key that is there already stays the other's; the next run closes what it does not find.
    cr.execute(
        """
        UPDATE moodle_sync_gap gap
           SET key = substr(gap.key, length(place.prefix) + 1)
          FROM (SELECT id, kind || ':' || COALESCE(unit, 0) || ':' AS prefix
                  FROM moodle_sync_gap) place
         WHERE place.id = gap.id
           AND starts_with(gap.key, repeat(place.prefix, 2))
           AND NOT EXISTS (SELECT FROM moodle_sync_gap other
                            WHERE other.instance_id = gap.instance_id
                              AND other.key = substr(gap.key, length(place.prefix) + 1))
        """
    )
