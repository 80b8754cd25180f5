#!/usr/bin/env python3
"""What the parsers read from each fixture mail, against what its author wrote down by hand (fixtures/README.md).

usage: mails.py ABUSEDESK MAILS [NAME...]     NAME: only fixtures whose path contains it
       mails.py --plant                       prove that the comparison finds what is wrong

One process parses all that share a configuration (a family's site.conf, or none), so that nothing may leak from one
message into the next.
"""
import json, pathlib, subprocess, sys


def bare(x):
    """Message ids and mailboxes compare without the angle brackets that some senders write."""
    return x.strip().removeprefix("<").removesuffix(">") if isinstance(x, str) else x


def differences(want, got, where=""):
    if isinstance(want, dict):
        if not isinstance(got, dict):
            yield f"{where or 'it'}: an object was expected, not {json.dumps(got)[:80]}"
            return
        for name, value in want.items():
            yield from differences(value, got.get(name), f"{where}.{name}".lstrip("."))
    elif isinstance(want, list):
        if not isinstance(got, list) or len(got) != len(want):
            yield f"{where}: {len(want)} expected, not {len(got) if isinstance(got, list) else 'a list'}: {json.dumps(got)[:200]}"
            return
        for i, (w, g) in enumerate(zip(want, got)):
            yield from differences(w, g, f"{where}[{i}]")
    elif want is None:
        if got not in (None, "", [], {}):
            yield f"{where}: expected to be absent, is {json.dumps(got)}"
    elif bare(want) != bare(got):
        yield f"{where}: {json.dumps(want, ensure_ascii=False)} expected, not {json.dumps(got, ensure_ascii=False)}"


def judge(want, got):
    """What is wrong, one line each."""
    awaits = want.pop("awaits", None)
    wrong = list(differences(want, got))
    if awaits is None:
        return wrong
    if not wrong:
        return [f"is understood now: remove \"awaits\": {json.dumps(awaits)}"]
    if got.get("verdict") != "triage":
        return [f"waits for {awaits} and must go to triage meanwhile, not {got.get('verdict')} ({got.get('reason')})"]
    return []


def main(program, folder, *names):
    root = pathlib.Path(folder)
    expected, wrong = {}, 0
    for path in sorted(root.rglob("*.expect.json")):
        stem = path.name.removesuffix(".expect.json")
        fixture = next((p for p in sorted(path.parent.glob(stem + ".*")) if p != path and p.name.count(".") == stem.count(".") + 1), None)
        if fixture is None:
            print(f"{path}: there is no mail of that name")
            wrong += 1
        elif not names or any(n in str(path) for n in names):
            expected[str(fixture)] = json.loads(path.read_text())
    for path in root.rglob("*.eml"):
        if not names and str(path) not in expected:
            print(f"{path}: nobody wrote down what it says (x.expect.json)")
            wrong += 1
    seen, sites = {}, {}
    for name in expected:
        site = pathlib.Path(name).parent / "site.conf"
        sites.setdefault(site if site.exists() else "/dev/null", []).append(name)
    for site, batch in sites.items():
        run = subprocess.run([program, "parse", "--json", "--config", site, *batch], capture_output=True, text=True, errors="replace", timeout=240)
        for line in run.stdout.splitlines():
            row = json.loads(line)
            seen.setdefault(row["file"], []).append(row)
        if run.returncode < 0 or run.stderr:
            print(f"{program}: exit {run.returncode}: {run.stderr[-2000:]}")
            wrong += 1
    waiting = 0
    for name, want in expected.items():
        rows = seen.get(name, [])
        waiting += "awaits" in want
        faults = judge(want, rows[0]) if len(rows) == 1 else [f"{len(rows)} lines for one message"]
        for fault in faults:
            print(f"{name}: {fault}")
        wrong += bool(faults)
    print(f"{len(expected)} mails, {wrong} wrong, {waiting} of formats that are not understood yet")
    return wrong > 0 or not expected


def plant():
    got = {"verdict": "reports", "reason": "", "reports": [{"source_identifier": "192.0.2.1", "_internal": {"incidents": 1, "to": ["<a@b.example>"]}}]}
    fits = [{}, {"verdict": "reports"}, {"reason": None}, {"absent": None}, {"reports": [{"_internal": {"to": ["a@b.example"]}}]},
            {"reports": [{"source_identifier": "192.0.2.1"}]}]
    differs = [{"verdict": "triage"}, {"reports": []}, {"reports": [{}, {}]}, {"reports": [{"source_identifier": "192.0.2.2"}]},
               {"reports": [{"source_identifier": None}]}, {"reports": [{"_internal": {"incidents": 2}}]}, {"reports": {"a": 1}},
               {"reports": [{"_internal": {"to": ["a@b.example", "c@b.example"]}}]}, {"absent": "x"}]
    wrong = [w for w in fits if judge(dict(w), got)] + [w for w in differs if not judge(dict(w), got)]
    wrong += [w for w in differs if not judge({"awaits": "x", **w}, got)]  # waits, but was guessed at
    wrong += [w for w in fits if not judge({"awaits": "x", **w}, got)]     # waits no longer
    wrong += [w for w in differs[1:] if judge({"awaits": "x", **w}, {"verdict": "triage"})]
    for w in wrong:
        print(f"misjudged: {json.dumps(w)}")
    return len(wrong) > 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--plant"]:
        sys.exit(plant())
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
