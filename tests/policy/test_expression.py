from __future__ import annotations

from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from doorward.policy.expression import (
    ALWAYS,
    NEVER,
    And,
    ClaimContains,
    ClaimEquals,
    ClaimPresent,
    Expression,
    Not,
    Or,
    SourceIn,
    both,
    either,
    negation,
    simplify,
)
from tests.policy.meaning import Facts, holds

A, B = ClaimEquals("email", "a"), ClaimContains("groups", "b")
C = SourceIn(ip_network("10.0.0.0/8"))

leaves: st.SearchStrategy[Expression] = st.sampled_from([ALWAYS, NEVER, A, B, C, ClaimPresent("sid")])
expressions: st.SearchStrategy[Expression] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, max_size=3).map(tuple)),
    ),
)
facts = st.builds(
    Facts,
    source=st.sampled_from([ip_address("10.1.1.1"), ip_address("11.1.1.1")]),
    claims=st.fixed_dictionaries(
        {},
        optional={
            "email": st.sampled_from(["a", "x"]),
            "groups": st.sampled_from([["b"], []]),
            "sid": st.sampled_from(["s", ""]),
        },
    ),
)


@given(expressions, facts)
def test_simplifying_keeps_the_meaning(expression: Expression, truth: Facts) -> None:
    assert holds(simplify(expression), truth) is holds(expression, truth)


def is_tidy(expression: Expression, *, top: bool = True) -> bool:
    """No constant inside, nothing empty or single, no double negation."""
    match expression:
        case And(operands) | Or(operands):
            nested = any(isinstance(operand, type(expression)) for operand in operands)
            return len(operands) > 1 and not nested and all(is_tidy(o, top=False) for o in operands)
        case Not(operand):
            return not isinstance(operand, Not) and is_tidy(operand, top=False)
        case _:
            return top or expression not in (ALWAYS, NEVER)


@given(expressions)
def test_a_simplified_expression_is_tidy(expression: Expression) -> None:
    assert is_tidy(simplify(expression))


@given(expressions)
def test_simplifying_twice_changes_nothing_more(expression: Expression) -> None:
    assert simplify(simplify(expression)) == simplify(expression)


def test_no_operands_are_always_for_and_and_never_for_or() -> None:
    assert both([]) is ALWAYS
    assert either([]) is NEVER


def test_one_operand_stands_for_itself() -> None:
    assert both([A, ALWAYS, A]) is A
    assert either([NEVER, A, A]) is A


def test_nested_ands_and_ors_become_one_in_order() -> None:
    assert both([And((A, B)), C]) == And((A, B, C))
    assert either([A, Or((B, C))]) == Or((A, B, C))


def test_never_swallows_an_and_and_always_an_or() -> None:
    assert both([A, NEVER]) is NEVER
    assert either([A, ALWAYS]) is ALWAYS


def test_a_fact_and_its_opposite_are_never_and_either_of_them_always() -> None:
    assert both([A, negation(A)]) is NEVER
    assert either([A, negation(A)]) is ALWAYS


def test_a_negation_of_a_negation_is_the_fact() -> None:
    assert negation(negation(A)) is A
    assert (negation(ALWAYS), negation(NEVER)) == (NEVER, ALWAYS)
