"""The command line: words in, tables or one document out."""
