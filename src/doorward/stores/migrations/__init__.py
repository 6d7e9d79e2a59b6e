"""How the tables of databases that exist already are changed, one step a file, by Alembic.

A step is written by hand in ``versions/`` and never changed once released; a test compares what all
steps make with ``doorward.stores.tables``. Ids begin with ``doorward_``, so that another program's
database is not taken for ours.
"""
