"""Pages that tests look at in a browser."""

from __future__ import annotations

#: Below the language.
PAGES = (
    "", "notices/demo/", "notices/demo/plan/", "notices/demo/plan/parcels/RD-01-01-012/",
    "notices/demo/plan/parcels/RD-01-01-012/my-parcel/", "notices/demo/plan/areas/rd/",
    "notices/demo/plan/rules/zone-green-access/", "notices/demo/plan/statements/S04/",
    "notices/demo/place/?about=parcels:RD-01-01-012",
    "notices/demo/opinions/", "notices/demo/response/", "notices/demo/record/", "verify/", "imprint/",
    "privacy/", "accessibility/",
)  # fmt: skip


#: Pages for everybody that show something once a response is published.
PUBLIC = ("response/", "opinions/", "opinions/O-1/", "mail/")


FORM = "/notices/demo/opinion/?layer=parcels&object=RD-01-01-012"
