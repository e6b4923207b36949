"""Writes what a real Moodle makes of an activity or a course that it restores into
tests/recordings/restores/VERSION.json: the plug-in's answers before and after.

``dev/test_moodle.sh restores`` runs it. The recycle bin has to be on, as it is by default.
"""

import json
import os
import pathlib

import moodle_site

ROOT = pathlib.Path(__file__).resolve().parents[2] / "tests/recordings/restores"
RESTORES = pathlib.Path(__file__).with_name("restores.php")
READ = "local_wsattendance_get_sessions"
DAYS = 28
# What is done, in words and as PHP; it answers the course that holds it afterwards.
DONE = {
    "an activity, by the recycle bin": (
        "bin_activity($in['activity']); unbin_activity($in['course']); return $in['course'];"
    ),
    "an activity, by the recycle bin, when a group and a student were gone": (
        "bin_activity($in['activity']); groups_delete_group($in['groups'][0]);"
        "enrol_get_plugin('manual')->unenrol_user($DB->get_record('enrol', ['courseid' =>"
        " $in['course'], 'enrol' => 'manual']), $in['students'][2]);"
        "unbin_activity($in['course']); return $in['course'];"
    ),
    "an activity of a group deleted before, by the recycle bin": (
        "groups_delete_group($in['groups'][0]); bin_activity($in['activity']);"
        "unbin_activity($in['course']); return $in['course'];"
    ),
    "a backup of an activity beside it": (
        "return restore(back_up(backup::TYPE_1ACTIVITY,"
        " get_coursemodule_from_instance('attendance', $in['activity'])->id), $in['course']);"
    ),
    "an activity duplicated": (
        "duplicate_activity($in['course'], $in['activity']); return $in['course'];"
    ),
    "a course, by the recycle bin": "return bin_and_unbin_course($in['course']);",
    "a backup of a course beside it": (
        "return restore(back_up(backup::TYPE_1COURSE, $in['course']));"
    ),
    "a backup of a course beside it, with another start": (
        "return restore(back_up(backup::TYPE_1COURSE, $in['course']), 0,"
        f" ['course_startdate' => $in['start'] + {DAYS} * DAYSECS]);"
    ),
    "a backup of a course beside it, without people": (
        "return restore(back_up(backup::TYPE_1COURSE, $in['course'], 0));"
    ),
    "a session deleted and added again": (
        "$old = $DB->get_record('attendance_sessions', ['attendanceid' => $in['activity'],"
        " 'description' => 'All']);"
        "attendance($in['activity'])->delete_sessions([$old->id]);"
        "new_session($in['activity'], ['sessdate' => $old->sessdate]); return $in['course'];"
    ),
    "a group deleted and made again": (
        "$old = groups_get_group($in['groups'][0]);"
        "$members = array_keys(groups_get_members($old->id)); groups_delete_group($old->id);"
        "$new = groups_create_group((object) ['courseid' => $in['course'], 'name' => $old->name,"
        " 'idnumber' => $old->idnumber]);"
        "foreach ($members as $member) { groups_add_member($new, $member); } return $in['course'];"
    ),
}
COURSE = ("id", "fullname", "shortname", "idnumber", "startdate", "enddate", "timecreated")


def reading(site, course):
    (row,) = site("core_course_get_courses", options={"ids": [course]})
    return {"course": {name: row[name] for name in COURSE}, "read": site(READ, courseid=course)}


def record(stage, site):
    stage(f"require_once('{RESTORES}');")
    entries = []
    for name, code in DONE.items():
        tag = moodle_site.tag()
        cast = stage("return restore_cast($in['tag']);", tag=tag)
        before = reading(site, cast["course"])
        after = reading(site, stage(code, **cast))
        text = json.dumps({"name": name, "before": before, "after": after}).replace(tag, "TAG")
        entries.append(json.loads(text))
    return entries


def main():
    stage = moodle_site.Stage()
    site = moodle_site.Site(os.environ.get("MOODLE_TOKEN") or moodle_site.set_up("--native"))
    release = site("core_webservice_get_site_info")["release"].split()[0]
    about = f"What Moodle {release} makes of what it restores, as the plug-in reads it"
    content = {"topic": "restores", "about": about, "entries": record(stage, site)}
    ROOT.mkdir(parents=True, exist_ok=True)
    path = ROOT / f"{'.'.join(release.split('.')[:2])}.json"
    # A value a line would make it ten times as long.
    entries = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in content["entries"])
    head = json.dumps({k: v for k, v in content.items() if k != "entries"}, ensure_ascii=False)
    path.write_text(f'{head[:-1]}, "entries": [\n{entries}\n]}}\n', encoding="utf-8")
    stage.close()
    return os.EX_OK


if __name__ == "__main__":
    raise SystemExit(main())
