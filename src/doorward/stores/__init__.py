"""SQLAlchemy behind ``doorward.ports.stores``: the only package that knows SQL.

``sql_stores.SqlStores.open`` is the door. Inside, ``tables/`` says what is stored, ``mapping/`` turns
rows into nouns and back, ``migrations/`` changes the tables of databases that exist already.
"""
