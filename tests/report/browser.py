#!/usr/bin/env python3
"""The HTML report in a browser: the demonstration's, and one of many findings with hostile names.

    tests/report/browser.py PLUMB LARGE_REPORT AXE

The arguments are the binary, the example `large_report` of the crate `sink`, and the package of requirements.txt.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

from chromium import Chromium

PLUMB, LARGE, AXE = (Path(path).resolve() for path in sys.argv[1:4])
MANY = 50_000
SIZES = [(1440, 900), (390, 844)]


def rows(name="findings"):
    return f"[...document.querySelectorAll('#{name} .row')]"


class Report:
    """What holds for every report; each class has its own file, every test a freshly opened page."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = Path(cls.folder.name) / "plumb-report.html"
        cls.make()
        cls.browser = Chromium()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def setUp(self):
        self.browser.resize(*SIZES[0])
        self.browser.open(self.file.as_uri())

    def tearDown(self):
        self.assertEqual(self.browser.problems(), [])
        # The file itself, nothing else: no other host, no other file.
        self.assertEqual(set(self.browser.requests()), {self.file.as_uri()})

    def go(self, fragment):
        self.browser.run(f"location.hash = {fragment!r}")
        self.browser.frame()

    def text(self, selector):
        return self.browser.run(f"document.querySelector({selector!r})?.innerText ?? null")

    def number(self, selector):
        return int(self.text(selector).replace(",", ""))

    def shown(self):
        """How many findings the list says it has."""
        return self.number("#findings .total b")

    def test_views_show_at_both_sizes_and_nothing_sticks_out(self):
        for width, height in SIZES:
            self.browser.resize(width, height)
            for view in ("overview", "findings", "unknown", "inventory"):
                with self.subTest(view=view, width=width):
                    self.go(f"#{view}")
                    visible = self.browser.run("[...document.querySelectorAll('main > section')].filter((one) => one.offsetHeight).map((one) => one.id)")
                    self.assertEqual(visible, [view])
                    self.assertEqual(self.browser.run("document.documentElement.scrollWidth"), width)
            self.go("#findings")
            self.assertGreater(self.browser.run(f"{rows()}.length"), 5)
            self.go("#inventory")
            self.assertGreater(self.browser.run(f"{rows('inventory')}.length"), 5)

    def test_every_number_of_the_overview_is_the_number_of_rows_behind_it(self):
        links = self.browser.run("""[...document.querySelectorAll('#overview a[href^="#findings?q="]')]
            .map((link) => [link.getAttribute('href'), link.querySelector('b')?.textContent ?? link.textContent])""")
        counted = [(href, int(text.replace(",", ""))) for href, text in links if text.replace(",", "").isdigit()]
        self.assertGreater(len(counted), 20)
        found = self.browser.run("""(async (links) => {
            const found = [];
            for (const link of links) {
                await new Promise((done) => {
                    const before = location.hash;
                    addEventListener('hashchange', done, { once: true });
                    location.hash = link;
                    if (location.hash === before) done();
                });
                found.push([link, Number(document.querySelector('#findings .total b').textContent.replaceAll(',', ''))]);
            }
            return found;
        })(%s)""" % json.dumps([href for href, _ in counted]))
        self.assertEqual([tuple(one) for one in found], counted)

    def test_the_filter_narrows_widens_and_says_what_is_wrong_with_it(self):
        self.go("#findings")
        failing = self.shown()
        self.go("#findings?q=")
        everything = self.shown()
        self.assertGreater(everything, failing)
        self.go("#findings?q=-verdict:fail")
        self.assertEqual(self.shown(), everything - failing)
        self.go("#findings?q=verdict:fail (severity:critical OR severity:high)")
        either = self.shown()
        self.go("#findings?q=verdict:fail severity>=high")
        self.assertEqual(self.shown(), either)
        self.assertLess(either, failing)
        self.go("#findings?q=verdict:fail service:s*")
        self.assertTrue(0 < self.shown() < failing)
        self.go("#findings?q=severty:high")
        self.assertIn("there is no field `severty`", self.text("#q-error"))
        self.go('#findings?q="never closed')
        self.assertIn("quote", self.text("#q-error"))

    def test_facets_edit_the_filter_and_count_its_rows(self):
        self.go("#findings")
        label, count = self.browser.run("""(() => {
            const button = document.querySelector('#findings .facets [aria-label=Service] button');
            const found = [button.querySelector('.name').textContent, button.querySelector('.n').textContent];
            button.click();
            return found;
        })()""")
        self.browser.frame()
        self.assertEqual(self.shown(), int(count.replace(",", "")))
        self.assertEqual(self.browser.run("document.querySelector('#findings input').value"), f"verdict:fail service:{label}")
        self.assertEqual(self.browser.run("document.querySelector('#findings .facets [aria-label=Service] [aria-pressed=true]').innerText.split('\\n')[0].trim()"), label)
        self.browser.run("history.back()")
        self.browser.until("document.querySelector('#findings input').value === 'verdict:fail'")

    def test_a_finding_opens_with_its_proof_and_its_fix(self):
        self.go("#findings")
        self.browser.run(f"{rows()}[1].click()")
        self.browser.until("document.querySelector('#findings .panel').dataset.ready")
        heads = self.browser.run("[...document.querySelectorAll('.panel h3')].map((head) => head.textContent)")
        for head in ("Why it matters", "What to do", "Evidence", "The check"):
            self.assertIn(head, heads)
        self.assertGreater(len(self.text(".panel .steps")), 10)
        self.assertNotIn("{self.", self.text(".panel [role=tabpanel]"))
        tabs = self.browser.run("document.querySelectorAll('.panel [role=tab]').length")
        self.assertGreater(tabs, 1)
        before = self.text(".panel [role=tabpanel]")
        self.browser.run("document.querySelectorAll('.panel [role=tab]')[1].click()")
        self.assertNotEqual(self.text(".panel [role=tabpanel]"), before)
        # The address alone brings it back.
        address = self.browser.run("location.href")
        title = self.text(".panel h2")
        self.browser.open(address)
        self.browser.until("document.querySelector('#findings .panel').dataset.ready")
        self.assertEqual(self.text(".panel h2"), title)

    def test_sorting_and_grouping_keep_every_row(self):
        self.go("#findings?q=verdict:fail")
        total = self.shown()
        for sort in ("finding", "-resource", "type", "-region", "first", "-severity"):
            self.go(f"#findings?q=verdict:fail&sort={sort}")
            self.assertEqual(self.shown(), total)
            ordered = self.browser.run("document.querySelector('#findings [aria-sort]')?.dataset.sort")
            self.assertEqual(ordered, sort.lstrip("-"))
        self.go("#findings?q=verdict:fail&sort=resource")
        names = self.browser.run(f"{rows()}.slice(0, 20).map((row) => row.querySelector('.c-resource').textContent.split(' · ')[0])")
        self.assertEqual(names, sorted(names))
        for group in ("check", "resource", "service", "severity", "region", "objective"):
            self.go(f"#findings?q=verdict:fail&group={group}")
            self.assertGreater(self.browser.run("document.querySelectorAll('#findings .row.group').length"), 0, group)
            self.assertEqual(self.shown(), total)

    def test_the_keyboard_reaches_everything(self):
        page = self.browser
        page.key("g"), page.key("f")
        self.assertEqual(page.run("document.documentElement.dataset.view"), "findings")
        page.key("j"), page.key("j"), page.key("Enter")
        page.until("document.querySelector('#findings .panel').dataset.ready")
        second = self.text(".panel .place")
        self.assertTrue(second.startswith("2 of"))
        page.key("]")
        page.until("document.querySelector('.panel .place').textContent.startsWith('3 of')")
        page.key("[")
        page.until("document.querySelector('.panel .place').textContent.startsWith('2 of')")
        page.run("document.querySelectorAll('.panel .tools button')[1].focus()")
        page.key("Enter")
        page.until("document.querySelector('.panel .place').textContent.startsWith('3 of')")
        self.assertEqual(page.run("document.activeElement.title"), "Next (])", "the button keeps the focus")
        page.key("Escape")
        self.assertEqual(page.run("document.querySelector('#findings .panel').offsetHeight"), 0)
        page.key("/")
        self.assertEqual(page.run("document.activeElement.closest('section').id + document.activeElement.type"), "findingssearch")
        page.key("Escape")
        page.key("?")
        self.assertTrue(page.run("document.getElementById('keys').open"))
        page.key("Escape")
        for key, view in (("i", "inventory"), ("u", "unknown"), ("o", "overview")):
            page.key("g"), page.key(key)
            self.assertEqual(page.run("document.documentElement.dataset.view"), view)

    def test_themes_follow_the_system_and_the_address(self):
        page = self.browser
        ground = "getComputedStyle(document.body).backgroundColor"
        for system, colour in (("light", "rgb(246, 247, 249)"), ("dark", "rgb(14, 19, 25)")):
            page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": system}])
            self.assertEqual(page.run(ground), colour)
        page.call("Emulation.setEmulatedMedia", features=[])
        self.go("#findings?theme=dark")
        self.assertEqual(page.run(ground), "rgb(14, 19, 25)")
        page.key("g"), page.key("o")
        self.assertEqual(page.run(ground), "rgb(14, 19, 25)", "the theme goes along with the links")
        page.run("document.getElementById('theme').click()")
        page.frame()
        self.assertIn("theme=system", page.run("location.hash"))

    def test_paper_holds_every_row_of_the_filter(self):
        self.go("#findings?q=verdict:fail severity:critical")
        expected = self.shown()
        printed = self.browser.run("""(() => {
            dispatchEvent(new Event('beforeprint'));
            const found = document.querySelectorAll('#print tbody tr').length;
            dispatchEvent(new Event('afterprint'));
            return [found, document.querySelectorAll('#print').length];
        })()""")
        self.assertEqual(printed, [expected, 0])


class Demo(Report, unittest.TestCase):
    @classmethod
    def make(cls):
        environment = {**os.environ, "HOME": cls.folder.name, "AWS_EC2_METADATA_DISABLED": "true"}
        environment.pop("XDG_DATA_HOME", None)
        subprocess.run([PLUMB, "demo", "--quiet"], cwd=cls.folder.name, env=environment, check=True, stdout=subprocess.DEVNULL)

    def test_what_could_not_be_read_comes_with_the_statement_to_add(self):
        self.go("#unknown")
        self.assertIn('"Effect": "Allow"', self.text("#statement"))
        self.assertGreater(self.browser.run("document.querySelectorAll('#unknown tbody tr').length"), 3)

    def test_commands_of_a_fix_are_a_block_to_copy(self):
        self.go("#findings?q=check:aws-ec2-sg-no-ssh-from-internet verdict:fail")
        self.browser.run(f"{rows()}[0].click()")
        self.browser.until("document.querySelector('#findings .panel').dataset.ready")
        self.assertEqual(self.text(".panel [role=tab][aria-selected=true]"), "CLI")
        self.assertIn("aws ec2 revoke-security-group-ingress", self.text(".panel [role=tabpanel] .code pre"))
        self.assertEqual(self.text(".panel [role=tabpanel] .code button"), "Copy")

    def test_no_rule_of_accessibility_is_broken(self):
        page = self.browser
        with zipfile.ZipFile(AXE) as package:
            page.run(package.read("axe_playwright_python/axe.min.js").decode() + "; true")
        places = ["overview?", "findings?", "findings?group=check", "unknown?", "inventory?"]
        for width, height, theme in ((1280, 900, "light"), (1280, 900, "dark"), (320, 800, "light")):
            page.resize(width, height)
            for place in places:
                self.go(f"#{place}&theme={theme}")
                self.assertEqual(self.broken_rules(), [], f"{place}, {theme}, {width}")
            self.go(f"#findings?theme={theme}")
            page.run(f"{rows()}[1].click()")
            page.until("document.querySelector('#findings .panel').dataset.ready")
            self.assertEqual(self.broken_rules(), [], f"an open finding, {theme}, {width}")

    def broken_rules(self):
        return self.browser.run("""axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations
            .map((rule) => [rule.id, rule.help, rule.nodes[0].html.slice(0, 200), rule.nodes[0].failureSummary]))""")

    def test_the_inventory_finds_by_name_type_and_tag(self):
        self.go("#inventory")
        every = self.number("#inventory .total b")
        self.go("#inventory?q=owner=")
        tagged = self.number("#inventory .total b")
        self.assertTrue(0 < tagged < every)
        self.go("#inventory?type=aws.s3.bucket")
        self.assertEqual(set(self.browser.run(f"{rows('inventory')}.map((row) => row.querySelector('.c-type').textContent)")), {"S3 bucket"})


class Large(Report, unittest.TestCase):
    @classmethod
    def make(cls):
        subprocess.run([LARGE, str(MANY), cls.file], check=True)

    def test_only_the_rows_in_sight_are_in_the_document(self):
        self.go("#findings?q=")
        self.assertEqual(self.shown(), MANY)
        self.assertLess(self.browser.run(f"{rows()}.length"), 60)
        self.browser.run("document.querySelector('#findings .grid').scrollTop = 1e9")
        self.browser.until(f"{rows()}.some((row) => row.ariaRowIndex === '{MANY + 1}')")
        self.assertLess(self.browser.run(f"{rows()}.length"), 60)

    def test_hostile_names_stay_text(self):
        page = self.browser
        self.go('#findings?q=name:"<script>*"')
        self.assertGreater(self.shown(), 0)
        self.assertIn("<script>", self.text("#findings .row .c-resource"))
        page.run(f"{rows()}[0].click()")
        page.until("document.querySelector('#findings .panel').dataset.ready")
        self.assertIn("<script>", self.text(".panel h2"))
        for view in ("overview", "unknown", "inventory", 'findings?q=name:"<script>*"&group=resource'):
            self.go(f"#{view}")
        page.run("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(page.run("document.querySelectorAll('main script, main img, #print img, #print script, b b').length"), 0)
        self.assertEqual(page.run("[typeof window.pwned, document.querySelectorAll('script:not([data-part])').length]"), ["undefined", 1])
        self.go('#findings?q=name:*gpj*')
        self.assertIn("‹U+202E›", self.text("#findings .row .c-resource"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
