"""A module as a board reads it at every start: without comments and docstrings, which are a fifth of what would travel.

Every statement stays on its line, so that a traceback from a board points to the place in the source. The docstring of
a command stays, too: it is shown as help.
"""

import ast
import io
import tokenize


def lean(source: str) -> str:
    """The same program in fewer bytes."""
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip()
    for docstring in _docstrings(ast.parse(source)):
        last = docstring.end_lineno or docstring.lineno
        lines[docstring.lineno - 1 : last] = [" " * docstring.col_offset + '""', *[""] * (last - docstring.lineno)]
    return "\n".join(lines) + "\n"


def _docstrings(tree: ast.Module) -> list[ast.stmt]:
    """Of modules, functions and classes; a body that is nothing else has to keep something in its place."""
    nodes = list(ast.walk(tree))
    is_command = any(isinstance(node, ast.FunctionDef) and node.name == "add_arguments" for node in nodes)
    owners = [node for node in nodes if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)]
    return [owner.body[0] for owner in owners[is_command:] if ast.get_docstring(owner) is not None]
