/** @odoo-module **/

import {Component, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {rpcBus} from "@web/core/network/rpc";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useBus} from "@web/core/utils/hooks";

// Buttons whose answer Moodle is waited for.
const ASKING = ["action_setup_discover", "action_setup_next", "action_test_connection"];

/**
 * Says that Moodle is being asked while one of these buttons waits for it.
 */
export class MoodleAsking extends Component {
    static template = "openeducat_moodle_attendance.Asking";
    static props = {...standardWidgetProps};

    setup() {
        this.state = useState({calls: []});
        useBus(rpcBus, "RPC:REQUEST", ({detail}) => {
            const {model, method} = detail.data.params || {};
            if (model === this.props.record.resModel && ASKING.includes(method)) {
                this.state.calls.push(detail.data.id);
            }
        });
        useBus(rpcBus, "RPC:RESPONSE", ({detail}) => {
            this.state.calls = this.state.calls.filter((id) => id !== detail.data.id);
        });
    }
}

registry.category("view_widgets").add("moodle_asking", {component: MoodleAsking});
