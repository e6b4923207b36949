/** @odoo-module **/

import {Component, onMounted, onWillUnmount} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const SECONDS = 2;

/**
 * A progress bar that reads its record again until what it shows has ended, so that
 * everything else on the form is up to date, too.
 */
export class MoodleProgress extends Component {
    static template = "openeducat_moodle_attendance.Progress";
    static props = {
        ...standardFieldProps,
        stateField: String,
        wordsField: {type: String, optional: true},
    };

    setup() {
        onMounted(() => {
            this.timer = setInterval(() => this.refresh(), SECONDS * 1000);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    get percent() {
        return Math.round(this.props.record.data[this.props.name] || 0);
    }

    get words() {
        return (this.props.wordsField && this.props.record.data[this.props.wordsField]) || "";
    }

    get running() {
        return this.props.record.data[this.props.stateField] === "running";
    }

    async refresh() {
        const {record} = this.props;
        // What somebody is typing is not thrown away.
        if (this.busy || !this.running || !record.resId || record.dirty) {
            return;
        }
        this.busy = true;
        try {
            await record.load();
        } finally {
            this.busy = false;
        }
    }
}

registry.category("fields").add("moodle_progress", {
    component: MoodleProgress,
    supportedTypes: ["float"],
    extractProps: ({options}) => ({stateField: options.state, wordsField: options.words}),
});
