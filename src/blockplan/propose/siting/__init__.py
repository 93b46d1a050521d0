"""Siting: where facilities and stations should stand; `site` is the way in, beside it a module a problem."""
