/** @odoo-module **/

import {RadioField, radioField} from "@web/views/fields/radio/radio_field";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** Radio buttons with a sentence each, since the direction decides what is overwritten. */
export class MoodleDirection extends RadioField {
    static template = "openeducat_moodle_attendance.Direction";

    sentence(value) {
        return {
            moodle: _t("Marks come from Moodle; a line changed here is reset to match Moodle."),
            oec: _t("Marks go to Moodle; a mark changed there is overwritten."),
            both: _t("The side that changed a mark wins; if both did, the later change wins."),
        }[value];
    }
}

registry.category("fields").add("moodle_direction", {
    ...radioField,
    component: MoodleDirection,
    supportedTypes: ["selection"],
});
