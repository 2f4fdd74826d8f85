"""The only place that speaks SQL: SQLite by default, PostgreSQL for several machines."""
