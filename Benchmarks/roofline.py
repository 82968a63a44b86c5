"""The machine's own peaks, and the stages of the engine as shares of what they allow."""
import json
import os
import shutil
import subprocess
import tempfile


def peaks(threads):
    """Multiply-adds and bytes per second, by numbers of threads; empty without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        print("roofline: there is no C compiler, so the machine's peaks are not measured")
        return {}
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "peaks")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peaks.c")
        subprocess.run([compiler, "-O2", "-pthread", "-o", program, source], check=True)
        return json.loads(subprocess.run([program, str(threads)], check=True, capture_output=True, text=True).stdout)


def best(peak, kind, isa):
    """The peak of an instruction set: the name of the kernels' table is that of the integers' one."""
    names = {"avx512vnni": {"float32": "avx512", "int8": "avx512vnni"}}.get(isa, {"float32": isa, "int8": isa})
    return peak.get(f"{kind} {names[kind]}")


def least_seconds(row, peak, isa):
    """What the stage costs at the peaks: its arithmetic, or the reading of its weights from memory, whichever is more."""
    arithmetic = 0
    for kind in ("int8", "float32"):
        if row[kind]:
            rate = best(peak, kind, isa)
            if not rate:
                return None
            arithmetic += row[kind] / rate
    return max(arithmetic, row["bytes"] / peak["read memory"]) or None


def stages(program, folders, threads, peaks, isa):
    """Runs `Stages` on one and on all threads; gives its rows with the share of the peak that the median reached."""
    rows = []
    for count in sorted({1, threads}):
        output = subprocess.run([program, *folders, str(count)], check=True, capture_output=True, text=True).stdout
        for line in output.splitlines():
            row = json.loads(line)
            peak = peaks.get(str(count))
            row["least_possible_s"] = least_seconds(row, peak, isa) if peak else None
            row["share"] = row["least_possible_s"] and row["least_possible_s"] / row["median_s"]
            rows.append(row)
    return rows


def show(peaks, rows):
    for count, peak in peaks.items():
        print(f"\npeaks on {count} thread{'s' if count != '1' else ''}: " + ", ".join(
            f"{name} {rate / 1e9:.0f} G" + ("B/s" if name.startswith("read") else "/s") for name, rate in peak.items()))
    print(f"\n{'stage':44} {'threads':>7} {'time':>10} {'must cost':>10} {'share':>6}")
    for row in rows:
        least = f"{1e3 * row['least_possible_s']:7.3f} ms" if row["least_possible_s"] else ""
        share = f"{100 * row['share']:4.0f} %" if row["share"] else ""
        print(f"{row['stage']:44} {row['threads']:>7} {1e3 * row['median_s']:7.3f} ms {least:>10} {share:>6}", flush=True)
