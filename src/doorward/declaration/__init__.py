"""Pure: the access file, one declarative YAML text that says who may reach what.

``parse`` reads a text into a ``Declaration``, ``merge`` lays it over the configuration that is
there, ``changes`` says what that alters, ``export`` writes a configuration as such a text, ``blamed``
finds the line for a refusal that came later.

Rule: nothing here reads a file, a clock or an environment variable; they come in as values.
"""

from __future__ import annotations

from doorward.declaration.blame import blamed
from doorward.declaration.changes import Change, ChangeKind, changes
from doorward.declaration.declared import Declaration
from doorward.declaration.errors import DeclarationInvalid, Problem
from doorward.declaration.export import access_document, export
from doorward.declaration.merge import merge
from doorward.declaration.parse import parse
from doorward.declaration.past import past_configuration

__all__ = [
    "Change",
    "ChangeKind",
    "Declaration",
    "DeclarationInvalid",
    "Problem",
    "access_document",
    "blamed",
    "changes",
    "export",
    "merge",
    "parse",
    "past_configuration",
]
