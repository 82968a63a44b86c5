"""Tokens of openai/whisper's tokenizer for sentences of the project's own in several scripts.

usage: python3 Tests/Reference/tokenizer.py       (needs: openai-whisper; writes Tests/Reference/tokenizer.json)"""
import json
import os

import whisper
from whisper.tokenizer import get_tokenizer

TEXTS = [
    "The archive opens at eight in the morning.", " It's 12:30, isn't it? They'll say \"no\" — we'd say 'yes'.",
    "A reunião começa às três horas; não falte, por favor!", "Überraschung: 3,5 % weniger Geräusche in Köln…",
    "L'été, ça s'arrête où ?", "会議は三時に始まります。", "회의는 세 시에 시작합니다.", "बैठक तीन बजे शुरू होती है।",
    "يبدأ الاجتماع في الساعة الثالثة؟", "Собрание начинается в три часа.", "emoji 👩‍👩‍👧 and ☃ and \t tab\nline  two   spaces ",
    "x² + ½ = Ⅷ, ١٢٣ and ४५", "don'T I'VE we'Re", "e\u0301 and é, nbsp\u00a0here, zero\u200bwidth", "   ", "",
]
here = os.path.dirname(os.path.abspath(__file__))
result = {"source": f"openai-whisper {whisper.__version__}", "command": "python3 Tests/Reference/tokenizer.py", "texts": TEXTS}
for name, multilingual in (("whisper-base", True), ("whisper-tiny.en", False)):
    tokenizer = get_tokenizer(multilingual)
    result[name] = [tokenizer.encode(text) for text in TEXTS]
json.dump(result, open(os.path.join(here, "tokenizer.json"), "w"), ensure_ascii=True, separators=(",", ":"))
