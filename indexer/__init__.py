"""Given a query, which resources?  Analysis, fields, engines and generations. Imports catalog only."""
