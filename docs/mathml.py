"""Sphinx extension: equations as MathML, which browsers draw by themselves, so that pages need no script and no network."""
from docutils import nodes
from docutils.utils.math import latex2mathml


def visit_inline(self, node):
    self.body.append(latex2mathml.tex2mathml(node.astext(), inline=True))
    raise nodes.SkipNode


def visit_block(self, node):
    self.body.append('<div class="equation">' + latex2mathml.tex2mathml(node.astext(), inline=False) + "</div>")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
