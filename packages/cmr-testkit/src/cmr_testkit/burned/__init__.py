"""Text burned into synthetic images, as scanners, viewers and result sheets do it, and what only looks like text."""
