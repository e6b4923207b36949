from odoo import http
from odoo.http import content_disposition, request

from .pages import page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PictureController(http.Controller):
    @page("/openeducat_moodle_attendance/picture/<int:mapping_id>")
    def picture(self, mapping_id, since=None, until=None, **_other):
        """The attendance of a course as a spreadsheet; the model decides who may have it."""
        mapping = request.env["moodle.mapping"].browse(mapping_id).exists()
        if not mapping:
            raise request.not_found()
        content = mapping._attendance_workbook(since, until)
        name = f"{mapping.moodle_name or mapping.moodle_id}.xlsx"
        return request.make_response(
            content,
            headers=[
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(name)),
                ("Content-Length", str(len(content))),
            ],
        )
