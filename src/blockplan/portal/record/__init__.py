"""
The records of all notices in one database; private keys, and files that came with entries, beside it.

`blockplan.portal.record.store.open_store` gives the record of a notice as `blockplan.notice.Store`.
"""
