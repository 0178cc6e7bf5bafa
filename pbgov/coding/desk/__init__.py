"""The coding desk: what it shows, what it is told, what it has its journal write, and its front end."""
