"""What every test and doctest gets: the names that the examples use."""

import numpy as np
import pytest


class ExampleNames:
    """Makes `np` known in every doctest, so that examples start with the point."""

    @pytest.fixture(autouse=True)
    def _example_names(self, doctest_namespace):
        doctest_namespace["np"] = np


def pytest_configure(config):
    # A plugin rather than a plain fixture: it must reach the doctests of edukeras/ too.
    config.pluginmanager.register(ExampleNames())


# These run in an environment with real Keras, to record what the tests compare with.
collect_ignore_glob = ["**/record_*_from_keras.py"]
