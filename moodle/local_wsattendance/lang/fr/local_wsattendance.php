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
 * Texts in French.
 *
 * @package    local_wsattendance
 * @copyright  2026 The contributors of openeducat_moodle_attendance
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$string['about_accountsuspended'] = 'Compte';
$string['about_attendancehidden'] = 'Activité Présence';
$string['about_maintenance'] = 'Site';
$string['about_nohttps'] = 'Adresse';
$string['about_policy'] = 'Compte';
$string['about_toomuch'] = 'Autorisations';
$string['accountdescribed'] = '{$a->username} ({$a->fullname}, {$a->email})
méthode d\'authentification : {$a->auth}
créé : {$a->created}
dernière connexion : {$a->lastlogin}';
$string['accounttaken'] = 'Il existe un compte de ce nom que l\'installation n\'a pas créé, ou avec lequel quelqu\'un peut se connecter :

{$a}

Quiconque connaît son mot de passe pourrait obtenir le jeton. S\'il est à vous, confirmez-le par son nom d\'utilisateur (en ligne de commande : --adopt=NOM). Il ne servira ensuite qu\'aux services web : plus personne ne pourra s\'y connecter, et ses anciens jetons prennent fin. Ou choisissez un autre nom (--account=NOM).';
$string['address'] = 'Adresse';
$string['adopt'] = 'Pour utiliser ce compte, saisissez son nom d\'utilisateur';
$string['clihelp'] = 'Prépare ce Moodle pour OpenEduCat et affiche l\'adresse et le jeton.

Chaque étape n\'est faite que si elle ne l\'est pas encore, et aucune ne retire quoi que ce soit.

Options :
-n, --dry-run        Dit seulement ce qui serait fait.
    --account=NOM    Nom d\'utilisateur du compte, si ce ne doit pas être odoosync.
    --adopt=NOM      Utilise le compte de ce nom qui existe déjà. Ensuite, plus personne ne peut s\'y
                     connecter, et ses anciens jetons prennent fin.
    --ip=LISTE       Le jeton n\'est utilisable que depuis ces adresses ou réseaux ; any : depuis tous.
    --until=JOUR     Le jeton expire à la fin de ce jour, par exemple 2027-08-31 ; never : il n\'expire pas.
    --native[=no]    Avec les fonctions propres à Moodle et à Présence, et les autorisations pour elles : pour les
                     instances réglées ainsi et pour les modules antérieurs à la version 1.2.
    --reduce         Retire au rôle ce qui n\'est pas nécessaire.
-h, --help           Affiche cette aide.

Le code de sortie est 0 si tout est fait, 1 si rien n\'a pu être fait, et 2 s\'il reste quelque chose qui est dit plus haut.

Exemple :
$ sudo -u www-data php local/wsattendance/cli/setup.php';
$string['done'] = 'Fait';
$string['fault_ip'] = 'Ce ne sont ni des adresses ni des réseaux. Exemples : 203.0.113.7 ou 203.0.113.0/24, séparés par des virgules s\'il y en a plusieurs.';
$string['fault_name'] = 'Ce n\'est pas un nom d\'utilisateur.';
$string['fault_until'] = 'Le jeton aurait déjà expiré, ou ce jour n\'existe pas. Exemple : 2027-08-31.';
$string['intro'] = 'OpenEduCat a besoin de ce qui suit pour garder les présences identiques des deux côtés. Le bouton fait ce qui manque et ne retire rien.';
$string['invalidparameter'] = 'Paramètre non valide : {$a}';
$string['ip'] = 'Le jeton n\'est utilisable que depuis ces adresses ou réseaux';
$string['missing'] = 'Manquant';
$string['more'] = 'Autres choix';
$string['native'] = 'Avec les fonctions propres à Moodle et à Présence, et les autorisations pour elles : pour les instances réglées ainsi et pour les modules antérieurs à la version 1.2';
$string['othername'] = 'Ou créer un compte avec un autre nom d\'utilisateur';
$string['paste'] = 'Tout est prêt. Saisissez cette adresse et ce jeton dans OpenEduCat. Gardez le jeton secret : quiconque le possède peut lire et écrire les présences.';
$string['pluginname'] = 'Présences OpenEduCat';
$string['privacy:metadata:openeducat'] = 'Les présences sont gardées identiques dans Moodle et dans OpenEduCat (Odoo) : ce dont OpenEduCat a besoin sur les personnes d\'un cours lui est remis par les services web. OpenEduCat le conserve selon ses propres règles ; demandez-y l\'exportation ou la suppression.';
$string['privacy:metadata:openeducat:email'] = 'L\'adresse de courriel, par laquelle les personnes sont reconnues.';
$string['privacy:metadata:openeducat:enrolment'] = 'Si l\'inscription au cours est en vigueur, et si la personne figure sur la liste de présence.';
$string['privacy:metadata:openeducat:firstname'] = 'Le prénom.';
$string['privacy:metadata:openeducat:groups'] = 'Les groupes du cours dont la personne fait partie.';
$string['privacy:metadata:openeducat:idnumber'] = 'Le numéro d\'identification, par lequel les personnes sont reconnues.';
$string['privacy:metadata:openeducat:lastname'] = 'Le nom de famille.';
$string['privacy:metadata:openeducat:remarks'] = 'Les remarques sur les présences de la personne.';
$string['privacy:metadata:openeducat:roles'] = 'Les noms abrégés des rôles de la personne dans le cours.';
$string['privacy:metadata:openeducat:status'] = 'Les présences : le statut de la personne à chaque session.';
$string['privacy:metadata:openeducat:suspended'] = 'Si le compte est suspendu ou supprimé.';
$string['privacy:metadata:openeducat:takenby'] = 'Qui a relevé les présences.';
$string['privacy:metadata:openeducat:timetaken'] = 'Quand les présences ont été relevées.';
$string['privacy:metadata:openeducat:userid'] = 'Le numéro du compte.';
$string['problem_accountsuspended'] = 'Il est suspendu ou ne peut pas se connecter. Activez-le dans Utilisateurs > Comptes.';
$string['problem_attendancehidden'] = 'Elle est cachée. Affichez-la dans Plugins > Modules d\'activité.';
$string['problem_maintenance'] = 'Il est en mode de maintenance. Rien n\'est synchronisé tant que cela dure.';
$string['problem_nohttps'] = 'Elle ne commence pas par https. Le jeton serait envoyé sans protection.';
$string['problem_policy'] = 'Il n\'a pas accepté la charte d\'utilisation du site. Acceptez-la en son nom, sinon tous ses appels sont refusés.';
$string['problem_toomuch'] = 'Le rôle a plus que nécessaire, comme sur un site installé avec une version antérieure : {$a}. L\'installation peut le lui retirer.';
$string['reduce'] = 'Retirer au rôle ce qui n\'est pas nécessaire : {$a}';
$string['roledescription'] = 'Synchronise les présences avec OpenEduCat par les services web.';
$string['rolename'] = 'Synchronisation Odoo';
$string['setup'] = 'Faire ce qui manque';
$string['showtoken'] = 'Afficher l\'adresse et le jeton';
$string['state'] = 'État';
$string['step'] = 'Étape';
$string['step_account'] = 'Le compte, qui ne peut utiliser que les services web';
$string['step_assignment'] = 'Le rôle est attribué au compte dans tout le site';
$string['step_authorised'] = 'Le compte peut utiliser le service';
$string['step_rest'] = 'Le protocole REST est activé';
$string['step_rights'] = 'Le rôle a les autorisations nécessaires';
$string['step_role'] = 'Le rôle odoosync';
$string['step_service'] = 'Le service est activé';
$string['step_token'] = 'Un jeton pour le compte';
$string['step_webservices'] = 'Les services web sont activés';
$string['stepdone'] = 'déjà fait :  {$a}';
$string['stepfailed'] = 'Cela n\'a pas pu être fait : {$a}';
$string['stepmade'] = 'fait :       {$a}';
$string['stepremark'] = 'remarque :   {$a}';
$string['steptodo'] = 'à faire :    {$a}';
$string['token'] = 'Jeton';
$string['until'] = 'Le jeton expire à la fin de ce jour';
$string['wsattendance:sync'] = 'Synchroniser les présences avec OpenEduCat : lire les personnes, les groupes et les statuts, écrire les statuts et les sessions';
