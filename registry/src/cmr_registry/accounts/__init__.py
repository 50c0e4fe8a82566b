"""Accounts, permissions, roles, the one policy that answers at every door, and the outbox of mail."""
