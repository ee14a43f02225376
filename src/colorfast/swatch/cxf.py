"""Color Exchange Format: CxF3 (ISO 17972-1) and CxF/X-4 (ISO 17972-4) bytes in, swatches out.

    CxF > Resources > ObjectCollection > Object Name > ColorValues > ReflectanceSpectrum StartWL ColorSpecification
                                                                     ColorCIELab ColorSpecification > L, A, B
                                                                     ColorSRGB > R, G, B
        > ColorSpecificationCollection > ColorSpecification Id > TristimulusSpec > Illuminant, Observer
                                                               > MeasurementSpec > WavelengthRange StartWL Increment

Of one object's values the spectrum wins, then Lab, then sRGB. Lab under another light or observer than D65 and 2
degrees is taken over white to white, and the swatch says so. A file that declares a document type or an entity is
refused: nothing in one is ever expanded.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

import numpy as np

from colorfast.color.icc import adaptation
from colorfast.color.spaces import rgb_to_lab
from colorfast.color.white import under_white
from colorfast.errors import SwatchError
from colorfast.records import Array
from colorfast.swatch.records import Library, Spectrum, Swatch
from colorfast.swatch.spectra import lab_of

Element = ElementTree.Element
ROOT = "CxF"
STEP = 10.0  # nm, where a file does not say: what handheld instruments give
FEWEST = 8  # samples of a spectrum
LAB = ("L", "A", "B")


def read_cxf(data: bytes, path: Path) -> Library:
    """Return the objects of a file that have a color, in its order. Raises SwatchError."""
    root = _parsed(data, path)
    if _tag(root) != ROOT:
        raise SwatchError(path, f"its root element is {_tag(root)!r} and not 'CxF'")
    specifications = {one.get("Id", ""): one for one in root.iter() if _tag(one) == "ColorSpecification"}
    found = (_swatch(one, specifications, path) for one in root.iter() if _tag(one) == "Object")
    return tuple(one for one in found if one is not None)


def _parsed(data: bytes, path: Path) -> Element:
    """Return the root of an XML text without declarations of its own."""
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")

    def refuse(*_: object) -> None:
        raise SwatchError(path, "it declares a document type, which no swatch file needs")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise SwatchError(path, f"it is no XML: {error}") from None
    return builder.close()


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _below(element: Element, name: str) -> Element | None:
    return next((one for one in element.iter() if _tag(one) == name), None)


def _swatch(element: Element, specifications: dict[str, Element], path: Path) -> Swatch | None:
    """Return the swatch of an object; None where it has no color."""
    name = element.get("Name") or element.get("Id") or ""
    group = element.get("ObjectType", "")
    spectrum = _below(element, "ReflectanceSpectrum")
    if spectrum is not None:
        measured = _spectrum(spectrum, specifications, f"object {name!r}", path)
        return Swatch(name=name, lab=lab_of(measured), group=group, spectrum=measured)
    lab = _below(element, "ColorCIELab")
    if lab is not None:
        values = _numbers(lab, LAB, f"object {name!r}", path)
        light = _light(lab, specifications)
        if light.startswith("D50"):
            converted = under_white(values, adaptation())
            return Swatch(name=name, lab=converted, group=group, note=f"from Lab under {light}")
        note = "" if light in ("", "D65 2_Degree") else f"Lab under {light} taken as it is"
        return Swatch(name=name, lab=values.astype(np.float32), group=group, note=note)
    rgb = _below(element, "ColorSRGB")
    if rgb is None:
        return None
    codes = _numbers(rgb, ("R", "G", "B"), f"object {name!r}", path)
    if codes.min() < 0 or codes.max() > 255:
        raise SwatchError(path, f"object {name!r}: sRGB is from 0 to 255")
    return Swatch(name=name, lab=rgb_to_lab((codes / 255).astype(np.float32)), group=group)


def _spectrum(element: Element, specifications: dict[str, Element], where: str, path: Path) -> Spectrum:
    range_ = _range(element, specifications)
    try:
        values = np.array((element.text or "").split(), np.float64)
        start = float(element.get("StartWL") or range_.get("StartWL") or "nan")
        step = float(element.get("Increment") or range_.get("Increment") or STEP)
    except ValueError:
        raise SwatchError(path, f"{where}: its spectrum holds what is no number") from None
    if len(values) < FEWEST or not np.isfinite(values).all():
        raise SwatchError(path, f"{where}: its spectrum has {len(values)} samples and {FEWEST} are needed")
    return checked(Spectrum(start, step, values), where, path)


def checked(spectrum: Spectrum, where: str, path: Path) -> Spectrum:
    """Return a spectrum whose wavelengths and reflectances make sense. Raises SwatchError."""
    end = spectrum.start + spectrum.step * (len(spectrum.values) - 1)
    if not (spectrum.step > 0 and 200 <= spectrum.start <= 450 and end >= 650):
        raise SwatchError(path, f"{where}: a spectrum from {spectrum.start:g} to {end:g} nm shows no color")
    if spectrum.values.min() < -0.05 or spectrum.values.max() > 3:
        raise SwatchError(path, f"{where}: its reflectances are not from 0 to 1")
    return spectrum


def _range(element: Element, specifications: dict[str, Element]) -> dict[str, str]:
    specification = specifications.get(element.get("ColorSpecification", ""))
    found = None if specification is None else _below(specification, "WavelengthRange")
    return {} if found is None else dict(found.attrib)


def _light(element: Element, specifications: dict[str, Element]) -> str:
    """Return illuminant and observer, as 'D50 2_Degree'; '' where the file does not say."""
    specification = specifications.get(element.get("ColorSpecification", ""))
    if specification is None:
        return ""
    parts = (_below(specification, name) for name in ("Illuminant", "Observer"))
    return " ".join((part.text or "").strip() for part in parts if part is not None)


def _numbers(element: Element, names: tuple[str, ...], where: str, path: Path) -> Array:
    parts = [_below(element, name) for name in names]
    try:
        values = np.array([float((part.text or "") if part is not None else "") for part in parts])
    except ValueError:
        raise SwatchError(path, f"{where}: {' '.join(names)} are not three numbers") from None
    if not np.isfinite(values).all() or np.abs(values).max() > 300:
        raise SwatchError(path, f"{where}: {values.tolist()} is no color")
    return values
