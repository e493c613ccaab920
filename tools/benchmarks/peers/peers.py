"""The same work as facever's benchmarks on facenet-pytorch and PIL, and one table of both. See the script "run"."""
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
import PIL
import torch
from facenet_pytorch import MTCNN, InceptionResnetV1
from PIL import Image, ImageOps

MIRROR = "mirror/raw.githubusercontent.com/"
ARRAYS = MIRROR + "lequytra/Face-Recognition/a6725deb7bb7882c2bd9b4ef2fcc715eebfc6007/keras/npy_weights"
DETECTOR = MIRROR + "timesler/facenet-pytorch/787da06156087cd6b616fe6608213722bddc30cd/data"
THREADS = (1, 2)
MODELS = ("facenet-vggface2", "facenet-vggface2-int8")
ROUNDS = 7
WARM_UP = 8  # seconds of each work, model and number of threads on facever's side
TURN = 2  # seconds
SAME_FACE = 0.85  # IoU
SURE = 0.95  # faces that a score below this is given are a matter of taste


def facenet(shared):
    """Inception-ResNet-v1 with the arrays that facever converts; names are translated from TensorFlow's."""
    folder = shared / ARRAYS
    network = InceptionResnetV1(pretrained=None, classify=False).eval()
    state = network.state_dict()

    def put(name, values):
        values = torch.from_numpy(np.ascontiguousarray(values))
        assert name in state and state[name].shape == values.shape, name
        state[name] = values

    def array(name):
        return np.load(folder / (name + ".npy"))

    def norm(tensorflow, torch_name):
        put(torch_name + ".weight", np.ones_like(array(tensorflow + "_BatchNorm_beta")))
        put(torch_name + ".bias", array(tensorflow + "_BatchNorm_beta"))
        put(torch_name + ".running_mean", array(tensorflow + "_BatchNorm_moving_mean"))
        put(torch_name + ".running_var", array(tensorflow + "_BatchNorm_moving_variance"))

    for file in sorted(folder.glob("*_kernel.npy")):
        name = file.name[: -len("_kernel.npy")]
        if name == "Bottleneck":
            put("last_linear.weight", array("Bottleneck_kernel").T)
            norm(name, "last_bn")
            continue
        prefix = torch_prefix(name, folder)
        kernel = array(name + "_kernel").transpose(3, 2, 0, 1)
        if (folder / (name + "_bias.npy")).exists():
            put(prefix + ".weight", kernel)
            put(prefix + ".bias", array(name + "_bias"))
        else:
            put(prefix + ".conv.weight", kernel)
            norm(name, prefix + ".bn")
    network.load_state_dict(state)
    return network


def torch_prefix(name, folder):
    """Block17_3_Branch_1_Conv2d_0b_1x7 becomes repeat_2.2.branch1.1, and so on."""
    parts = name.split("_")
    if parts[0] == "Conv2d":
        return "conv2d_" + parts[1]
    if parts[0] == "Mixed":
        block, rest = "mixed_" + parts[1], parts[2:]
    else:
        number = int(parts[1])
        repeats = {"Block35": "repeat_1", "Block17": "repeat_2", "Block8": "repeat_3"}
        last = parts[0] == "Block8" and number == 6
        block, rest = "block8" if last else f"{repeats[parts[0]]}.{number - 1}", parts[2:]
    if rest[0] != "Branch":
        return block + ".conv2d"
    branch = "_".join(parts[: len(parts) - len(rest)] + rest[:2])
    steps = sorted({f.name.split("_Conv2d_")[1].split("_")[0] for f in folder.glob(branch + "_Conv2d_*_kernel.npy")})
    if len(steps) == 1:
        return f"{block}.branch{rest[1]}"
    # 1a, the step with the stride, is the last one, whatever its letter says
    steps.sort(key=lambda step: (step[0] != "0", step))
    return f"{block}.branch{rest[1]}.{steps.index(rest[3])}"


def detector(shared):
    """All faces, with the library's own defaults, which are facever's too."""
    mtcnn = MTCNN(keep_all=True, select_largest=False)
    for name in ("pnet", "rnet", "onet"):
        getattr(mtcnn, name).load_state_dict(torch.load(shared / DETECTOR / (name + ".pt")))
    return mtcnn


def decode(file):
    """Upright RGB."""
    return ImageOps.exif_transpose(Image.open(file)).convert("RGB")


def millis(work, seconds):
    """Median of the runs of these seconds, at least five, as facever's side has it."""
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        before = time.perf_counter()
        work()
        times.append((time.perf_counter() - before) * 1000)
    return statistics.median(times)


class Facever:
    """The process that measures facever's side when it is asked to."""

    def __init__(self, benchmarks):
        self.process = subprocess.Popen([benchmarks, "turns"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def millis(self, work, model, threads, seconds):
        """Median of the runs of these seconds."""
        self.process.stdin.write(f"{work} {model} {threads} {seconds}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"facever's side ended at {work} with {model}; its reason is above")
        return float(answer)

    def close(self):
        """Ends the process."""
        self.process.stdin.close()
        self.process.wait()


class Pipeline:
    """Detection of the largest face, its crop, its embedding, and the cosine."""

    def __init__(self, shared):
        self.mtcnn = detector(shared)
        self.network = facenet(shared)

    def face(self, image):
        """The crop of the largest face, or None."""
        boxes, _ = self.mtcnn.detect(image)
        if boxes is None:
            return None
        areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in boxes]
        return self.mtcnn.extract(image, boxes[int(np.argmax(areas)) :][:1], None)[0]

    def similarity(self, first, second):
        """Cosine, or None where a face is missing."""
        crops = [self.face(image) for image in (first, second)]
        if any(crop is None for crop in crops):
            return None
        with torch.no_grad():
            a, b = self.network(torch.stack(crops))
        return float(torch.dot(a, b))


def python_work(shared, target, pipeline):
    """What to measure on the Python side, by the names of facever's class Turns."""
    lfw = shared / "lfw/images/Abel_Pacheco"
    first, second = lfw / "Abel_Pacheco_0001.jpg", lfw / "Abel_Pacheco_0004.jpg"
    small, large = decode(first), decode(shared / "photos/multiface.jpg")
    one = pipeline.face(small)[None]
    sixteen = one.repeat(16, 1, 1, 1)
    inputs = target / "inputs"
    return {
        "verifySmall": lambda: pipeline.similarity(decode(first), decode(second)),
        "detectSmall": lambda: pipeline.mtcnn.detect(small, landmarks=True),
        "detectLarge": lambda: pipeline.mtcnn.detect(large, landmarks=True),
        "embedOne": lambda: pipeline.network(one),
        "embedSixteen": lambda: pipeline.network(sixteen),
        "decode3Megapixels": lambda: np.asarray(decode(inputs / "3mp.jpg")),
        "decode3MegapixelsTurned": lambda: np.asarray(decode(inputs / "3mp-turned.jpg")),
    }


def timings(facever, work, rows):
    """
    For each row, what both sides took in each round, and the best numbers of threads. A row's sides take turns, so that
    both see the same minutes of the machine.
    """

    def python(name, threads, seconds):
        torch.set_num_threads(threads)
        return millis(work[name], seconds)

    best = {}
    for name, model in rows:
        # the first seconds are the compiler's: a verify gets faster for fifteen
        for threads in THREADS:
            facever.millis(name, model, threads, WARM_UP)
            python(name, threads, 1)
        ours = {threads: facever.millis(name, model, threads, TURN) for threads in THREADS}
        theirs = {threads: python(name, threads, TURN) for threads in THREADS}
        best[name, model] = tuple(min(side, key=side.get) for side in (ours, theirs))
    rounds = {row: [] for row in rows}
    for _ in range(ROUNDS):
        for (name, model), (our_threads, their_threads) in best.items():
            pair = facever.millis(name, model, our_threads, TURN), python(name, their_threads, TURN)
            rounds[name, model].append(pair)
    return best, rounds


def iou(a, b):
    """Intersection over union of two boxes."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def agreement(target, model, pipeline):
    """Sentences on how far both sides find the same faces and decide the same."""
    threshold, faces, pairs = 0.0, {}, []
    for line in (target / "peers" / (model + ".tsv")).read_text().splitlines():
        kind, *fields = line.split("\t")
        if kind == "threshold":
            threshold = float(fields[0])
        elif kind == "face":
            faces.setdefault(fields[0], []).append([float(field) for field in fields[1:]])
        elif kind == "pair":
            pairs.append(fields)
    images = {file: decode(file) for pair in pairs for file in pair[:2]}
    expected = found = 0
    for file, image in images.items():
        boxes, scores = pipeline.mtcnn.detect(image)
        for box, score in zip([] if boxes is None else boxes, scores):
            if score is not None and score >= SURE:
                expected += 1
                found += any(iou(box, face) >= SAME_FACE for face in faces.get(file, []))
    same = 0
    differing = []
    for first, second, similarity, outcome in pairs:
        other = pipeline.similarity(images[first], images[second])
        decision = "INCONCLUSIVE" if other is None else "MATCH" if other >= threshold else "NO_MATCH"
        same += decision == outcome
        if decision != outcome:
            names = " / ".join(pathlib.Path(file).name for file in (first, second))
            differing.append(f"  {names}: {similarity} here, {other:.4f} there")
    print(f"\n{model}. Faces with a score of {SURE} or more there that are found here too (IoU {SAME_FACE}): {found} of {expected}.")
    print(f"Pairs decided the same at {threshold}: {same} of {len(pairs)}; each side cuts its own crops.")
    print("\n".join(differing))


def main():
    """Prints the table and the agreement."""
    shared, target, benchmarks = (pathlib.Path(arg) for arg in sys.argv[1:4])
    pipeline = Pipeline(shared)
    floats, rounded = MODELS
    labels = {
        ("verifySmall", floats): ("whole verify, two 250×250", "facenet-pytorch"),
        ("verifySmall", rounded): ("– with 8 bits", "facenet-pytorch"),
        ("detectSmall", floats): ("MTCNN, 250×250", "facenet-pytorch"),
        ("detectLarge", floats): ("MTCNN, 1200×630, six faces", "facenet-pytorch"),
        ("embedOne", floats): ("FaceNet, batch 1", "PyTorch"),
        ("embedOne", rounded): ("– with 8 bits", "PyTorch"),
        ("embedSixteen", floats): ("FaceNet, batch 16", "PyTorch"),
        ("embedSixteen", rounded): ("– with 8 bits", "PyTorch"),
        ("decode3Megapixels", floats): ("JPEG, 3 megapixels, to RGB", "Pillow (libjpeg-turbo)"),
        ("decode3MegapixelsTurned", floats): ("– to be turned", "Pillow (libjpeg-turbo)"),
    }
    facever = Facever(benchmarks)
    with torch.no_grad():
        best, rounds = timings(facever, python_work(shared, target, pipeline), labels)
    facever.close()
    print(f"PyTorch {torch.__version__}, Pillow {PIL.__version__}, best of {THREADS} threads on each side.")
    print(f"Medians of {ROUNDS} rounds, in which both sides take turns of {TURN} s; least and most in brackets.\n")
    print("| work | facever, ms | threads | other side, ms | threads | other | facever is faster by |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row, (label, other) in labels.items():
        ours, theirs = zip(*rounds[row])
        ratios = [their / our for our, their in rounds[row]]
        print(
            f"| {label} | {spread(ours, 1)} | {best[row][0]} | {spread(theirs, 1)} | {best[row][1]} | {other}"
            f" | {spread(ratios, 2)} × |"
        )
    torch.set_num_threads(best["verifySmall", floats][1])
    with torch.no_grad():
        for model in MODELS:
            agreement(target, model, pipeline)


def spread(values, digits):
    """Median, least and most, as text."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


if __name__ == "__main__":
    main()
