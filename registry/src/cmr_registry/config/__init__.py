"""Settings (the only reader of the environment), addresses, the ASGI entry, commands of the server.

Here the Principal of a request is composed from account and memberships. No rule of any room lives here.
"""
