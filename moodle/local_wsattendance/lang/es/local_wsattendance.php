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

$string['about_accountsuspended'] = 'Cuenta';
$string['about_attendancehidden'] = 'Actividad Asistencia';
$string['about_maintenance'] = 'Sitio';
$string['about_nohttps'] = 'Dirección';
$string['about_policy'] = 'Cuenta';
$string['about_toomuch'] = 'Permisos';
$string['accountdescribed'] = '{$a->username} ({$a->fullname}, {$a->email})
método de identificación: {$a->auth}
creada: {$a->created}
último acceso: {$a->lastlogin}';
$string['accounttaken'] = 'Hay una cuenta con este nombre que la instalación no ha creado, o con la que alguien puede iniciar sesión:

{$a}

Quien conozca su contraseña podría hacerse con el token. Si es suya, confírmela con su nombre de usuario (en la línea de comandos: --adopt=NOMBRE). A partir de entonces solo servirá para los servicios web: nadie podrá iniciar sesión con ella, y sus tokens anteriores dejan de valer. O elija otro nombre (--account=NOMBRE).';
$string['address'] = 'Dirección';
$string['adopt'] = 'Para usar esta cuenta, escriba su nombre de usuario';
$string['clihelp'] = 'Prepara este Moodle para OpenEduCat y muestra la dirección y el token.

Cada paso se hace solo si aún no está hecho, y ninguno quita nada.

Opciones:
-n, --dry-run        Solo dice lo que se haría.
    --account=NOMBRE Nombre de usuario de la cuenta, si no ha de ser odoosync.
    --adopt=NOMBRE   Usa la cuenta de este nombre que ya existe. Después nadie puede iniciar sesión
                     con ella, y sus tokens anteriores dejan de valer.
    --ip=LISTA       El token solo puede usarse desde estas direcciones o redes; any: desde todas.
    --until=DÍA      El token caduca al terminar este día, como 2027-08-31; never: no caduca.
    --native[=no]    Con las funciones propias de Moodle y de Asistencia, y los permisos para ellas: para las
                     instancias configuradas así y para los módulos anteriores a la versión 1.2.
    --reduce         Quita al rol lo que no hace falta.
-h, --help           Muestra esta ayuda.

El código de salida es 0 si todo está hecho, 1 si no se pudo hacer nada, y 2 si queda algo de lo dicho arriba.

Ejemplo:
$ sudo -u www-data php local/wsattendance/cli/setup.php';
$string['done'] = 'Hecho';
$string['fault_ip'] = 'No son direcciones ni redes. Ejemplos: 203.0.113.7 o 203.0.113.0/24, con comas entre varias.';
$string['fault_name'] = 'No es un nombre de usuario.';
$string['fault_until'] = 'El token ya habría caducado, o ese día no existe. Ejemplo: 2027-08-31.';
$string['intro'] = 'OpenEduCat necesita lo siguiente para mantener igual la asistencia en ambos lados. El botón hace lo que falta y no quita nada.';
$string['invalidparameter'] = 'Parámetro no válido: {$a}';
$string['ip'] = 'El token solo puede usarse desde estas direcciones o redes';
$string['missing'] = 'Falta';
$string['more'] = 'Más opciones';
$string['native'] = 'Con las funciones propias de Moodle y de Asistencia, y los permisos para ellas: para las instancias configuradas así y para los módulos anteriores a la versión 1.2';
$string['othername'] = 'O crear una cuenta con otro nombre de usuario';
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
$string['problem_accountsuspended'] = 'Está suspendida o no puede acceder. Actívela en Usuarios > Cuentas.';
$string['problem_attendancehidden'] = 'Está oculta. Muéstrela en Extensiones > Módulos de actividad.';
$string['problem_maintenance'] = 'Está en modo de mantenimiento. No se sincroniza nada hasta que termine.';
$string['problem_nohttps'] = 'No empieza por https. El token se enviaría sin protección.';
$string['problem_policy'] = 'No ha aceptado la política del sitio. Acéptela en su nombre, o se rechazarán todas sus llamadas.';
$string['problem_toomuch'] = 'El rol tiene más de lo necesario, como en un sitio preparado con una versión anterior: {$a}. La instalación puede quitárselo.';
$string['reduce'] = 'Quitar al rol lo que no hace falta: {$a}';
$string['roledescription'] = 'Sincroniza la asistencia con OpenEduCat a través de los servicios web.';
$string['rolename'] = 'Sincronización con Odoo';
$string['setup'] = 'Hacer lo que falta';
$string['showtoken'] = 'Mostrar la dirección y el token';
$string['state'] = 'Estado';
$string['step'] = 'Paso';
$string['step_account'] = 'La cuenta, que solo puede usar los servicios web';
$string['step_assignment'] = 'El rol está asignado a la cuenta en todo el sitio';
$string['step_authorised'] = 'La cuenta puede usar el servicio';
$string['step_rest'] = 'El protocolo REST está activado';
$string['step_rights'] = 'El rol tiene los permisos necesarios';
$string['step_role'] = 'El rol odoosync';
$string['step_service'] = 'El servicio está habilitado';
$string['step_token'] = 'Un token para la cuenta';
$string['step_webservices'] = 'Los servicios web están activados';
$string['stepdone'] = 'ya hecho:    {$a}';
$string['stepfailed'] = 'No se pudo hacer: {$a}';
$string['stepmade'] = 'hecho ahora: {$a}';
$string['stepremark'] = 'aviso:       {$a}';
$string['steptodo'] = 'por hacer:   {$a}';
$string['token'] = 'Token';
$string['until'] = 'El token caduca al terminar este día';
$string['wsattendance:sync'] = 'Sincronizar la asistencia con OpenEduCat: leer personas, grupos y marcas, y escribir marcas y sesiones';
