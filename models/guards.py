"""Whose values are taken.

Two things that *readonly* in a form does not do: what the synchronisation alone writes is
written by nobody else, whatever way the values come (RPC, import, defaults of the context,
commands inside another record), and a value that names another record is taken only from
somebody who may read that record.
"""

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError, UserError

from ..services.openeducat.local_store import WITH_DEFAULTS

# Marks what the synchronisation writes.
OURS = "connector_no_export"


def right_name(env, xmlid):
    """A right as the form of a user shows it, such as *Attendance: Manager*: OpenEduCat's
    names are not the same in all its versions.

    :param xmlid: of a group
    """
    # sudo: the name of a group, for a message.
    return env.ref(xmlid).sudo().full_name.replace(" / ", ": ")


def is_ours(env):
    """Whether the synchronisation itself is writing. The key alone says nothing: anybody can
    send it along. Superuser rights alone say nothing either: OpenEduCat takes them on behalf
    of its users. Nobody from outside has both."""
    return env.su and bool(env.context.get(OURS))


def same(records, name, value):
    """Whether a value is what all these records hold already.

    :param name: of a field
    :param value: as ``write`` takes it
    """
    field = records._fields[name]
    # sudo: compared, not shown.
    return all(
        field.convert_to_cache(value, record, validate=False)
        == field.convert_to_cache(record[name], record, validate=False)
        for record in records.sudo()
    )


def without_owned(records, vals, owned):
    """The values without those that the synchronisation alone writes; what a form or an
    import merely sends along is dropped.

    :param records: what is written; empty for what is created
    :param vals: values as ``create`` and ``write`` take them
    :param owned: names of fields
    :raise AccessError: such a value is another one than what is stored
    """
    found = [name for name in vals if name in owned]
    for name in found:
        # Created records hold nothing yet.
        if not same(records, name, vals[name]) if records else vals[name]:
            # sudo: the label of a field, for the message.
            label = records.env["ir.model.fields"].sudo()._get(records._name, name)
            raise AccessError(
                records.env._(
                    "Only the synchronisation with Moodle can change %s.",
                    label.field_description,
                )
            )
    return {name: value for name, value in vals.items() if name not in found} if found else vals


def knows_place(records):
    """Those stored records whose place in Moodle the user may know: of the school's staff,
    and with the right to read the record. For fields computed by superuser.

    :return: recordset
    """
    env = records.env
    real = records._origin
    if env.uid == SUPERUSER_ID:
        return real
    if not env.user._is_internal():
        return real.browse()
    return real.with_user(env.uid)._filtered_access("read").sudo()


def place_in_moodle(record):
    """Action that opens a record's page in Moodle.

    :raise AccessError: the user may not read the record
    :raise UserError: it has no page there, or not for this user
    """
    record.ensure_one()
    record.check_access("read")
    if not record.moodle_url:
        raise UserError(record.env._("This has no page in Moodle."))
    return {"type": "ir.actions.act_url", "url": record.moodle_url, "target": "new"}


def check_readable(records, vals):
    """Odoo shows the name of whatever a value points to, and fields related to it.

    :param vals: ``{field: id}`` of a form or of ``create`` and ``write``
    :raise AccessError: one of them is a record that the user may not read
    """
    if records.env.su:
        return
    for name, value in vals.items():
        field = records._fields.get(name)
        if field is None or field.type != "many2one":
            continue
        number = value.get("id") if isinstance(value, dict) else value
        if number:
            records.env[field.comodel_name].browse(number).check_access("read")


class MoodleOwned(models.AbstractModel):
    """Of models with fields that the synchronisation alone writes, also where the rest of the
    record is everybody's: OpenEduCat's registers, sheets and lines."""

    _name = "moodle.owned"
    _description = "Moodle: fields that the synchronisation alone writes"

    _owned_fields = ()

    @api.model
    def _written_by_us(self):
        return is_ours(self.env)

    def _taken_from_others(self, vals, new):
        """What is taken of the values that anybody but the synchronisation writes.

        :param vals: values as ``create`` and ``write`` take them
        :param new: whether they are of a new record; else they are written to these
        :raise AccessError: one of them is not theirs to write
        """
        return without_owned(self, vals, self._owned_fields)

    @api.model
    def default_get(self, fields_list):
        """Defaults come from the context (``default_…``), which anybody can send, and from what
        users have stored as theirs."""
        if self._written_by_us():
            context = self.env.context
            names = context.get(WITH_DEFAULTS, {}).get(self._name)
            # Another module may give any along.
            if names is not None and not any(key.startswith("default_") for key in context):
                fields_list = [name for name in fields_list if name in names]
            return super().default_get(fields_list)
        values = super().default_get(fields_list)
        return {name: v for name, v in values.items() if name not in self._owned_fields}

    def _with_defaults(self):
        """The fields of which a new record can have a default, but for what the context gives. For
        each record Odoo asks every field without a value, though hardly any has one: that took a
        twentieth of a first pull.

        :return: frozenset of names; ``None`` where beside Odoo itself a module that is loaded
            before this one has its say, which may be of any field
        """
        classes = type(self).mro()
        further = classes[classes.index(MoodleOwned) + 1 :]
        if sum("default_get" in vars(cls) for cls in further) > 1:
            return None
        names = {name for name, field in self._fields.items() if field.default or field.inherited}
        return frozenset(names.union(self.env["ir.default"]._get_model_defaults(self._name)))

    @api.model_create_multi
    def create(self, vals_list):
        if not self._written_by_us():
            vals_list = [self._taken_from_others(vals, new=True) for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not self._written_by_us():
            vals = self._taken_from_others(vals, new=False)
        return super().write(vals)


class MoodleGuarded(models.AbstractModel):
    """Of all models that are the add-on's own."""

    _name = "moodle.guarded"
    _inherit = "moodle.owned"
    _description = "Moodle: whose values are taken"

    # What a record is about; another one is another record.
    _fixed_fields = ()

    @api.model
    def _written_by_us(self):
        """No foreign code takes superuser rights for these models, so here they are enough."""
        return self.env.su

    def _taken_from_others(self, vals, new):
        vals = super()._taken_from_others(vals, new)
        check_readable(self, vals)
        return vals

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        check_readable(self, values)
        return values

    def write(self, vals):
        for name in self._fixed_fields:
            if name in vals and not same(self, name, vals[name]):
                # sudo: the label of a field, for the message.
                label = self.env["ir.model.fields"].sudo()._get(self._name, name)
                raise UserError(
                    self.env._(
                        "%s can't be changed afterwards. Create a new record instead.",
                        label.field_description,
                    )
                )
        result = super().write(vals)
        if not self.env.su:
            # Odoo checks the rules on what was there before.
            self.check_access("write")
        return result

    def onchange(self, values, field_names, fields_spec):
        """18.0 answers anybody, and both series show what the values point to."""
        self.check_access("write" if self else "create")
        check_readable(self, values)
        return super().onchange(values, field_names, fields_spec)
