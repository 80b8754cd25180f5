#!/usr/bin/env python3
"""The whole output of `abusedesk parse --json` for the fixture mails, against what was last accepted.

mails.py asks whether the facts are right; this one shows everything that a change changes, wanted or not.

usage: outputs.py ABUSEDESK MAILS OUTPUTS             compare; a difference names the mail and the member
       outputs.py --accept ABUSEDESK MAILS OUTPUTS    write what is read now, for review with `git diff`

OUTPUTS holds a file for each family, FAMILY.jsonl, one line a mail in the order of names. A family without a file is not
looked at: make an empty one to have it kept; a new mail has no line until the next --accept. Evidence is left out but for its hash; every mail is parsed twice, by two
processes, and both must write the same bytes.
"""
import json, pathlib, subprocess, sys


def parse(program, mails):
    run = lambda: subprocess.run([program, "parse", "--json", "--config", "/dev/null", *map(str, mails)], capture_output=True, timeout=240)
    once, again = run(), run()
    if once.returncode < 0 or once.stdout != again.stdout:
        sys.exit(f"{program}: exit {once.returncode}, or two runs that differ: {once.stderr[-500:].decode(errors='replace')}")
    return [json.loads(line) for line in once.stdout.splitlines()]


def kept(row, root):
    row["file"] = str(pathlib.Path(row["file"]).relative_to(root))
    for report in row["reports"]:
        for evidence in report.get("evidence", []):
            evidence.pop("payload", None)
    return row


def differences(want, got, where=""):
    if isinstance(want, dict) and isinstance(got, dict):
        for name in want | got:
            yield from differences(want.get(name), got.get(name), f"{where}.{name}".lstrip("."))
    elif isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        for i, (w, g) in enumerate(zip(want, got)):
            yield from differences(w, g, f"{where}[{i}]")
    elif want != got:
        yield f"{where}: was {json.dumps(want)[:200]}, is {json.dumps(got)[:200]}"


def main(program, mails, outputs, accept):
    root, wrong, count, new = pathlib.Path(mails), 0, 0, 0
    for path in sorted(pathlib.Path(outputs).glob("*.jsonl")):
        rows = [kept(row, root) for row in parse(program, sorted((root / path.stem).glob("*.eml")))]
        count += len(rows)
        if accept:
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
            continue
        want = {row["file"]: row for row in map(json.loads, path.read_text().splitlines())}
        got = {row["file"]: row for row in rows}
        new += len(got.keys() - want.keys())
        for name in sorted(want.keys() & got.keys()):
            for difference in list(differences(want.get(name), got.get(name)))[:5]:
                print(f"{name}: {difference}")
                wrong += 1
    print(f"{count} outputs, {wrong} differences, {new} not accepted yet" + ("; accepted: look at git diff" if accept else ""))
    if wrong:
        print("If they are wanted: cmake --build --preset dev --target accept-outputs, and commit what git diff shows")
    return wrong > 0 or count == 0


if __name__ == "__main__":
    accept = "--accept" in sys.argv
    words = [w for w in sys.argv[1:] if w != "--accept"]
    sys.exit(__doc__ if len(words) != 3 else main(*words, accept))
