"""Every design answers, leaves colors at first as they are, and is blind to what it should not see."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from colorfast.cli.patch import BACKBONES as CLI_BACKBONES
from colorfast.cli.patch import COLORS as CLI_COLORS
from colorfast.cli.patch import CONDITIONS as CLI_CONDITIONS
from colorfast.cli.patch import FUSIONS as CLI_FUSIONS
from colorfast.color.difference import delta_e_2000
from colorfast.color.spaces import rgb_to_lab
from colorfast.errors import SettingsError
from colorfast.read.exif import Exposure
from colorfast.swatch.patch_inputs import planes_of, words_of
from colorfast.training.patch.networks.fusion import BACKBONES, FUSIONS, Design, PatchNetwork
from colorfast.training.patch.run import COLORS
from colorfast.training.patch.simulate import CONDITIONS

SAID = Exposure(seconds=0.01, f_number=2, iso=100, brightness=3)


def planes(around=(0.5, 0.5, 0.5), exposure=SAID) -> torch.Tensor:
    words = words_of(exposure, 1, surrounded=True)
    return torch.from_numpy(planes_of(np.array([0.6, 0.4, 0.3]), np.array(around), words))[None]


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize("backbone", BACKBONES)
def test_an_untrained_network_says_what_the_photo_shows(fusion, backbone):
    network = PatchNetwork(Design(fusion=fusion, backbone=backbone, width=16, members=3, cameras=2)).eval()
    found = network(planes()).detach().numpy()
    assert found.shape == (1, 3, 6)
    shown = rgb_to_lab(np.array([0.6, 0.4, 0.3]))
    assert (delta_e_2000(found[0, :, :3], np.broadcast_to(shown, (3, 3))) < 4).all()


def test_without_background_nothing_around_matters():
    network = PatchNetwork(Design(background=False, width=16, members=1, cameras=2)).eval()
    torch.testing.assert_close(network(planes()), network(planes((0.1, 0.9, 0.2))))


def test_without_metadata_nothing_that_is_said_matters():
    network = PatchNetwork(Design(metadata=False, width=16, members=1, cameras=2)).eval()
    torch.testing.assert_close(network(planes()), network(planes(exposure=Exposure())))


def test_with_both_both_matter():
    network = PatchNetwork(Design(width=16, members=1, cameras=2)).eval()
    answers = [network(one) for one in (planes(), planes((0.1, 0.9, 0.2)), planes(exposure=Exposure()))]
    assert not torch.equal(answers[0], answers[1])
    assert not torch.equal(answers[0], answers[2])


def test_an_unknown_design_is_refused():
    with pytest.raises(SettingsError, match=r"patch\.fusion"):
        Design(fusion="sum")


def test_the_command_line_offers_what_there_is():
    assert (CLI_FUSIONS, CLI_BACKBONES, CLI_COLORS) == (FUSIONS, BACKBONES, COLORS)
    assert ("mixed", *CONDITIONS) == CLI_CONDITIONS
