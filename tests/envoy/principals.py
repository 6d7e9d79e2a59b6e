"""Principals read as a person would write them, and looked into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envoy.config.rbac.v3 import rbac_pb2
from envoy.type.matcher.v3 import metadata_pb2, value_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

RBAC = "envoy.filters.http.rbac"


def messages(message: Message) -> Iterator[Message]:
    """The message and every one inside it."""
    yield message
    for field, value in message.ListFields():
        if field.type != FieldDescriptor.TYPE_MESSAGE:
            continue
        if isinstance(value, Mapping):
            inner = list(value.values())
        else:
            inner = list(value) if field.is_repeated else [value]
        for one in inner:
            yield from messages(one)


def conditions(principal: rbac_pb2.Principal) -> str:
    """A principal as a person would write it."""
    match principal.WhichOneof("identifier"):
        case "and_ids":
            return " & ".join(conditions(one) for one in principal.and_ids.ids)
        case "or_ids":
            return f"({' | '.join(conditions(one) for one in principal.or_ids.ids)})"
        case "not_id":
            inner = conditions(principal.not_id)
            return f"!({inner})" if " & " in inner else f"!{inner}"
        case "any":
            return "any"
        case "remote_ip":
            return f"{principal.remote_ip.address_prefix}/{principal.remote_ip.prefix_len.value}"
        case "header":
            return f"{principal.header.name} is {principal.header.string_match.exact}"
        case "url_path":
            return f"path is ~{principal.url_path.path.safe_regex.regex}"
    return _condition(principal.sourced_metadata.metadata_matcher)


def _condition(matcher: metadata_pb2.MetadataMatcher) -> str:
    keys = [segment.key for segment in matcher.path]
    if matcher.filter == RBAC:
        assert keys == ["credential_shadow_effective_policy_id"]
        return f"{texts(matcher.value)} lives"
    if matcher.filter == "doorward.request":
        assert keys == ["country"]
        return f"country is {texts(matcher.value)}"
    assert matcher.filter == "envoy.filters.http.jwt_authn"
    claims, claim = keys
    assert claims == "claims"
    if matcher.value.HasField("double_match"):
        return f"{claim} before {matcher.value.double_match.range.end:.0f}"
    if matcher.value.HasField("list_match"):
        return f"{claim} has {texts(matcher.value.list_match.one_of)}"
    return f"{claim} is {texts(matcher.value)}"


def texts(value: value_pb2.ValueMatcher) -> str:
    if value.HasField("or_match"):
        return "/".join(texts(one) for one in value.or_match.value_matchers)
    matcher = value.string_match
    return f"~{matcher.safe_regex.regex}" if matcher.HasField("safe_regex") else matcher.exact


def written_out(principal: rbac_pb2.Principal) -> set[str]:
    """The texts that a claim is compared with, where it is looked through by its first letters. Each
    stands behind its own beginnings."""
    match principal.WhichOneof("identifier"):
        case "or_ids":
            return {value for one in principal.or_ids.ids for value in written_out(one)}
        case "and_ids":
            *beginnings, rest = principal.and_ids.ids
            found = written_out(rest)
            for one in beginnings:
                begins = one.sourced_metadata.metadata_matcher.value.string_match.prefix
                assert begins
                assert all(value.startswith(begins) for value in found)
            return found
    return set(texts(principal.sourced_metadata.metadata_matcher.value).split("/"))


def expect_no_empty_matcher(rules: Message) -> None:
    """Nowhere an empty message, nor a kind of matcher that we do not use. Of the headers only the method is
    matched."""
    for message in messages(rules):
        name = message.DESCRIPTOR.name
        # The prefix length 0 is a value that is there, and all of it is the default.
        assert message.ListFields() or name in {"RBAC", "UInt32Value"}, f"an empty {name}"
        if name == "Principal":
            assert isinstance(message, rbac_pb2.Principal)
            assert message.WhichOneof("identifier") in {
                "and_ids",
                "or_ids",
                "not_id",
                "any",
                "remote_ip",
                "sourced_metadata",
                "url_path",
                "header",
            }
            assert message.header.name in ("", ":method")
        if name == "Set":
            assert len(getattr(message, "ids")) >= 2  # noqa: B009 - the stubs of Message know no fields
        if name == "OrMatcher":
            assert len(getattr(message, "value_matchers")) >= 2  # noqa: B009 - as above
        if name == "StringMatcher":
            exact = getattr(message, "exact")  # noqa: B009 - as above
            assert exact or message.HasField("safe_regex") or getattr(message, "prefix")  # noqa: B009 - as above
