"""Do word times drift? Clips joined with known silences, against the clips' known boundaries and faster-whisper's word times.

usage: word_drift.py DRAGOMAN DATA_FOLDER [details]
       word_drift.py reference MODEL_FOLDER DATA_FOLDER
         Writes faster-whisper's word times (same weights, float32, beam 5, voice activity filter) into word-drift.json, those of the
         recordings and those of each clip by itself, put where the clip lies. Only words and times are written, no audio. Needs
         faster-whisper.
needs: numpy, soundfile. Prints the median and the 95th percentile of the distances, and ends with 1 if one is missed.

Each clip is cut to its sound (`recordings.sounding`), so that the first word starts with it and the last one ends with it, faded
over 10 ms on either side; 0.3 to 5 s of silence, digital or pink noise of -65 dBFS, stand between the clips. Only edges that the
measure is sure of are compared. A clip's first and last word are those with their middle between the middles of the silences
around it. faster-whisper lets many words begin in the pause before them: those of its words that hold a pause, 100 ms at least 20 dB
below the loudest tenth of the 4 s around, and those that it places in another clip, are counted apart."""
import difflib
import json
import os
import sys
import unicodedata

import numpy as np

from recordings import FRAME, RATE, Figures, levels, manifest, read, silence, sounding, transcribe, words

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE = os.path.join(HERE, "word-drift.json")
MOST_MEDIAN, MOST_95TH = 0.08, 0.25  # seconds
FADE = RATE // 100
# Set, language, how many clips, level of the noise in the silences.
RECORDINGS = [("en-read", "en", 12, None), ("en-read", "en", 12, -65), ("an4", "en", 16, None), ("pt-read", "pt", 10, -65),
              ("multi-read", "es", 10, None), ("multi-read", "de", 6, -65)]


def joined(data):
    """For each recording: its language, its samples, and the first and last second of each clip in it."""
    used = set()
    for index, (name, language, count, level) in enumerate(RECORDINGS):
        draw = np.random.default_rng(index)
        rows = [row for row in manifest(data, name) if row["lang"][:2] == language and row["path"] not in used]
        rows = [rows[i] for i in draw.permutation(len(rows))[:count]]
        used |= {row["path"] for row in rows}
        parts, bounds, position = [], [], 0
        for number, row in enumerate(rows):
            gap = silence(draw.uniform(0.3, 5), level, seed=100 * index + number)
            samples = read(row["path"])
            start, end, *known = sounding(samples)
            first, last = max(0, int(start * RATE) - FADE), min(len(samples), int(end * RATE) + FADE)
            samples = samples[first:last].copy()
            samples[:FADE] *= np.linspace(0, 1, FADE, dtype=np.float32)
            samples[-FADE:] *= np.linspace(1, 0, FADE, dtype=np.float32)
            offset = (position + len(gap) - first) / RATE
            parts += [gap, samples]
            bounds.append((row["id"], offset + start, offset + end, known))
            position += len(gap) + len(samples)
        parts.append(silence(1.5, level, seed=100 * index + 99))
        yield language, np.concatenate(parts), bounds


def plain(text):
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if unicodedata.category(c)[0] in "LNM")


def edges(bounds, said):
    """(clip, distance of the first word's start, distance of the last word's end), positive when late."""
    found = []
    for index, (clip, start, end, known) in enumerate(bounds):
        low = (bounds[index - 1][2] + start) / 2 if index else 0
        high = (end + bounds[index + 1][1]) / 2 if index + 1 < len(bounds) else np.inf
        mine = [word for word in said if low <= (word[0] + word[1]) / 2 < high]
        if mine:
            first, last = mine[0][0] - start if known[0] else np.nan, mine[-1][1] - end if known[1] else np.nan
            found.append((clip, first, last, mine[0][2], mine[-1][2]))
    return found


def matched(ours, theirs):
    """Pairs of the same word in two readings of a recording."""
    one, other = [plain(word[2]) for word in ours], [plain(word[2]) for word in theirs]
    for block in difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
        for i in range(block.size):
            yield ours[block.a + i], theirs[block.b + i]


def measured(distances):
    distances = np.asarray(distances)
    return distances[~np.isnan(distances)]


def holds_pause(level, word):
    """Whether 100 ms within a word are no speech but a pause or a breath."""
    first, last = (int(second * RATE / FRAME) for second in word[:2])
    quiet = level[first:last] < np.quantile(level[max(0, first - 200):first + 200], 0.9) - 20
    return any(quiet[i:i + 10].all() for i in range(len(quiet) - 9))


def clip_of(bounds, word):
    """How many clips start before a word's middle, or up to 0.2 s after it."""
    return sum(start < (word[0] + word[1]) / 2 + 0.2 for _, start, *_ in bounds)


def spread(distances):
    distances = np.abs(measured(distances))
    return np.median(distances), np.quantile(distances, 0.95)


def reference(folder, data):
    import faster_whisper

    model = faster_whisper.WhisperModel(folder, device="cpu", compute_type="float32", cpu_threads=1)

    def said(samples, language, shift=0.0):
        segments, _ = model.transcribe(samples, beam_size=5, language=language, word_timestamps=True, vad_filter=True)
        return [[round(w.start + shift, 2), round(w.end + shift, 2), w.word.strip()] for s in segments for w in s.words]

    rows = {row["id"]: row for name in {name for name, *_ in RECORDINGS} for row in manifest(data, name)}
    found, alone = [], []
    for language, samples, bounds in joined(data):
        found.append(said(samples, language))
        alone.append([])
        for clip, start, *_ in bounds:
            own = read(rows[clip]["path"])
            alone[-1] += said(own, language, start - sounding(own)[0])
    with open(REFERENCE, "w", encoding="utf-8") as out:
        json.dump({"source": f"faster-whisper {faster_whisper.__version__}, CTranslate2 float32, beam 5, voice activity filter",
                   "command": "python3 Tests/Reference/word_drift.py reference WHISPER_BASE ../shared/data",
                   "recordings": found, "alone": alone}, out, ensure_ascii=False, separators=(",", ":"))


def compare(dragoman, data, details=False):
    figures = Figures()
    theirs = json.load(open(REFERENCE, encoding="utf-8"))
    starts, ends, their_starts, their_ends, apart, sound_apart, ends_apart = [], [], [], [], [], [], []
    from_alone, their_own = [], []
    clips, said = 0, 0
    for (language, samples, bounds), other, alone in zip(joined(data), theirs["recordings"], theirs["alone"]):
        transcript, = transcribe(dragoman, [samples], "--from", language)
        mine = [(w["start"], w["end"], w["text"]) for w in words(transcript)]
        clips, said = clips + len(bounds), said + len(mine)
        own = edges(bounds, mine)
        starts += [edge[1] for edge in own]
        ends += [edge[2] for edge in own]
        others = edges(bounds, other)
        their_starts += [edge[1] for edge in others]
        their_ends += [edge[2] for edge in others]
        pairs = list(matched(mine, other))
        apart += [a[0] - b[0] for a, b in pairs]
        level = levels(samples)
        sound_apart += [a[0] - b[0] for a, b in pairs if not holds_pause(level, b)
                        and clip_of(bounds, a) == clip_of(bounds, b)]
        ends_apart += [a[1] - b[1] for a, b in pairs]
        from_alone += [a[0] - b[0] for a, b in matched(mine, alone)]
        their_own += [a[0] - b[0] for a, b in matched(other, alone)]
        if details:
            lookup = {edge[0]: edge for edge in others}
            print(f"{language}: {len(samples) / RATE:.0f} s, {len(mine)} words, {len(other)} of faster-whisper's")
            for clip, first, last, one, two in own:
                peer = lookup.get(clip, (clip, np.nan, np.nan))
                if abs(first) > 0.1 or abs(last) > 0.15:
                    print(f"  {clip:40} start {first:+.2f} ({peer[1]:+.2f}) {one}   end {last:+.2f} ({peer[2]:+.2f}) {two}")
            for a, b in pairs:
                if abs(a[0] - b[0]) > 0.25:
                    print(f"  {a} against {b}")
    print(f"word times: {said} words, {clips} clips, {len(apart)} words that faster-whisper has too")

    def show(what, distances, counts):
        median, high = spread(distances)
        distances = measured(distances)
        text = f"{what}, {len(distances)}: median {1000 * median:.0f} ms, 95th percentile {1000 * high:.0f} ms, bias {1000 * np.median(distances):+.0f} ms"
        if counts:
            figures.check(median <= MOST_MEDIAN and high <= MOST_95TH, text)
        else:
            print("        " + text)

    show("a clip's first word starts, from where its sound does", starts, True)
    show("a clip's last word ends, from where its sound does", ends, False)
    show("faster-whisper's first words, the same", their_starts, False)
    show("faster-whisper's last words, the same", their_ends, False)
    show("a word starts, from where faster-whisper has it, unless its word holds a pause", sound_apart, True)
    show("the same with those that hold pauses or stand in another clip", apart, False)
    show("a word starts, from where faster-whisper has it when it hears the clip by itself", from_alone, False)
    show("faster-whisper's words start, from where it has them itself in the clip by itself", their_own, False)
    show("a word ends, from where faster-whisper has it", ends_apart, False)
    figures.check(len(starts) >= 0.95 * clips, f"{len(starts)} of {clips} clips have words at their place")
    return figures.missed


if sys.argv[1] == "reference":
    reference(*sys.argv[2:])
else:
    sys.exit(1 if compare(sys.argv[1], sys.argv[2], "details" in sys.argv[3:]) else 0)
