"""What the packages say that the Evaluation room must agree with: whisper-normalizer, jiwer and sacrebleu."""
import importlib.metadata
import random
import unicodedata

import jiwer
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest
from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

NORMALIZER_VERSION = "0.1.15"  # the version that TextNormalizer names
PACKAGES = ["whisper-normalizer", "jiwer", "sacrebleu"]
TOKENIZERS = ["13a", "intl", "zh", "char", "none"]
english, basic = EnglishTextNormalizer(), BasicTextNormalizer()


def versions():
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    if found["whisper-normalizer"] != NORMALIZER_VERSION:
        raise SystemExit(f"whisper-normalizer is {found['whisper-normalizer']}, wanted {NORMALIZER_VERSION}: "
                         f"pip install whisper-normalizer=={NORMALIZER_VERSION}")
    return found


def normalization(text):
    """None where the package itself fails, as it does on some numbers that nobody would say."""
    try:
        return {"text": text, "english": english(text), "basic": basic(text)}
    except (AssertionError, TypeError, ValueError, IndexError):
        return None


def edits(reference, hypothesis, unit):
    """Both texts are normalised already."""
    out = (jiwer.process_words if unit == "word" else jiwer.process_characters)([reference], [hypothesis])
    return {"reference": reference, "hypothesis": hypothesis, "unit": unit,
            "counts": [out.hits, out.substitutions, out.deletions, out.insertions]}


def corpus(name, hypotheses, references):
    """Scores of the whole, and of each line by itself."""
    lines, wanted = list(hypotheses), [list(references)]
    bleu = {t: BLEU(tokenize=t, force=True) for t in TOKENIZERS}
    scores = {f"bleu-{t}": bleu[t].corpus_score(lines, wanted).score for t in TOKENIZERS}
    scores["bleu-13a-lc"] = BLEU(lowercase=True, force=True).corpus_score(lines, wanted).score
    scores["chrf"] = CHRF().corpus_score(lines, wanted).score
    scores["chrf++"] = CHRF(word_order=2).corpus_score(lines, wanted).score
    sentence, character = BLEU(effective_order=True, force=True), CHRF()
    return {"name": name, "hypotheses": lines, "references": list(references), "scores": scores,
            "sentenceBLEU": [sentence.sentence_score(h, [r]).score for h, r in zip(lines, references)],
            "sentenceChrF": [character.sentence_score(h, [r]).score for h, r in zip(lines, references)],
            "tokens": {t: [bleu[t].tokenizer(h.rstrip()).split() for h in lines[:50]] for t in TOKENIZERS}}


def significance(first, second, references):
    """sacrebleu's two tests, and its interval of the second system's score."""
    tests = {}
    for kind in ["bs", "ar"]:
        metrics = {"BLEU": BLEU(force=True), "chrF": CHRF()}
        _, scores = PairedTest(
            [("first", first), ("second", second)], metrics, [references], test_type=kind)()
        results = {name: scores[name][1] for name in ["BLEU", "chrF2"]}
        tests[kind] = {name: [None if figure is None else float(figure) for figure in [r.p_value, r.mean, r.ci]]
                       for name, r in results.items()}
    return {"first": first, "second": second, "references": references, "tests": tests}


NUMBER_WORDS = (
    "o oh zero one two three four five six seven eight nine ten eleven twelve thirteen fifteen nineteen ones twos sixes "
    "first second third fifth eighth nineth ninth twelfth twenty thirty forty fifty ninety twenties thirtieth hundred "
    "thousand million billion trillion decillion hundreds thousandth minus negative plus positive pound pounds euro "
    "dollar dollars cent cents per percent and double triple point half a 0 1 2 5 7 10 12 19 20 42 100 1984 2.5 0.07 3.0 "
    "007 $5 £2.50 €0 ¢7 ¢30 $0.05 1,000 1,2,3 50% %5 1st 2nd 3rd 4th 60s 1s 1 s 5 th 4x4 b2b ٣ ½ ² ③ ５ and a half").split()
ODD_WORDS = (
    "won't can't let's ain't y'all i'ma ma'am mr mrs. Dr. St. prof it's he'd been she's gone they'd done we've got 's 't "
    "n't o'clock rock'n'roll hmm mm uh-um um, Mhm cause café naïve Œuvre straße ŁÓDŹ Ævar İstanbul ΣΊΣΥΦΟΣ ΟΔΟΣ ﬁne "
    "colour theatre grey organisation flyer [noise] (laughs) <unk> ( ) () [ < a>b ... . .5 5. $ % & / -- – — ’ “quoted” "
    "e\u0301 हिन्दी ภาษา 日本語 中文 한국어 العربية ™ ℃ ㌔ １２３ \u00a0 \u2003 \u200b \u0085 \x1c _ a_b 1_000 ǅ ẞ").split(" ")


def fuzzed(count, corpus_words, seed):
    """Seeded strings of number words, oddities and words of the corpora, often broken in the middle."""
    draw = random.Random(seed)
    for _ in range(count):
        numbers = draw.choice([0.2, 0.6, 0.95])
        words = [draw.choice(NUMBER_WORDS) if draw.random() < numbers
                 else draw.choice(ODD_WORDS if draw.random() < 0.4 else corpus_words)
                 for _ in range(draw.randint(1, 12))]
        text = draw.choice([" ", " ", " ", "  ", ", ", "-", ""]).join(words)
        if draw.random() < 0.3:
            text = draw.choice([str.upper, str.title, str.capitalize])(text)
        if draw.random() < 0.2 and text:
            cut = draw.randrange(len(text))
            text = text[:cut] + draw.choice("[](){}<>.,%$£€¢'!?;:\"\t\n-0 9s") + text[cut:]
        yield text


def assigned_characters():
    """Texts that hold every character that this Python's Unicode tables know, ideographs and syllables sampled."""
    known = [chr(value) for value in range(0x110000)
             if unicodedata.category(chr(value)) not in ("Cn", "Cs", "Co")
             and not (unicodedata.name(chr(value), "").startswith(("CJK UNIFIED", "HANGUL SYLLABLE", "TANGUT", "NUSHU"))
                      and value % 97)]
    for start in range(0, len(known), 10):
        yield " x".join(known[start:start + 10])
        yield "1".join(known[start:start + 10])


def worsened(line, words, draw):
    """A line with words lost, doubled, swapped and mistaken: what a poor translator might say."""
    tokens = line.split(" ") if " " in line else list(line)
    out = []
    for token in tokens:
        chance = draw.random()
        if chance < 0.06:
            continue
        out.append(draw.choice(words) if chance < 0.14 else token.lower() if chance < 0.2 else token)
        if chance > 0.97:
            out.append(token)
    if len(out) > 2 and draw.random() < 0.3:
        place = draw.randrange(len(out) - 1)
        out[place], out[place + 1] = out[place + 1], out[place]
    return (" " if " " in line else "").join(out)
