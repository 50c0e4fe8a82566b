"""The server of the CMR Registry: rooms stacked so that each imports only those below it (house order)."""
