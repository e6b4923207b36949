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
 * The form on the page of the set-up.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace local_wsattendance\form;

use local_wsattendance\local\setup;
use local_wsattendance\local\setup_account;
use local_wsattendance\local\setup_options;

defined('MOODLE_INTERNAL') || die();

require_once($CFG->libdir . '/formslib.php');

/**
 * What an administrator can choose. Nothing has to be, unless an account of the name is there already.
 */
class setup_form extends \moodleform {
    /**
     * The fields.
     */
    protected function definition() {
        $form = $this->_form;
        $setup = $this->_customdata['setup'];
        $token = $setup->token_record();
        $question = $setup->question();
        if ($question) {
            $form->addElement('static', 'question', '', nl2br(s($this->text('accounttaken', setup_account::described($question)))));
            $form->addElement('text', 'adopt', $this->text('adopt'));
            $form->setType('adopt', PARAM_RAW_TRIMMED);
            $form->addElement('text', 'name', $this->text('othername'));
            $form->setType('name', PARAM_RAW_TRIMMED);
        }
        $form->addElement('header', 'more', $this->text('more'));
        $form->setExpanded('more', false);
        $form->addElement('text', 'ip', $this->text('ip'));
        $form->setType('ip', PARAM_RAW_TRIMMED);
        $form->setDefault('ip', $token ? (string) $token->iprestriction : '');
        $form->addElement('date_selector', 'until', $this->text('until'), ['optional' => true]);
        $form->setDefault('until', $token ? (int) $token->validuntil : 0);
        $form->addElement('advcheckbox', 'native', '', $this->text('native'));
        $form->setDefault('native', (int) $setup->native());
        if ($setup->too_much()) {
            $form->addElement('advcheckbox', 'reduce', '', $this->text('reduce', implode(', ', $setup->too_much())));
        }
        $this->add_action_buttons(false, $this->_customdata['label']);
    }

    /**
     * Looks at what was chosen.
     *
     * @param array $data
     * @param array $files
     * @return string[] texts by field
     */
    public function validation($data, $files) {
        $options = self::options((object) $data);
        $errors = parent::validation($data, $files);
        foreach ($options->faults() as $fault) {
            $errors[$fault] = $this->text("fault_$fault");
        }
        if (!$errors && (new setup($options))->question()) {
            $errors['adopt'] = $this->text('adopt');
        }
        return $errors;
    }

    /**
     * The choices of a form that was sent.
     *
     * @param \stdClass $data
     * @return setup_options
     */
    public static function options(\stdClass $data): setup_options {
        $options = new setup_options();
        $options->adopt = $data->adopt ?? '';
        $options->name = ($data->name ?? '') === '' ? null : $data->name;
        $options->ip = $data->ip;
        // The day that was chosen is one of those on which it can be used.
        $options->until = $data->until ? $data->until + DAYSECS - 1 : 0;
        $options->native = (bool) $data->native;
        $options->reduce = !empty($data->reduce);
        return $options;
    }

    /**
     * A text of the plug-in.
     *
     * @param string $identifier
     * @param mixed $about
     * @return string
     */
    private function text(string $identifier, $about = null): string {
        return get_string($identifier, 'local_wsattendance', $about);
    }
}
