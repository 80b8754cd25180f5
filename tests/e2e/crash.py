#!/usr/bin/env python3
"""kill -9 at the writes of a replay, half of the write done; then the same command again comes to the same end.

By default some sixty moments over the whole run; DIE_EVERYWHERE=1 takes each of them."""
import os
import subprocess
import unittest

import house


class Crash(house.Case):
    def start(self, store, **env):
        preload = {"LD_PRELOAD": house.DIE_AT, "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0", **env}
        return self.replay("--json", "--store", store, env=preload, code=None)

    def test_killed_at_a_write(self):
        self.assertTrue(house.DIE_AT, "DIE_AT_LIBRARY is not set")
        count = self.folder / "count"
        whole = self.folder / "whole"
        done = self.start(whole, DIE_COUNT=str(count))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        want = house.state(whole)
        moments = int(count.read_text())
        self.assertGreater(moments, 50)
        step = 1 if os.environ.get("DIE_EVERYWHERE") else max(1, moments // 60)
        for moment in range(1, moments + 1, step):
            with self.subTest(moment=moment):
                store = self.folder / f"store-{moment}"
                died = self.start(store, DIE_AT=str(moment))
                self.assertEqual(died.returncode, -9)
                self.replay("--json", "--store", store)
                self.assertEqual(house.state(store), want)
                house.run("store", "check", *house.config_of(store))
                subprocess.run(["rm", "-rf", str(store)], check=True)

    def test_killed_again_and_again(self):
        whole, store = self.folder / "whole", self.folder / "store"
        self.assertEqual(self.start(whole).returncode, 0)
        deaths = 0
        while self.start(store, DIE_AT="37").returncode == -9:
            deaths += 1
            self.assertLess(deaths, 500)
        self.assertGreater(deaths, 3)
        self.assertEqual(house.state(store), house.state(whole))


if __name__ == "__main__":
    unittest.main()
