"""What people configure: the environment and the mapping files.

Here live the reading and checking of both, ending in frozen values or in every problem at once. Nothing here asks a
service anything, and YAML is known nowhere else.
"""
