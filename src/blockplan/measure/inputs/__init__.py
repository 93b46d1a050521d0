"""What measures read: columns with what is unknown of them, homes, floors, greens, parts of a plan."""
