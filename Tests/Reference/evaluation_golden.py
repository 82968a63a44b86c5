"""Writes evaluation.json: small hard cases with what whisper-normalizer, jiwer and sacrebleu make of them.

usage: evaluation_golden.py         needs: whisper-normalizer 0.1.15, jiwer, sacrebleu"""
import json
import os

from evaluation_common import corpus, edits, fuzzed, normalization, versions
from reference_manifest import record

TEXTS = """twenty five dollars and 30 cents|double oh seven|one hundred and first|minus five percent|two and a half million
and a half|three and a half|it is nineteen eighty four|the 1960s and the nineteen sixties|one oh one|one two three
two thousand and twenty one|ten thousand dollars|$20 million|$1.5 billion|two point five million|point five
zero point zero five euros|five pounds and seven cents|$2 and 7 cents|£0.07|$0512|one dollar and one cent|0 hundred
seven point|seven point per|double the twenty|triple nine|double nineteen|twenty per cent|fifty percent|per cent|50 % of 7 %
first second third fourth fifth eighth ninth nineth twelfth twentieth twenty first|hundredth thousandths millionth
sixes and sevens|ones|1s 1st 1 one 1.5|one decillion decillion and three|nine hundred ninety nine septillion five
two thousand five hundred|twelve hundred|one hundred twenty three thousand four hundred fifty six|two hundred oh five
negative ten plus 5|plus|minus dollars|positive thinking|$ 5 dollars|¢30 and €5|$5.|5.5.5|192 point 168 point 0 point 1
1,000,000|1,2,3,4|3.14159|4x4 b2b 60 s 5 th 21 st century|007|2.0 3.50|٣ and ٣.٤|½ cup x² №5 ③|12,5|10:30 a.m. on 11/12
Mr. Smith, Mrs. Jones and Dr. No on Main St.|won't can't let's ain't y'all gonna wanna gotta i'ma ma'am
he'd been she's gone they'd done we've got it's 's n't o'clock the dog 's tail|I shouldn't've said: "don't"
hmm, um... uh-huh mhm mmm ummm|[noise] hello (laughs) <unk> world ( ) () [open (open|a <b] c> d|((nested) text)
colour theatre grey organisation flyer FLYER programme's|café naïve Œuvre straße Łódź Ævar Þór Đ ẞ|İstanbul IŞIK ǅ
ΣΊΣΥΦΟΣ ΟΔΟΣ Σ ΑΣ. ΑΣΑ|e\u0301 \u00e9 \ufb01ne \uff21\uff22 \u3302|हिन्दी में लिखा|ภาษาไทย|日本語、テスト。１２３|한국어 시험|العَرَبِيَّة
\u00a0a\u2003b\u0085c\x1cd\u200be|  spaces  around  |\t|.|%|$|'|''|a_b 1_000|– — … ’ “x” «y»|C'est l'été, n'est-ce pas?
não há ação à toa: R$ 5,00|¿Qué? ¡Sí!|100€ 100 € €100|5 % 5% %|-5 +5 −5|a.b.c. ...|U.S.A. e.g. i.e.|one.two 1.two two.1"""

PAIRS = [
    ("The cat sat on the mat.", "The cat sat on a mat."),
    ("It costs 3.50, or 10-15% less!", "It costs 3.50 or 10-20 % less!"),
    ("&quot;AT&amp;T&quot; &lt;b&gt; <skipped>x", "\"AT&T\" <b> x"),
    ("我们今天去北京，好吗？Yes 3.5。", "我们今天去北京好吗? Yes, 3.5."),
    ("これはテストです。", "これはテストでした。"),
    ("यह एक परीक्षा है।", "यह परीक्षा थी।"),
    ("Prices rose 5%–7% in 2021.", "Prices rose by 5-7% in 2021 ."),
    ("(hi) there, \"you\"!", "hi there \"you\""),
    ("", "something"),
    ("something", ""),
    ("a", "a"),
    ("d'où l'été — n°5…", "d’où l'été – no 5..."),
    ("tab\tand\u3000wide \u2014 spaces  ", "tab and wide — spaces"),
]

EDITS = [
    ("the cat sat on the mat", "a cat sat the mat today"), ("a b c d", "b c d a"), ("a b", "c"), ("a a a b", "a b b b"),
    ("one two three four", "four three two one"), ("x", ""), ("ab cd ef", "abcd ef"), ("é a", "e\u0301 a"),
]

here = os.path.dirname(os.path.abspath(__file__))
found = versions()
texts = [text
         for line in TEXTS.split("\n") for text in line.split("|")] + list(fuzzed(150, ["theatre", "Hello", "it's"], seed=5))
normalized = [entry for entry in map(normalization, texts) if entry]
golden = {
    "versions": found, "normalizations": normalized,
    "alignments": [edits(r, h, unit) for r, h in EDITS for unit in ["word", "character"]],
    "corpora": [corpus("pairs", [h for h, _ in PAIRS], [r for _, r in PAIRS]),
                corpus("no match", ["a b"], ["c d"]), corpus("short", ["a b"], ["a b"])],
    "comparisons": [],
}
path = os.path.join(here, "evaluation.json")
with open(path, "w", encoding="utf-8") as out:
    json.dump(golden, out, ensure_ascii=True, indent=0)
    out.write("\n")
record("evaluation.json", "hard cases of normalisation, alignment, BLEU and chrF", found, "evaluation_golden.py", 1e-9)
print(f"{len(normalized)} of {len(texts)} texts")
