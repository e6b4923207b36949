/** @odoo-module **/

import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
// What differs from test to test (Moodle's address, say) is put here by the test.
const given = () => window.moodleTour || {};
const button = (name) => `button[name=${name}]:enabled`;
const rpc = (model, method, args, kwargs = {}) =>
    window.odoo.__WOWL_DEBUG__.root.env.services.orm.call(model, method, args, kwargs);

function openMenu(...names) {
    return names.map((name) => ({
        content: `Open the menu ${name}`,
        trigger: `.o_menu_sections button:contains(${name}), .o-dropdown--menu .dropdown-item:contains(${name})`,
        run: "click",
    }));
}

const instances = openMenu("Configuration", "Instances");
const gaps = openMenu("Moodle", "Gaps");

tours.add("moodle_setup", {
    steps: () => [
        ...instances,
        {
            content: "Set up a Moodle",
            trigger: button("action_new_setup"),
            run: "click",
        },
        {
            content: "A name",
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Our Moodle",
        },
        {
            content: "Its address",
            trigger: ".modal .o_field_widget[name=url] input",
            run: `edit ${given().url}`,
        },
        {
            content: "A token that Moodle does not know",
            trigger: ".modal .o_field_widget[name=token]:visible input[type=password]",
            run: "edit wrong",
        },
        {
            content: "Does not go on",
            trigger: `.modal ${button("action_setup_next")}:contains(Test and continue)`,
            run: "click",
        },
        {
            content: "It says what is wrong",
            trigger: ".modal .o_field_widget[name=checklist]:contains(does not know this token)",
        },
        {
            content: "The token that was typed did not come back",
            trigger: ".modal .o_field_widget[name=token]:visible input[placeholder^=•]:value()",
        },
        {
            content: "The right one",
            trigger: ".modal .o_field_widget[name=token]:visible input[type=password]",
            run: `edit ${given().token}`,
        },
        {
            content: "Test it",
            trigger: `.modal ${button("action_setup_next")}:contains(Test and continue)`,
            run: "click",
        },
        {
            content: "Who is who",
            trigger: ".modal .o_field_widget[name=discovery_html] td:contains(Algebra I)",
        },
        {
            content: "Somebody matches no student",
            trigger:
                ".modal .o_field_widget[name=discovery_html] .text-warning:contains(Sam Visitor)",
        },
        {
            content: "Continue",
            trigger: `.modal ${button("action_setup_next")}:contains(Continue)`,
            run: "click",
        },
        {
            content: "A direction has a sentence",
            trigger:
                ".modal .o_moodle_direction label:contains(a line changed here is reset to match Moodle)",
        },
        {
            content: "All sessions",
            trigger: ".modal .o_field_widget[name=sync_window_days] input",
            run: "edit 0",
        },
        {
            content: "Continue",
            trigger: `.modal ${button("action_setup_next")}:contains(Continue)`,
            run: "click",
        },
        {
            content: "What a first run would do",
            trigger: ".modal .o_field_widget[name=setup_report_html] li:contains(New marks)",
        },
        {
            content: "Finish",
            trigger: `.modal ${button("action_setup_finish")}`,
            run: "click",
        },
        {
            content: "The instance is there and works",
            trigger:
                "body:not(:has(.modal)) .o_form_view .o_field_widget[name=state_words]:contains(Working)",
        },
        {
            content: "What was found is a check list",
            trigger: ".o_field_widget[name=checklist] li > i.fa-check:empty + span",
        },
    ],
});

tours.add("moodle_setup_preview", {
    steps: () => [
        ...instances,
        {
            content: "An open set-up is not green",
            trigger:
                ".o_data_row:contains(Test Moodle) td[name=state_words] .text-bg-warning:contains(Set-up not finished)",
        },
        {
            content: "The next step leads into it",
            trigger: `.o_data_row:contains(Test Moodle) ${button("action_next_step")}`,
            run: "click",
        },
        {
            content: "Continue",
            trigger: `.modal ${button("action_setup_next")}:contains(Continue)`,
            run: "click",
        },
        {
            content: "Nothing was written",
            trigger: ".modal p:contains(Nothing has been written yet)",
        },
        {
            content: "Look at it closely",
            trigger: `.modal ${button("action_setup_open_preview")}`,
            run: "click",
        },
        {
            content: "There is a way back",
            trigger: `body:not(:has(.modal)) ${button("action_setup")}:contains(Back to the set-up)`,
            run: "click",
        },
        {
            content: "And here again",
            trigger: `.modal ${button("action_setup_open_preview")}`,
            run: "click",
        },
        {
            content: "Applying finishes the set-up, and the button says so",
            trigger: `body:not(:has(.modal)) ${button("action_apply")}:contains(finish the set-up)`,
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It works",
            trigger:
                ".o_form_view .o_field_widget[name=state_words] .text-bg-success:contains(Working)",
        },
    ],
});

tours.add("moodle_failing_card", {
    steps: () => [
        {
            content: "The card says since when it fails, and what is wrong",
            trigger:
                ".o_kanban_record:contains(Test Moodle):contains(does not know this token) .text-bg-danger:contains(Failing since)",
        },
        {
            content: "And has a button for what is to be done",
            trigger: `.o_kanban_record ${button("action_next_step")}:contains(Test connection)`,
            run: "click",
        },
        {
            content: "The token is still unknown",
            trigger: ".o_notification:contains(does not know this token)",
        },
        {
            content: "Open the form",
            trigger: ".o_kanban_record span:contains(Test Moodle)",
            run: "click",
        },
        {
            content: "Which says the same",
            trigger:
                ".o_form_view:has(.alert-danger:contains(does not know this token)) .o_field_widget[name=state_words] .text-bg-danger:contains(Failing since)",
        },
        {
            content: "No prerequisite is green",
            trigger: ".o_field_widget[name=checklist]:not(:has(.text-success))",
        },
    ],
});

tours.add("moodle_copied_database", {
    steps: () => [
        {
            content: "The card says what it waits for",
            trigger:
                ".o_kanban_record:contains(Test Moodle):contains(Waiting for you):contains(may be a copy)",
        },
        {
            content: "Open the form",
            trigger: ".o_kanban_record span:contains(Test Moodle)",
            run: "click",
        },
        {
            content: "It asks",
            trigger: ".o_field_widget[name=database_question]:contains(may be a copy)",
        },
        {
            content: "It is the real one",
            trigger: button("action_database_real"),
            run: "click",
        },
        {
            content: "No other one is synchronised",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It works as before",
            trigger:
                ".o_form_view:not(:has(.o_field_widget[name=database_question]:visible)) .o_field_widget[name=state_words] .text-bg-success",
        },
    ],
});

tours.add("moodle_setup_address", {
    steps: () => [
        ...instances,
        {
            content: "Set up a Moodle",
            trigger: button("action_new_setup"),
            run: "click",
        },
        {
            content: "A name",
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Our Moodle",
        },
        {
            content: "No address",
            trigger: ".modal .o_field_widget[name=url] input",
            run: "edit https://our moodle.example && press Tab",
        },
        {
            content: "What is wrong stands below it",
            trigger: ".modal:only-child .o_field_widget[name=url_hint]:contains(must not contain)",
        },
        {
            content: "A page of Moodle, as copied",
            trigger: ".modal .o_field_widget[name=url] input",
            run: `edit ${given().url}/login/index.php?lang=es && press Tab`,
        },
        {
            content: "It becomes the site's address",
            trigger: `.modal:not(:has(.o_field_widget[name=url_hint])) .o_field_widget[name=url] input:value(${given().url})`,
        },
        {
            content: "A token",
            trigger: ".modal .o_field_widget[name=token]:visible input[type=password]",
            run: "edit any",
        },
        {
            content: "Test it",
            trigger: `.modal ${button("action_setup_next")}:contains(Test and continue)`,
            run: "click",
        },
        {
            content: "A word while Moodle is asked",
            trigger: ".modal .o_moodle_asking:contains(Asking Moodle)",
        },
        {
            content: "Moodle has another address: take it over",
            trigger: `.modal ${button("action_use_address")}`,
            run: "click",
        },
        {
            content: "It is there, and the token is asked for again",
            trigger: `.modal:has(.o_field_widget[name=url] input:value(${given().other})) .o_field_widget[name=token]:visible input[placeholder^=Paste]`,
        },
        {
            content: "Finish later",
            trigger: ".modal .modal-footer button:contains(Finish later)",
            run: "click",
        },
        {
            content: "The list",
            trigger: "body:not(:has(.modal)) .o_list_view",
        },
    ],
});

tours.add("moodle_sync_progress", {
    steps: () => [
        ...instances,
        {
            content: "Open the instance",
            trigger: ".o_data_row td[name=name]:contains(Test Moodle)",
            run: "click",
        },
        {
            content: "Sync now",
            trigger: button("action_sync_now"),
            run: "click",
        },
        {
            content: "Half of it is done",
            trigger: ".o_moodle_progress .progress[aria-valuenow='50']",
        },
        {
            content: "In words, too",
            trigger: ".o_moodle_progress:contains(1 of 2 courses)",
            // Here the schedule would take up the rest.
            run: () => rpc("moodle.instance", "action_sync_now", [[given().instance]]),
        },
        {
            content: "The form notices by itself that it is done",
            trigger:
                ".o_form_view:not(:has(.o_moodle_progress)) .o_field_widget[name=last_summary]:contains(2 of 2)",
        },
        {
            content: "Look at the runs",
            trigger: ".oe_stat_button:contains(Runs)",
            run: "click",
        },
        {
            content: "Open the run",
            trigger: ".o_data_row td[name=state]:contains(Done)",
            run: "click",
        },
        {
            content: "Its counters",
            trigger: ".o_form_view .o_field_widget[name=lines_created]:contains(4)",
        },
    ],
});

tours.add("moodle_mend", {
    steps: () => [
        ...gaps,
        {
            content: "One line for all of a kind",
            trigger: ".o_group_header:contains(Unmatched student)",
            run: "click",
        },
        {
            content: "What to fix, in words",
            trigger: ".o_data_row:contains(Sam Visitor):contains(matches no student)",
        },
        {
            content: "Map him",
            trigger: `.o_data_row:contains(Sam Visitor) ${button("action_map")}`,
            run: "click",
        },
        {
            content: "Choose the student",
            trigger: ".modal .o_field_widget[name=student_id] input",
            run: "edit Student 6",
        },
        {
            content: "This one",
            trigger: ".o-autocomplete--dropdown-item:contains(Student 6)",
            run: "click",
        },
        {
            content: "Map",
            trigger: `.modal ${button("action_map")}`,
            run: "click",
        },
        {
            content: "It waits for the next run",
            trigger:
                "body:not(:has(.modal)) .o_data_row:contains(Sam Visitor) td[name=state]:contains(Waiting for a run)",
        },
        ...instances,
        {
            content: "Open the instance",
            trigger: ".o_data_row td[name=name]:contains(Test Moodle)",
            run: "click",
        },
        {
            content: "Sync now",
            trigger: button("action_sync_now"),
            run: "click",
        },
        {
            content: "One gap closed",
            trigger: ".o_field_widget[name=last_summary]:contains(1 closed)",
        },
        {
            content: "No gap is open any more",
            trigger: ".oe_stat_button:contains(Open gaps) .o_stat_value:contains(0)",
            run: "click",
        },
        {
            content: "Nothing to fix",
            trigger: ".o_nocontent_help:contains(Nothing to fix)",
        },
    ],
});

tours.add("moodle_key_changed", {
    steps: () => [
        ...gaps,
        {
            content: "Two people whose ID numbers were exchanged",
            trigger: ".o_group_header:contains(Student key changed)",
            run: "click",
        },
        {
            content: "Keep the first one as it was",
            trigger: `.o_data_row:contains(Student 1 Test was matched) ${button("action_keep")}`,
            run: "click",
        },
        {
            content: "It waits for the next run, and nothing is left to choose",
            trigger: `.o_data_row:contains(Student 1 Test was matched):not(:has(${button("action_keep")})) td[name=state]:contains(Waiting for a run)`,
        },
        {
            content: "Open the second one",
            trigger: ".o_data_row:contains(Student 2 Test was matched) td[name=words]",
            run: "click",
        },
        {
            content: "Take the new one",
            trigger: `.o_form_view ${button("action_take_new")}`,
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal .btn-primary",
            run: "click",
        },
        {
            content: "Nothing is left to choose",
            trigger: `body:not(:has(.modal)) .o_form_view:not(:has(${button("action_take_new")})) .o_statusbar_status .o_arrow_button_current:contains(Waiting for a run)`,
        },
    ],
});

tours.add("moodle_preview_apply", {
    steps: () => [
        ...instances,
        {
            content: "Open the instance",
            trigger: ".o_data_row td[name=name]:contains(Test Moodle)",
            run: "click",
        },
        {
            content: "Preview",
            trigger: button("action_preview"),
            run: "click",
        },
        {
            content: "What differs",
            trigger: ".oe_stat_button:contains(Differences) .o_stat_value:contains(2)",
            run: "click",
        },
        {
            content: "By course",
            trigger: ".o_list_view .o_group_name:contains(Algebra I)",
        },
        {
            content: "A mark that Moodle has changed",
            trigger: ".o_data_row:contains(Changed in Moodle):contains(Student 1)",
        },
        {
            content: "A mark that is put back",
            trigger: ".o_data_row:contains(Reset to match Moodle):contains(Student 2)",
        },
        {
            content: "Back to the preview",
            trigger:
                ".o_breadcrumb .o_back_button, .breadcrumb-item:last-of-type a, .o_back_button",
            run: "click",
        },
        {
            content: "Apply",
            trigger: button("action_apply"),
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It was done, and can't be done twice",
            trigger: ".o_form_view:not(:has(button[name=action_apply]))",
        },
    ],
});

tours.add("moodle_manager", {
    steps: () => [
        ...instances,
        {
            content: "Nothing to set up for a manager",
            trigger:
                ".o_list_view:not(:has(button[name=action_new_setup])) .o_data_row td[name=name]:contains(Test Moodle)",
            run: "click",
        },
        {
            content: "The form shows the state and no token",
            trigger: ".o_form_view:has(.o_field_widget[name=state_words]):not(:has([name=token]))",
            run: async () => {
                const id = given().instance;
                const forbidden = [
                    ["web_read", [[id], {token: {}}]],
                    ["web_read", [[id], {token_secret: {}}]],
                    ["read", [[id], ["token"]]],
                    ["export_data", [[id], ["token"]]],
                    ["export_data", [[id], ["token_secret"]]],
                    ["web_search_read", [[["token", "!=", false]], {name: {}}]],
                    ["search", [[["token_secret", "=like", "T%"]]]],
                    ["web_save", [[id], {token: "mine"}, {token: {}}]],
                    ["write", [[id], {url: "http://elsewhere.example"}]],
                ];
                for (const [method, args] of forbidden) {
                    const allowed = await rpc("moodle.instance", method, args).then(
                        () => true,
                        () => false
                    );
                    if (allowed) {
                        throw new Error(`A manager may call ${method} with ${args}`);
                    }
                }
            },
        },
        {
            content: "Sync now is for managers, too",
            trigger: button("action_sync_now"),
            run: "click",
        },
        {
            content: "It ran",
            trigger: ".o_field_widget[name=last_summary]:contains(There was nothing to write)",
        },
        ...openMenu("Moodle", "Attendance by Course"),
        {
            content: "A course",
            trigger: ".o_data_row td[name=moodle_name]:contains(Algebra I)",
            run: "click",
        },
        {
            content: "Its attendance as a picture: the line of a mark",
            trigger: ".o_moodle_picture td.o_moodle_A",
            run: "click",
        },
        {
            content: "It is there",
            trigger: ".o_form_view .o_field_widget[name=student_id]",
        },
        {
            content: "Back to the picture",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "With a spreadsheet and the time of the session; by keyboard to its sheet",
            trigger:
                ".o_moodle_picture:has(a.o_moodle_export) th.o_moodle_session[tabindex='0']:contains(09:00)",
            run: ({anchor}) => {
                const press = (target, key) =>
                    target.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
                anchor.focus();
                press(anchor, "ArrowDown");
                const cell = document.activeElement;
                if (cell.tagName !== "TD" || cell.tabIndex !== 0 || anchor.tabIndex !== -1) {
                    throw new Error("An arrow key leads to no mark");
                }
                press(cell, "ArrowUp");
                press(document.activeElement, "Enter");
            },
        },
        {
            content: "With a way to Moodle",
            trigger: `.o_form_view ${button("action_open_moodle")}`,
        },
    ],
});

tours.add("moodle_teacher", {
    steps: () => [
        {
            content: "No Moodle in the menus of a teacher",
            trigger: ".o_menu_sections",
            run: async () => {
                const menus = window.odoo.__WOWL_DEBUG__.root.env.services.menu.getAll();
                const own = menus.filter((menu) => (menu.xmlid || "").includes("moodle"));
                if (own.length) {
                    throw new Error(`A teacher sees ${own.map((menu) => menu.name)}`);
                }
                for (const model of [
                    "moodle.instance",
                    "moodle.sync.run",
                    "moodle.sync.gap",
                    "moodle.mapping",
                ]) {
                    const allowed = await rpc(model, "web_search_read", [[], {id: {}}]).then(
                        () => true,
                        () => false
                    );
                    if (allowed) {
                        throw new Error(`A teacher may read ${model}`);
                    }
                }
            },
        },
        {
            content: "All sheets, whatever OpenEduCat filters by default",
            trigger: ".o_searchview",
            run: () => document.querySelectorAll(".o_facet_remove").forEach((item) => item.click()),
        },
        {
            content: "A sheet",
            trigger: ".o_data_row td[name=name]",
            run: "click",
        },
        {
            content: "His sheet, with a way to Moodle and its lines",
            trigger: `.o_form_view:has(${button("action_open_moodle")}) .o_field_widget[name=attendance_line] .o_data_row:contains(Student 1)`,
        },
        {
            content: "When it was synchronised",
            trigger: ".o_field_widget[name=moodle_synced_at]",
        },
    ],
});

tours.add("moodle_day_after", {
    steps: () => [
        ...openMenu("Moodle", "Registers Not Taken"),
        {
            content: "A session without a mark, and who usually takes it",
            trigger: ".o_data_row:contains(Algebra I):contains(Tea Cher)",
        },
        ...openMenu("Moodle", "Attendance by Student"),
        {
            content: "The last date of attendance",
            trigger: ".o_data_row:contains(Student 1) td[name=last_date]:not(:empty)",
        },
        ...openMenu("Moodle", "Runs"),
        {
            content: "Runs open with those that changed something",
            trigger: ".o_searchview_facet:contains(With changes)",
        },
        {
            content: "There is one",
            trigger: ".o_data_row:contains(Done)",
        },
        ...openMenu("Configuration", "Courses"),
        {
            content: "A course",
            trigger: ".o_data_row:contains(Synchronised) td[name=moodle_name]:contains(Algebra I)",
            run: "click",
        },
        {
            content: "Gets days back of its own",
            trigger: ".o_form_view .o_field_widget[name=own_days] input",
            run: "click",
        },
        {
            content: "All of them",
            trigger: ".o_field_widget[name=course_days] input",
            run: "edit 400",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It says so",
            trigger: ".o_form_saved .o_field_widget[name=course_days] input:value(400)",
        },
    ],
});

const choose = (name, text) => [
    {
        content: `Look for ${text}`,
        trigger: `.modal .o_field_widget[name=${name}] input`,
        run: `edit ${text}`,
    },
    {
        content: `Choose ${text}`,
        trigger: `.o-autocomplete--dropdown-item:contains(${text})`,
        run: "click",
    },
];

tours.add("moodle_setup_courses", {
    steps: () => [
        ...instances,
        {
            content: "Open the instance",
            trigger: ".o_data_row td[name=name]:contains(Test Moodle)",
            run: "click",
        },
        {
            content: "Take the set-up up again",
            trigger: `${button("action_next_step")}:contains(Finish set-up)`,
            run: "click",
        },
        {
            content: "A course with attendance that matches nothing can be mapped",
            trigger: `.modal .o_data_row:contains(Chemistry) ${button("action_map")}`,
            run: "click",
        },
        ...choose("subject_id", "Physics"),
        ...choose("course_id", given().course),
        {
            content: "Map",
            trigger: `.modal ${button("action_map")}:contains(Map)`,
            run: "click",
        },
        {
            content: "Back in the set-up it can be taken back",
            trigger: `.modal .o_data_row:contains(Chemistry):contains(Waiting for a run) ${button("action_undo")}`,
        },
        {
            content: "Check again",
            trigger: `.modal ${button("action_setup_discover")}`,
            run: "click",
        },
        {
            content: "It stands for something now",
            trigger: ".modal .o_field_widget[name=discovery_html] td:contains(Chemistry)",
        },
        {
            content: "Continue",
            trigger: `.modal ${button("action_setup_next")}:contains(Continue)`,
            run: "click",
        },
        {
            content: "Not all courses at once",
            trigger: ".modal .o_field_widget[name=courses_on] input",
            run: "click",
        },
        {
            content: "One to begin with",
            trigger:
                ".modal .o_data_row:contains(Chemistry) td[name=course_on] .o_boolean_toggle input",
            run: "click",
        },
        {
            content: "It is on, the other is not",
            trigger:
                ".modal .o_field_widget[name=course_ids]:has(.o_data_row:contains(Chemistry) input:checked):has(.o_data_row:contains(Algebra I) input:not(:checked))",
        },
        {
            content: "Continue",
            trigger: `.modal ${button("action_setup_next")}:contains(Continue)`,
            run: "click",
        },
        {
            content: "One course would come over",
            trigger: ".modal .o_field_widget[name=setup_report_html] li:contains(New marks: 1)",
        },
        {
            content: "Finish",
            trigger: `.modal ${button("action_setup_finish")}`,
            run: "click",
        },
        {
            content: "It works",
            trigger:
                "body:not(:has(.modal)) .o_form_view .o_field_widget[name=state_words]:contains(Working)",
        },
    ],
});

tours.add("moodle_map_warning", {
    steps: () => [
        ...gaps,
        {
            content: "One line for all of a kind",
            trigger: ".o_group_header:contains(Unmatched student)",
            run: "click",
        },
        {
            content: "Map the visitor",
            trigger: `.o_data_row:contains(Sam Visitor) ${button("action_map")}`,
            run: "click",
        },
        ...choose("student_id", "Student 1"),
        {
            content: "What else it would change, with names",
            trigger:
                ".modal .alert-warning:contains(already matched with the Moodle account Student 1 Test)",
        },
        {
            content: "Map all the same",
            trigger: `.modal ${button("action_map")}`,
            run: "click",
        },
        {
            content: "It can be undone",
            trigger: `body:not(:has(.modal)) .o_data_row:contains(Sam Visitor):contains(Waiting for a run) ${button("action_undo")}`,
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It is as before",
            trigger: `body:not(:has(.modal)) .o_data_row:contains(Sam Visitor) td[name=state]:contains(Open)`,
        },
    ],
});

tours.add("moodle_verify", {
    steps: () => [
        ...instances,
        {
            content: "Open the instance",
            trigger: ".o_data_row td[name=name]:contains(Test Moodle)",
            run: "click",
        },
        {
            content: "Verify",
            trigger: button("action_verify"),
            run: "click",
        },
        {
            content: "What is left out is no equality",
            trigger: ".o_field_widget[name=result_words]:contains(Equal, except 1 mark in 1 gap.)",
        },
    ],
});

tours.add("moodle_student_form", {
    steps: () => [
        {
            content: "From the student to the attendance",
            // OpenEduCat of 2025 has a button of that name, too.
            trigger: ".oe_stat_button:has(.fa-check-square-o):contains(Attendance)",
            run: "click",
        },
        {
            content: "The course, with its last date of attendance",
            trigger: ".o_data_row:contains(Student 1) td[name=last_date]:not(:empty)",
        },
        {
            content: "Back to the student",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "From the student to the changes of marks",
            trigger: ".oe_stat_button:contains(Changed)",
            run: "click",
        },
        {
            content: "Who changed the mark, and where",
            trigger:
                ".o_data_row:contains(Student 1):contains(Changed in Moodle):contains(Tea Cher)",
        },
    ],
});
