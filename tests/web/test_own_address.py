"""The page behind a real nginx, with a path prefix, TLS that ends there, and no Host header, in a real browser."""

import shutil
import socket
import subprocess

import httpx
import pytest

from rag.web.own_address import at_own_address
from tests.browsing import CHROMIUM, FLAGS, ask
from tests.serving import ROOT, site, start

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
OPENSSL = shutil.which("openssl")
needs_nginx = pytest.mark.skipif(not (NGINX and OPENSSL), reason="no nginx is installed: apt-get install nginx-light")

CONFIG = """
worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; daemon off; master_process off;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port} ssl; server_name blog.test;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
{locations}
    location /bare/ {{ proxy_pass http://127.0.0.1:7860/; proxy_buffering off; }}
    location / {{ return 200 "blog"; }}
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    """The address at which nginx, set up as examples/deploy says, serves the page."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    server = start(site().index, folder, "--public-url", f"https://blog.test:{port}/ask")
    subprocess.run(
        [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=blog.test",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    locations = (ROOT / "examples/deploy/nginx.conf").read_text(encoding="utf-8")
    config = CONFIG.format(folder=folder, port=port, locations=locations)
    (folder / "nginx.conf").write_text(config.replace("127.0.0.1:7860", server.url.removeprefix("http://")))
    with (folder / "said").open("w") as said:
        nginx = subprocess.Popen([NGINX, "-c", folder / "nginx.conf"], stdout=said, stderr=said)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert nginx.poll() is None, (folder / "error.log").read_text() + (folder / "said").read_text()
    yield f"https://blog.test:{port}"
    nginx.terminate()
    nginx.wait(10)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = [flag for flag in FLAGS if "resolver" not in flag]
        mapped = "--host-resolver-rules=MAP blog.test 127.0.0.1"
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=[*flags, mapped])
        yield launched
        launched.close()


@needs_nginx
@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed: apt-get install chromium")
@pytest.mark.parametrize("prefix", ["/ask/", "/bare/"])
def test_s1_the_page_answers_behind_a_proxy_with_prefix_and_tls(proxied, browser, prefix):
    context = browser.new_context(locale="ja-JP", ignore_https_errors=True)
    page, wrong = context.new_page(), []
    page.on("request", lambda r: r.url.startswith((proxied + prefix, "data:", "blob:")) or wrong.append(r.url))
    page.on("response", lambda r: r.status >= 400 and wrong.append(f"{r.status} {r.url}"))
    page.on("pageerror", lambda e: wrong.append(str(e)))
    page.goto(proxied + prefix)
    page.locator("#rag-box textarea").wait_for()
    assert "三百二十円" in ask(page, "こむぎ堂の食パンは一斤いくら？").inner_text()
    page.locator("#rag-tab-index-button, [role=tab]").nth(2).click()
    page.locator("#rag-facts .rag-index").wait_for()
    assert not page.locator("#rag-owner").is_visible(), "who comes through a proxy is not the owner"
    context.close()
    assert not [url for url in wrong if not url.endswith("/favicon.ico")]


@needs_nginx
def test_s1_programs_reach_the_api_through_the_proxy(proxied):
    port = proxied.rpartition(":")[2]
    with httpx.Client(verify=False, trust_env=False, timeout=60, headers={"host": f"blog.test:{port}"}) as http:
        for prefix in ("/ask", "/bare"):
            base = f"https://127.0.0.1:{port}{prefix}"
            assert http.get(f"{base}/healthz").json()["status"] == "ok"
            answer = http.post(f"{base}/api/ask", json={"question": "食パンは？"}, headers={"origin": proxied})
            assert answer.json()["answered"]
            refused = http.post(f"{base}/api/ask", json={}, headers={"origin": "https://evil.test"})
            assert refused.status_code == 403


def test_what_is_not_gradio_s_template_is_left_alone():
    html = b"<html><script>const x = 1;</script></html>"
    assert at_own_address(html) == html
