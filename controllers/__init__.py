from . import moodle_plugin, picture
