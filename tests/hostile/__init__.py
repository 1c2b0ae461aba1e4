"""Documents, names and queries of somebody who means harm, or of a broken machine."""
