"""The mapping of applications and their policies."""

from __future__ import annotations

from hypothesis import given

from doorward.model.application import Application
from doorward.stores.mapping.applications import from_row, policy_rows, to_row
from doorward.stores.tables import application_policies, applications
from tests import strategies
from tests.stores.mapping.rows import stored


@given(application=strategies.applications)
def test_what_goes_in_comes_out(application: Application) -> None:
    row = stored(applications, to_row(application, position=3))
    entries = [stored(application_policies, entry) for entry in policy_rows(application)]
    assert from_row(row, entries=entries) == application
