#!/usr/bin/env python3
"""Everything that `abusedesk parse --xarf` emits for the fixtures is valid XARF v4 by a standard validator.

usage: xarf.py ABUSEDESK MAILS SCHEMA

And: evidence is what its hash and size say, within the limits; restricted reports carry none; every report is either
emitted or named on stderr; and the schema itself refuses objects that were broken on purpose.
"""
import base64, copy, hashlib, json, pathlib, subprocess, sys

try:
    import jsonschema
except ImportError:
    sys.exit("xarf.py needs the package python3-jsonschema")

program, folder, schema_path = sys.argv[1:]
schema = json.loads(pathlib.Path(schema_path).read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
mails = sorted(str(p) for p in pathlib.Path(folder).rglob("*")
               if p.suffix in (".eml", ".json", ".csv") and not p.name.endswith(".expect.json"))
run = lambda *options: subprocess.run([program, "parse", *options, "--config", "/dev/null", *mails], capture_output=True, text=True, timeout=240)
strict, full = run("--xarf"), run("--json")
wrong = []

objects = [json.loads(line) for line in strict.stdout.splitlines()]
for o in objects:
    for fault in validator.iter_errors(o):
        wrong.append(f"{o['report_id']}: {'/'.join(map(str, fault.path))}: {fault.message}"[:200])
    total = 0
    for e in o.get("evidence", []):
        payload = base64.b64decode(e["payload"], validate=True)
        total += len(payload)
        if e["hash"] != "sha256:" + hashlib.sha256(payload).hexdigest() or e["size"] != len(payload):
            wrong.append(f"{o['report_id']}: the evidence is not what its hash or size says")
    if total > 15 * 1024 * 1024:
        wrong.append(f"{o['report_id']}: {total} bytes of evidence")

reports = [r for line in full.stdout.splitlines() for r in json.loads(line)["reports"]]
refused = [line for line in strict.stderr.splitlines() if "is no valid XARF" in line]
if len(objects) + len(refused) != len(reports):
    wrong.append(f"{len(reports)} reports, but {len(objects)} emitted and {len(refused)} named")
if len({(o["category"], o["type"]) for o in objects}) < 8:
    wrong.append("fewer than eight types were emitted: the fixtures no longer show that anything is")
restricted = {r["report_id"] for r in reports if r["_internal"].get("restricted")}
if not restricted or any("evidence" in o for o in objects if o["report_id"] in restricted):
    wrong.append("there is no restricted report, or its evidence was emitted")
if any("payload" in e for r in reports if r["report_id"] in restricted for e in r.get("evidence", [])):
    wrong.append("parse --json shows the evidence of a restricted report")


def planted():
    """Valid objects, each broken in one way."""
    for o in objects[:40]:
        for name in ("xarf_version", "report_id", "timestamp", "reporter", "sender", "source_identifier", "category", "type"):
            broken = copy.deepcopy(o)
            del broken[name]
            yield f"without {name}", broken
        yield "with _internal", {**o, "_internal": {}}
        yield "with a time without zone", {**o, "timestamp": "2026-11-14T10:00:00"}
        yield "with a type of another category", {**o, "type": "nonsense"}
        if o["category"] == "connection":
            yield "without first_seen", {k: v for k, v in o.items() if k != "first_seen"}
        if o["category"] == "content":
            yield "without url", {k: v for k, v in o.items() if k != "url"}
        if "evidence" in o:
            yield "with a bad hash", {**o, "evidence": [{**o["evidence"][0], "hash": "md5:00"}]}


for what, broken in planted():
    if validator.is_valid(broken):
        wrong.append(f"the schema takes an object {what}")
        break
for line in wrong[:20]:
    print(line)
print(f"{len(objects)} objects valid, {len(refused)} reports named as not to be had in XARF, {len(wrong)} faults")
sys.exit(bool(wrong))
