from odoo import http
from odoo.http import content_disposition, request

from ..models.moodle_instance_status import PLUGIN_PAGE
from .pages import page


class MoodlePluginController(http.Controller):
    @page(PLUGIN_PAGE)
    def moodle_plugin(self, **_other):
        """The plug-in for Moodle, for its installer; the model decides who may have it."""
        name, content = request.env["moodle.instance"]._moodle_plugin()
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/zip"),
                ("Content-Disposition", content_disposition(name)),
                ("Content-Length", str(len(content))),
            ],
        )
