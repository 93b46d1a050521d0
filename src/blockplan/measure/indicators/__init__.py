"""The measures, a module a subject; ``measure/registry`` lists them with their words."""
