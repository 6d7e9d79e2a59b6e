"""Use cases: one module per noun, functions are verbs that an administrator would say."""
