"""OpenEduCat: reads what Odoo holds as records of the domain, and writes what a plan says, in few
queries. It works in the environment that it is given: it commits nothing, takes no lock, asks
Moodle nothing and decides nothing."""
