"""Home pages per role: what waits for me. Reads only; every action links into the room that owns it."""
