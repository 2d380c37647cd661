"""Simulation: the controller's own rounds over a trace, against an Azure that is a dictionary.

scenario   what is replayed: jobs, a service, routes, drift, and the hours of a trace; pure
azure      an Azure of plain documents, in which jobs work while its clock runs
replay     rounds after rounds, and what they emitted beside naive and optimum
report     the table, and the picture
"""
