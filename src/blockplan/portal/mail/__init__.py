"""Mail: queued with what it is about, sent by a process beside the service, erased once sent."""
