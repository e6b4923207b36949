import functools

from odoo import http


def page(address):
    """A decorator for pages that somebody who is logged in may ask for.

    Odoo hands over whatever stands behind an address's question mark by its name; what is called
    ``self`` there would be a second controller, which Odoo's own wrapper does not survive.
    """

    def decorate(method):
        routed = http.route(address, type="http", auth="user", methods=["GET"])(method)

        @functools.wraps(routed)
        def called(controller, /, **given):
            given.pop("self", None)
            return routed(controller, **given)

        return called

    return decorate
