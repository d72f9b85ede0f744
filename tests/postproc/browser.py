"""Chromium without a window, told what to do through a pipe: its own protocol, and nothing to install beside it.

    with Browser() as browser:
        page = browser.open("/tmp/report.html", width=1300)
        page.evaluate("document.title")
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PATIENCE = 60  # s


def find_chromium():
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="epilux-browser-", ignore_cleanup_errors=True)
        orders, self.orders = os.pipe()
        self.replies, replies = os.pipe()
        command = ["sh", "-c", f'exec "$@" 3<&{orders} 4>&{replies}', "sh", find_chromium(), "--headless=new", "--no-sandbox",
                   "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", f"--user-data-dir={self.folder.name}",
                   "--remote-debugging-pipe", "about:blank"]
        self.process = subprocess.Popen(command, pass_fds=(orders, replies), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(orders)
        os.close(replies)
        self.number, self.rest, self.events = 0, b"", []
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.orders)
        os.close(self.replies)
        self.folder.cleanup()

    def receive(self, deadline):
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.replies], [], [], max(0.0, deadline - time.monotonic()))
            data = os.read(self.replies, 1 << 20) if ready else b""
            if not data:
                raise RuntimeError("chromium does not answer")
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        """What chromium answers to an order; what it reports in between is kept in `events`."""
        self.number += 1
        order = {"id": self.number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        data = json.dumps(order).encode() + b"\0"
        while data:
            data = data[os.write(self.orders, data):]
        deadline = time.monotonic() + PATIENCE
        while True:
            message = self.receive(deadline)
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self.events.append(message)

    def open(self, path, width=1300, height=900, dark=False):
        return Page(self, path, width, height, dark)


class Page:
    def __init__(self, browser, path, width, height, dark):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.emulate("screen", dark)
        start = time.monotonic()
        self.call("Page.navigate", url=f"file://{os.path.abspath(path)}")
        self.wait("document.readyState === 'complete'")
        self.seconds = time.monotonic() - start

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def emulate(self, medium, dark=False):
        self.call("Emulation.setEmulatedMedia", media=medium, features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", result["exceptionDetails"]["text"]))
        return result["result"].get("value")

    def wait(self, condition):
        """Until a script's value is true; returns it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            value = self.evaluate(condition)
            if value:
                return value
            if time.monotonic() > deadline:
                raise RuntimeError(f"never true: {condition}")
            time.sleep(0.02)

    def mouse(self, kind, x, y, held=False):
        pressed = kind in ("mousePressed", "mouseReleased")
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left" if pressed or held else "none",
                  buttons=1 if held or kind == "mousePressed" else 0, clickCount=1 if pressed else 0, pointerType="mouse")

    def move(self, x, y):
        self.mouse("mouseMoved", x, y)

    def click(self, x, y):
        self.move(x, y)
        self.mouse("mousePressed", x, y)
        self.mouse("mouseReleased", x, y)

    def drag(self, a, b):
        self.move(*a)
        self.mouse("mousePressed", *a)
        for share in (0.3, 0.7, 1.0):
            self.mouse("mouseMoved", a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), held=True)
        self.mouse("mouseReleased", *b)

    def complaints(self):
        """Errors and warnings on the console, exceptions, and whatever the page asked the network for."""
        found = []
        for event in self.browser.events:
            method, p = event.get("method"), event.get("params", {})
            if event.get("sessionId") != self.session:
                continue
            if method == "Runtime.exceptionThrown":
                found.append(p["exceptionDetails"].get("exception", {}).get("description", p["exceptionDetails"]["text"]))
            elif method == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning"):
                found.append(" ".join(str(a.get("value", a.get("description"))) for a in p["args"]))
            elif method == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
                found.append(p["entry"]["text"])
            elif method == "Network.requestWillBeSent" and not p["request"]["url"].startswith(("file:", "data:", "blob:")):
                found.append(f"asks for {p['request']['url']}")
        return found

    def save_image(self, path):
        """The whole page as PNG."""
        image = self.call("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        with open(path, "wb") as file:
            file.write(base64.b64decode(image["data"]))

    def save_print(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True, paperWidth=8.27, paperHeight=11.69)["data"]))
