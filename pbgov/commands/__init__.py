"""Commands of the command line that work on a study, a room a module."""
