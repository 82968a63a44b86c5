"""Recordings that change language: each segment in its language, each part as good as alone.

usage: languages.py DRAGOMAN DATA_FOLDER [details]
needs: numpy, soundfile, jiwer, whisper-normalizer. Ends with a line for each figure, and with 1 if one is missed.

Parts of 20 to 60 s in Portuguese, English and Spanish, of clips with 0.6 s between them, stand a second apart. A segment is right
where its language is that of the part that its middle stands in. The parts alone are recognised with their language named. Where the
target is Portuguese, what is English has to be translated, and what is Portuguese stands as it is.

Hindi, which small models write in Arabic or Latin letters, comes in its own: most characters as in the reference; English with --from hi
stays English."""
import sys

import numpy as np

from recordings import RATE, Figures, clips, read, silence, transcribe

MOST_LOSS = 5.0  # percentage points of WER over all parts: some words at the seams
# Language and clips of each part.
PARTS = {
    "pt": ["pt-read/LapsBM_0061", "pt-read/LapsBM_0063", "pt-read/LapsBM_0066", "pt-read/ufpalign_falabrasil", "pt-read/fleurs_pt"],
    "en": ["en-read/LJ001-0001", "en-read/2412-153948-0000", "en-read/LJ001-0007"],
    "es": ["multi-read/t2covost_es_001", "multi-read/t2covost_es_002", "multi-read/t1conv_1012326507685528471",
           "multi-read/t1conv_10187025692704313613"]}
# Order of the parts, and what --from says.
RECORDINGS = [(["pt", "en", "es"], "auto"), (["en", "es", "pt"], "auto"), (["pt", "en"], "pt,en"), (["en", "pt", "en"], "pt,en")]


def main(dragoman, data, details=None):
    import jiwer
    from whisper_normalizer.basic import BasicTextNormalizer
    from whisper_normalizer.english import EnglishTextNormalizer

    figures, english, basic = Figures(), EnglishTextNormalizer(), BasicTextNormalizer()
    audio, reference, alone = {}, {}, {}

    def normalize(text, language):
        return (english if language == "en" else basic)(text)

    for language, names in PARTS.items():
        rows = clips(data, *names)
        audio[language] = np.concatenate([piece for row in rows for piece in (read(row["path"]), silence(0.6))])
        reference[language] = normalize(" ".join(row["text"] for row in rows), language)
        alone[language] = normalize(transcribe(dragoman, [audio[language]], "--from", language)[0]["text"], language)

    for order, choice in RECORDINGS:
        bounds, position = [], 0.0
        for language in order:
            length = len(audio[language]) / RATE + 1
            bounds.append((position, position + length, language))
            position += length
        whole = np.concatenate([piece for language in order for piece in (audio[language], silence(1))])
        target = ["--to", "pt"] if choice == "pt,en" else []
        segments = transcribe(dragoman, [whole], "--from", choice, *target)[0]["segments"]
        said, wrong = [""] * len(order), []
        for segment in segments:
            middle = (segment["start"] + segment["end"]) / 2
            part = next((i for i, (start, end, _) in enumerate(bounds) if start <= middle < end), len(bounds) - 1)
            said[part] += " " + segment["text"]
            if segment["language"] != bounds[part][2]:
                wrong.append(segment)
            if details:
                print(f"  {segment['start']:7.2f} {segment['end']:7.2f} {segment['language']} {segment['text']}")
        name = "-".join(order) + f", --from {choice}"
        figures.check(not wrong, f"{name}: {len(segments) - len(wrong)} of {len(segments)} segments in the language of their part"
                      + "".join(f"; {s['language']}: {s['text'][:50]!r}" for s in wrong))
        if target:
            worded = [s for s in segments if any(c.isalpha() for c in s["text"])]  # a number is the same in both
            followed = [s for s in worded if (s["translation"] == s["text"]) == (s["language"] == "pt")]
            figures.check(len(followed) == len(worded), f"{name} --to pt: {len(followed)} of {len(worded)} segments translated by their own language")
        expected = [reference[language] for language in order]
        joined = 100 * jiwer.wer(expected, [normalize(text, language) for text, language in zip(said, order)])
        single = 100 * jiwer.wer(expected, [alone[language] for language in order])
        figures.check(joined <= single + MOST_LOSS, f"{name}: WER {joined:.1f} %, the parts alone with their language named {single:.1f} %")

    for beam in ["5", "1"]:
        for name, language in [("multi-read/fleurs_hi", "hi"), ("en-read/LJ001-0001", "en")]:
            row = clips(data, name)[0]
            text = transcribe(dragoman, [read(row["path"])], "--from", "hi", "--beam", beam)[0]["text"]
            rate = 100 * jiwer.cer(normalize(row["text"], language), normalize(text, language))
            figures.check(rate <= 50, f"{name}, --from hi, beam {beam}: CER {rate:.1f} %")
    return 1 if figures.missed else 0


sys.exit(main(*sys.argv[1:]))
