"""Centers, memberships, participation agreements and connector keys."""
