"""What is asked of the tables, one file a noun; a query is a sentence."""
