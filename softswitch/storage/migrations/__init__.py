"""How a database of an earlier version becomes one of this version: Alembic's steps, in order.

Each step is a file of ``versions``, its number the revision. They are run in the transaction that opens the
database: all of them, or none.
"""
