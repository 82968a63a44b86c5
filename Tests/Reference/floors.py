"""The floors that are figures: word error rate against a recorded peer, and peak memory against the length of the audio.

usage: floors.py DRAGOMAN DATA_FOLDER [wer] [memory] [ten-hours]      (wer and memory unless told)
needs: jiwer, whisper-normalizer, soundfile. Ends with a line for each figure, and with 1 if one is missed."""
import json
import os
import subprocess
import sys
import tempfile
import wave

HERE = os.path.dirname(os.path.abspath(__file__))
# faster-whisper 1.2 on the same weights, float32, greedy, no voice activity filter; see docs/benchmarks.md for the command.
PEER = json.load(open(os.path.join(HERE, "faster-whisper.json")))
MOST_DIFFERENCE = 0.3  # percentage points
MOST_MEMORY = 900e6  # bytes resident, whisper-base on an hour
MOST_GROWTH = 1.05  # of peak memory, long against short
dragoman, data, *wanted = sys.argv[1:]
failed = []


def check(holds, text):
    print(("holds:  " if holds else "MISSED: ") + text, flush=True)
    if not holds:
        failed.append(text)


def word_error_rate():
    import jiwer
    from whisper_normalizer.english import EnglishTextNormalizer

    normalize = EnglishTextNormalizer()
    root = os.path.join(data, "en-read")
    rows = [json.loads(line) for line in open(os.path.join(root, "manifest.jsonl"))]
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for index, row in enumerate(rows):
            files.append(os.path.join(folder, f"{index:03d}.flac"))
            os.symlink(os.path.abspath(os.path.join(root, row["audio"])), files[-1])
        subprocess.run([dragoman, "transcribe", "--model", "whisper-base", "--from", "en", "--format", "json",
                        "--output-dir", folder, *files], check=True)
        texts = [json.load(open(f[:-5] + ".json"))["text"] for f in files]
    rate = 100 * jiwer.wer([normalize(r["text"]) for r in rows], [normalize(t) for t in texts])
    peer = PEER["en-read"]
    check(abs(rate - peer) <= MOST_DIFFERENCE,
          f"WER on en-read {rate:.2f} %, faster-whisper {peer:.2f} %, difference at most {MOST_DIFFERENCE}")


def peak(model, seconds):
    """Peak resident bytes of transcribing `seconds` of speech that repeats a chapter."""
    import soundfile

    speech = os.path.join(data, "en-long", "lj001_chapter.flac")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "long.wav")
        samples = soundfile.read(speech, dtype="int16")[0].tobytes()
        with wave.open(path, "wb") as out:
            out.setparams((1, 2, 16000, 0, "NONE", ""))
            left = seconds * 32000
            while left > 0:
                out.writeframes(samples[:left])
                left -= len(samples)
        run = f"import subprocess, resource, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); " \
              f"print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        out = subprocess.run([sys.executable, "-c", run, dragoman, "transcribe", "--model", model, "--from", "en", path],
                             check=True, capture_output=True, text=True).stdout
        return int(out.split()[-1]) * 1024


def memory():
    hour = peak("whisper-base", 3600)
    check(hour < MOST_MEMORY, f"whisper-base on one hour peaks at {hour / 1e6:.0f} MB, at most {MOST_MEMORY / 1e6:.0f}")
    growth(3600)


def growth(seconds):
    short, long = peak("whisper-tiny.en", 600), peak("whisper-tiny.en", seconds)
    check(long <= MOST_GROWTH * short, f"whisper-tiny.en peaks at {short / 1e6:.1f} MB on ten minutes, "
          f"{long / 1e6:.1f} MB on {seconds / 3600:g} hours, at most {MOST_GROWTH:g} times")


for name in wanted or ["wer", "memory"]:
    {"wer": word_error_rate, "memory": memory, "ten-hours": lambda: growth(36000)}[name]()
sys.exit(1 if failed else 0)
