"""compose.yaml and the Dockerfile say what the code understands: they can't be run here, but they can be read."""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

import cli
from indexer.engines.elasticsearch.settings import settings

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SECRET = "pass word/with:odd@characters"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """compose.yaml as compose reads it: ${NAME…} filled in, $$ a dollar."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    filled = re.sub(r"(?<!\$)\$\{HAOKE_PASSWORD[^}]*\}", f"'{SECRET}'", text)
    assert not re.search(r"(?<!\$)\$\{", filled), "another variable than HAOKE_PASSWORD is needed: say so in its first lines"
    read: dict[str, Any] = yaml.safe_load(filled.replace("$$", "$"))
    return read


def instructions(name: str) -> list[str]:
    """The arguments of an instruction of the last stage."""
    return re.findall(rf"^{name} (.*)$", DOCKERFILE.rpartition("\nFROM ")[2], re.MULTILINE)


def test_there_are_a_cluster_a_web_process_and_an_ingest_that_ends(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services.keys() == {"elasticsearch", "web", "ingest"}
    assert services["web"]["depends_on"]["ingest"]["condition"] == "service_completed_successfully"
    assert "restart" not in services["ingest"]


def test_what_a_service_names_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        for other, how in service.get("depends_on", {}).items():
            assert other in services
            assert how["condition"] != "service_healthy" or "healthcheck" in services[other]
        network = service.get("network_mode", "")
        assert not network or network.removeprefix("service:") in services
        volumes = {volume.partition(":")[0] for volume in service.get("volumes", ())}
        assert volumes <= compose["volumes"].keys()
        assert service.get("image", "").startswith("docker.elastic.co/") or service["image"] == services["ingest"]["image"]


def test_the_cluster_is_of_a_version_that_the_tests_run_on(compose: dict[str, Any]) -> None:
    image, _, version = compose["services"]["elasticsearch"]["image"].rpartition(":")
    assert image == "docker.elastic.co/elasticsearch/elasticsearch"
    assert version in (ROOT / ".ci" / "elasticsearch").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["web", "ingest"])
def test_our_services_are_told_about_the_cluster_in_words_that_we_read(compose: dict[str, Any], name: str) -> None:
    environment = {k: str(v) for k, v in compose["services"][name]["environment"].items()}
    told = settings(environment["HAOKE_ENGINE"], environment)
    assert (told.user, told.password) == ("elastic", SECRET)
    assert compose["services"]["elasticsearch"]["environment"]["ELASTIC_PASSWORD"] == SECRET
    unread = [k for k in environment if k.startswith("HAOKE_") and k not in Path(inspect.getfile(settings)).read_text(encoding="utf-8") and k != "HAOKE_ENGINE"]
    assert not unread, "nothing reads these"


def test_every_command_is_one_of_ours(compose: dict[str, Any]) -> None:
    commands = [compose["services"]["ingest"]["command"], *(yaml.safe_load(c) for c in instructions("CMD"))]
    assert all(isinstance(words, list) for words in commands)
    assert yaml.safe_load(instructions("ENTRYPOINT")[0]) == ["haoke"]
    for words in commands:
        command = cli.main.commands[words[0]]
        with command.make_context(words[0], list(words[1:])) as context:
            assert context.command is command


def test_only_the_web_process_can_be_reached_and_it_runs_as_nobody(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", ())]
    exposed = instructions("EXPOSE")[0]
    assert published == [f"127.0.0.1:8000:{exposed}"]
    assert exposed in shlex.split(" ".join(yaml.safe_load(instructions("CMD")[0])))
    assert instructions("USER")[0] not in ("root", "0")
    assert compose["services"]["web"]["read_only"] is True


def test_what_the_image_is_built_of_is_in_the_checkout() -> None:
    assert (ROOT / "constraints.txt").is_file() and "/src/constraints.txt" in DOCKERFILE
    assert (ROOT / ".dockerignore").is_file()
    base = re.findall(r"^FROM python:(\d+\.\d+)", DOCKERFILE, re.MULTILINE)
    assert len(base) == 2 and len(set(base)) == 1 and tuple(map(int, base[0].split("."))) >= (3, 11)
