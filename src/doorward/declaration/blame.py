"""Refusals that came after the file was read get the line of the file that they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from doorward.declaration.declared import Declaration
from doorward.declaration.errors import DeclarationInvalid
from doorward.declaration.reading import located
from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid

_BY_ID = re.compile(
    r"(applications|certificate_authorities|external_evaluations|lists|policies|rule_groups)\[([^\]]*)\]"
)


def blamed(error: Invalid, declaration: Declaration, merged: Configuration) -> DeclarationInvalid:
    """``error``, said of the configuration that ``merge`` made, as a problem of the file.

    Its field may name things by their id, as the compiler does
    (``applications[wiki].policies[1].rules.include[0]``). What stands in no section of the file is
    told at its first line.
    """
    if isinstance(error, DeclarationInvalid):
        return error
    path = _file_path(error.field, merged)
    short = f"{path.partition('.')[0]}.hostname"
    if ".destinations[" in path and short in declaration.places:
        path = short
    found = Invalid(path, error.problem)
    return DeclarationInvalid([located(declaration.file, declaration.places, found)])


def _file_path(field: str, merged: Configuration) -> str:
    """The field in the file's spelling: things by their position, rules without a level of their
    own."""
    found = _BY_ID.match(field)
    if not found:
        return field
    things: Mapping[str, Iterable[str]] = {
        "applications": [application.id for application in merged.applications],
        "certificate_authorities": [each.id for each in merged.certificate_authorities],
        "external_evaluations": [each.id for each in merged.external_evaluations],
        "lists": [each.id for each in merged.lists],
        "policies": [policy.id for policy in merged.policies],
        "rule_groups": [group.id for group in merged.rule_groups],
    }
    section, thing_id = found.groups()
    position = next((n for n, known in enumerate(things[section]) if known == thing_id), None)
    if position is None:
        return field
    return f"{section}[{position}]{field[found.end() :].replace('.rules', '', 1)}"
