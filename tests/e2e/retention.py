#!/usr/bin/env python3
"""Retention: what goes, what stays, and that a rebuild of what is left is the same."""
import json
import os
import pathlib
import shutil
import tempfile
import unittest

import house
from house import STORY, lines, run


class Retention(house.Case):
    """A made mailbox in segments of 1 MiB, replayed: it ends days before the present."""

    @classmethod
    def setUpClass(cls):
        cls.made = pathlib.Path(tempfile.mkdtemp(prefix="abusedesk-e2e-"))
        cls.addClassCleanup(shutil.rmtree, cls.made, ignore_errors=True)
        cls.config = cls.made / "desk.conf"
        cls.config.write_text((STORY / "story.conf").read_text() + "\n[store]\nsegment-size = 1MiB\n")
        mbox, inventory = house.mailbox(cls.made, 1500, "--addresses", "40", "--size", "4000")
        here = ["--config", cls.config, "--store", cls.made / "store"]
        run("replay", "--json", "--inventory", inventory, *here, mbox)
        for message in lines("triage", "list", "--json", *here):
            run("triage", "discard", message["message"], *here)

    def setUp(self):
        super().setUp()
        self.use(self.folder / "store")
        shutil.copytree(self.made / "store", self.store)

    def use(self, store):
        self.store, self.here = store, ["--config", self.config, "--store", store]

    def segments(self):
        return sorted(int(name) for name in os.listdir(self.store / "journal") if name.isdigit())

    def state(self):
        """All that there is to see, as it must be after a rebuild."""
        facts = lines("store", "stats", "--json", *self.here)[0]
        facts.pop("directory")
        cases = lines("case", "list", "--all", "--json", *self.here)
        shown = [lines("case", "show", case["case"], "--json", *self.here)[0] for case in cases[:5]]
        return facts, cases, shown, lines("inventory", "list", "--json", "--all", *self.here)

    def retain(self, *options, code=0):
        return json.loads(run("store", "retain", "--json", "--older-than", "1h", *options, *self.here, code=code).stdout)

    def close_all(self):
        for case in lines("case", "list", "--json", *self.here):
            run("case", "close", case["case"], *self.here)

    def test_what_goes_and_what_stays(self):
        self.close_all()
        before, segments = self.state(), self.segments()
        self.assertGreater(len(segments), 4)
        would = self.retain("--dry-run")
        self.assertEqual((self.segments(), would["kept"]), (segments, 0))
        self.assertGreater(would["segments"], 3)
        went = self.retain()
        self.assertEqual((went["segments"], went["bytes"]), (would["segments"], would["bytes"]))
        left = self.segments()
        self.assertEqual(left[0], segments[0] + went["segments"])
        run("store", "check", *self.here)

        # Cases, history, inventory: as before; only the messages are gone, and their hashes are not.
        after = self.state()
        self.assertEqual(after[0]["chain"], before[0]["chain"])
        self.assertEqual(after[1], before[1])
        for old, new in zip(before[2], after[2]):
            self.assertEqual(old["events"], new["events"])
            self.assertEqual([m["sha256"] for m in old["messages"]], [m["sha256"] for m in new["messages"]])
            self.assertTrue(all(m["kept"] for m in old["messages"]))
            self.assertFalse(new["messages"][0]["kept"])
        text = run("case", "show", before[1][0]["case"], *self.here).stdout.decode()
        self.assertIn("dropped by retention", text)
        self.assertIn(before[2][0]["messages"][0]["sha256"], text)
        self.assertIn("its SHA-256 was", run("triage", "show", "1", *self.here).stdout.decode())

        run("case", "note", before[1][0]["case"], "after the retention", *self.here)
        after = self.state()
        run("store", "rebuild", *self.here)
        self.assertEqual(self.state(), after)
        run("store", "check", *self.here)

        # The journal alone is enough, and a backup of what is left is whole.
        shutil.rmtree(self.store / "index")
        self.assertIn("no store here", run("case", "list", *self.here, code=1).stderr.decode())
        run("store", "rebuild", *self.here)
        self.assertEqual(self.state(), after)
        run("store", "backup", self.folder / "copy", *self.here)
        self.use(self.folder / "copy")
        run("store", "rebuild", *self.here)
        self.assertEqual(self.state(), after)

    def test_what_is_needed_stays(self):
        self.close_all()
        case = lines("case", "list", "--all", "--json", *self.here)[0]["case"]
        run("case", "preserve", case, "a court asked", *self.here)
        shown = lines("case", "show", case, "--json", *self.here)[0]
        self.assertTrue(shown["preserved"])
        self.assertEqual(shown["state"], "closed")
        self.assertIn("preserved", [e["event"] for e in shown["events"]])
        kept = self.retain()
        self.assertEqual((kept["segments"], kept["because"]), (0, f"case {case} is preserved"))
        run("case", "release", case, *self.here)
        before = self.state()
        run("store", "rebuild", *self.here)
        self.assertEqual(self.state(), before)
        self.assertGreater(self.retain()["segments"], 0)

    def test_open_cases_stay(self):
        """What the replay left open keeps what it needs; with nothing open everything old goes."""
        before = self.segments()
        open_cases = lines("case", "list", "--json", *self.here)
        kept = self.retain()
        if open_cases:
            self.assertRegex(kept["because"], r"^case C-\d+ is open$")
        else:
            self.assertGreater(kept["segments"], 0)
        self.assertEqual(self.segments()[0], before[0] + kept["segments"])

    def test_killed_at_any_point(self):
        """A snapshot that broke off is none: the next retention takes a whole one."""
        self.close_all()
        before = self.state()
        copy = self.folder / "pristine"
        shutil.copytree(self.store, copy)
        died = 0
        for moment in ("1", "3", "5", "9", "14"):
            shutil.rmtree(self.store)
            shutil.copytree(copy, self.store)
            done = run("store", "retain", "--older-than", "1h", *self.here, code=None,
                       env={"LD_PRELOAD": house.DIE_AT, "DIE_AT": moment,
                            "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"})
            died += done.returncode == -9
            self.assertEqual(lines("case", "list", "--all", "--json", *self.here), before[1])
            self.retain()
            run("store", "rebuild", *self.here)
            self.assertEqual(self.state()[0]["chain"], before[0]["chain"])
            self.assertEqual(self.state()[1], before[1])
        self.assertGreater(died, 2)

    def test_no_rebuild_without_what_was_dropped(self):
        """Somebody removed segments by hand: what they said would be lost."""
        (self.store / "journal" / f"{self.segments()[0]:012}").unlink()
        done = run("store", "rebuild", *self.here, code=1)
        self.assertIn("has no snapshot of what earlier ones said", done.stderr.decode())
        self.assertTrue(lines("case", "list", "--all", "--json", *self.here))


if __name__ == "__main__":
    unittest.main()
