"""A home: the folder that holds one workspace, and the process that runs it."""
