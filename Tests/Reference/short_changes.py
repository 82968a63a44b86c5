"""Short speech in another language between others: each clip in its language, and as good as alone.

usage: short_changes.py DRAGOMAN DATA_FOLDER [SEED COUNT CHOICE [details]]
needs: numpy, soundfile, jiwer, whisper-normalizer. Ends with 1 if a figure is missed.

Each recording is drawn: clips of 1.8 to 5.2 s (small letters below) and of 3.5 to 16 s (capitals) in languages A, b, C, with 0.4 to 3 s
of silence between them; every second one in pink noise of -52 dBFS. A clip's language is found where most of the time of segments in it
has that language. CHOICE is auto, or given: --from names the languages of the recording. Characters of Chinese and Japanese
count as words."""
import re
import sys

import numpy as np

from recordings import RATE, Figures, manifest, noise, read, silence, transcribe

PATTERNS = ["AbA", "AbA", "AbC", "AB", "abab", "AAbA", "AAAAbAA", "AbAcA"]
PAUSES = [0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0]
# Clips in a wrong language, and points of WER over that of the clips alone.
MOST_WRONG, MOST_LOSS = 0.2, 8.0


def draw(data, seed, count):
    """Recordings as (clips, where each starts and ends, samples)."""
    rows = [row for name in ("multi-read", "pt-read", "en-read") for row in manifest(data, name) if row["text"].strip()]
    rows = [dict(row, lang=re.split("[-_]", row["lang"])[0]) for row in rows]
    languages = sorted({row["lang"] for row in rows} - {"hi"})  # the model takes that for Urdu
    random = np.random.default_rng(seed)

    def choose(pattern):
        names, chosen = {}, []
        for letter in pattern.lower():
            if letter not in names:
                names[letter] = random.choice([name for name in languages if name not in names.values()])
        for letter in pattern:
            shortest, longest = (3.5, 16) if letter.isupper() else (1.8, 5.2)
            pool = [row for row in rows if row["lang"] == names[letter.lower()] and row not in chosen
                    and shortest <= row["duration_s"] <= longest]
            if not pool:
                return None
            chosen.append(pool[random.integers(len(pool))])
        return chosen

    for index in range(count):
        chosen = None
        while chosen is None:
            chosen = choose(PATTERNS[index % len(PATTERNS)])
        bounds, pieces, start = [], [], 0.0
        for row in chosen:
            samples, pause = read(row["path"]), float(random.choice(PAUSES))
            end = start + len(samples) / RATE
            bounds.append((start, end))
            pieces += [samples, silence(pause)]
            start = end + pause
        whole = np.concatenate(pieces)
        if index % 2:
            whole = whole + noise(len(whole) / RATE + 1, "pink", -52, 1000 * seed + index)[:len(whole)]
        yield chosen, bounds, whole


def language(segments, start, end):
    """The language that most of the time of segments between two times is in; None without any."""
    times = {}
    for segment in segments:
        overlap = min(segment["end"], end) - max(segment["start"], start)
        if overlap > 0:
            times[segment["language"]] = times.get(segment["language"], 0) + overlap
    return max(times, key=times.get, default=None)


def together(dragoman, recordings, arguments):
    """The transcripts of recordings, each with its own arguments."""
    found = [None] * len(recordings)
    for own in sorted(set(arguments)):
        places = [place for place, other in enumerate(arguments) if other == own]
        for place, transcript in zip(places, transcribe(dragoman, [recordings[place] for place in places], "--from", own)):
            found[place] = transcript
    return found


def main(dragoman, data, seed="3", count="8", choice="auto", details=None):
    import jiwer
    from whisper_normalizer.basic import BasicTextNormalizer

    normalizer, figures = BasicTextNormalizer(), Figures()

    def words(text):
        return re.sub("[\u3040-\u30ff\u3400-\u9fff]", lambda match: f" {match.group()} ", normalizer(text))

    def said(transcript):
        return " ".join(words(segment["text"]) for segment in transcript["segments"])

    recordings = list(draw(data, int(seed), int(count)))
    choices = ["auto" if choice == "auto" else ",".join(sorted({row["lang"] for row in chosen})) for chosen, _, _ in recordings]
    transcripts = together(dragoman, [samples for _, _, samples in recordings], choices)
    clips = [row for chosen, _, _ in recordings for row in chosen]
    alone = together(dragoman, [row["path"] for row in clips], [row["lang"] for row in clips])
    wrong = 0
    for (chosen, bounds, _), transcript in zip(recordings, transcripts):
        found = [language(transcript["segments"], *place) for place in bounds]
        wrong += sum(own != row["lang"] for own, row in zip(found, chosen))
        if details:
            print([(row["lang"], row["duration_s"], own) for row, own in zip(chosen, found)])
            for segment in transcript["segments"]:
                print(f"  {segment['start']:7.2f} {segment['end']:7.2f} {segment['language']} {segment['text']}")
    joined = 100 * jiwer.wer([" ".join(words(row["text"]) for row in chosen) for chosen, _, _ in recordings],
                             [said(transcript) for transcript in transcripts])
    single = 100 * jiwer.wer([words(row["text"]) for row in clips], [said(transcript) for transcript in alone])
    name = f"{count} recordings of seed {seed}, {choice}"
    figures.check(wrong <= MOST_WRONG * len(clips), f"{name}: {len(clips) - wrong} of {len(clips)} clips in their language")
    figures.check(joined <= single + MOST_LOSS, f"{name}: WER {joined:.1f} %, the clips alone with their language named {single:.1f} %")
    return 1 if figures.missed else 0


sys.exit(main(*sys.argv[1:]))
