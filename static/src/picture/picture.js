/** @odoo-module **/

import {Component, onWillStart, useEffect, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {deserializeDate, deserializeDateTime} from "@web/core/l10n/dates";
import {formatFloat} from "@web/core/utils/numbers";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

const LETTERS = ["P", "A", "L", "E"];
// Where an arrow key leads: rows down, columns to the right.
const STEPS = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    Home: [0, -Infinity],
    End: [0, Infinity],
    PageUp: [-10, 0],
    PageDown: [10, 0],
};

/** The attendance of a course: students by sessions, a letter and a colour a mark. */
export class AttendancePicture extends Component {
    static template = "openeducat_moodle_attendance.Picture";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.frame = useRef("frame");
        this.letters = LETTERS;
        this.state = useState({
            page: 0,
            loads: 0,
            differing: false,
            batch: "",
            since: "",
            until: "",
        });
        this.legend = [
            ["P", "o_moodle_P", _t("Present")],
            ["A", "o_moodle_A", _t("Absent")],
            ["L", "o_moodle_L", _t("Late")],
            ["E", "o_moodle_E", _t("Excused")],
            ["?", "", _t("No status, or several")],
            ["03", "o_moodle_alone", _t("Session that is not in Moodle")],
        ];
        onWillStart(() => this.load(0));
        // The newest sessions, which stand at the right.
        useEffect(
            () => {
                const frame = this.frame.el;
                if (frame) {
                    frame.scrollLeft = frame.scrollWidth;
                }
            },
            () => [this.state.loads]
        );
    }

    get dates() {
        const {since, until} = this.state;
        return {since: since || false, until: until || false};
    }

    async load(page) {
        // Plain data outside of the state: 2,400 cells need no proxies.
        this.picture = await this.orm.call(
            "moodle.mapping",
            "attendance_picture",
            [[this.props.record.resId], page],
            this.dates
        );
        for (const session of this.picture.sessions) {
            const day = deserializeDate(session.day);
            session.label = day.toFormat("dd");
            session.month = day.toFormat("LLL");
            session.title = [day.toLocaleString(), session.time, this.batchNames(session)]
                .filter(Boolean)
                .join(" · ");
        }
        if (!this.picture.batches.some(([id]) => String(id) === this.state.batch)) {
            this.state.batch = "";
        }
        this.state.page = page;
        this.state.loads++;
    }

    batchNames({batches}) {
        const shown = this.picture.batches.filter(([id]) => batches.includes(id));
        return shown.map((batch) => batch[1]).join(", ");
    }

    /** Of the batch that is chosen: its sessions, and the students who have marks there. */
    get shown() {
        const {sessions, students} = this.picture;
        const {differing} = this.state;
        const batch = Number(this.state.batch);
        const columns = sessions
            .map((session, column) => ({session, column}))
            .filter(({session}) => !batch || session.batches.includes(batch));
        const of = (cell) => (cell && (!batch || cell[3] === batch) ? cell : null);
        const rows = students
            .map((student) => ({
                student,
                cells: columns.map(({column}) => of(student.cells[column])),
            }))
            .filter(
                ({cells}) =>
                    (!batch || cells.some(Boolean)) &&
                    (!differing || cells.some((cell) => cell && cell[1]))
            );
        const counts = LETTERS.map((letter) =>
            columns.map(
                (_column, place) =>
                    rows.filter(({cells}) => cells[place] && cells[place][0] === letter).length
            )
        );
        return {columns, rows, counts};
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

    get spreadsheet() {
        const dates = Object.entries(this.dates).filter((item) => item[1]);
        const query = new URLSearchParams(dates).toString();
        const {resId} = this.props.record;
        return `/openeducat_moodle_attendance/picture/${resId}${query && "?"}${query}`;
    }

    cellClass(cell) {
        return cell ? `o_moodle_${cell[0]}${cell[1] ? " o_moodle_differs" : ""}` : "";
    }

    cellTitle(cell, session, student) {
        const where = `${student.name} · ${session.title}`;
        if (!cell) {
            return where;
        }
        return cell[1] ? `${where}: ${cell[0]}, Moodle: ${cell[1]}` : `${where}: ${cell[0]}`;
    }

    percent({percent}) {
        return percent === null ? "–" : formatFloat(percent, {digits: [0, 1]});
    }

    /** One place of the table can be reached by the tab key; arrows lead to the others. */
    onKeydown(ev) {
        const cell = ev.target.closest("[data-place]");
        if (!cell) {
            return;
        }
        if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            cell.click();
            return;
        }
        const step = STEPS[ev.key];
        if (!step || ev.ctrlKey || ev.altKey || ev.metaKey) {
            return;
        }
        ev.preventDefault();
        const rows = [...ev.currentTarget.querySelectorAll("tr")]
            .map((row) => [...row.querySelectorAll("[data-place]")])
            .filter((cells) => cells.length);
        const row = rows.findIndex((cells) => cells.includes(cell));
        const within = (number, list) => Math.max(0, Math.min(number, list.length - 1));
        const target = rows[within(row + step[0], rows)];
        this.focus(target[within(rows[row].indexOf(cell) + step[1], target)]);
    }

    focus(cell) {
        for (const other of this.frame.el.querySelectorAll("[data-place][tabindex='0']")) {
            other.tabIndex = -1;
        }
        cell.tabIndex = 0;
        cell.focus();
    }

    print() {
        window.print();
    }

    openSession({sheets, title}) {
        const several = sheets.length > 1;
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: title,
            res_model: "op.attendance.sheet",
            ...(several ? {domain: [["id", "in", sheets]]} : {res_id: sheets[0]}),
            views: several
                ? [
                      [false, "list"],
                      [false, "form"],
                  ]
                : [[false, "form"]],
        });
    }

    openLine(cell) {
        return (
            cell &&
            this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "op.attendance.line",
                res_id: cell[2],
                views: [[false, "form"]],
            })
        );
    }
}

registry.category("view_widgets").add("moodle_attendance_picture", {
    component: AttendancePicture,
});
