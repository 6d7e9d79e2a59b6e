from __future__ import annotations

import json

from doorward.envoy.bootstrap import LARGEST_REGEX, BootstrapSettings, build_bootstrap

SETTINGS = BootstrapSettings(
    edge_id="edge-1", control_socket="run/control.sock", admin_socket="run/admin.sock"
)


def test_long_domains_and_paths_are_no_reason_to_refuse_a_configuration() -> None:
    [layer] = json.loads(build_bootstrap(SETTINGS))["layered_runtime"]["layers"]
    assert layer["static_layer"] == {"re2.max_program_size.error_level": LARGEST_REGEX}


def test_only_this_user_reaches_the_administration() -> None:
    pipe = json.loads(build_bootstrap(SETTINGS))["admin"]["address"]["pipe"]
    assert (pipe["path"], pipe["mode"]) == ("run/admin.sock", 0o600)
