"""Everything Postgres: the server, tables in and out, migrations, loads, models, snapshots, roles.

Belongs here: how tables are stored and read. Does not belong here: what is in them.
"""
