"""Drives Debian's Chromium over the DevTools protocol, through a pipe: no port, no package.

Waiting is always for something: an answer, or a promise of the page.
"""

import json
import os
import shutil
import subprocess
import tempfile
import threading


class Chromium:
    """One headless browser with one page. What the page logs and asks for is kept."""

    def __init__(self):
        program = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
        if program is None:
            raise SystemExit("no chromium: `./test report` installs it, or `apt-get install chromium`")
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self.send = os.pipe()
        self.receive, from_browser = os.pipe()

        def descriptors():
            # The browser reads 3 and writes 4. Both ends move out of the way first: one may already have such a number.
            reading, writing = os.dup(to_browser), os.dup(from_browser)
            while reading in (3, 4) or writing in (3, 4):
                reading, writing = os.dup(reading), os.dup(writing)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        arguments = [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--disable-ipc-flooding-protection",  # otherwise it drops some of more than 200 navigations in 10 s
                     "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}", "about:blank"]
        self.process = subprocess.Popen(arguments, preexec_fn=descriptors, close_fds=False,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.answers = os.fdopen(self.receive, "rb")
        self.number = 0
        self.session = None
        self.events = []
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(one["targetId"] for one in targets if one["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def message(self):
        letters = bytearray()
        while (letter := self.answers.read(1)) != b"\0":
            if not letter:
                raise RuntimeError("the browser is gone")
            letters += letter
        return json.loads(letters)

    def call(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.send, json.dumps(request).encode() + b"\0")
        patience = threading.Timer(120, self.process.kill)  # seconds, for a script whose promise is never kept
        patience.start()
        try:
            while (answer := self.message()).get("id") != self.number:
                self.events.append(answer)
        finally:
            patience.cancel()
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def run(self, script):
        """The value of a script of the page, awaited if it is a promise."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def until(self, condition):
        """Waits, frame by frame, until a condition of the page holds; gives up after 2,000 frames."""
        self.run(f"""new Promise((done, fail) => {{
            let left = 2000;
            const look = () => ({condition}) ? done(true) : left-- ? requestAnimationFrame(look) : fail(new Error({json.dumps(condition)}));
            look();
        }})""")

    def frame(self):
        """Two frames later: what a change brought about is drawn."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def load(self, address):
        """Goes to an address; what was logged and asked for before is forgotten."""
        self.events.clear()
        self.call("Page.navigate", url=address)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self.message())

    def open(self, address):
        # By way of an empty page: from the file to itself with another fragment would load nothing.
        self.load("about:blank")
        self.load(address)
        self.until("document.documentElement.dataset.script === 'ready'")

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.frame()

    def key(self, key):
        """Presses and lets go of a key."""
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        codes = {"Enter": 13, "Escape": 27}
        for kind in ("keyDown", "keyUp"):
            more = text if kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=codes.get(key, 0), **more)
        self.frame()

    def problems(self):
        """What the page logged, and what its policy refused."""
        found = []
        for event in self.events:
            if event["method"] == "Runtime.exceptionThrown":
                found.append(event["params"]["exceptionDetails"])
            elif event["method"] == "Runtime.consoleAPICalled":
                found.append(event["params"]["args"])
            elif event["method"] == "Log.entryAdded":
                found.append(event["params"]["entry"])
        return found

    def requests(self):
        """The addresses that the page asked for."""
        return [event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent"]

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
        except (RuntimeError, OSError):
            pass
        self.process.wait()
        self.answers.close()
        os.close(self.send)
        self.profile.cleanup()
