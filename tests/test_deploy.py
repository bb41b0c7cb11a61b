"""The deployment examples, as far as a machine without a service manager or a registry can tell."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from rag.cli.arguments import parse
from rag.cli.main import VERBS

DEPLOY = Path(__file__).parent.parent / "examples/deploy"
NOTHING_RUNS = dict.fromkeys(VERBS, lambda args: None)


@pytest.mark.parametrize("name", ["rag-serve.service", "rag-watch.service"])
def test_units_start_calls_that_exist_and_are_sound(name, tmp_path):
    text = (DEPLOY / name).read_text(encoding="utf-8")
    (call,) = re.findall(r"^ExecStart=\S+/rag (.*)$", text, re.MULTILINE)
    args = parse(NOTHING_RUNS, call.split())
    assert args.index == "indexes/blog"
    assert "ReadWritePaths=/srv/rag/indexes" in text
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("systemd-analyze is not installed: apt-get install systemd")
    unit = tmp_path / name
    unit.write_text(re.sub(r"^User=.*\n", "", text, flags=re.MULTILINE).replace("/srv/rag/.venv/bin/rag", "/bin/true"))
    done = subprocess.run([analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    assert name not in done.stderr, done.stderr


def test_the_container_starts_calls_that_exist_and_copies_what_is_there():
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    words = re.search(r"^CMD \[(.*)\]$", text, re.MULTILINE)[1]
    args = parse(NOTHING_RUNS, re.findall(r'"([^"]*)"', words))
    assert (args.host, args.auth) == ("0.0.0.0", "/indexes/accounts")
    for sources in re.findall(r"^COPY (.*) \S+$", text, re.MULTILINE):
        for source in sources.split():
            assert (DEPLOY.parent.parent / source).exists(), source


def test_proxies_take_the_prefix_off():
    traefik = yaml.safe_load((DEPLOY / "traefik.yml").read_text(encoding="utf-8"))["http"]
    router = traefik["routers"]["rag"]
    assert set(router["middlewares"]) == set(traefik["middlewares"])
    assert router["service"] in traefik["services"]
    assert traefik["middlewares"]["rag-prefix"]["stripPrefix"]["prefixes"] == ["/ask"]
    assert "handle_path /ask/*" in (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    assert "proxy_pass http://127.0.0.1:7860/;" in (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
