"""The files of deploy/ against the real settings, routes, commands and limits: what they name must be there."""

from __future__ import annotations

import getpass
import importlib.util
import os
import re
import shutil
import subprocess
import time
from zoneinfo import ZoneInfo

import pytest
import yaml
from sanic.config import DEFAULT_CONFIG

from bot.attachments.models import MOST_BYTES
from bot.channels.web import WebLimits
from bot.channels.web_frames import LONGEST_FRAME
from bot.console.live_stream import HEARTBEAT_SECONDS
from bot.declared_settings import declared_settings
from bot.hub.rasa_client import IDLE_SECONDS
from bot.hub.turns import STOP_GRACE_SECONDS
from bot.jobs.heartbeat import BEAT_SECONDS, FILE
from bot.settings import Settings
from bot.store.awaiting import WAIT_SECONDS
from bot.store.migrate import migrate
from bot.web import LARGEST_REQUEST, SHUTDOWN_SECONDS, build_app
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT
from tools.topology import NGINX

DEPLOY = ROOT / "deploy"
YAML = sorted(DEPLOY.rglob("*.yml"))
RASA_PATHS = {"/", "/readyz", "/metrics", "/status"}  # Rasa's own, and those of bot/rasa_runtime/observing.py
SECRETS = {"MOTCUA_SECRET", "MOTCUA_PHOTO_KEYS", "MOTCUA_METRICS_TOKEN"}


def documents(path):
    return [one for one in yaml.load_all(path.read_text("utf-8"), yaml.CSafeLoader) if one]


def kubernetes(kind):
    files = sorted((DEPLOY / "kubernetes").glob("*.yml"))
    return [one for path in files for one in documents(path) if one["kind"] == kind]


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    env = {"MOTCUA_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    zalo = {"MOTCUA_ZALO_APP_ID": "1", "MOTCUA_ZALO_APP_SECRET": "a", "MOTCUA_ZALO_OA_SECRET": "b"}
    settings = Settings.from_env({**env, **zalo})
    migrate(settings.database_url)
    return {resource.canonical for resource in build_app(settings).router.resources()}


@pytest.fixture(scope="module")
def compose():
    return plain_yaml((DEPLOY / "compose.yml").read_text("utf-8"))["services"]


def test_every_setting_that_is_named_exists():
    for path in (path for path in DEPLOY.rglob("*") if path.is_file()):
        named = set(re.findall(r"\bMOTCUA_[A-Z_]*[A-Z]\b", path.read_text("utf-8")))
        assert named - set(declared_settings()) == set(), path


def test_settings_of_compose_and_of_the_cluster_are_read_without_a_fault(compose):
    written = [compose[name]["environment"] for name in ("hub-1", "rasa-2", "jobs", "migrate")]
    written += [one["data"] for one in kubernetes("ConfigMap")]
    for env in written:
        settings = Settings.from_env({name: str(value) for name, value in env.items()})
        assert settings.web_port == 8080
        assert not settings.jobs


def test_no_secret_is_written_down(compose):
    for path in (path for path in DEPLOY.rglob("*") if path.is_file()):
        for line in path.read_text("utf-8").splitlines():
            found = re.match(r"\s*-?\s*(MOTCUA_(?:SECRET|PHOTO_KEYS|METRICS_TOKEN)|\w*PASSWORD)\s*[:=]\s*(\S+)", line)
            assert found is None or found[2].strip('"').startswith("${"), f"{path}: {line}"
    for deployment in kubernetes("Deployment"):
        refs = deployment["spec"]["template"]["spec"]["containers"][0]["envFrom"]
        assert {"secretRef": {"name": "motcua-secrets"}} in refs
    example = (DEPLOY / "motcua.env.example").read_text("utf-8")
    assert all(f"\n{name}=\n" in example for name in SECRETS)


def commands():
    for name, service in plain_yaml((DEPLOY / "compose.yml").read_text("utf-8"))["services"].items():
        if service.get("image") == "mot-cua:local" and "entrypoint" not in service:
            yield name, service["command"]
    for kind in ("Deployment", "Job"):
        for one in kubernetes(kind):
            spec = one["spec"]["template"]["spec"]
            yield from ((c["name"], c["args"]) for c in spec["containers"] + spec.get("initContainers", []))


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_is_a_module_that_runs(name, command):
    found = importlib.util.find_spec(command[0])
    assert found is not None, name
    if found.submodule_search_locations is not None:
        assert importlib.util.find_spec(f"{command[0]}.__main__") is not None, name
    else:
        assert "__main__" in (ROOT / f"{command[0].replace('.', '/')}.py").read_text("utf-8")


def test_probes_ask_paths_and_ports_that_there_are(routes, compose):
    for deployment in kubernetes("Deployment"):
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        known = routes if container["name"] == "hub" else RASA_PATHS
        if container["name"] == "jobs":
            continue
        port = container["ports"][0]["containerPort"]
        assert port == (8080 if container["name"] == "hub" else 5005)
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            asked = container[probe]["httpGet"]
            assert asked["path"] in known, asked
            assert asked["port"] == port
    for name, service in compose.items():
        asked = re.search(r"127\.0\.0\.1:(\d+)(/[\w/]*)", str(service.get("healthcheck", "")))
        if asked:
            assert asked[2] in (routes if name.startswith("hub") else RASA_PATHS), name


def probe_commands():
    compose = plain_yaml((DEPLOY / "compose.yml").read_text("utf-8"))["services"]["jobs"]
    yield "compose", compose["healthcheck"]["test"][1].replace("$$", "$")
    (jobs,) = (one for one in kubernetes("Deployment") if one["metadata"]["name"] == "jobs")
    container = jobs["spec"]["template"]["spec"]["containers"][0]
    for probe in ("startupProbe", "livenessProbe"):
        shell, option, command = container[probe]["exec"]["command"]
        assert (shell, option) == ("sh", "-c")
        yield probe, command


@pytest.mark.parametrize(("probe", "command"), probe_commands())
def test_jobs_are_alive_while_they_touch_their_file(probe, command, tmp_path):
    def alive():
        env = {**os.environ, "MOTCUA_DATA_DIR": str(tmp_path)}
        return subprocess.run(["sh", "-c", command], env=env, stderr=subprocess.DEVNULL).returncode == 0

    assert not alive(), probe  # not yet begun
    file = tmp_path / FILE
    file.touch()
    assert alive(), probe
    os.utime(file, (time.time() - 150,) * 2)
    assert not alive(), probe
    assert BEAT_SECONDS < 30  # several are missed before it counts as stuck


def test_jobs_that_await_their_database_are_not_taken_for_stuck():
    (jobs,) = (one for one in kubernetes("Deployment") if one["metadata"]["name"] == "jobs")
    probe = jobs["spec"]["template"]["spec"]["containers"][0]["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] > 2 * WAIT_SECONDS


def test_a_rolling_update_takes_nobody_away_before_another_is_ready():
    for deployment in kubernetes("Deployment"):
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
        spec = deployment["spec"]["template"]["spec"]
        assert spec["terminationGracePeriodSeconds"] > SHUTDOWN_SECONDS + STOP_GRACE_SECONDS + 5
        assert "memory" in spec["containers"][0]["resources"]["limits"]
        assert spec["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
    replicated = {one["metadata"]["name"] for one in kubernetes("Deployment") if one["spec"]["replicas"] > 1}
    assert {one["metadata"]["name"] for one in kubernetes("PodDisruptionBudget")} == replicated
    services = {one["metadata"]["name"]: one["spec"]["ports"][0]["port"] for one in kubernetes("Service")}
    settings = kubernetes("ConfigMap")[0]["data"]
    assert settings["MOTCUA_RASA_URL"] == f"http://rasa:{services['rasa']}"
    assert kubernetes("Job")[0]["spec"]["template"]["spec"]["initContainers"][0]["args"] == ["bot.store.migrate"]


def locations():
    text = (DEPLOY / "nginx" / "locations.conf").read_text("utf-8")
    return dict(re.findall(r"^location (?:= )?(\S+)\s+\{(.*?)\}", text, re.M | re.S)), text


def size(text):
    return int(text[:-1]) * {"k": 1024, "m": 1024**2}[text[-1]]


def test_nginx_names_routes_that_there_are(routes):
    for path in locations()[0]:
        assert any(route.startswith(path.rstrip("/")) for route in routes), path


def test_nginx_lets_in_what_the_hub_takes_and_keeps_open_what_it_keeps_open():
    found, text = locations()
    assert size(re.search(r"^client_max_body_size (\w+);", text, re.M)[1]) >= LARGEST_REQUEST
    for path in ("/chat/photos/", "/desk"):
        assert size(re.search(r"client_max_body_size (\w+);", found[path])[1]) >= MOST_BYTES
    for path, beat in (("/chat/ws", WebLimits().heartbeat), ("/desk/live", HEARTBEAT_SECONDS)):
        assert int(re.search(r"proxy_read_timeout (\d+)s", found[path])[1]) > 2 * beat
        assert "proxy_buffering off" in found[path]
    burst = int(re.search(r"zone=motcua_sockets burst=(\d+)", text)[1])
    assert burst >= WebLimits().opened_per_address.burst
    assert int(re.search(r"motcua_open (\d+)", text)[1]) >= WebLimits().most_sockets_per_address
    assert LONGEST_FRAME < 128 * 1024


def test_operators_paths_are_closed_to_the_public(routes):
    found, _ = locations()
    for path in ("/metrics", "/readyz"):
        assert "return 404" in found[path]
        assert path in routes
    allowed = [p for one in kubernetes("Ingress") for p in one["spec"]["rules"][0]["http"]["paths"]]
    for path in ("/metrics", "/readyz"):
        assert not any(p["pathType"] == "Prefix" and path.startswith(p["path"]) for p in allowed)
        assert not any(p["path"] == path for p in allowed)


def test_every_page_of_the_public_is_let_into_the_cluster(routes):
    """The page on which people see what is held about them was once reached by nginx alone."""
    allowed = [p for one in kubernetes("Ingress") for p in one["spec"]["rules"][0]["http"]["paths"]]
    for route in routes - {"/metrics", "/readyz", "/readyz/traffic", "/healthz", "/health"}:
        fitting = [
            p
            for p in allowed
            if route == p["path"] or (p["pathType"] == "Prefix" and f"{route}/".startswith(p["path"].rstrip("/") + "/"))
        ]
        assert fitting, route


def test_the_ingress_keeps_open_and_lets_in_what_nginx_does():
    notes = kubernetes("Ingress")[0]["metadata"]["annotations"]
    settings = {name.rpartition("/")[2]: value for name, value in notes.items()}
    assert int(settings["proxy-read-timeout"]) > 2 * max(WebLimits().heartbeat, HEARTBEAT_SECONDS)
    assert size(settings["proxy-body-size"]) >= MOST_BYTES
    assert int(settings["limit-connections"]) >= WebLimits().most_sockets_per_address


def test_nginx_has_room_for_a_city(compose):
    main = (DEPLOY / "nginx" / "nginx.conf").read_text("utf-8")
    connections, files = (
        int(re.search(rf"{name} (\d+);", main)[1]) for name in ("worker_connections", "worker_rlimit_nofile")
    )
    assert files >= 2 * connections >= 2 * 2 * 5_000  # a window is two connections, each a file
    for name in ("nginx", "rasa-front"):
        assert "./nginx/nginx.conf:/etc/nginx/nginx.conf:ro" in compose[name]["volumes"]


@pytest.mark.parametrize(("front", "file"), [("nginx", "motcua.conf"), ("rasa-front", "rasa.conf")])
def test_nginx_starts_and_finds_its_way_while_a_container_is_made_anew(compose, front, file):
    """It looks names up once, and ends where one is unknown: each must be in its own hosts, and stay true."""
    named = dict(re.findall(r"server ([\w-]+):(\d+) max_fails", (DEPLOY / "nginx" / file).read_text("utf-8")))
    assert len(named) == 2
    hosts = dict(entry.split(":") for entry in compose[front]["extra_hosts"])
    assert hosts == {name: compose[name]["networks"]["default"]["ipv4_address"] for name in named}
    for name, port in named.items():
        settings = compose[name]["environment"]
        assert port == settings["MOTCUA_WEB_PORT" if name.startswith("hub") else "MOTCUA_RASA_PORT"]


@pytest.mark.parametrize("file", ["motcua.conf", "rasa.conf"])
def test_workers_of_nginx_count_together(file):
    (upstream,) = re.findall(r"upstream \w+ \{(.*?)\}", (DEPLOY / "nginx" / file).read_text("utf-8"), re.S)
    assert re.search(r"^\s*zone \w+ \d+k;\s+least_conn;", upstream, re.M)


def test_whoever_asks_rasa_closes_an_idle_connection_before_rasa_does():
    kept = re.search(r"keepalive_timeout (\d+)s;", (DEPLOY / "nginx" / "rasa.conf").read_text("utf-8"))
    assert int(kept[1]) < DEFAULT_CONFIG["KEEP_ALIVE_TIMEOUT"]
    assert DEFAULT_CONFIG["KEEP_ALIVE_TIMEOUT"] > IDLE_SECONDS


def test_logs_of_containers_end_somewhere_and_secrets_are_asked_for(compose):
    for name, service in compose.items():
        assert service["logging"]["options"]["max-size"], name
    for name in ("MOTCUA_SECRET", "MOTCUA_PHOTO_KEYS"):
        assert compose["hub-1"]["environment"][name] == f"${{{name}:?}}"


def pods():
    for kind in ("Deployment", "Job", "CronJob"):
        for one in kubernetes(kind):
            spec = one["spec"].get("jobTemplate", one)["spec"]
            yield pytest.param(spec["template"]["spec"], id=one["metadata"]["name"])


@pytest.mark.parametrize("pod", pods())
def test_pods_are_what_the_restricted_namespace_takes_and_write_only_where_they_may(pod):
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    volumes = {volume["name"] for volume in pod["volumes"]}
    for container in pod["containers"] + pod.get("initContainers", []):
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        assert {"/data", "/tmp"} <= set(mounts)  # where the image writes
        assert set(mounts.values()) <= volumes
        assert {"limits", "requests"} <= set(container["resources"])


def test_backups_run_by_night_with_tools_of_the_servers_version(compose):
    (cron,) = kubernetes("CronJob")
    assert ZoneInfo(cron["spec"]["timeZone"]).key == "Asia/Ho_Chi_Minh"
    container = cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    for command in (container["command"], compose["backup"]["entrypoint"]):
        assert (ROOT / command[1].removeprefix("/app/")).is_file()
    server = re.match(r"postgres:(\d+)", compose["postgres"]["image"])[1]
    assert f"postgresql-client-{server}" in (DEPLOY / "Dockerfile").read_text("utf-8")


def test_folders_that_containers_write_to_belong_to_their_user(compose):
    """A named volume takes owner and mode of the image's folder; without one it belongs to root."""
    (made,) = re.findall(r"mkdir ([^&]+?) && chown motcua ([^&]+?) ", (DEPLOY / "Dockerfile").read_text("utf-8"))[:1]
    named = {
        volume.split(":")[1]
        for service in compose.values()
        if service.get("image") == "mot-cua:local"
        for volume in service.get("volumes", [])
        if not volume.startswith(".")
    }
    assert named == {"/data", "/backup"} == set(made[0].split())


def test_the_backup_script_keeps_the_newest_and_touches_nothing_half_made(tmp_path):
    settings = Settings.from_env({"MOTCUA_DATA_DIR": str(tmp_path / "data")})
    migrate(settings.database_url)
    where = tmp_path / "backup"
    for name in ("2020-01-01T00-00-00Z", "2020-01-02T00-00-00Z"):
        (where / name).mkdir(parents=True)
        (where / name / "manifest.json").write_text("{}")
    (where / "2020-01-03T00-00-00Z").mkdir()
    env = {**os.environ, "MOTCUA_DATA_DIR": str(tmp_path / "data")}
    for name in ("MOTCUA_DATABASE_URL", "MOTCUA_TRACKER_URL"):
        env.pop(name, None)
    command = ["sh", str(DEPLOY / "backup.sh"), str(where), "2"]
    said = subprocess.run(command, env=env, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    made = said.stdout.splitlines()[-1]
    assert os.path.isfile(f"{made}/manifest.json")
    left = {path.name for path in where.iterdir()}
    assert left == {os.path.basename(made), "2020-01-02T00-00-00Z", "2020-01-03T00-00-00Z", "erased.txt"}


def test_neither_the_image_nor_the_history_takes_the_operators_secrets():
    """`COPY . .` once took the keys and the key of TLS into a layer of the image."""
    ours = {"deploy/*.env", "deploy/tls", "deploy/config"}
    assert ours <= set((DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").split())
    assert ours <= {line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()}


def test_files_that_settings_name_reach_every_process_without_a_new_image(compose):
    for name in ("hub-1", "hub-2", "rasa-1", "rasa-2", "jobs", "migrate"):
        assert "./config:/config:ro" in compose[name]["volumes"], name
    for deployment in kubernetes("Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        assert {"name": "config", "configMap": {"name": "motcua-files", "optional": True}} in pod["volumes"]
        assert {"name": "config", "mountPath": "/config"} in pod["containers"][0]["volumeMounts"]


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_accepts_its_configuration(tmp_path):
    shutil.copytree(DEPLOY / "nginx", tmp_path / "conf")
    tls = ("-keyout", str(tmp_path / "tls.key"), "-out", str(tmp_path / "tls.crt"), "-subj", "/CN=motcua.example")
    make = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *tls)
    subprocess.run(make, check=True, capture_output=True)
    for file in (tmp_path / "conf").glob("*.conf"):
        text = file.read_text("utf-8").replace("/etc/nginx/motcua", str(tmp_path / "conf"))
        text = text.replace("/etc/nginx/tls", str(tmp_path)).replace("/run/nginx.pid", str(tmp_path / "nginx.pid"))
        file.write_text(re.sub(r"\b(?:hub|rasa)-\d:", "127.0.0.1:", text), "utf-8")
    include = "".join(f"include {tmp_path}/conf/{name}.conf;" for name in ("motcua", "rasa"))
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = (tmp_path / "conf" / "nginx.conf").read_text("utf-8").replace("user nginx;", f"user {getpass.getuser()};")
    assert "include /etc/nginx/conf.d/*.conf;" in main
    main = main.replace("include /etc/nginx/conf.d/*.conf;", temporary + include)
    (tmp_path / "nginx.conf").write_text(main, "utf-8")
    said = subprocess.run(
        [NGINX, "-t", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)], capture_output=True, text=True
    )
    assert said.returncode == 0, said.stderr


def test_the_image_is_made_from_the_lock_and_runs_as_nobody_special():
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert "uv sync --frozen" in text
    assert "USER 10001" in text
    assert (
        re.search(r"uv==([\d.]+)", text)[1]
        == re.search(r"UV_VERSION=([\d.]+)", (ROOT / "tools" / "bootstrap.sh").read_text("utf-8"))[1]
    )
    for name in re.findall(r"-m ([\w.]+)", text):
        assert importlib.util.find_spec(name) is not None


@pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
def test_yaml_is_whole(path):
    assert documents(path)
