"""A GitHub and a Notion to practise on: simulators over HTTP, with their limits, habits and switchable faults.

They import nothing of the rest of the package, so that what they answer is never what the worker hopes for.
"""
