"""The workbench: a plan under edit in a browser, by the room `blockplan.live`; no arithmetic of its own."""
