"""Make the bundles of scripts and styles that the tests in a browser load (Odoo's shell)."""

BUNDLES = {
    "web.assets_web": ("js", "css"),
    "web.assets_web_print": ("css",),
    "web.assets_tests": ("js", "css"),
    "bus.websocket_worker_assets": ("js",),
}
for name, kinds in BUNDLES.items():
    for kind in kinds:
        bundle = env["ir.qweb"]._get_asset_bundle(  # noqa: F821
            name, css=kind == "css", js=kind == "js"
        )
        getattr(bundle, kind)()
# A shell keeps nothing by itself.
env.cr.commit()  # noqa: F821
