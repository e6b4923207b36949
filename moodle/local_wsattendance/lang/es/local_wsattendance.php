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
 * Texts in Spanish.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$string['address'] = 'Dirección';
$string['clihelp'] = 'Prepara este Moodle para OpenEduCat y muestra la dirección y el token.

Cada paso se hace solo si aún no está hecho, y ninguno quita nada.

Opciones:
-n, --dry-run   Solo dice lo que se haría.
-h, --help      Muestra esta ayuda.

Ejemplo:
$ sudo -u www-data php local/wsattendance/cli/setup.php';
$string['done'] = 'Hecho';
$string['intro'] = 'OpenEduCat necesita lo siguiente para mantener igual la asistencia en ambos lados. El botón hace lo que falta y no quita nada.';
$string['missing'] = 'Falta';
$string['paste'] = 'Todo está listo. Escriba esta dirección y este token en OpenEduCat. Mantenga el token en secreto: quien lo tenga puede leer y escribir la asistencia.';
$string['pluginname'] = 'Asistencia de OpenEduCat';
$string['privacy:metadata:openeducat'] = 'La asistencia se mantiene igual en Moodle y en OpenEduCat (Odoo): a través de los servicios web se le entrega a OpenEduCat lo que necesita de las personas de un curso. OpenEduCat lo conserva según sus propias reglas; pida allí la exportación o el borrado.';
$string['privacy:metadata:openeducat:email'] = 'La dirección de correo, con la que se reconoce a las personas.';
$string['privacy:metadata:openeducat:enrolment'] = 'Si la matrícula en el curso está vigente, y si la persona figura en la lista de asistencia.';
$string['privacy:metadata:openeducat:firstname'] = 'El nombre.';
$string['privacy:metadata:openeducat:groups'] = 'Los grupos del curso a los que pertenece la persona.';
$string['privacy:metadata:openeducat:idnumber'] = 'El número de ID, con el que se reconoce a las personas.';
$string['privacy:metadata:openeducat:lastname'] = 'Los apellidos.';
$string['privacy:metadata:openeducat:remarks'] = 'Los comentarios sobre la asistencia de la persona.';
$string['privacy:metadata:openeducat:roles'] = 'Los nombres cortos de los roles de la persona en el curso.';
$string['privacy:metadata:openeducat:status'] = 'Las marcas: el estado de la persona en cada sesión.';
$string['privacy:metadata:openeducat:suspended'] = 'Si la cuenta está suspendida o borrada.';
$string['privacy:metadata:openeducat:takenby'] = 'Quién pasó lista.';
$string['privacy:metadata:openeducat:timetaken'] = 'Cuándo se pasó lista.';
$string['privacy:metadata:openeducat:userid'] = 'El número de la cuenta.';
$string['problem_accountsuspended'] = 'La cuenta odoosync está suspendida o no puede acceder. Actívela en Usuarios > Cuentas.';
$string['problem_attendancehidden'] = 'La actividad Asistencia está oculta. Muéstrela en Extensiones > Módulos de actividad.';
$string['problem_maintenance'] = 'El sitio está en modo de mantenimiento. No se sincroniza nada hasta que termine.';
$string['problem_nohttps'] = 'La dirección de este sitio no empieza por https. El token se enviaría sin protección.';
$string['problem_policy'] = 'La cuenta odoosync no ha aceptado la política del sitio. Acéptela en su nombre, o se rechazarán todas sus llamadas.';
$string['roledescription'] = 'Sincroniza la asistencia con OpenEduCat a través de los servicios web.';
$string['rolename'] = 'Sincronización con Odoo';
$string['setup'] = 'Hacer lo que falta';
$string['showtoken'] = 'Mostrar la dirección y el token';
$string['state'] = 'Estado';
$string['step'] = 'Paso';
$string['step_account'] = 'La cuenta odoosync, que solo puede usar los servicios web';
$string['step_assignment'] = 'El rol está asignado a la cuenta en todo el sitio';
$string['step_authorised'] = 'La cuenta puede usar el servicio';
$string['step_rest'] = 'El protocolo REST está activado';
$string['step_rights'] = 'El rol tiene los permisos necesarios';
$string['step_role'] = 'El rol odoosync';
$string['step_service'] = 'El servicio OpenEduCat attendance está habilitado';
$string['step_token'] = 'Un token para la cuenta';
$string['step_webservices'] = 'Los servicios web están activados';
$string['stepdone'] = 'ya hecho:    {$a}';
$string['stepfailed'] = 'No se pudo hacer: {$a}';
$string['stepmade'] = 'hecho ahora: {$a}';
$string['steptodo'] = 'por hacer:   {$a}';
$string['token'] = 'Token';
