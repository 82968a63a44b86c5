"""The list of committed reference files, which .ci/check-house compares with what is there."""
import hashlib
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))


def record(file, what, versions, script, tolerance):
    """Puts a file into the list, in place of its older entry; `versions` are those of the packages that made it."""
    path = os.path.join(HERE, "manifest.json")
    manifest = json.load(open(path))
    entry = {"file": file, "what": what, "source": ", ".join(f"{name} {version}" for name, version in versions.items()),
             "command": f"python3 Tests/Reference/{script}", "tolerance": tolerance,
             "sha256": hashlib.sha256(open(os.path.join(HERE, file), "rb").read()).hexdigest()}
    manifest["tensors"] = [e for e in manifest["tensors"] if e["file"] != file] + [entry]
    with open(path, "w") as out:
        json.dump(manifest, out, indent=1)
