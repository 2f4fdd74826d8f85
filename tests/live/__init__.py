"""Real processes: gateway, worker, Chromium's side of the wire, and an editor who publishes."""
