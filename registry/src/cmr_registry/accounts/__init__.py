"""Accounts, permissions, roles and the one policy that answers at every door."""
