/** @odoo-module **/

import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {deserializeDate, deserializeDateTime} from "@web/core/l10n/dates";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/** The attendance of a course: students by sessions, a letter and a colour a mark. */
export class AttendancePicture extends Component {
    static template = "openeducat_moodle_attendance.Picture";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({page: 0, differing: false, batch: ""});
        this.legend = [
            ["P", _t("Present")],
            ["A", _t("Absent")],
            ["L", _t("Late")],
            ["E", _t("Excused")],
        ];
        onWillStart(() => this.load(0));
    }

    async load(page) {
        // Plain data outside of the state: 2,400 cells need no proxies.
        this.picture = await this.orm.call("moodle.mapping", "attendance_picture", [
            [this.props.record.resId],
            page,
        ]);
        for (const session of this.picture.sessions) {
            const day = deserializeDate(session.day);
            session.label = day.toFormat("dd");
            session.month = day.toFormat("LLL");
            session.title = `${day.toLocaleString()} ${session.batch}`;
        }
        this.batches = [...new Set(this.picture.sessions.map((session) => session.batch))];
        if (!this.batches.includes(this.state.batch)) {
            this.state.batch = "";
        }
        this.state.page = page;
    }

    /** Of the batch that is chosen: its sessions, and the students who have marks there. */
    get shown() {
        const {sessions, students} = this.picture;
        const {batch, differing} = this.state;
        const columns = sessions
            .map((session, column) => ({session, column}))
            .filter(({session}) => !batch || session.batch === batch);
        const marked = (student) =>
            columns.some(({column}) => {
                const cell = student.cells[column];
                return cell && (!differing || cell[1]);
            });
        return {columns, students: batch || differing ? students.filter(marked) : students};
    }

    get differences() {
        return this.picture.students.reduce(
            (sum, student) => sum + student.cells.filter((cell) => cell && cell[1]).length,
            0
        );
    }

    get asOf() {
        const {as_of: asOf} = this.picture;
        const style = {dateStyle: "medium", timeStyle: "short"};
        return asOf && deserializeDateTime(asOf).toLocaleString(style);
    }

    cellClass(cell) {
        return cell ? `o_moodle_${cell[0]}${cell[1] ? " o_moodle_differs" : ""}` : "";
    }

    cellTitle(cell, session) {
        if (!cell) {
            return session.title;
        }
        return cell[1] ? `${session.title}: ${cell[0]}, Moodle: ${cell[1]}` : session.title;
    }

    open(session) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "op.attendance.sheet",
            res_id: session.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("moodle_attendance_picture", {
    component: AttendancePicture,
});
