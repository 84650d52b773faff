"""Lines are not counted here: it goes through the same ones thousands of times, and twice as slowly where they are."""


def pytest_itemcollected(item):
    item.add_marker("no_cover")
