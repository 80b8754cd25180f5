#!/usr/bin/env python3
"""The Debian package: builds, holds what a server needs, and has no say over a configuration that was changed."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house

BUILD = pathlib.Path(os.environ.get("BUILD", house.SOURCE / "build/dev"))
FILES = {
    "./usr/bin/abusedesk": "-rwxr-xr-x",
    "./etc/abusedesk/abusedesk.conf": "-rw-r--r--",
    "./usr/lib/systemd/system/abusedesk.service": "-rw-r--r--",
    "./usr/lib/sysusers.d/abusedesk.conf": "-rw-r--r--",
    "./usr/lib/tmpfiles.d/abusedesk.conf": "-rw-r--r--",
    "./usr/share/man/man1/abusedesk.1": "-rw-r--r--",
    "./usr/share/man/man5/abusedesk.conf.5": "-rw-r--r--",
    "./usr/share/abusedesk/operators.ini": "-rw-r--r--",
    "./usr/share/abusedesk/templates/warning.en.txt": "-rw-r--r--",
    "./usr/share/bash-completion/completions/abusedesk": "-rw-r--r--",
}


@unittest.skipUnless(shutil.which("cpack") and shutil.which("dpkg-shlibdeps"), "needs cpack and dpkg-dev")
class Package(house.Case):
    def test_content(self):
        done = subprocess.run(["cpack", "-G", "DEB", "-B", self.folder, "--config", BUILD / "CPackConfig.cmake"],
                              cwd=self.folder, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        package = next(self.folder.glob("*.deb"))
        listing = subprocess.run(["dpkg-deb", "-c", package], capture_output=True, check=True, text=True).stdout
        modes = {line.split()[5]: line.split()[0] for line in listing.splitlines()}
        owners = {line.split()[1] for line in listing.splitlines()}
        self.assertEqual(owners, {"root/root"})
        for name, mode in FILES.items():
            self.assertEqual(modes.get(name), mode, name)
        self.assertFalse([name for name in modes if "/usr/local" in name or str(house.SOURCE) in name])
        facts = subprocess.run(["dpkg-deb", "-f", package], capture_output=True, check=True, text=True).stdout
        for needed in ("liblmdb0", "libetpan", "libgnutls30", "libuv1", "tzdata"):
            self.assertRegex(facts, rf"Depends:.*{re.escape(needed)}")
        control = self.folder / "control-files"
        subprocess.run(["dpkg-deb", "-e", package, control], check=True)
        self.assertEqual((control / "conffiles").read_text(), "/etc/abusedesk/abusedesk.conf\n")
        for script in ("postinst", "prerm", "postrm"):
            subprocess.run(["sh", "-n", control / script], check=True)
            self.assertTrue(os.access(control / script, os.X_OK))

    def test_unit(self):
        unit = (house.SOURCE / "etc/abusedesk.service").read_text()
        copy = self.folder / "abusedesk.service"
        copy.write_text(unit.replace("/usr/bin/abusedesk", house.PROGRAM).replace("User=abusedesk\nGroup=abusedesk\n", ""))
        if not shutil.which("systemd-analyze"):
            self.skipTest("needs systemd-analyze")
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", copy], capture_output=True, check=False, text=True)
        self.assertNotIn("abusedesk.service:", done.stderr)


if __name__ == "__main__":
    unittest.main()
