"""A site with the demo in it, loaded once for all tests that only copy or read it."""

import shutil
from pathlib import Path

import pytest

from tests.site.running import environment_for, must_manage


@pytest.fixture(scope="session")
def loaded_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a loaded demo; not to be written to."""
    folder = tmp_path_factory.mktemp("loaded-demo")
    must_manage("demo", "--load-only", environment=environment_for(folder))
    return folder


@pytest.fixture
def demo_copy(loaded_demo: Path, tmp_path: Path) -> Path:
    """Return the folder of a loaded demo of the test's own."""
    folder = tmp_path / "demo"
    shutil.copytree(loaded_demo, folder)
    return folder
