"""Configuration of Sphinx; build.py calls it."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
project = "Epilux"
copyright = "the Epilux developers"
extensions = ["myst_parser", "breathe", "mathml"]
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
breathe_projects = {"epilux": os.environ["EPILUX_DOXYGEN"]}
breathe_default_project = "epilux"
breathe_domain_by_extension = {"h": "c"}
primary_domain = "c"
highlight_language = "none"
html_theme = "alabaster"
html_theme_options = {"description": "Populations of simulated photonic neural networks that learn without backpropagation",
                      "fixed_sidebar": True, "page_width": "1180px", "sidebar_width": "230px",
                      "font_family": "Georgia, 'DejaVu Serif', serif"}
html_static_path = ["manual.css"]
html_css_files = ["manual.css"]
html_extra_path = []
html_copy_source = False
html_show_sphinx = False
html_math_renderer = "mathml"
# Names of C's own library and of types that a header keeps to itself are no links.
nitpick_ignore_regex = [("c:.*", ".*"), ("cpp:.*", ".*")]
