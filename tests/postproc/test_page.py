#!/usr/bin/python3
"""Test of the report's page in Chromium: values under the pointer, legend, zoom, sorting, filtering, selection, CSV, a stranger's
names; nothing is complained of on the console, and nothing is asked of a network."""
import os
import sys
import unittest

from scratch import SCRATCH, results_of  # first: it finds the modules, or skips
from browser import Browser, find_chromium

from epilux import report

if not find_chromium():
    print("skipped: no chromium was found (sh jobs/install-debian.sh tests)")
    sys.exit(77)

MARK = """(() => {
  const own = figures.all[0].plots[0], box = own.plot.getBoundingClientRect(), m = own.panel.marks[0];
  own.plot.scrollIntoView({block: "center"});
  const at = own.drawn.convertToPixel({xAxisIndex: 0, yAxisIndex: 0}, [scales.place(own.panel.x, m.x[1]), m.y[1]]);
  const now = own.plot.getBoundingClientRect();
  return [now.left + at[0], now.top + at[1], m.y[1]];
})()"""


def write(page, **options):
    path = os.path.join(SCRATCH.name, f"{page}.html")
    with results_of(**options) as results:
        report.write_file(path, report.write_report(results))
    return path


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser().__enter__()
        cls.page = cls.browser.open(write("page"))

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()

    def test_what_a_reader_does(self):
        page, see = self.page, self.page.evaluate
        x, y, value = see(MARK)
        page.move(x - 40, y - 5)
        page.move(x, y)
        shown = page.wait("document.querySelector('.tip')?.innerText")
        self.assertIn("yield (%), 95 % interval: " + see(f"scales.format({value})"), shown)
        self.assertIn("design point", shown)
        see("document.querySelector('.legend button').click()")
        self.assertEqual(see("document.querySelector('.legend button').getAttribute('aria-pressed')"), "false")
        self.assertEqual(see("[...figures.all[0].hidden].join()"), "plain")
        page.drag((x - 30, y - 20), (x + 120, y + 60))
        self.assertTrue(see("figures.all[0].zoom[0][1] - figures.all[0].zoom[0][0] < 0.9"))
        see("document.querySelector('[aria-label^=\"show all\"]').click()")
        self.assertIsNone(see("figures.all[0].zoom"))

    def test_the_table_sorts_filters_selects_and_saves(self):
        page, see = self.page, self.page.evaluate
        firsts = "[...document.querySelectorAll('#points tbody tr:not([hidden]) td:nth-child(2)')].map(c => Number(c.textContent))"
        head = "document.querySelectorAll('#points th')[1]"
        see(f"{head}.querySelector('button').click()")
        see(f"{head}.querySelector('button').click()")
        self.assertEqual(see(f"{head}.getAttribute('aria-sort')"), "descending")
        losses = see(firsts)
        self.assertEqual(losses, sorted(losses, reverse=True))
        see("(() => { const i = document.querySelectorAll('.filters input')[1]; i.value = '>= 0.5'; i.dispatchEvent(new Event('input')); })()")
        page.wait("document.querySelector('#points-shown').textContent.startsWith('9 of 15')")
        self.assertTrue(all(v >= 0.5 for v in see(firsts)))
        self.assertEqual(see("selection.get().size"), 9)
        csv = see("table.writeCsv({columns: [{label: 'a,b', values: ['=1+1', 'x\"y']}]}, [0, 1])")
        self.assertEqual(csv, '"a,b"\r\n\'=1+1\r\n"x""y"\r\n')
        see("document.querySelector('.buttons .clear').click()")
        self.assertEqual(see("document.querySelector('#points-shown').textContent"), "15 of 15 design points")

    def test_strangers_names_do_nothing_and_no_one_complains(self):
        hostile = "</script><img src=x onerror=\"window.hit=1\">"
        narrow = self.browser.open(write("hostile", name=hostile), width=400, dark=True)
        self.assertIsNone(narrow.evaluate("window.hit ?? null"))
        self.assertEqual(narrow.evaluate("document.querySelector('h1').textContent"), hostile)
        self.assertEqual(narrow.evaluate("document.documentElement.scrollWidth"), 400)
        self.assertEqual(self.page.complaints() + narrow.complaints(), [])


if __name__ == "__main__":
    unittest.main()
