"""All settings in one record, from a TOML file and the environment.

A section has the name of what it steers: [read], [write], [segment], [correct], [verify], [limits], [report],
[batch], [service]. The same keys are read from the environment as COLORFAST_<SECTION>_<FIELD>; the environment
wins over the file, and options on the command line win over both. A key that nothing knows is an error, never
ignored.
"""

from __future__ import annotations

import difflib
import tomllib
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from colorfast.correct import CorrectSettings
from colorfast.errors import SettingsError
from colorfast.read.image import ReadLimits
from colorfast.read.write import WriteSettings
from colorfast.report.canvas import ReportSettings
from colorfast.segment.settings import SegmentSettings
from colorfast.verify.measure import VerifySettings
from colorfast.verify.verdict import PRESETS, Limits

PREFIX = "COLORFAST_"
NOT_SETTINGS = frozenset({"COLORFAST_DATA", "COLORFAST_CACHE"})
"""Folders of test data and of compiled kernels; read where they are used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """How a batch treats its worker processes; none of it changes a picture."""

    pair_seconds: float = 300.0
    """A worker that takes longer than this for one pair is ended, and the pair recorded as failed."""

    worker_pairs: int = 2000
    """A worker is replaced by a fresh one after this many pairs, so that memory cannot creep."""

    def __post_init__(self) -> None:
        if not self.pair_seconds > 0:
            raise SettingsError("batch.pair_seconds", self.pair_seconds, "more than 0 seconds")
        if self.worker_pairs < 1:
            raise SettingsError("batch.worker_pairs", self.worker_pairs, "at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """What the service takes and how long it waits; none of it changes a picture."""

    wait_seconds: float = 30.0
    """A request is answered with its result if that is ready within this time, else with a link to its job."""

    fetch_seconds: float = 20.0
    """A picture must arrive from its URL within this time, redirects included."""

    max_bytes: int = 64 << 20
    """Size of a picture that is fetched or uploaded, at most."""

    redirects: int = 5
    """Redirects that are followed from a URL, at most."""

    fetches: int = 16
    """Pictures that are fetched at one time, at most."""

    waiting: int = 1000
    """Jobs that may wait or run; more are refused with 503 until some are done."""

    link_seconds: int = 3600
    """How long a link to a corrected picture holds."""

    batch_pairs: int = 500
    """Pairs in one batch, at most."""

    public_url: str = ""
    """Where clients reach the service, for links to files; empty takes what the request names."""

    keep_days: float = 30.0
    """A job and its pictures are deleted so long after its end; 0 keeps them for ever."""

    silent_seconds: float = 20.0
    """A worker that has not been heard of for so long is taken for dead, and its jobs go to others."""

    price_per_cpu_hour: float = 0.0
    """What an hour of one processor core costs, for the price per picture in the metrics; 0 leaves it out."""

    def __post_init__(self) -> None:
        for name in ("wait_seconds", "redirects", "keep_days", "price_per_cpu_hour"):
            if getattr(self, name) < 0:
                raise SettingsError(f"service.{name}", getattr(self, name), "at least 0")
        for name in ("fetch_seconds", "max_bytes", "fetches", "waiting", "link_seconds", "batch_pairs"):
            if not getattr(self, name) > 0:
                raise SettingsError(f"service.{name}", getattr(self, name), "more than 0")
        if self.silent_seconds < 2:
            raise SettingsError("service.silent_seconds", self.silent_seconds, "at least 2 seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that steers the pipeline, one section a stage."""

    read: ReadLimits = field(default_factory=ReadLimits)
    write: WriteSettings = field(default_factory=WriteSettings)
    segment: SegmentSettings = field(default_factory=SegmentSettings)
    correct: CorrectSettings = field(default_factory=CorrectSettings)
    verify: VerifySettings = field(default_factory=VerifySettings)
    limits: Limits = field(default_factory=Limits)
    report: ReportSettings = field(default_factory=ReportSettings)
    batch: BatchSettings = field(default_factory=BatchSettings)
    service: ServiceSettings = field(default_factory=ServiceSettings)


def load_settings(
    toml: Path | None = None, environ: Mapping[str, str] | None = None, *, preset: str | None = None
) -> Settings:
    """Return the settings of a TOML file, overridden by the environment.

    toml     a file with sections named as in `Settings`; None for no file
    environ  usually os.environ; None for no environment
    preset   "default" or "seed": the limits that file and environment then refine

    Raises SettingsError for an unknown section, key or variable, a wrong type, or a value out of range.
    """
    settings = Settings()
    if preset is not None:
        limits = PRESETS.get(preset)
        if limits is None:
            raise SettingsError("preset", preset, f"one of {', '.join(sorted(PRESETS))}")
        settings = replace(settings, limits=limits)
    chosen = _from_file(toml) if toml is not None else {}
    for section, values in _from_environment(environ or {}).items():
        chosen.setdefault(section, {}).update(values)
    return override(settings, chosen)


def override(settings: Settings, chosen: Mapping[str, Mapping[str, Any]]) -> Settings:
    """Return the settings with the chosen fields, by section and name, replaced."""
    sections = {name: replace(getattr(settings, name), **values) for name, values in chosen.items()}
    return replace(settings, **sections)


def choices(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the fields that differ from their defaults, by section and name; `settings_from` takes them back."""
    plain = Settings()
    differing = {
        section.name: {
            f.name: value
            for f in fields(getattr(settings, section.name))
            if (value := getattr(getattr(settings, section.name), f.name))
            != getattr(getattr(plain, section.name), f.name)
        }
        for section in fields(Settings)
    }
    return {name: values for name, values in differing.items() if values}


def settings_from(document: Mapping[str, Any]) -> Settings:
    """Return the settings of a document of sections, as of a TOML file. Raises SettingsError."""
    return override(Settings(), _from_document(document))


def section_types() -> dict[str, dict[str, Any]]:
    """Return the type of every field, by section and name."""
    sections = {f.name: typing.get_type_hints(Settings)[f.name] for f in fields(Settings)}
    return {
        name: {f.name: typing.get_type_hints(kind)[f.name] for f in fields(kind)}
        for name, kind in sections.items()
    }


def _from_file(path: Path) -> dict[str, dict[str, Any]]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError("--config", str(path), f"a readable file ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("--config", str(path), f"a TOML file ({error})") from error
    return _from_document(document)


def _from_document(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    known = section_types()
    for section, values in document.items():
        if section not in known:
            raise SettingsError(section, values, f"a known section{_nearest(section, known)}")
        if not isinstance(values, dict):
            raise SettingsError(section, values, f"a section: write [{section}] and its keys below")
    return {
        section: {key: _checked(known, section, key, value) for key, value in values.items()}
        for section, values in document.items()
    }


def _from_environment(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    types = section_types()
    known = {
        f"{PREFIX}{section}_{key}".upper(): (section, key) for section in types for key in types[section]
    }
    chosen: dict[str, dict[str, Any]] = {}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        if variable not in known:
            raise SettingsError(variable, environ[variable], f"a known variable{_nearest(variable, known)}")
        section, key = known[variable]
        value = _parsed(variable, environ[variable], types[section][key])
        chosen.setdefault(section, {})[key] = value
    return chosen


def _checked(known: Mapping[str, Mapping[str, Any]], section: str, key: str, value: Any) -> Any:
    """Return a TOML value as its field's type."""
    name = f"{section}.{key}"
    if key not in known[section]:
        raise SettingsError(name, value, f"a known key{_nearest(key, known[section])}")
    wanted = _plain(known[section][key])
    if wanted is float and type(value) is int:
        return float(value)
    if wanted is tuple and isinstance(value, list):
        return tuple(value)
    if type(value) is not wanted:
        raise SettingsError(name, value, f"a value of type {wanted.__name__}")
    return value


def _parsed(name: str, text: str, hint: Any) -> Any:
    """Return the text of an environment variable as its field's type."""
    wanted = _plain(hint)
    if wanted is bool:
        if text.lower() not in ("true", "false", "1", "0"):
            raise SettingsError(name, text, "true or false")
        return text.lower() in ("true", "1")
    if wanted is tuple:
        inner = _plain(typing.get_args(hint)[0])
        return tuple(_parsed(name, part.strip(), inner) for part in text.split(","))
    try:
        return wanted(text)
    except ValueError:
        raise SettingsError(name, text, f"a value of type {wanted.__name__}") from None


def _plain(hint: Any) -> type:
    """Return the class behind a type hint: `float | None` is float, a Literal is the type of its values."""
    options = [option for option in typing.get_args(hint) if option is not type(None)]
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        return type(options[0])
    if origin in (tuple, dict):
        return typing.cast("type", origin)
    return _plain(options[0]) if options else typing.cast("type", hint)


def _nearest(name: str, known: Iterable[str]) -> str:
    """Return the hint that an error about an unknown name ends with."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f", one of {', '.join(sorted(names))}"
