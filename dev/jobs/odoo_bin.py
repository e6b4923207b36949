"""Odoo's own start script, which its package lacks. With ``-m odoo`` the process for its bus can't
begin: Odoo starts a file of its package for it, again and again, which took a core."""

import odoo.cli

odoo.cli.main()
