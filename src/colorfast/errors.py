"""Every error colorfast raises on purpose.

    ColorfastError                 base; has a stable `code` for programs and a sentence for people
    ├── SettingsError              a setting is unknown or out of its range
    ├── ReadError                  a picture cannot be used; names the file
    │   ├── FileMissing            there is no such file, or it is a folder
    │   ├── NotAPicture            empty, truncated, of unknown format, or its name and content disagree
    │   └── TooLarge               more bytes or pixels than the limits allow; found before decoding
    ├── PairsError                 a folder or manifest of pairs cannot be used; names row and column
    ├── ColorError                 a target color or swatch cannot be understood
    ├── SwatchError                a swatch library cannot be used; names the file
    │   └── SwatchUnknown          it holds no swatch of that name; names the nearest
    ├── ProfileError               an embedded ICC profile is broken or not for RGB
    ├── LutError                   a .cube file cannot be used; names the file
    ├── MaskError                  a mask cannot be used
    │   ├── MaskMismatch           its size is not the photo's
    │   ├── MaskMissing            the step needs a mask and the photo has none
    │   └── MaskTooSmall           too few pixels for a color to be measured
    ├── GarmentNotFound            no garment stands out in the reference photo
    ├── VerifyError                a delivered picture cannot be measured
    │   ├── NotAligned             its size is not the photo's
    │   └── NotANumber             a measure is NaN or infinite: a defect, never a verdict
    ├── NetworkError               a network cannot be used; names its file
    │   ├── NetworkMissing         its file is not on this machine
    │   ├── NetworkDamaged         its file is not what was published, or cannot be read
    │   ├── NetworkUnfit           it does not take or give what it is used for
    │   └── DownloadFailed         the model hub did not give the file
    ├── ExtraMissing               a command needs packages that a bare install does not have
    ├── WriteError                 an output could not be written; nothing half-written is left
    ├── WorkerDied                 a worker process of a batch was killed or crashed
    ├── PairCrashed                a pair of a batch met a defect of colorfast itself
    └── ServiceError               the service refuses a request or a job; service/errors.py has its kinds

Catch the base to catch them all:

    try:
        result = colorfast.process(pair, settings)
    except colorfast.ColorfastError as error:
        print(error.code, error)

Every class hands all its arguments to `Exception.__init__`, so it survives the way home from a worker.
"""

from __future__ import annotations

from pathlib import Path

from colorfast.places import shown


class ColorfastError(Exception):
    """Base of all errors that colorfast raises on purpose."""

    code = "error"


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says; the name of its class where it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


class SettingsError(ColorfastError):
    """A setting is unknown or its value is out of range."""

    code = "bad-setting"

    def __init__(self, key: str, value: object, expected: str) -> None:
        super().__init__(key, value, expected)
        self.key, self.value, self.expected = key, value, expected

    def __str__(self) -> str:
        return f"setting {self.key} = {self.value!r}: expected {self.expected}"


class ReadError(ColorfastError):
    """A picture cannot be used."""

    code = "unreadable"

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = Path(path), reason

    def __str__(self) -> str:
        return f"{shown(self.path)}: {self.reason}"


class FileMissing(ReadError):
    """There is no such file, or it is a folder."""

    code = "file-missing"


class NotAPicture(ReadError):
    """The file is empty, truncated, of an unknown format, or its name and content disagree."""

    code = "not-a-picture"


class TooLarge(ReadError):
    """The picture has more bytes or pixels than the limits allow; found before decoding."""

    code = "too-large"


class PairsError(ColorfastError):
    """A folder or manifest of pairs cannot be used."""

    code = "bad-pairs"

    def __init__(self, source: Path | str, reason: str) -> None:
        super().__init__(source, reason)
        self.source, self.reason = Path(source), reason

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


class ColorError(ColorfastError):
    """A target color cannot be understood."""

    code = "bad-color"

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text, reason)
        self.text, self.reason = text, reason

    def __str__(self) -> str:
        return f"color {self.text!r}: {self.reason}; give '#7b2d26', 'lab(32 33 22)' or 'brand.ase:Burgundy'"


class SwatchError(ColorfastError):
    """A swatch library is missing, broken, or of no known format."""

    code = "bad-swatches"

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = Path(path), reason

    def __str__(self) -> str:
        return f"{self.path}: not a swatch library that can be used: {self.reason}"


class SwatchUnknown(SwatchError):
    """A swatch library holds no swatch of that name, or several."""

    code = "swatch-unknown"

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class ProfileError(ColorfastError):
    """An ICC profile is broken or does not describe an RGB space."""

    code = "bad-profile"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"ICC profile: {self.reason}; export the picture again with an RGB profile, or without one"


class LutError(ColorfastError):
    """A .cube file cannot be used."""

    code = "bad-lut"

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = Path(path), reason

    def __str__(self) -> str:
        return f"{self.path}: not a 3D LUT that can be used: {self.reason}"


class MaskError(ColorfastError):
    """A mask cannot be used."""

    code = "bad-mask"


class MaskMismatch(MaskError):
    """The mask's size is not the photo's."""

    code = "mask-size"

    def __init__(self, mask: tuple[int, int], photo: tuple[int, int]) -> None:
        super().__init__(mask, photo)
        self.mask, self.photo = mask, photo

    def __str__(self) -> str:
        (mh, mw), (ph, pw) = self.mask, self.photo
        return f"the mask is {mw}x{mh} and the photo {pw}x{ph} pixels; export the mask at the photo's size"


class MaskMissing(MaskError):
    """The step changes the garment alone and the photo has no mask that says where it is."""

    code = "mask-missing"

    def __init__(self, photo: Path | str) -> None:
        super().__init__(photo)
        self.photo = Path(photo)

    def __str__(self) -> str:
        name = f"{self.photo.stem}.png"
        return (
            f"{self.photo}: no mask of its garment; "
            f"put {name} into a folder and name it with --masks, or use --whole"
        )


class MaskTooSmall(MaskError):
    """The garment covers too few pixels for its color to be measured."""

    code = "mask-too-small"

    def __init__(self, pixels: int, needed: int) -> None:
        super().__init__(pixels, needed)
        self.pixels, self.needed = pixels, needed

    def __str__(self) -> str:
        return (
            f"the garment mask has {self.pixels} pixels and {self.needed} are needed; "
            "give a larger photo, or a mask of your own with --mask"
        )


class GarmentNotFound(ColorfastError):
    """No garment stands out from the backdrop of the reference photo."""

    code = "garment-not-found"

    def __init__(self, photo: str, reason: str) -> None:
        super().__init__(photo, reason)
        self.photo, self.reason = photo, reason

    def __str__(self) -> str:
        return f"{self.photo}: {self.reason}; give a mask of the garment with --reference-mask"


class VerifyError(ColorfastError):
    """A delivered picture cannot be measured."""

    code = "not-measurable"


class NotAligned(VerifyError):
    """The delivered picture's size is not the photo's."""

    code = "not-aligned"

    def __init__(self, after: tuple[int, int], before: tuple[int, int]) -> None:
        super().__init__(after, before)
        self.after, self.before = after, before

    def __str__(self) -> str:
        (ah, aw), (bh, bw) = self.after, self.before
        return (
            f"the corrected picture is {aw}x{ah} and the photo {bw}x{bh} pixels; "
            "compare files of the same photo, neither cropped nor resized"
        )


class NotANumber(VerifyError):
    """A measure is NaN or infinite: a defect, never a verdict."""

    code = "not-a-number"

    def __init__(self, measure: str, value: float) -> None:
        super().__init__(measure, value)
        self.measure, self.value = measure, value

    def __str__(self) -> str:
        return f"the measure {self.measure} is {self.value}; please report the picture that does this"


class NetworkError(ColorfastError):
    """A network cannot be used."""

    code = "bad-network"

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class NetworkMissing(NetworkError):
    """A network's file is not on this machine."""

    code = "network-missing"

    def __str__(self) -> str:
        return f"{self.path}: there is no such network file; {self.reason}"


class NetworkDamaged(NetworkError):
    """A network's file is not what was published, or cannot be read."""

    code = "network-damaged"

    def __str__(self) -> str:
        return f"{self.path}: the network file cannot be used: {self.reason}; remove it and fetch it again"


class NetworkUnfit(NetworkError):
    """A network does not take or give what it is used for."""

    code = "network-unfit"

    def __str__(self) -> str:
        return f"{self.path}: this network does not fit: {self.reason}; name another one with --network"


class DownloadFailed(NetworkError):
    """The model hub did not give a file."""

    code = "download-failed"


class ExtraMissing(ColorfastError):
    """A command needs packages that a bare install does not have."""

    code = "extra-missing"

    def __init__(self, extra: str, needs: str) -> None:
        super().__init__(extra, needs)
        self.extra, self.needs = extra, needs

    def __str__(self) -> str:
        return f"{self.needs}; install it with: pip install 'colorfast[{self.extra}]'"


class TrainingDiverged(ColorfastError):
    """Step after step of a training has no finite loss or gradient."""

    code = "training-diverged"

    def __init__(self, checkpoint: Path, step: int, skipped: int) -> None:
        super().__init__(checkpoint, step, skipped)
        self.checkpoint, self.step, self.skipped = checkpoint, step, skipped

    def __str__(self) -> str:
        return (
            f"{self.checkpoint}: the {self.skipped} steps up to step {self.step} had no finite loss or gradient "
            "and taught nothing; what was learned before is kept: go on with a lower --rate, or with --float32"
        )


class WriteError(ColorfastError):
    """An output could not be written; nothing half-written is left behind."""

    code = "unwritable"

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = Path(path), reason

    def __str__(self) -> str:
        return f"{shown(self.path)}: cannot write: {self.reason}"


class WorkerDied(ColorfastError):
    """A worker process of a batch was killed or crashed."""

    code = "worker-died"

    def __init__(self, pair: str, reason: str) -> None:
        super().__init__(pair, reason)
        self.pair, self.reason = pair, reason

    def __str__(self) -> str:
        return f"{self.pair}: the worker process ended: {self.reason}; run the batch again to retry this pair"


class PairCrashed(ColorfastError):
    """A pair met an error that nobody foresaw: a defect of colorfast, not of the pair's files."""

    code = "crashed"

    def __init__(self, pair: str, kind: str, message: str) -> None:
        super().__init__(pair, kind, message)
        self.pair, self.kind, self.message = pair, kind, message

    def __str__(self) -> str:
        said = f"{self.kind}: {self.message}" if self.message else self.kind
        return f"{self.pair}: {said}; please report it with the file crash-{self.pair}.txt of this folder"


class ServiceError(ColorfastError):
    """A request to the service cannot be served."""

    code = "not-served"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason
