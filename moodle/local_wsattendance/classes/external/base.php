<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

/**
 * What all external functions of this plug-in have in common.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\external;

use core_external\external_api;
use core_external\external_function_parameters;
use core_external\external_multiple_structure;
use core_external\external_single_structure;
use local_wsattendance\local\activity;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * Says of a wrong parameter which one it is. Moodle does so only where its messages for developers are on.
 */
abstract class base extends external_api {
    /**
     * Checks and cleans what was given.
     *
     * @param \core_external\external_description $description
     * @param mixed $params
     * @return mixed
     * @throws \moodle_exception one of them is wrong
     */
    public static function validate_parameters($description, $params) {
        if (!$description instanceof external_function_parameters) {
            // A part of what is being checked.
            return parent::validate_parameters($description, $params);
        }
        try {
            return parent::validate_parameters($description, $params);
        } catch (\invalid_parameter_exception $error) {
            activity::must_fit(false, self::wrong($description, $params, ''));
        }
    }

    /**
     * The name of the first parameter that is wrong.
     *
     * @param \core_external\external_description $description
     * @param mixed $value
     * @param string $name of the value
     * @return string
     */
    private static function wrong($description, $value, string $name): string {
        $parts = [];
        if ($description instanceof external_single_structure && is_array($value)) {
            foreach ($description->keys as $key => $part) {
                $path = $name === '' ? $key : "{$name}[$key]";
                if (array_key_exists($key, $value)) {
                    $parts[$path] = [$part, $value[$key]];
                } else if ($part->required == VALUE_REQUIRED) {
                    return $path;
                }
            }
            $unknown = array_key_first(array_diff_key($value, $description->keys));
            $otherwise = $unknown === null ? $name : ($name === '' ? "$unknown" : "{$name}[$unknown]");
        } else if ($description instanceof external_multiple_structure && is_array($value)) {
            foreach (array_values($value) as $place => $item) {
                $parts["{$name}[$place]"] = [$description->content, $item];
            }
        }
        foreach ($parts as $path => [$part, $item]) {
            try {
                parent::validate_parameters($part, $item);
            } catch (\invalid_parameter_exception $error) {
                return self::wrong($part, $item, $path);
            }
        }
        // A name that somebody has thought of can be long.
        return \core_text::substr(clean_param($otherwise ?? $name, PARAM_NOTAGS), 0, 100);
    }
}
