"""Pure: rules in, decision out. Selectors, the compiler, the reference evaluator, reasons."""
