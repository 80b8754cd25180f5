#!/usr/bin/env python3
"""On a terminal, of any width: nothing is wider than it, and a long replay says how far it is."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata
import unittest

import house
from house import OPTIONS, SCRIPT, STORY, config_of

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(arguments, width, stderr=False):
    """What the program prints on a terminal of that width: standard output, or standard error."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    with subprocess.Popen([house.PROGRAM, *map(str, arguments)], stdin=theirs, env={**env, "TERM": "xterm"},
                          stdout=subprocess.DEVNULL if stderr else theirs,
                          stderr=theirs if stderr else subprocess.DEVNULL) as program:
        os.close(theirs)
        output = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            output += piece
    os.close(ours)
    return program.returncode, output.decode().replace("\r\n", "\n")


def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in ESCAPE.sub("", line))


class Terminal(house.Case):
    def test_everything_fits(self):
        store = self.folder / "store"
        self.replay("--store", store)
        commands = [["case", "list", "--all"], ["triage", "list"], ["inventory", "list"], ["inventory", "check"],
                    ["inventory", "who", "192.0.2.30"], ["config", "show"], ["status"]]
        commands += [["case", "show", case["case"]]
                     for case in house.lines("case", "list", "--all", "--json", *config_of(store))[::4]]
        commands = [[*command, *config_of(store)] for command in commands]
        commands += [["replay", *OPTIONS, *SCRIPT, STORY / "story.mbox"], ["help"], ["help", "replay"], ["parsers"],
                     ["help", "case"], ["replay", "--help"]]
        for width in (60, 80, 120):
            for command in commands:
                code, output = on_terminal(command, width)
                self.assertIn(code, (0, 3), command)
                self.assertGreater(len(output), 20, command)
                for line in output.splitlines():
                    self.assertLessEqual(columns(line), width, f"{' '.join(map(str, command[:3]))}: {line}")

    def test_nothing_is_lost_by_wrapping(self):
        """The words of a case are the same, however wide the terminal; only piped is a line a line."""
        store = self.folder / "store"
        self.replay("--store", store)
        command = ["case", "show", "C-3", *config_of(store)]
        piped = house.run(*command).stdout.decode().split()
        for width in (60, 80, 120):
            self.assertEqual(ESCAPE.sub("", on_terminal(command, width)[1]).split(), piped)

    def test_colour_only_there(self):
        store = self.folder / "store"
        self.replay("--store", store)
        command = ["case", "list", "--all", *config_of(store)]
        self.assertRegex(on_terminal(command, 80)[1], ESCAPE)
        self.assertNotRegex(house.run(*command).stdout.decode(), ESCAPE)
        self.assertNotRegex(on_terminal([*command, "--color", "never"], 80)[1], ESCAPE)

    def test_progress(self):
        mbox, inventory = house.mailbox(self.folder, 6000, "--addresses", "50", "--size", "2500")
        command = ["replay", "--json", "--config", STORY / "story.conf", "--inventory", inventory, "--until", "1d", mbox]
        for width in (60, 100):
            code, output = on_terminal(command, width, stderr=True)
            self.assertEqual(code, 0)
            bars = [bar for bar in re.split(r"[\r\n]", ESCAPE.sub("", output.replace("\x1b[K", ""))) if "[" in bar]
            self.assertTrue(bars, output)
            for bar in bars:
                self.assertLess(columns(bar), width, bar)
                self.assertRegex(bar, r"\d+ %.*records")
        self.assertEqual(house.run(*command).stderr, b"")


if __name__ == "__main__":
    unittest.main()
