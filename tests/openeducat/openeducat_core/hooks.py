# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
def give_to_admin(env, *xmlids):
    """The real modules put the administrator into their groups; the field that holds a
    group's users has another name on 18.0 than on 19.0, so XML can't say it for both."""
    admin = env.ref("base.user_admin", raise_if_not_found=False)
    for xmlid in xmlids if admin else ():
        group = env.ref(xmlid)
        users = "user_ids" if "user_ids" in group._fields else "users"
        group.write({users: [(4, admin.id)]})


def post_init_hook(env):
    give_to_admin(
        env, "openeducat_core.group_op_back_office_admin", "openeducat_core.group_multi_department"
    )
