"""What every room stands on: hashing, storage port, boxes, claims, scope, pagination. Imports no room."""
