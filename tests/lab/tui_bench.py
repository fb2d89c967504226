#!/usr/bin/env python3
"""Times terminal consoles, each in a terminal of 200 by 50, against a cluster that `plane.sh load` has filled.

usage: KUBECONFIG=FILE tui_bench.py --pods N CONSOLE…         CONSOLE: quarterdeck, sofka, k9s

What is measured of each, from the start of the program or the writing of a key to the first screen that shows the result:
the first 20 pods; the count of all; a filter that leaves one app in 200 (median and worst of 5); taking the filter away;
resident memory then; CPU while nothing happens for 20 s; and `--version`, median of 20. The terminal emulator here has its
share in each, the same for all. One JSON line a console, then a table.
"""

import argparse
import dataclasses
import json
import os
import re
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import pexpect
import psutil
import pyte

ROWS, COLUMNS = 50, 200
POD = re.compile(r"(svc-\d{3})-7c9f8d6b5-\d{5}")


@dataclasses.dataclass
class Console:
    """How to start it at the pods of all namespaces, where it says how many rows there are, and its keys."""

    command: list
    count: str
    version: list
    find: tuple = ("/", "svc-00", "7\r")
    clear: str = "\x1b"


CONSOLES = {
    # a kubeconfig alone: like its peers here, it is not to ask AWS
    "quarterdeck": Console(
        ["quarterdeck", "--kubeconfig", os.environ.get("KUBECONFIG", "")],
        r"(?m)^pods\s(?:.*\s)?([\d,]+)(?:/[\d,]+)?\s*$",
        ["quarterdeck", "--version"],
    ),
    "sofka": Console(["sofka", "-A"], r"pods \[([\d,]+)\]", ["sofka", "--version"]),
    "k9s": Console(["k9s", "-A", "-c", "pods", "--headless"], r"pods\(all\)\[([\d,]+)\]", ["k9s", "version", "-s"]),
}


class Terminal:
    """A program, and what its screen shows now."""

    def __init__(self, command: list):
        home = tempfile.mkdtemp()
        # nobody's own settings, and a state that is empty: a cold start
        places = dict.fromkeys(["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"], home)
        env = {**os.environ, **places, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.began = time.monotonic()
        self.program = pexpect.spawn(command[0], command[1:], env=env, dimensions=(ROWS, COLUMNS), timeout=None)

    def text(self) -> str:
        return "\n".join(self.screen.display)

    def read(self, wait: float) -> None:
        if not select.select([self.program.child_fd], [], [], wait)[0]:
            return
        try:
            data = os.read(self.program.child_fd, 1 << 20)
        except OSError:
            sys.exit("the program ended:\n" + self.text())
        self.stream.feed(data)
        # what a real terminal answers: where the cursor is, what it is
        if b"\x1b[6n" in data:
            self.program.send(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")
        if re.search(rb"\x1b\[0?c", data):
            self.program.send("\x1b[?62;c")

    def rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def until(self, shown: Callable[[str], bool], what: str, limit: float = 120) -> float:
        """Seconds from now until the screen shows it."""
        began = time.monotonic()
        while not shown(self.text()):
            if time.monotonic() - began > limit:
                sys.exit(f"{what} did not show in {limit} s:\n" + self.text())
            self.read(0.005)
        return time.monotonic() - began


def measure(name: str, pods: int) -> dict:
    console = CONSOLES[name]
    told = {"console": name, "pods": pods, "version_ms": version(console)}
    terminal = Terminal(console.command)

    def counts(want: int) -> Callable[[str], bool]:
        return lambda text: any(int(number.replace(",", "")) == want for number in re.findall(console.count, text))

    def only_one_app(text: str) -> bool:
        apps = POD.findall(text)
        return bool(apps) and set(apps) == {"svc-007"} and counts(pods // 200)(text)

    terminal.until(lambda text: len(POD.findall(text)) >= 20, "the first 20 pods")
    told["first_rows_s"] = round(time.monotonic() - terminal.began, 3)
    terminal.until(counts(pods), f"the count of {pods}")
    told["all_counted_s"] = round(time.monotonic() - terminal.began, 3)
    terminal.rest(5)
    found, cleared = [], []
    for _ in range(5):
        for keys in console.find[:-1]:
            for key in keys:
                terminal.program.send(key)
                terminal.rest(0.15)
        terminal.program.send(console.find[-1])
        found.append(terminal.until(only_one_app, "the filter"))
        terminal.rest(1.5)
        terminal.program.send(console.clear)
        cleared.append(terminal.until(counts(pods), "the end of the filter"))
        terminal.rest(1.5)
    for what, times in [("filter", found), ("clear", cleared)]:
        told[f"{what}_ms"] = round(statistics.median(times) * 1000, 1)
        told[f"{what}_worst_ms"] = round(max(times) * 1000, 1)
    process = psutil.Process(terminal.program.pid)
    told["rss_mib"] = round(sum(one.memory_info().rss for one in [process, *process.children(recursive=True)]) / 2**20)
    before = process.cpu_times()
    terminal.rest(20)
    after = process.cpu_times()
    told["idle_cpu_percent"] = round((after.user + after.system - before.user - before.system) / 20 * 100, 2)
    terminal.program.close(force=True)
    return told


def version(console: Console) -> float:
    times = []
    for _ in range(20):
        began = time.monotonic()
        subprocess.run(console.version, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        times.append(time.monotonic() - began)
    return round(statistics.median(times) * 1000, 1)


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--pods", type=int, default=10000, help="how many pods the cluster has")
    args.add_argument("consoles", nargs="+", choices=CONSOLES)
    args = args.parse_args()
    told = []
    for name in args.consoles:
        told.append(measure(name, args.pods))
        print(json.dumps(told[-1]), flush=True)
    print("\n| | " + " | ".join(one["console"] for one in told) + " |")
    print("|---" * (len(told) + 1) + "|")
    for field in [field for field in told[0] if field != "console"]:
        print(f"| {field} | " + " | ".join(str(one[field]) for one in told) + " |")


main()
