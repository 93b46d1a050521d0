"""
The office: who may do what with a notice, and the pages where it is done.

Every page stands in `blockplan.portal.office.urls` with the roles that may read it and those that may act.
"""
