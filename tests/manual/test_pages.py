"""The manual builds without a warning; every link within it leads to a page and to a place on it, nothing is taken from the
network, and every command, option, key, metric and family has its place. usage: test_pages.py EPILUX SOURCE_DIR"""
import glob
import html.parser
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse


class Page(html.parser.HTMLParser):
    """Its anchors, its links and what it loads."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links, self.loads, self.text = set(), [], [], []
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())
        self.text = "".join(self.text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors.add(attributes.get("id"))
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag in ("img", "script"):
            self.loads.append(attributes.get("src") or "")
        if tag == "link" and attributes.get("rel") == "stylesheet":
            self.loads.append(attributes["href"])

    def handle_data(self, data):
        self.text.append(data)


def check_links(folder):
    pages = {name: Page(os.path.join(folder, name)) for name in os.listdir(folder) if name.endswith(".html")}
    n = 0
    for name, page in pages.items():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = parts.path or name
            assert os.path.exists(os.path.join(folder, target)), f"{name}: {link}"
            assert not parts.fragment or target not in pages or parts.fragment in pages[target].anchors, f"{name}: {link}"
            n += 1
        for load in page.loads:
            assert not urllib.parse.urlsplit(load).scheme, f"{name} takes {load} from the network"
            assert os.path.exists(os.path.join(folder, load.split("?")[0])), f"{name}: {load}"
    return pages, n


def check_words(program, pages):
    """What the program lists stands on the page made for it."""
    def ask(topic):
        done = subprocess.run([program, "list", topic, "--json"], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)["entries"]

    for topic, page in (("deck", "keys"), ("metrics", "metrics"), ("families", "families"), ("commands", "commands"),
                        ("estimators", "choices"), ("devices", "devices"), ("energies", "devices")):
        for entry in ask(topic):
            assert entry["name"] in pages[page + ".html"].text, f"{page}: {entry['name']} is missing"
            for option in entry.get("options", []):
                assert option["name"] in pages[page + ".html"].text, f"{page}: {option['name']} is missing"


def main():
    program, source = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-B", os.path.join(source, "docs", "build.py"), program, source, folder, "--short"],
                       check=True)
        pages, n = check_links(os.path.join(folder, "html"))
        check_words(program, pages)
        for key in ("Scellier2017", "DalCin2025"):
            assert key.lower() in pages["bibliography.html"].anchors, key
        assert not glob.glob(os.path.join(folder, "html", "*.md"))
    print(f"{len(pages)} pages, {n} links within them")


if __name__ == "__main__":
    main()
