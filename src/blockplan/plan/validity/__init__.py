"""Whether the data of a plan are sound: a module a subject, faults with layer, feature and place."""
